//! Who asks, what they may do, and the entry in the audit that tells of it.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, header, request::Parts},
};
use axum_extra::extract::CookieJar;

use super::{Problem, Service, limits::Limits};
use crate::{
    auth::{
        self, Principal, Proof, Secret,
        policy::{self, Decision, Right},
    },
    domain::{Actor, AuditAction, AuditEvent, AuditOutcome, Encounter, EncounterId, PatientText},
    pipeline::jobs::Workshop,
    store::{Store, Tx, audit, encounters},
};

/// The cookie of a session. Its name makes browsers refuse it unless it came over TLS and for this host alone.
pub const SESSION_COOKIE: &str = "__Host-soapstone";

/// The reason for reading a visit of somebody else's.
const BREAK_GLASS: &str = "soapstone-break-glass";

/// The longest reason that is kept.
const MAX_REASON_CHARS: usize = 500;

/// Somebody who is known.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub principal: Principal,
    /// What they proved it with.
    proof: Proof,
    /// Why they want to read what is not theirs, where they said so.
    reason: Option<PatientText>,
}

impl FromRequestParts<Service> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Problem> {
        let proof = match bearer(&parts.headers) {
            Some(token) => Proof::Token(token),
            None => {
                let session = session(&parts.headers).ok_or_else(Problem::not_logged_in)?;
                refuse_forged(&parts.method, &parts.headers)?;
                Proof::Session(session)
            }
        };
        let Workshop { store, clock, config, .. } = service.workshop.as_ref();
        let principal = auth::recognise(store, clock.as_ref(), &config.sessions, &proof).await?;
        let principal = principal.ok_or_else(Problem::not_logged_in)?;
        if let Some(limits) = parts.extensions.get::<Arc<Limits>>() {
            limits.take(proof.secret(), &parts.method, &parts.extensions, &service.workshop.metrics)?;
        }
        Ok(Self { principal, proof, reason: reason(&parts.headers) })
    }
}

impl Caller {
    /// As the audit names them.
    pub fn actor(&self) -> Actor {
        Actor::Account(self.principal.account.id)
    }

    /// Whether they are still known, as the same.
    pub async fn is_still(&self, service: &Service) -> Result<bool, Problem> {
        let Workshop { store, clock, config, .. } = service.workshop.as_ref();
        Ok(auth::is_still(store, clock.as_ref(), &config.sessions, &self.proof, &self.principal).await?)
    }

    /// Errs unless the caller may do `right` without a visit in particular.
    pub async fn require(&self, store: &Store, right: Right, action: AuditAction) -> Result<(), Problem> {
        match policy::decide(&self.principal, right, None) {
            Decision::Allowed => Ok(()),
            _ => self.refuse(store, AuditEvent::done(self.actor(), action)).await,
        }
    }

    /// Errs unless the caller is a person who is logged in, and no program.
    pub fn require_session(&self) -> Result<(), Problem> {
        let refused = || Problem::forbidden("only somebody who is logged in may do this, and no token");
        self.principal.is_session().then_some(()).ok_or_else(refused)
    }

    /// The visit `id`, for a caller who may do `right` with it. Who may not is refused, and the audit says so; a reason for
    /// reading it is kept there.
    pub async fn encounter(
        &self,
        store: &Store,
        id: EncounterId,
        right: Right,
        action: AuditAction,
    ) -> Result<Encounter, Problem> {
        let Some(encounter) = encounters::get(store, id).await? else {
            return match policy::decide(&self.principal, right, None) {
                Decision::Refused => {
                    Err(Problem::forbidden("this account's role, or this token's scopes, do not allow it"))
                }
                _ => Err(Problem::not_found("encounter")),
            };
        };
        let event = AuditEvent::done(self.actor(), action).on(id);
        match (policy::decide(&self.principal, right, Some(encounter.clinician)), &self.reason) {
            (Decision::Allowed, _) => Ok(encounter),
            (Decision::WithReason, Some(reason)) => {
                let broken = AuditEvent::done(self.actor(), AuditAction::BreakGlass).on(id).because(reason.clone());
                audit::append_alone(store, &broken).await?;
                Ok(encounter)
            }
            (Decision::WithReason, None) => {
                audit::append_alone(store, &event.with_outcome(AuditOutcome::Refused)).await?;
                Err(Problem::reason_required())
            }
            (Decision::Refused, _) => self.refuse(store, event).await,
        }
    }

    async fn refuse<T>(&self, store: &Store, event: AuditEvent) -> Result<T, Problem> {
        audit::append_alone(store, &event.with_outcome(AuditOutcome::Refused)).await?;
        Err(Problem::forbidden("this account's role, or this token's scopes, do not allow it"))
    }

    /// Notes in the audit that the caller did `action` to the visit.
    pub async fn note(&self, tx: &Tx, id: EncounterId, action: AuditAction, object: &str) -> Result<(), Problem> {
        audit::append(tx, &AuditEvent::done(self.actor(), action).on(id).object(object)).await?;
        Ok(())
    }

    /// The same, where nothing else is written.
    pub async fn note_alone(
        &self,
        store: &Store,
        id: EncounterId,
        action: AuditAction,
        object: &str,
    ) -> Result<(), Problem> {
        Ok(audit::append_alone(store, &AuditEvent::done(self.actor(), action).on(id).object(object)).await?)
    }

    /// Notes in the audit that the caller was shown a list.
    pub async fn note_list(&self, store: &Store, object: &str) -> Result<(), Problem> {
        Ok(audit::append_alone(store, &AuditEvent::done(self.actor(), AuditAction::View).object(object)).await?)
    }
}

fn bearer(headers: &HeaderMap) -> Option<Secret> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Secret::shown(token.trim()))
}

/// The session that a request's cookie names.
pub fn session(headers: &HeaderMap) -> Option<Secret> {
    CookieJar::from_headers(headers).get(SESSION_COOKIE).map(|cookie| Secret::shown(cookie.value()))
}

/// A cookie travels with every request that a browser makes, also with one that another site makes it send. Browsers say
/// where a request comes from (Fetch Metadata), and older ones name its origin.
fn refuse_forged(method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    if method.is_safe() {
        return Ok(());
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_ours = match (text("sec-fetch-site"), text("origin"), text("host")) {
        (Some(site), _, _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, of)| of == host),
        (None, None, _) => true,
        (None, Some(_), None) => false,
    };
    if is_ours { Ok(()) } else { Err(Problem::forbidden("this request was sent by another site")) }
}

fn reason(headers: &HeaderMap) -> Option<PatientText> {
    let text = headers.get(BREAK_GLASS)?.to_str().ok()?.trim();
    let is_reason = text.chars().count() >= 4;
    is_reason.then(|| text.chars().take(MAX_REASON_CHARS).collect::<String>().into())
}
