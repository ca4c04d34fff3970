"use strict";

// A form is sent as JSON to the API, with the secret of the link that led here where it asks for one. What stands after the #
// of a link is sent to no server by itself, and is not kept in the browser's history after this.
const secret = location.hash.slice(1);
if (secret) history.replaceState(null, "", location.pathname);

const tell = (text) => { document.getElementById("told").textContent = text; };

async function ask(method, path, body) {
  const options = { method, headers: {} };
  if (body) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const answer = await fetch(path, options);
  const text = await answer.text();
  const told = text ? JSON.parse(text) : {};
  if (!answer.ok) throw new Error(told.detail ?? "the service answered " + answer.status);
  return told;
}

for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = Object.fromEntries(new FormData(form));
    if ("secret" in form.dataset) body.secret = secret;
    try {
      await ask(form.dataset.method, form.dataset.to, body);
      location.assign(form.dataset.then);
    } catch (error) {
      tell(error.message);
    }
  });
}

async function showWho() {
  const answer = await fetch("/api/v1/session");
  if (!answer.ok) return;
  const account = await answer.json();
  document.getElementById("name").textContent = account.display_name;
  document.getElementById("who").hidden = false;
  document.getElementById("log-in").hidden = true;
  document.querySelector("h1").textContent = "soapstone";
}

const out = document.getElementById("out");
if (out) {
  out.addEventListener("click", async () => {
    await ask("DELETE", "/api/v1/session").catch(() => {});
    location.assign("/");
  });
  showWho();
}
