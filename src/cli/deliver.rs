//! `soapstone deliver`: what went to the EHR, and what did not.

use clap::{Args, Subcommand};

use super::{Failure, FailureKind, output::print_line, runtime};
use crate::{
    app,
    config::Config,
    domain::{Actor, AuditAction, AuditEvent, Delivery, DeliveryId, DeliveryState},
    store::{Store, audit, deliveries},
};

/// Look after what goes to the EHR. Nothing of a patient is shown.
#[derive(Args)]
pub struct DeliverArgs {
    #[command(subcommand)]
    command: DeliverCommand,
}

#[derive(Subcommand)]
enum DeliverCommand {
    /// Show every delivery, the oldest first: id, visit, version of the note, as what it is filed, state, when it was queued, and
    /// why it failed.
    List {
        /// Only those that failed.
        #[arg(long)]
        failed: bool,
    },
    /// Queue what failed again; the service sends it.
    #[command(after_help = "Examples:\n  \
        soapstone deliver list --failed\n  \
        soapstone deliver retry 019ad2c4-…     this one\n  \
        soapstone deliver retry --failed       all that failed")]
    Retry {
        /// Which delivery.
        #[arg(required_unless_present = "failed")]
        id: Option<DeliveryId>,
        /// All that failed.
        #[arg(long, conflicts_with = "id")]
        failed: bool,
    },
}

/// Runs the command.
pub fn run(args: &DeliverArgs, config: &Config) -> Result<(), Failure> {
    runtime()?.block_on(async {
        let store = app::open_store(config).await?;
        match &args.command {
            DeliverCommand::List { failed } => {
                let listed = deliveries::list_all(&store, *failed).await?;
                listed.iter().try_for_each(|delivery| print_line(line(delivery)))
            }
            DeliverCommand::Retry { id: Some(id), .. } => retry(&store, &find(&store, *id).await?).await,
            DeliverCommand::Retry { id: None, .. } => {
                for delivery in deliveries::list_all(&store, true).await? {
                    retry(&store, &delivery).await?;
                }
                Ok(())
            }
        }
    })
}

async fn find(store: &Store, id: DeliveryId) -> Result<Delivery, Failure> {
    let unknown = || {
        let told = format_args!("there is no delivery {id}; see `soapstone deliver list`");
        Failure::new(FailureKind::Usage, told)
    };
    let delivery = deliveries::get(store, id).await?.ok_or_else(unknown)?;
    if delivery.state == DeliveryState::Failed {
        return Ok(delivery);
    }
    let told = format_args!("the delivery {id} is {}: only one that failed is sent again", delivery.state.as_str());
    Err(Failure::new(FailureKind::Usage, told))
}

async fn retry(store: &Store, delivery: &Delivery) -> Result<(), Failure> {
    let tx = store.begin().await?;
    // One that was queued by somebody else in the meantime is queued once.
    if deliveries::requeue(&tx, delivery.encounter, delivery.id).await? {
        let queued = AuditEvent::done(Actor::Operator, AuditAction::Deliver).on(delivery.encounter);
        audit::append(&tx, &queued.object(format!("delivery/{}", delivery.id))).await?;
        tx.commit().await?;
        print_line(delivery.id)?;
    }
    Ok(())
}

fn line(delivery: &Delivery) -> String {
    let Delivery { id, encounter, version, doc_status, state, queued_at, fault, .. } = delivery;
    let fault = fault.as_deref().unwrap_or_default();
    format!("{id}\t{encounter}\t{version}\t{doc_status}\t{}\t{queued_at}\t{fault}", state.as_str())
}
