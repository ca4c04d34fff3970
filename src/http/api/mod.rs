//! What can be done over `/api/v1`, one file a thing.

pub mod accounts;
pub mod audio;
pub mod audit;
pub mod consent;
pub mod deliveries;
pub mod encounters;
pub mod events;
pub mod keys;
pub mod legal_hold;
pub mod log_in;
pub mod note;
pub mod oidc;
pub mod operations;
pub mod recording;
pub mod rooms;
pub mod tokens;
pub mod transcript;
pub mod voices;
