//! The tables as types, one file each. Times are milliseconds since 1970 in UTC, ids are UUIDs as text, and whatever tells
//! of a patient is sealed bytes: all of it means the same to SQLite and PostgreSQL.

pub mod account;
pub mod audit_entry;
pub mod audit_head;
pub mod credential;
pub mod delivery;
pub mod document;
pub mod encounter;
pub mod encounter_key;
pub mod idempotency;
pub mod job;
pub mod voice;
