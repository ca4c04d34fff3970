//! From where a request comes.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};

use crate::config::ServerConfig;

/// What proxies say of the client before them: each adds, at the end, who asked it.
const FORWARDED: [&str; 2] = ["x-forwarded-for", "forwarded"];

/// The address of the client: of who connected, or, where that is a trusted proxy, who it says asked it.
pub fn address(request: &Request, config: &ServerConfig) -> Option<IpAddr> {
    let peer = peer(request)?;
    if !config.trusted_proxies.contains(&peer) {
        return Some(peer);
    }
    let said = request.headers().get_all(FORWARDED[0]).iter().next_back();
    let last = said.and_then(|value| value.to_str().ok()).and_then(|value| value.rsplit(',').next());
    Some(last.and_then(|address| address.trim().parse().ok()).unwrap_or(peer))
}

/// Whether a program on this machine asks, and no proxy for somebody else.
pub fn is_local(request: &Request) -> bool {
    let forwarded = FORWARDED.iter().any(|name| request.headers().contains_key(*name));
    !forwarded && peer(request).is_some_and(|address| address.is_loopback())
}

fn peer(request: &Request) -> Option<IpAddr> {
    let ConnectInfo(peer) = request.extensions().get::<ConnectInfo<SocketAddr>>()?;
    Some(peer.ip().to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn request(peer: &str, forwarded: Option<&str>) -> Request {
        let mut request = Request::new(Body::empty());
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer.parse().expect("an address"), 4711)));
        if let Some(forwarded) = forwarded {
            request.headers_mut().insert("x-forwarded-for", forwarded.parse().expect("a header"));
        }
        request
    }

    #[test]
    fn what_a_proxy_says_is_believed_where_it_is_trusted_and_only_its_last_word() {
        let parse = |text: &str| Some(text.parse::<IpAddr>().expect("an address"));
        let trusting =
            ServerConfig { trusted_proxies: vec!["127.0.0.1".parse().expect("an address")], ..ServerConfig::default() };
        let asked = request("127.0.0.1", Some("203.0.113.9, 192.0.2.7"));
        assert_eq!(address(&asked, &trusting), parse("192.0.2.7"));
        assert_eq!(address(&asked, &ServerConfig::default()), parse("127.0.0.1"));
        assert_eq!(address(&request("198.51.100.2", Some("192.0.2.7")), &trusting), parse("198.51.100.2"));
        assert_eq!(address(&request("127.0.0.1", Some("nonsense")), &trusting), parse("127.0.0.1"));
    }

    #[test]
    fn a_proxy_on_this_machine_is_not_this_machine() {
        assert!(is_local(&request("127.0.0.1", None)) && is_local(&request("::1", None)));
        assert!(!is_local(&request("127.0.0.1", Some("192.0.2.7"))) && !is_local(&request("192.0.2.7", None)));
        assert!(!is_local(&Request::new(Body::empty())));
    }
}
