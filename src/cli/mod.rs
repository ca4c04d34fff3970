//! The command line: one file a command.

mod bar;
pub mod input;
pub mod models;
pub mod terminology;
