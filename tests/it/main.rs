//! The integration tests: one binary, folders mirror `src`.

mod terminology;
