//! How long what is kept of a visit stays.

use serde::Deserialize;

use super::ConfigError;

/// After how many days what is erased. A visit under legal hold is left as it is, and the audit is kept always.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetentionConfig {
    /// Audio, after the last signature under the note. Default: 30.
    pub audio_days: Keep,
    /// Transcripts, after the last signature. Default: always kept.
    pub transcript_days: Keep,
    /// Whole visits, notes included, after the last signature. Default: always kept.
    pub visit_days: Keep,
    /// Whole visits that nobody signed, after they were entered. Default: always kept.
    pub unsigned_days: Keep,
}

/// How long something is kept: a number of days, or `"always"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub enum Keep {
    /// So many days.
    Days(u32),
    /// Until somebody erases it.
    Always,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a number of days, or \"always\"")]
enum Written {
    Days(u32),
    Word(String),
}

impl TryFrom<Written> for Keep {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        match written {
            Written::Days(days) => Ok(Self::Days(days)),
            Written::Word(word) if word == "always" => Ok(Self::Always),
            Written::Word(_) => Err("it is a number of days, or \"always\""),
        }
    }
}

impl Default for RetentionConfig {
    fn default() -> Self {
        let kept = Keep::Always;
        Self { audio_days: Keep::Days(30), transcript_days: kept, visit_days: kept, unsigned_days: kept }
    }
}

impl RetentionConfig {
    /// Each rule with its key.
    pub fn rules(&self) -> [(&'static str, Keep); 4] {
        [
            ("audio_days", self.audio_days),
            ("transcript_days", self.transcript_days),
            ("visit_days", self.visit_days),
            ("unsigned_days", self.unsigned_days),
        ]
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        // A slip of the hand is a visit erased at once, or one kept for ever by a number without meaning.
        const LONGEST: u32 = 36_500;
        let keys =
            ["retention.audio_days", "retention.transcript_days", "retention.visit_days", "retention.unsigned_days"];
        for (key, (_, keep)) in keys.into_iter().zip(self.rules()) {
            if let Keep::Days(days) = keep
                && !(1..=LONGEST).contains(&days)
            {
                let rule = "it must be 1 to 36500 days, or \"always\"";
                return Err(ConfigError::Value { key, value: days.to_string(), rule });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<RetentionConfig, String> {
        let config: RetentionConfig = toml::from_str(text).map_err(|error| error.to_string())?;
        config.validate().map_err(|error| error.to_string())?;
        Ok(config)
    }

    #[test]
    fn audio_goes_after_thirty_days_and_nothing_else_by_itself() {
        let rules = read("").expect("loads").rules();
        assert_eq!(rules[0], ("audio_days", Keep::Days(30)));
        assert!(rules[1..].iter().all(|(_, keep)| *keep == Keep::Always), "{rules:?}");
    }

    #[test]
    fn days_are_a_number_or_always_and_never_none() {
        assert_eq!(read("audio_days = \"always\"").expect("loads").audio_days, Keep::Always);
        assert_eq!(read("unsigned_days = 90").expect("loads").unsigned_days, Keep::Days(90));
        let refused = |text: &str, told: &str| {
            let error = read(text).expect_err("refused");
            assert!(error.contains(told), "{error}");
        };
        refused("visit_days = 0", "retention.visit_days is 0");
        refused("audio_days = \"never\"", "a number of days, or \"always\"");
        refused("audio_days = -1", "a number of days, or \"always\"");
    }
}
