//! The service over HTTP: `/api/v1` for people's pages and other programs, and what operators ask.
//!
//! Every route stands on one page, [`mod@router`]; every action has a file under `api/` with what it takes, what it answers and who
//! may do it. Faults are RFC 9457 problems ([`problem`]); who asks is told by [`caller`].

pub mod api;
mod caller;
mod client;
mod document;
mod etag;
mod extract;
mod lasting;
mod limits;
mod observe;
mod problem;
mod router;
mod web;

use std::sync::Arc;

pub use problem::Problem;
pub use router::{openapi, router};

use crate::{auth::oidc::Oidc, pipeline::jobs::Workshop};

/// What every request can reach.
#[derive(Clone)]
pub struct Service {
    /// Visits, their audio, and the jobs on them.
    pub workshop: Arc<Workshop>,
    /// The clinic's single sign-on, where one is configured.
    pub oidc: Option<Arc<Oidc>>,
}
