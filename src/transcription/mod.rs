//!

pub mod reading;
