//! The machine: folder, disk, clock, port.

use std::{
    fs,
    io::{self, ErrorKind, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::Command,
    time::Duration,
};

use super::Finding;
use crate::{capture, config::Config};

/// Free bytes below which there is something to do soon, and at once. A day of forty visits is about 2 GB, uncompressed 8.
const LITTLE: u64 = 20_000_000_000;
const TOO_LITTLE: u64 = 2_000_000_000;

/// How long what may listen at the service's port is waited for.
const PATIENCE: Duration = Duration::from_secs(3);

/// The folder of the service: whose it is, and who can read it.
pub fn folder(config: &Config) -> Finding {
    const CHECK: &str = "folder";
    let folder = match config.paths.state() {
        Ok(folder) => folder,
        Err(error) => return Finding::fault(CHECK, error.to_string(), "set paths.state in the configuration"),
    };
    let shown = folder.display();
    if !folder.exists() {
        return Finding::ok(CHECK, format!("{shown} is not there yet; the first start makes it"));
    }
    if let Err(error) = tempfile::tempfile_in(folder) {
        let advice = format!("run this as the service's own user, or give it the folder: chown -R USER {shown}");
        return Finding::fault(CHECK, format!("nothing can be written in {shown}: {}", error.kind()), advice);
    }
    match owner_and_mode(folder) {
        Ok((true, mode)) if mode & 0o077 == 0 => Finding::ok(CHECK, format!("{shown} is this user's alone")),
        Ok((true, _)) => Finding::warning(CHECK, format!("others can look into {shown}"), format!("chmod 700 {shown}")),
        Ok((false, _)) => {
            let advice = "run this as the user that the service runs as: files that it makes would be another's";
            Finding::warning(CHECK, format!("{shown} is another user's"), advice)
        }
        Err(error) => Finding::fault(CHECK, format!("cannot look at {shown}: {error}"), "see that it can be read"),
    }
}

/// Whether the folder is this user's, and its permissions.
#[cfg(unix)]
fn owner_and_mode(folder: &Path) -> io::Result<(bool, u32)> {
    use std::os::unix::fs::MetadataExt;
    let metadata = fs::metadata(folder)?;
    let probe = tempfile::tempfile()?.metadata()?;
    Ok((metadata.uid() == probe.uid(), metadata.mode() & 0o777))
}

#[cfg(not(unix))]
fn owner_and_mode(folder: &Path) -> io::Result<(bool, u32)> {
    fs::metadata(folder).map(|_| (true, 0o700))
}

/// Room for recordings.
pub fn disk(config: &Config) -> Finding {
    const CHECK: &str = "disk";
    let Ok(folder) = config.paths.state() else { return Finding::ok(CHECK, "no folder, no disk") };
    let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    let free = match fs4::available_space(there) {
        Ok(free) => free,
        Err(error) => return Finding::warning(CHECK, format!("cannot tell: {error}"), "look with df"),
    };
    let found = format!("{:.1} GB are free in {}", free as f64 / 1e9, there.display());
    match free {
        ..TOO_LITTLE => Finding::fault(CHECK, found, "free some space: recordings are refused when the disk is full"),
        TOO_LITTLE..LITTLE => Finding::warning(CHECK, found, "free some space, or shorten how long audio is kept"),
        _ => Finding::ok(CHECK, found),
    }
}

/// Whether the machine's clock is kept right: visits, signatures and the audit are dated by it.
pub fn clock() -> Finding {
    const CHECK: &str = "clock";
    let now = jiff::Timestamp::now();
    let asked = Command::new("timedatectl").args(["show", "--property=NTPSynchronized", "--value"]).output();
    let said = asked.ok().filter(|output| output.status.success());
    match said.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).as_deref() {
        Some("yes") => Finding::ok(CHECK, format!("{now:.0}, kept by a time server")),
        Some("no") => {
            let advice = "keep it by a time server: timedatectl set-ntp true";
            Finding::warning(CHECK, format!("{now:.0}, and no time server keeps it"), advice)
        }
        _ => {
            let advice = "compare it with another clock; in a container the host keeps it";
            Finding::warning(CHECK, format!("{now:.0}, and the machine does not tell whether it is right"), advice)
        }
    }
}

/// Microphones. A machine that only serves needs none.
pub fn microphones() -> Finding {
    const CHECK: &str = "microphones";
    match capture::devices() {
        Ok(found) if found.is_empty() => {
            Finding::ok(CHECK, "none: visits come from the agents of rooms, or as recordings")
        }
        Ok(found) => Finding::ok(CHECK, found.into_iter().map(|device| device.name).collect::<Vec<_>>().join("; ")),
        Err(error) => {
            let advice = "a room's machine needs one: see that this user is of the group audio, and that ALSA knows it";
            Finding::warning(CHECK, error.to_string(), advice)
        }
    }
}

/// Whether the service can listen, or does.
pub fn port(config: &Config) -> Finding {
    const CHECK: &str = "port";
    let address = config.server.listen;
    match TcpListener::bind(address) {
        Ok(_) => Finding::ok(CHECK, format!("{address} is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse => match answers(address) {
            Ok(true) => Finding::ok(CHECK, format!("soapstone answers at {address}")),
            Ok(false) | Err(_) if config.server.tls_certificate.is_some() => {
                let advice = format!("if it is not soapstone: ss -ltnp 'sport = :{}' tells which", address.port());
                Finding::warning(CHECK, format!("{address} is in use, as it is where the service runs"), advice)
            }
            Ok(false) | Err(_) => {
                let advice = format!(
                    "ss -ltnp 'sport = :{}' tells which; stop it, or set server.listen to another port",
                    address.port()
                );
                Finding::fault(CHECK, format!("another program listens at {address}"), advice)
            }
        },
        Err(error) => {
            let advice =
                "set server.listen to an address of this machine, and a port above 1023 or with the right to it";
            Finding::fault(CHECK, format!("cannot listen at {address}: {error}"), advice)
        }
    }
}

/// Whether a soapstone says at `address` that it is well.
fn answers(address: SocketAddr) -> io::Result<bool> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(10_000).read_to_string(&mut answer)?;
    Ok(answer.starts_with("HTTP/1.1 200") && answer.contains("\"status\":\"ok\""))
}
