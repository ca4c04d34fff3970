//!

pub mod input;
//! The command line: one file a command.

mod bar;
pub mod models;
pub mod terminology;
pub mod output;
pub mod transcribe;
