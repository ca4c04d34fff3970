//! Delivery to EHRs that are other programs.

mod smart;
