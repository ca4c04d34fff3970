//! Weights from the model hub, through the crate `hf-hub`.
//!
//! `HF_ENDPOINT` names a mirror, `HF_TOKEN` (or the token that the hub's own tools stored) opens gated repositories, and
//! the proxy variables hold. What hf-hub does not do is done here: it hangs where a firewall swallows packets, so the host
//! is tried first; its own retries append to a resumed file at the wrong place, so they are off and the whole request is
//! repeated, which resumes rightly; and it checks nothing, so size and hash are compared with what the hub announced.

use std::fs;
use std::net::{TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::time::Duration;

use hf_hub::api::Progress as HubProgress;
use hf_hub::api::sync::{Api, ApiBuilder, ApiError};
use hf_hub::{Repo, RepoType};

use super::super::manifest::HubFile;
use super::super::{ModelError, files};
use super::SourceError;
use crate::domain::Progress;

const DEFAULT_ENDPOINT: &str = "https://huggingface.co";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ATTEMPTS: usize = 4;
const PAUSE: Duration = Duration::from_secs(1);

/// Where the hub is and who asks.
pub(crate) struct Hub {
    endpoint: String,
    token: Option<String>,
}

/// A file that the hub announced.
pub(super) struct Announced {
    pub bytes: u64,
    /// The SHA-256 that the hub keeps of large files; small files have none.
    pub sha256: Option<String>,
    etag: String,
}

impl Hub {
    /// As the environment says.
    pub fn from_env() -> Self {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        let endpoint = set("HF_ENDPOINT").unwrap_or_else(|| DEFAULT_ENDPOINT.to_owned());
        let token = set("HF_TOKEN").or_else(|| hf_hub::Cache::from_env().token());
        Self { endpoint: endpoint.trim_end_matches('/').to_owned(), token }
    }

    /// At `endpoint`, without a token.
    #[cfg(test)]
    pub fn at(endpoint: &str) -> Self {
        Self { endpoint: endpoint.to_owned(), token: None }
    }

    /// `host/repo`, for messages.
    pub fn describe(&self, file: &HubFile) -> String {
        let host = self.endpoint.split_once("://").map_or(self.endpoint.as_str(), |(_, host)| host);
        format!("{host}/{}", file.repo)
    }

    /// What the hub says of the file.
    pub(super) fn announce(&self, file: &HubFile, work: &Path) -> Result<Announced, SourceError> {
        self.probe()?;
        let api = self.api(work)?;
        let metadata = api.metadata(&api.repo(repo(file)).url(&file.file)).map_err(|error| explain(&error))?;
        let etag = metadata.etag().to_owned();
        let is_sha256 = etag.len() == 64 && etag.bytes().all(|byte| byte.is_ascii_hexdigit());
        Ok(Announced { bytes: metadata.size() as u64, sha256: is_sha256.then(|| etag.to_lowercase()), etag })
    }

    /// Brings the file into `work`, going on where an earlier attempt stopped. Returns it, not yet hashed.
    pub(super) fn download(
        &self,
        file: &HubFile,
        announced: &Announced,
        work: &Path,
        progress: Progress<'_>,
    ) -> Result<PathBuf, SourceError> {
        let api = self.api(work)?;
        let blob = hf_hub::Cache::new(work.join("hub")).repo(repo(file)).blob_path(&announced.etag);
        let part = blob.with_extension("part");
        let mut failure = None;
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                std::thread::sleep(PAUSE * attempt as u32);
            }
            discard_if_too_long(&part, announced.bytes)?;
            let report = Report { progress, total: announced.bytes, done: 0 };
            match api.repo(repo(file)).download_with_progress(&file.file, report) {
                Ok(_) if length(&blob) == announced.bytes => return Ok(blob),
                // The connection ended early without an error: what came is kept as the part it is.
                Ok(_) => {
                    fs::rename(&blob, &part).map_err(ModelError::io(&blob))?;
                    failure = Some(SourceError::Failed("the connection ended before the file did".to_owned()));
                }
                Err(error) if !may_pass(&error) => return Err(explain(&error)),
                Err(error) => failure = Some(explain(&error)),
            }
            tracing::debug!(attempt, "a download from the hub was interrupted");
        }
        Err(failure.expect("there was at least one attempt"))
    }

    fn api(&self, work: &Path) -> Result<Api, SourceError> {
        let builder = ApiBuilder::from_cache(hf_hub::Cache::new(work.join("hub")));
        let builder = builder.with_endpoint(self.endpoint.clone()).with_token(self.token.clone()).with_retries(0);
        builder.with_progress(false).build().map_err(|error| explain(&error))
    }

    /// Opens and closes a connection, unless a proxy stands between.
    fn probe(&self) -> Result<(), SourceError> {
        let proxies = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
        if proxies.iter().any(|name| std::env::var_os(name).is_some()) {
            return Ok(());
        }
        let (scheme, rest) = self.endpoint.split_once("://").unwrap_or(("https", &self.endpoint));
        let authority = rest.split('/').next().unwrap_or(rest);
        let default_port = if scheme == "http" { ":80" } else { ":443" };
        let address = if authority.contains(':') { authority.to_owned() } else { format!("{authority}{default_port}") };
        let no_answer = |why: String| SourceError::Failed(format!("no network: {authority} does not answer ({why})"));
        let mut addresses = address.to_socket_addrs().map_err(|error| no_answer(error.to_string()))?;
        let reached =
            addresses.try_fold("it has no address".to_owned(), |_, address| {
                match TcpStream::connect_timeout(&address, CONNECT_TIMEOUT) {
                    Ok(_) => Err(()),
                    Err(error) => Ok(error.to_string()),
                }
            });
        reached.map_or(Ok(()), |why| Err(no_answer(why)))
    }
}

fn repo(file: &HubFile) -> Repo {
    Repo::with_revision(file.repo.clone(), RepoType::Model, file.revision.clone())
}

fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |metadata| metadata.len())
}

/// A part that is as long as the file, or longer, is left by a crash at the last moment or by a server that ignored the
/// range asked for; hf-hub can go on from neither.
fn discard_if_too_long(part: &Path, bytes: u64) -> Result<(), ModelError> {
    if length(part) >= bytes { files::remove(part) } else { Ok(()) }
}

/// Whether trying again may help: the server said nothing, or spoke of a fault of its own.
fn may_pass(error: &ApiError) -> bool {
    match error {
        ApiError::RequestError(error) => !matches!(**error, ureq::Error::StatusCode(400..=499)),
        ApiError::IoError(_) => true,
        _ => false,
    }
}

/// The error in words that say what to do.
fn explain(error: &ApiError) -> SourceError {
    let said = match error {
        ApiError::RequestError(error) => match **error {
            ureq::Error::StatusCode(401 | 403) => {
                "the repository is closed: accept its terms on the hub and set HF_TOKEN"
            }
            ureq::Error::StatusCode(404) => "the hub has no such file",
            _ => return SourceError::Failed(format!("the hub cannot be read: {error}")),
        },
        _ => return SourceError::Failed(format!("the hub cannot be read: {error}")),
    };
    SourceError::Failed(said.to_owned())
}

/// Passes hf-hub's counts on as a fraction.
struct Report<'a> {
    progress: Progress<'a>,
    total: u64,
    done: u64,
}

impl HubProgress for Report<'_> {
    fn init(&mut self, _size: usize, _filename: &str) {
        self.done = 0;
    }

    fn update(&mut self, size: usize) {
        self.done += size as u64;
        (self.progress)((self.done as f32 / self.total.max(1) as f32).min(1.0));
    }

    fn finish(&mut self) {}
}
