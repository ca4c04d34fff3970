//! Figures for those who run the service, in the text format that Prometheus reads (OpenMetrics).
//!
//! Labels are words of soapstone's own: templates of routes, kinds and states. Nothing of a visit, an account or an address is
//! in any of them. What happens in this process is counted here; what the store knows is asked for when somebody looks
//! ([`Snapshot`]), so that it is right also where other processes do the jobs.

use std::{sync::atomic::AtomicU64, time::Duration};

use prometheus_client::{
    encoding::text::encode,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::{Registry, Unit},
};

use crate::domain::{DeliveryState, JobKind, JobState};

/// Seconds of a request: from a look-up to an upload over a slow line.
const REQUEST_SECONDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 60.0];

/// Seconds of a job: from a delivery to the note of an hour's visit on a slow machine.
const JOB_SECONDS: [f64; 10] = [0.1, 0.5, 1.0, 5.0, 15.0, 30.0, 60.0, 180.0, 600.0, 3600.0];

/// Seconds of work for a second of speech; above 1 the machine falls behind.
const REAL_TIME_FACTORS: [f64; 8] = [0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 2.0];

type Labels<const N: usize> = [(&'static str, String); N];
type Histograms<const N: usize> = Family<Labels<N>, Histogram, fn() -> Histogram>;
type FloatGauge = Gauge<f64, AtomicU64>;

/// All figures.
pub struct Metrics {
    registry: Registry,
    requests: Family<Labels<3>, Counter>,
    request_seconds: Histograms<2>,
    refused: Family<Labels<1>, Counter>,
    log_ins_failed: Counter,
    segments: Counter,
    job_seconds: Histograms<2>,
    real_time_factor: Histogram,
    jobs: Family<Labels<2>, Gauge>,
    queue_age: Family<Labels<1>, FloatGauge>,
    deliveries: Family<Labels<1>, Gauge>,
    audit_entries: Gauge,
    disk_free: Gauge,
}

/// What the store and the disk tell at the moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// How many jobs there are of which kind in which state. Those that are not named are none.
    pub jobs: Vec<(JobKind, JobState, u64)>,
    /// How long the oldest job of a kind that waits has waited.
    pub oldest: Vec<(JobKind, Duration)>,
    /// How many deliveries there are in which state.
    pub deliveries: Vec<(DeliveryState, u64)>,
    /// How many entries the audit has.
    pub audit_entries: i64,
    /// Bytes that the disk of the service's folder still takes.
    pub disk_free: Option<u64>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("soapstone");
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The release that runs", build);
        let metrics = Self {
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(|| Histogram::new(REQUEST_SECONDS)),
            refused: Family::default(),
            log_ins_failed: Counter::default(),
            segments: Counter::default(),
            job_seconds: Family::new_with_constructor(|| Histogram::new(JOB_SECONDS)),
            real_time_factor: Histogram::new(REAL_TIME_FACTORS),
            jobs: Family::default(),
            queue_age: Family::default(),
            deliveries: Family::default(),
            audit_entries: Gauge::default(),
            disk_free: Gauge::default(),
            registry: Registry::default(),
        };
        metrics.register(&mut registry);
        Self { registry, ..metrics }
    }
}

impl Metrics {
    fn register(&self, registry: &mut Registry) {
        let seconds = || Unit::Seconds;
        registry.register("http_requests", "Requests answered, by route, method and status", self.requests.clone());
        let help = "Time until the answer began";
        registry.register_with_unit("http_request_duration", help, seconds(), self.request_seconds.clone());
        let help = "Requests refused for being too many, by the limit that they met";
        registry.register("http_refused", help, self.refused.clone());
        registry.register("log_ins_failed", "Log-ins that were refused", self.log_ins_failed.clone());
        registry.register("segments_kept", "Segments of audio taken and synced", self.segments.clone());
        let help = "Time that a job took in this process, by its kind and how it ended";
        registry.register_with_unit("job_duration", help, seconds(), self.job_seconds.clone());
        let help = "Seconds of work for a second of recording, transcripts of this process";
        registry.register("transcription_real_time_factor", help, self.real_time_factor.clone());
        registry.register("jobs", "Jobs, by kind and state", self.jobs.clone());
        let help = "How long the oldest job that waits has waited";
        registry.register_with_unit("queue_oldest_age", help, seconds(), self.queue_age.clone());
        registry.register("deliveries", "Versions of notes for the EHR, by state", self.deliveries.clone());
        registry.register("audit_entries", "Entries of the audit", self.audit_entries.clone());
        let help = "Free on the disk of the service's folder";
        registry.register_with_unit("disk_free", help, Unit::Bytes, self.disk_free.clone());
    }

    /// A request was answered with `status`. `route` is a template, and never what was asked for.
    pub fn request(&self, route: &str, method: &str, status: u16, took: Duration) {
        let (route, method) = (("route", route.to_owned()), ("method", method.to_owned()));
        let status = ("status", status.to_string());
        self.requests.get_or_create(&[route.clone(), method.clone(), status]).inc();
        self.request_seconds.get_or_create(&[route, method]).observe(took.as_secs_f64());
    }

    /// A request was refused because of `limit`.
    pub fn refused(&self, limit: &'static str) {
        self.refused.get_or_create(&[("limit", limit.to_owned())]).inc();
    }

    /// Somebody was not let in.
    pub fn log_in_failed(&self) {
        self.log_ins_failed.inc();
    }

    /// A segment was kept.
    pub fn segment_kept(&self) {
        self.segments.inc();
    }

    /// An attempt at a job ended: `done`, `again`, `failed` or `moot`.
    pub fn job_ended(&self, kind: JobKind, end: &'static str, took: Duration) {
        let labels = [("kind", kind.as_str().to_owned()), ("end", end.to_owned())];
        self.job_seconds.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// A recording of `length` was transcribed.
    pub fn transcribed(&self, length: Duration, took: Duration) {
        if !length.is_zero() {
            self.real_time_factor.observe(took.as_secs_f64() / length.as_secs_f64());
        }
    }

    /// Everything as text, with what the store and the disk tell.
    pub fn text(&self, snapshot: &Snapshot) -> String {
        self.show(snapshot);
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("a string takes everything");
        text
    }

    fn show(&self, snapshot: &Snapshot) {
        for kind in JobKind::ALL {
            for state in JobState::ALL {
                let found = snapshot.jobs.iter().find(|(of, is, _)| (*of, *is) == (kind, state));
                let labels = [("kind", kind.as_str().to_owned()), ("state", state.as_str().to_owned())];
                self.jobs.get_or_create(&labels).set(whole(found.map_or(0, |(.., count)| *count)));
            }
            let oldest = snapshot.oldest.iter().find(|(of, _)| *of == kind);
            let age = oldest.map_or(0.0, |(_, age)| age.as_secs_f64());
            self.queue_age.get_or_create(&[("kind", kind.as_str().to_owned())]).set(age);
        }
        for state in DeliveryState::ALL {
            let found = snapshot.deliveries.iter().find(|(is, _)| *is == state);
            let labels = [("state", state.as_str().to_owned())];
            self.deliveries.get_or_create(&labels).set(whole(found.map_or(0, |(_, count)| *count)));
        }
        self.audit_entries.set(snapshot.audit_entries);
        if let Some(free) = snapshot.disk_free {
            self.disk_free.set(whole(free));
        }
    }
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_and_what_is_asked_for_stand_in_one_text() {
        let metrics = Metrics::default();
        metrics.request("/api/v1/encounters/{id}", "GET", 200, Duration::from_millis(3));
        metrics.request("/api/v1/encounters/{id}", "GET", 404, Duration::from_millis(1));
        metrics.transcribed(Duration::from_secs(100), Duration::from_secs(30));
        let snapshot = Snapshot {
            jobs: vec![(JobKind::Draft, JobState::Queued, 2)],
            oldest: vec![(JobKind::Draft, Duration::from_secs(90))],
            audit_entries: 17,
            ..Snapshot::default()
        };
        let text = metrics.text(&snapshot);
        for line in [
            r#"soapstone_http_requests_total{route="/api/v1/encounters/{id}",method="GET",status="404"} 1"#,
            r#"soapstone_http_request_duration_seconds_bucket{le="0.0025",route="/api/v1/encounters/{id}",method="GET"} 1"#,
            r#"soapstone_transcription_real_time_factor_sum 0.3"#,
            r#"soapstone_jobs{kind="draft",state="queued"} 2"#,
            r#"soapstone_jobs{kind="draft",state="running"} 0"#,
            r#"soapstone_queue_oldest_age_seconds{kind="draft"} 90.0"#,
            "soapstone_audit_entries 17",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
        assert!(text.ends_with("# EOF\n"), "{text}");
    }
}
