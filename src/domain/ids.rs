//! Ids of what the service keeps. All are UUIDs of version 7 (RFC 9562), so that lists by id are lists by age.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Clock, Entropy};

/// A new id: the time of `clock`, and the rest from `entropy`.
pub fn new_uuid(clock: &dyn Clock, entropy: &dyn Entropy) -> Uuid {
    let milliseconds = u64::try_from(clock.now().as_millisecond()).unwrap_or_default();
    let mut random = [0; 10];
    entropy.fill(&mut random);
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid()
}

/// Declares id types, which differ only in what they name.
macro_rules! ids {
    ($($(#[$doc:meta])+ $name:ident),+ $(,)?) => {
        $($(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new one.
            pub fn new(clock: &dyn Clock, entropy: &dyn Entropy) -> Self {
                Self(new_uuid(clock, entropy))
            }

            /// As a UUID.
            pub fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        })+
    };
}

ids! {
    /// One encounter.
    EncounterId,
    /// One person, or system, with an account.
    AccountId,
    /// One piece of work.
    JobId,
    /// One message to the EHR.
    DeliveryId,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{SystemClock, SystemEntropy};

    #[test]
    fn ids_sort_by_age_and_are_read_as_they_were_written() {
        let older = EncounterId::new(&SystemClock, &SystemEntropy);
        std::thread::sleep(std::time::Duration::from_millis(2));
        let newer = EncounterId::new(&SystemClock, &SystemEntropy);
        assert!(older < newer && older.to_string() < newer.to_string());
        assert_eq!(older.to_string().parse(), Ok(older));
        assert_eq!(older.uuid().get_version_num(), 7);
    }
}
