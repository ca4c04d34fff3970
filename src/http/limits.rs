//! How much is taken on: of one address, of one caller, and at once.
//!
//! Whoever asks for more is answered at once, and costs nothing more: an address before anybody is looked up, a caller before
//! anything is read for them.

use std::{
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{Extensions, Method},
    middleware::Next,
    response::{IntoResponse, Response},
};
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use tokio::sync::Semaphore;

use super::{Problem, Service, client};
use crate::{auth::Secret, config::LimitsConfig, metrics::Metrics};

/// The route whose requests have a limit of their own.
const SEGMENTS: &str = "/api/v1/encounters/{id}/audio/{seq}";

/// What is answered however busy the service is: an operator wants to know just then.
const ALWAYS: [&str; 2] = ["/healthz", "/metrics"];

/// Callers that are remembered are looked through after so many requests, and those of long ago forgotten.
const SWEEP_EVERY: u32 = 10_000;

/// The limits, and how near everybody is to them.
pub struct Limits {
    addresses: Limit<IpAddr>,
    callers: Limit<Vec<u8>>,
    segments: Limit<Vec<u8>>,
    at_once: Semaphore,
}

/// A limit for each of many.
struct Limit<K: Hash + Eq + Clone> {
    name: &'static str,
    limiter: DefaultKeyedRateLimiter<K>,
    asked: AtomicU32,
}

impl<K: Hash + Eq + Clone> Limit<K> {
    fn new(name: &'static str, per_s: NonZeroU32, burst: NonZeroU32) -> Self {
        let limiter = RateLimiter::keyed(Quota::per_second(per_s).allow_burst(burst));
        Self { name, limiter, asked: AtomicU32::new(0) }
    }

    /// Takes one more request, if it is not one too many.
    fn take(&self, key: &K, metrics: &Metrics) -> Result<(), Problem> {
        if self.asked.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.limiter.retain_recent();
        }
        let now = DefaultClock::default().now();
        self.limiter.check_key(key).map_err(|later| {
            metrics.refused(self.name);
            let seconds = later.wait_time_from(now).as_secs() + 1;
            Problem::too_many(format!("too many requests came from here: try again in {seconds} s"), seconds)
        })
    }
}

impl Limits {
    /// Nobody has asked for anything yet.
    pub fn new(config: &LimitsConfig) -> Self {
        let times = |limit: NonZeroU32, factor: u32| limit.saturating_mul(NonZeroU32::MIN.saturating_add(factor - 1));
        let LimitsConfig { address_per_s, caller_per_s, segments_per_s, at_once } = *config;
        Self {
            addresses: Limit::new("address", address_per_s, times(address_per_s, 2)),
            callers: Limit::new("caller", caller_per_s, times(caller_per_s, 4)),
            segments: Limit::new("segments", segments_per_s, times(segments_per_s, 10)),
            at_once: Semaphore::new(at_once.get() as usize),
        }
    }

    /// Takes one request of whoever shows `secret`, which was looked up and is somebody's.
    pub fn take(
        &self,
        secret: &Secret,
        method: &Method,
        extensions: &Extensions,
        metrics: &Metrics,
    ) -> Result<(), Problem> {
        let route = extensions.get::<MatchedPath>().map(MatchedPath::as_str);
        let is_segment = *method == Method::PUT && route == Some(SEGMENTS);
        let limit = if is_segment { &self.segments } else { &self.callers };
        limit.take(&secret.hash(), metrics)
    }
}

/// Lets a request through that is not one too many of its address, or for the service.
pub async fn guard(
    State((service, limits)): State<(Service, Arc<Limits>)>,
    mut request: Request,
    next: Next,
) -> Response {
    let metrics = &service.workshop.metrics;
    let address = client::address(&request, &service.workshop.config.server);
    if let Some(address) = address
        && let Err(problem) = limits.addresses.take(&network(address), metrics)
    {
        return problem.into_response();
    }
    request.extensions_mut().insert(Arc::clone(&limits));
    if request.extensions().get::<MatchedPath>().is_some_and(|route| ALWAYS.contains(&route.as_str())) {
        return next.run(request).await;
    }
    let Ok(_turn) = limits.at_once.try_acquire() else {
        metrics.refused("at_once");
        return Problem::overloaded().into_response();
    };
    next.run(request).await
}

/// Who has one address of IPv6 has the 2^64 beside it.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(limit: u32) -> NonZeroU32 {
        NonZeroU32::new(limit).expect("not zero")
    }

    #[test]
    fn each_has_a_limit_of_its_own_and_is_told_when_to_come_again() {
        let (limit, metrics) = (Limit::new("caller", number(1), number(3)), Metrics::default());
        for _ in 0..3 {
            assert!(limit.take(&"ada", &metrics).is_ok());
        }
        let refused = limit.take(&"ada", &metrics).expect_err("one too many");
        assert_eq!((refused.status, refused.retry_after_s), (429, Some(1)));
        assert!(limit.take(&"eve", &metrics).is_ok());
        assert!(metrics.text(&Default::default()).contains("soapstone_http_refused_total{limit=\"caller\"} 1"));
    }

    #[test]
    fn the_addresses_of_one_network_are_one() {
        let parse = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert_eq!(network(parse("2001:db8::1:2:3:4")), network(parse("2001:db8::4:3:2:1")));
        assert_ne!(network(parse("2001:db8:0:1::1")), network(parse("2001:db8:0:2::1")));
        assert_eq!(network(parse("::ffff:192.0.2.1")), parse("192.0.2.1"));
    }
}
