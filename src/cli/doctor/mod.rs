//! `soapstone doctor`: what keeps the service from its work, and what to do about it.

mod certificate;
mod machine;
mod service;

use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::json;

use super::{Failure, FailureKind, output::print_line, runtime};
use crate::config::Config;

/// Look at everything that the service needs, and say what is wrong and what to do about it.
///
/// Models and terminology, microphones, the folder of the service and its disk, the clock, the master key, the database, the
/// EHR, the certificate and the port are looked at; nothing is changed. Run it as the user that the service runs as. The exit
/// code is 0 where there is no fault; a warning is none.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    soapstone doctor\n  \
    sudo -u soapstone soapstone --config /etc/soapstone/soapstone.toml doctor\n  \
    soapstone doctor --format json               for a monitor")]
pub struct DoctorArgs {
    /// Lines for people, or JSON.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Ok,
    Warning,
    Fault,
}

/// What was found of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Finding {
    check: &'static str,
    state: State,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

impl Finding {
    fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, state: State::Ok, found: found.into(), advice: None }
    }

    fn warning(check: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { check, state: State::Warning, found: found.into(), advice: Some(advice.into()) }
    }

    fn fault(check: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { check, state: State::Fault, found: found.into(), advice: Some(advice.into()) }
    }

    fn line(&self) -> String {
        let state = match self.state {
            State::Ok => "ok",
            State::Warning => "warning",
            State::Fault => "FAULT",
        };
        let advice = self.advice.as_ref().map_or_else(String::new, |advice| format!("\n{:23}→ {advice}", ""));
        format!("{state:<8} {:<13} {}{advice}", self.check, self.found)
    }
}

/// Runs the command.
pub fn run(args: &DoctorArgs, config: &Config) -> Result<(), Failure> {
    let findings = runtime()?.block_on(examine(config));
    match args.format {
        Format::Text => findings.iter().try_for_each(|finding| print_line(finding.line()))?,
        Format::Json => print_line(json!({ "schema": "soapstone.doctor/1", "findings": findings }))?,
    }
    match findings.iter().filter(|finding| finding.state == State::Fault).count() {
        0 => Ok(()),
        1 => Err(Failure::new(FailureKind::Internal, "there is a fault")),
        faults => Err(Failure::new(FailureKind::Internal, format_args!("there are {faults} faults"))),
    }
}

async fn examine(config: &Config) -> Vec<Finding> {
    // A configuration that cannot be used ended the command before this.
    let mut findings = vec![Finding::ok("configuration", "every key is known, and every value in its range")];
    findings.push(service::models(config));
    findings.push(machine::microphones());
    findings.push(machine::folder(config));
    findings.push(machine::disk(config));
    findings.push(machine::clock());
    findings.extend(service::kept(config).await);
    findings.push(service::ehr(config).await);
    findings.push(service::certificate(config).await);
    findings.push(machine::port(config));
    findings
}
