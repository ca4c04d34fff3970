//! What several folders of tests share.

pub mod corpora;
pub mod database;
pub mod facts;
pub mod identity_provider;
