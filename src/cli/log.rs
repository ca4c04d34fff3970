//! The log, on standard error: words for people, or JSON for programs.

use std::{
    fmt,
    io::{self, IsTerminal},
};

use jiff::Timestamp;
use serde_json::{Map, Value};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    EnvFilter,
    fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields, format::Writer},
    registry::LookupSpan,
};

use crate::config::LogFormat;

/// Begins the log. It tells more with each `-v`, and at none of what was said in a visit.
pub fn begin(verbose: u8, format: LogFormat) {
    let level = match verbose {
        // Libraries say in their own words what the failure says in ours.
        0 => "soapstone=error",
        1 => "soapstone=info,warn",
        _ => "soapstone=debug,info",
    };
    let log = tracing_subscriber::fmt().with_env_filter(EnvFilter::new(level)).with_writer(io::stderr);
    match format {
        LogFormat::Text => log.with_ansi(io::stderr().is_terminal()).init(),
        LogFormat::Json => log.with_ansi(false).event_format(Json).init(),
    }
}

/// A JSON object a line: `at`, `level`, `target`, `message`, the event's own fields, and for each span around it one of its name
/// with what it says (`"request": "id=…"`).
struct Json;

impl<S, N> FormatEvent<S, N> for Json
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let metadata = event.metadata();
        let mut line = Map::new();
        line.insert("at".to_owned(), Timestamp::now().to_string().into());
        line.insert("level".to_owned(), metadata.level().as_str().to_ascii_lowercase().into());
        line.insert("target".to_owned(), metadata.target().into());
        event.record(&mut Fields(&mut line));
        for span in context.event_scope().into_iter().flatten() {
            if let Some(fields) = span.extensions().get::<FormattedFields<N>>() {
                line.insert(span.name().to_owned(), fields.fields.as_str().into());
            }
        }
        writeln!(writer, "{}", Value::Object(line))
    }
}

/// Takes up the fields of an event.
struct Fields<'a>(&'a mut Map<String, Value>);

impl Fields<'_> {
    fn insert(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.insert(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.insert(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.insert(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field, value);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("nobody panicked").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_is_an_object_with_its_fields_and_the_request() {
        let lines = Lines::default();
        let written = lines.clone();
        let log = tracing_subscriber::fmt().with_ansi(false).event_format(Json).with_writer(move || lines.clone());
        tracing::subscriber::with_default(log.finish(), || {
            let _span = tracing::info_span!("request", id = 7).entered();
            tracing::warn!(status = 503, reason = "a \"quoted\" word", "refused");
        });
        let bytes = written.0.lock().expect("nobody panicked").clone();
        let line: Value = serde_json::from_slice(&bytes).expect("one object");
        assert_eq!(
            (&line["level"], &line["message"], &line["status"], &line["reason"], &line["request"]),
            (&"warn".into(), &"refused".into(), &503.into(), &"a \"quoted\" word".into(), &"id=7".into())
        );
    }
}
