//!

pub mod input;
