//! The service as a process of its own, from its configuration file.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use assert_cmd::Command;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command as Process},
    task::JoinHandle,
};

use super::PASSWORD;

/// Configuration of a service in `folder`, with what a test adds.
pub fn config(folder: &Path, more: &str) -> PathBuf {
    let file = folder.join("soapstone.toml");
    let state = folder.join("state");
    let text = format!("[paths]\nstate = {state:?}\n[server]\nlisten = \"127.0.0.1:0\"\n{more}");
    fs::write(&file, text).expect("the file can be written");
    file
}

/// A clinician's account, and a token of theirs.
pub fn token(config: &Path, scopes: &[&str]) -> String {
    let run = |args: &[&str], input: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_soapstone"));
        let output = command.arg("--config").arg(config).args(args).write_stdin(input.to_owned()).assert().success();
        String::from_utf8(output.get_output().stdout.clone()).expect("text").trim().to_owned()
    };
    run(&["user", "add", "ada", "--name", "Ada Byron, MD", "--role", "clinician"], &format!("{PASSWORD}\n"));
    let scopes = scopes.iter().flat_map(|scope| ["--scope", *scope]);
    run(&["token", "create", "ada", "--label", "test"].into_iter().chain(scopes).collect::<Vec<_>>(), "")
}

/// A process that has said that it is ready.
pub struct Service {
    pub process: Child,
    /// The line that said so.
    pub ready: String,
    log: JoinHandle<String>,
}

impl Service {
    /// Starts `soapstone` with `args`, and waits for a line of its log that has `ready`.
    pub async fn start(config: &Path, args: &[&str], ready: &str) -> Self {
        let mut process = Process::new(env!("CARGO_BIN_EXE_soapstone"))
            .arg("--config")
            .arg(config)
            .args(args)
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("started");
        let mut lines = BufReader::new(process.stderr.take().expect("piped")).lines();
        let mut log = String::new();
        let ready = loop {
            let line = lines.next_line().await.expect("readable").expect("it says that it is ready");
            log += &format!("{line}\n");
            if line.contains(ready) {
                break line;
            }
        };
        let rest = tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                log += &format!("{line}\n");
            }
            log
        });
        Self { process, ready, log: rest }
    }

    /// `soapstone serve`, and where its API is.
    pub async fn serve(config: &Path, args: &[&str]) -> (Self, String) {
        let service = Self::start(config, &[&["serve"], args].concat(), "listening at ").await;
        let (_, rest) = service.ready.split_once("listening at ").expect("it says where");
        let url = format!("http://{}/api/v1", rest.split(',').next().expect("an address"));
        (service, url)
    }

    /// Asks it to stop, and gives its exit code and all that it logged.
    #[cfg(unix)]
    pub async fn stop(mut self) -> (Option<i32>, String) {
        let id = self.process.id().expect("it runs").to_string();
        let sent = std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill runs");
        assert!(sent.success());
        let status = self.process.wait().await.expect("it ends");
        (status.code(), self.log.await.expect("its log is whole"))
    }
}
