//! Addresses of other systems.

/// Whether what is sent to `url` is read by nobody on the way: it goes over TLS, or stays on this machine.
pub fn is_private(url: &str) -> bool {
    match url.split_once("://") {
        Some(("https", rest)) => !host(rest).is_empty(),
        Some(("http", rest)) => matches!(host(rest), "127.0.0.1" | "localhost" | "[::1]"),
        _ => false,
    }
}

/// The host that `rest`, an address without its scheme, names. None where a user is named before it: a name that looks like
/// this machine's could stand there.
fn host(rest: &str) -> &str {
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let end = match authority.rfind(']') {
        Some(bracket) => bracket + 1,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    if authority.contains('@') { "" } else { &authority[..end] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tls_and_this_machine_are_private() {
        for url in ["https://ehr.example/fhir", "http://127.0.0.1:8080/fhir", "http://localhost", "http://[::1]:9/x"] {
            assert!(is_private(url), "{url}");
        }
        for url in [
            "http://ehr.example/fhir",
            "http://127.0.0.1.evil.example/",
            "http://localhost.evil.example/",
            "http://localhost@evil.example/",
            "http://localhost:80@evil.example/",
            "http://evil.example/?http://localhost",
            "ftp://localhost",
            "https:///x",
            "ehr.example",
        ] {
            assert!(!is_private(url), "{url}");
        }
    }
}
