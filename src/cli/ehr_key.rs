//! `soapstone ehr-key`: the public half of the key that the service logs in at the EHR with.

use clap::Args;

use super::{Failure, FailureKind};
use crate::{app, config::Config};

/// Show the public key that the EHR is to know this service by, as a JSON Web Key Set.
///
/// Whoever looks after the EHR enters it there, or the address <public_url>/.well-known/jwks.json, where the service shows the
/// same, and gives back the client id. The private key stays where `ehr.smart.key` says, and is not shown.
#[derive(Args)]
#[command(after_help = "Example:\n  \
    (umask 077; openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out /etc/soapstone/ehr.key)\n  \
    soapstone --config /etc/soapstone.toml ehr-key > soapstone.jwks.json")]
pub struct EhrKeyArgs {}

/// Runs the command.
pub fn run(_args: &EhrKeyArgs, config: &Config) -> Result<(), Failure> {
    let none = || Failure::new(FailureKind::Usage, "the configuration has no [ehr.smart], whose `key` this would show");
    let smart = config.ehr.smart.as_ref().ok_or_else(none)?;
    let key = app::service_key(smart).map_err(app::AppError::from)?;
    println!("{:#}", key.public_keys());
    Ok(())
}
