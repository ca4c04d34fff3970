//! English as it is spoken and written: words, numbers, and numbers as clinicians write them. Plain text in, plain values
//! out; what they mean for a patient is decided by who uses them.

pub mod numbers;
pub mod parts;
pub mod patterns;
pub mod questions;
pub mod tokens;
pub mod units;
pub mod written;
