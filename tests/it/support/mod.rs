//! What several folders of tests share.

pub mod facts;
