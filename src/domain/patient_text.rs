//! Text that came from a patient's visit or chart and must not reach a log, a metric, an error or a panic.

use std::{borrow::Cow, fmt, ops::Deref};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

/// A string whose `Debug` shows its length only. It has no `Display`: to print patient text on purpose, ask for
/// [`PatientText::as_str`].
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PatientText(String);

impl PatientText {
    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text itself, given away.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Debug for PatientText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} bytes of patient text]", self.0.len())
    }
}

impl Deref for PatientText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<String> for PatientText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for PatientText {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl JsonSchema for PatientText {
    fn schema_name() -> Cow<'static, str> {
        String::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_the_length_and_never_the_text() {
        let text = PatientText::from("chest pain");
        assert_eq!(format!("{text:?}"), "[10 bytes of patient text]");
    }
}
