//! Transcripts that come as files: `soapstone.transcript/1`, and dialogues as plain text.
//!
//! A dialogue has a turn a line, each with who speaks: `doctor: …` and `patient: …`, or `[doctor] …` and `[patient] …`.
//!
//! - Labels are told in any case. `doctor`, `dr`, `physician`, `clinician`, `provider` and `gp` are the clinician, also with
//!   a name (`Dr. Smith`, `Smith MD`), and so is who treats as one (`nurse practitioner`, `PA`, `consultant`); `patient` and
//!   `pt` are the patient, also with a name; every other label is another person, each their own speaker.
//!   Where nobody is the clinician, a nurse or midwife is.
//!   Where nobody is the patient and one person beside the clinician speaks (`John: …`), that is the patient, unless the
//!   label is a companion's (`mother: …`).
//! - A label before a colon has at most three words, and a space or the line's end follows the colon, so that `at 10:30` is
//!   none. Brackets make labels only in a file that writes `[doctor]` or `[patient]`, and colons only in one that writes
//!   `doctor:` or `patient:`, so that `[laughs]` is none elsewhere.
//! - A line without a label continues the turn before it. Empty lines say nothing. A byte-order mark and CRLF do no harm.
//!
//! No error carries anything of the text, and no label, which may be a patient's name: they say the line, the byte, or
//! the utterance's id.

use std::{collections::HashSet, str, sync::LazyLock};

use regex::Regex;
use serde::Deserialize;

use super::numbers;
use crate::{
    domain::{
        AudioInfo, ClinicianHeard, ModelRef, PatientText, Repair, Role, RoleExchange, SpokenNumber, TRANSCRIPT_SCHEMA,
        Transcript, TranscriptSchema, Utterance, Word,
    },
    language::patterns::pattern,
};

/// Why a file is not a transcript.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ReadingError {
    /// Windows' other encoding.
    #[error("it is UTF-16 text: save it as UTF-8")]
    Utf16,
    /// Not text in UTF-8.
    #[error("it is not UTF-8 text: byte {offset} is invalid; save it as UTF-8")]
    Utf8 {
        /// The first invalid byte, counted from 0.
        offset: usize,
    },
    /// Not JSON at all.
    #[error("it is not valid JSON at line {line}, column {column}")]
    Json {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// JSON of another shape.
    #[error("at line {line}, column {column} it is not a {TRANSCRIPT_SCHEMA}: {reason}")]
    Shape {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
        /// What is wrong.
        reason: String,
    },
    /// JSON of another kind.
    #[error("its \"schema\" is not \"{TRANSCRIPT_SCHEMA}\"")]
    Schema,
    /// Two utterances with one id: evidence could not be told apart.
    #[error("utterance {utterance} has the id of an earlier one")]
    DuplicateId {
        /// Its id or its place.
        utterance: String,
    },
    /// An end before its start, or, where not every utterance has a time, an utterance before the one above it.
    #[error("the times of utterance {utterance} run backwards")]
    TimesRunBackwards {
        /// Its id or its place.
        utterance: String,
    },
    /// Nobody says anything.
    #[error("nobody says anything in it")]
    Empty,
    /// Plain text in which nobody is named.
    #[error(
        "no line says who speaks: begin each turn with \"doctor:\" and \"patient:\", or with \"[doctor]\" and \"[patient]\""
    )]
    NoLabels,
    /// Plain text whose labels are all other people's.
    #[error(
        "no label in it is a clinician or a patient: use doctor, dr, physician, clinician, provider or gp, and patient or pt"
    )]
    UnknownLabels,
    /// Text that belongs to nobody.
    #[error("line {line} comes before the first label: say who speaks, or take the line out")]
    BeforeFirstLabel {
        /// Counted from 1.
        line: usize,
    },
}

/// What a line of a dialogue begins with that nobody said: a heading, or what was made of a misheard word.
pub(super) const REMARK: &str = "# ";

/// Word processors write "don’t": with one apostrophe for all, a denial is read as one wherever the text came from.
fn plain_apostrophes(text: &str) -> String {
    text.replace(['\u{2019}', '\u{02bc}'], "'")
}

/// Reads `soapstone.transcript/1`. Ids that are missing are filled (`u1`, `u2`, …); a missing role is unknown.
pub fn from_json(bytes: &[u8]) -> Result<Transcript, ReadingError> {
    let text = &plain_apostrophes(utf8(bytes)?);
    // A list would be read as the fields of an object in their order.
    if !text.trim_start().starts_with('{') {
        serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(json_error)?;
        let reason = "it is valid JSON, but no object".to_owned();
        return Err(ReadingError::Shape { line: 1, column: 1, reason });
    }
    let schema: SchemaOnly = serde_json::from_str(text).map_err(json_error)?;
    if schema.schema.as_deref() != Some(TRANSCRIPT_SCHEMA) {
        return Err(ReadingError::Schema);
    }
    let file: TranscriptFile = serde_json::from_str(text).map_err(json_error)?;
    let utterances = in_order(with_ids(file.utterances)?);
    if utterances.iter().all(|utterance| utterance.text.trim().is_empty()) {
        return Err(ReadingError::Empty);
    }
    check_times(&utterances)?;
    Ok(Transcript {
        schema: TranscriptSchema::V1,
        audio: file.audio,
        language: file.language.unwrap_or_else(|| "en".to_owned()),
        models: file.models,
        roles_exchanged: file.roles_exchanged,
        exchanges: file.exchanges,
        clinician_voice: file.clinician_voice,
        unheard_companion: file.unheard_companion,
        left_out_ms: file.left_out_ms,
        utterances,
    })
}

#[derive(Deserialize)]
struct SchemaOnly {
    #[serde(default, deserialize_with = "string_or_none")]
    schema: Option<String>,
}

fn string_or_none<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(serde_json::Value::deserialize(deserializer)?.as_str().map(str::to_owned))
}

/// A transcript as it may be written by hand: what [`Transcript`] requires and can be filled in may be missing.
#[derive(Deserialize)]
struct TranscriptFile {
    audio: Option<AudioInfo>,
    language: Option<String>,
    #[serde(default)]
    models: Vec<ModelRef>,
    #[serde(default)]
    roles_exchanged: bool,
    #[serde(default)]
    exchanges: Vec<RoleExchange>,
    clinician_voice: Option<ClinicianHeard>,
    #[serde(default)]
    unheard_companion: Vec<String>,
    left_out_ms: Option<u64>,
    utterances: Vec<UtteranceFile>,
}

#[derive(Deserialize)]
struct UtteranceFile {
    id: Option<String>,
    #[serde(default)]
    speaker: String,
    #[serde(default)]
    role: Role,
    start_ms: Option<u64>,
    end_ms: Option<u64>,
    text: PatientText,
    #[serde(default)]
    words: Vec<Word>,
    #[serde(default)]
    repairs: Vec<Repair>,
    #[serde(default)]
    numbers: Vec<SpokenNumber>,
}

/// The library's own messages quote the values they stumble over, which are a patient's; only its names of fields are not.
fn json_error(error: serde_json::Error) -> ReadingError {
    let (line, column) = (error.line(), error.column());
    if !error.is_data() {
        return ReadingError::Json { line, column };
    }
    let message = error.to_string();
    let field = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    let reason = match field {
        Some(field) => format!("\"{field}\" is missing"),
        // Only a role has variants; the message would quote the one that was found.
        None if message.starts_with("unknown variant") => {
            "a role is not one of clinician, patient, other, unknown".to_owned()
        }
        None => "a value is of the wrong kind".to_owned(),
    };
    ReadingError::Shape { line, column, reason }
}

fn with_ids(utterances: Vec<UtteranceFile>) -> Result<Vec<Utterance>, ReadingError> {
    let mut taken = HashSet::new();
    for (index, utterance) in utterances.iter().enumerate() {
        let id = utterance.id.as_deref().filter(|id| !id.is_empty());
        if id.is_some_and(|id| !taken.insert(id.to_owned())) {
            return Err(ReadingError::DuplicateId { utterance: speakable(id.unwrap_or_default(), index) });
        }
    }
    let mut filled = Vec::with_capacity(utterances.len());
    for (index, file) in utterances.into_iter().enumerate() {
        let given = file.id.filter(|id| !id.is_empty());
        let id = given.unwrap_or_else(|| free_id(index + 1, &mut taken));
        let UtteranceFile { speaker, role, start_ms, end_ms, text, words, repairs, numbers, .. } = file;
        filled.push(Utterance { id, speaker, role, start_ms, end_ms, text, words, repairs, numbers });
    }
    Ok(filled)
}

fn free_id(from: usize, taken: &mut HashSet<String>) -> String {
    let free = (from..).map(|number| format!("u{number}")).find(|id| !taken.contains(id));
    let id = free.expect("there are more numbers than utterances");
    taken.insert(id.clone());
    id
}

/// Transcripts that were written speaker by speaker, as those of meetings often are, in the order of their times.
fn in_order(mut utterances: Vec<Utterance>) -> Vec<Utterance> {
    if utterances.iter().all(|utterance| utterance.start_ms.is_some()) {
        utterances.sort_by_key(|utterance| utterance.start_ms);
    }
    utterances
}

fn check_times(utterances: &[Utterance]) -> Result<(), ReadingError> {
    let mut latest_start = 0;
    for (index, utterance) in utterances.iter().enumerate() {
        let start = utterance.start_ms.unwrap_or(latest_start);
        let ends_first = utterance.end_ms.is_some_and(|end| end < start);
        let word_ends_first = utterance.words.iter().any(|word| word.end_ms < word.start_ms);
        if start < latest_start || ends_first || word_ends_first {
            return Err(ReadingError::TimesRunBackwards { utterance: speakable(&utterance.id, index) });
        }
        latest_start = start;
    }
    Ok(())
}

/// An id as a message may show it: one that could be a name or a sentence is replaced by its place.
fn speakable(id: &str, index: usize) -> String {
    let digits = id.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let plain = id.len() <= 12 && id.len() - digits.len() <= 2;
    let plain = plain && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plain { id.to_owned() } else { format!("number {}", index + 1) }
}

/// Reads a dialogue as plain text, as the module describes.
pub fn from_dialogue(bytes: &[u8]) -> Result<Transcript, ReadingError> {
    let text = &plain_apostrophes(utf8(bytes)?);
    let lines = || text.split(['\n', '\r']).map(without_time);
    if lines().all(str::is_empty) {
        return Err(ReadingError::Empty);
    }
    let mut speakers = Speakers::default();
    let mut utterances = speakers.turns(text, Styles::of(lines())?)?;
    utterances.retain(|utterance| !utterance.text.is_empty());
    if utterances.is_empty() {
        return Err(ReadingError::Empty);
    }
    speakers.name_the_clinician(&mut utterances);
    speakers.name_the_patient(&mut utterances);
    Ok(dialogue(utterances))
}

fn dialogue(mut utterances: Vec<Utterance>) -> Transcript {
    for (index, utterance) in utterances.iter_mut().enumerate() {
        utterance.id = format!("u{}", index + 1);
        utterance.text = numbers::unmarked(&utterance.text).into();
    }
    Transcript { language: "en".to_owned(), utterances, ..Transcript::default() }
}

/// Reads a dialogue of people whose labels name no role: "Speaker 1: …". `None` where the first line has no label, or nobody
/// speaks twice and the labels are not numbered: then a colon parts what was said.
pub fn of_speakers(text: &str) -> Option<Transcript> {
    let mut speakers = Speakers::default();
    let mut utterances = speakers.turns(text, Styles { brackets: true, colons: true }).ok()?;
    let names = &speakers.names;
    let are_numbered = !names.is_empty() && names.iter().all(|name| name.ends_with(char::is_numeric));
    if !are_numbered && (names.len() < 2 || names.len() == utterances.len()) {
        return None;
    }
    utterances.iter_mut().for_each(|said| said.role = Role::Unknown);
    Some(dialogue(utterances))
}

/// A line without the time that some programs put before it, in brackets or not: `00:33 Doctor: …`. "9:30 is fine" is said.
fn without_time(line: &str) -> &str {
    static TIME: LazyLock<Regex> = LazyLock::new(|| {
        let time = r"\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?";
        let span = format!(r"{time}(?:\s*(?:-->|-|–)\s*{time})?");
        pattern(&format!(r"^(?:[\[(]{span}[\])]|{span}\s)[\s:-]*"))
    });
    let line = line.trim();
    let Some(time) = TIME.find(line) else { return line };
    let rest = &line[time.end()..];
    let is_labelled = colon_label(rest).is_some() || bracket_label(rest).is_some();
    if is_labelled || line.starts_with(['[', '(']) { rest } else { line }
}

fn continue_turn(utterances: &mut [Utterance], line: &str, number: usize) -> Result<(), ReadingError> {
    let turn = utterances.last_mut().ok_or(ReadingError::BeforeFirstLabel { line: number })?;
    // Grown in place: a transcript may be one turn of a hundred thousand lines.
    let mut text = std::mem::take(&mut turn.text).into_string();
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(line);
    turn.text = PatientText::from(text);
    Ok(())
}

/// How a file writes its labels.
#[derive(Clone, Copy)]
struct Styles {
    brackets: bool,
    colons: bool,
}

impl Styles {
    fn of<'t>(lines: impl Iterator<Item = &'t str>) -> Result<Self, ReadingError> {
        let (mut styles, mut any_label) = (Self { brackets: false, colons: false }, false);
        for line in lines {
            let (bracketed, before_colon) = (bracket_label(line), colon_label(line));
            let is_known = |found: Option<(&str, &str)>| found.is_some_and(|(label, _)| known_role(label).is_some());
            styles.brackets |= is_known(bracketed);
            styles.colons |= is_known(before_colon);
            any_label |= bracketed.is_some() || before_colon.is_some();
        }
        match (styles.brackets || styles.colons, any_label) {
            (true, _) => Ok(styles),
            (false, true) => Err(ReadingError::UnknownLabels),
            (false, false) => Err(ReadingError::NoLabels),
        }
    }

    /// The label of a line and what is said after it.
    fn split_label(self, line: &str) -> Option<(&str, &str)> {
        let bracketed = self.brackets.then(|| bracket_label(line)).flatten();
        bracketed.or_else(|| self.colons.then(|| colon_label(line)).flatten())
    }
}

/// `[label] said` or `[label]: said`.
fn bracket_label(line: &str) -> Option<(&str, &str)> {
    let (label, said) = line.strip_prefix('[')?.split_once(']')?;
    let said = said.strip_prefix(':').unwrap_or(said);
    is_label(label).then_some((label, said.trim()))
}

/// `label: said`.
fn colon_label(line: &str) -> Option<(&str, &str)> {
    let (label, said) = line.split_once(':')?;
    let ends_there = said.is_empty() || said.starts_with(char::is_whitespace);
    (ends_there && is_label(label)).then_some((label, said.trim()))
}

fn is_label(text: &str) -> bool {
    let is_part_of_name = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '\'' | '’' | '(' | ')');
    text.chars().count() <= 32
        && text.trim_start().starts_with(char::is_alphabetic)
        && text.chars().all(is_part_of_name)
        && text.split_whitespace().count() <= 3
}

/// The role that a label names, if it names one.
fn known_role(label: &str) -> Option<Role> {
    const CLINICIANS: [&str; 14] = [
        "doctor",
        "dr",
        "physician",
        "clinician",
        "provider",
        "gp",
        "md",
        "np",
        "pa",
        "consultant",
        "attending",
        "practitioner",
        "resident physician",
        "physician assistant",
    ];
    const TITLES: [&str; 5] = ["dr", "doctor", "md", "physician", "clinician"];
    const DEGREES: [&str; 6] = ["md", "m.d", "np", "pa", "pa-c", "practitioner"];
    let label = label.trim().to_lowercase();
    let label = label.trim_end_matches('.');
    let (first, last) = (label.split([' ', '.']).next()?, label.rsplit(' ').next()?);
    let has_name = first.len() < label.len();
    match label {
        _ if CLINICIANS.contains(&label) => Some(Role::Clinician),
        "patient" | "pt" => Some(Role::Patient),
        _ if names_a_companion(label) && last != "practitioner" => None,
        _ if TITLES.contains(&first) || has_name && DEGREES.contains(&last) => Some(Role::Clinician),
        _ if has_name && matches!(first, "patient" | "pt") => Some(Role::Patient),
        _ => None,
    }
}

/// The people of a dialogue, in order of their first word.
#[derive(Default)]
struct Speakers {
    names: Vec<String>,
}

impl Speakers {
    /// The turns of `text`, whose labels are written in these `styles`.
    fn turns(&mut self, text: &str, styles: Styles) -> Result<Vec<Utterance>, ReadingError> {
        let mut utterances: Vec<Utterance> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            for line in line.split('\r').map(without_time).filter(|line| !line.is_empty() && !line.starts_with(REMARK))
            {
                match styles.split_label(line) {
                    Some((label, said)) => utterances.push(self.turn(label, said)),
                    None => continue_turn(&mut utterances, line, index + 1)?,
                }
            }
        }
        Ok(utterances)
    }

    /// Where nobody is labelled the patient, a visit of a clinician and one more person is that person's, unless the label
    /// says that they came with the patient ("John: …", but not "mother: …").
    fn name_the_patient(&self, utterances: &mut [Utterance]) {
        let anybody = |role: Role| utterances.iter().any(|utterance| utterance.role == role);
        let others: Vec<&String> = self
            .names
            .iter()
            .filter(|name| known_role(name).is_none() && !name.starts_with(char::is_uppercase) && !names_a_nurse(name))
            .collect();
        let [only] = others[..] else { return };
        if anybody(Role::Patient) || !anybody(Role::Clinician) || names_a_companion(only) {
            return;
        }
        for utterance in utterances.iter_mut().filter(|utterance| utterance.role == Role::Other) {
            utterance.role = Role::Patient;
        }
    }

    /// Where nobody is labelled the clinician, the one nurse or midwife leads the visit.
    fn name_the_clinician(&self, utterances: &mut [Utterance]) {
        let anybody = |role: Role| utterances.iter().any(|utterance| utterance.role == role);
        let mut nurses = self.names.iter().enumerate().filter(|(_, name)| names_a_nurse(name));
        let (Some((at, _)), None) = (nurses.next(), nurses.next()) else { return };
        if anybody(Role::Clinician) {
            return;
        }
        let speaker = format!("S{}", at + 1);
        for utterance in utterances.iter_mut().filter(|utterance| utterance.speaker == speaker) {
            utterance.role = Role::Clinician;
        }
    }

    fn turn(&mut self, label: &str, said: &str) -> Utterance {
        let role = known_role(label).unwrap_or(Role::Other);
        let label = label.trim().trim_end_matches('.').to_lowercase();
        // "doctor" and "dr" are one person; "dr smith" and "dr jones" are two.
        let name = if label.contains([' ', '.']) || role == Role::Other { label } else { format!("{role:?}") };
        let known = self.names.iter().position(|known| *known == name);
        let index = known.unwrap_or_else(|| {
            self.names.push(name);
            self.names.len() - 1
        });
        Utterance { speaker: format!("S{}", index + 1), role, text: said.into(), ..Utterance::default() }
    }
}

/// Whether a label, in lower case, is a nurse's.
fn names_a_nurse(label: &str) -> bool {
    let mut words = label.split(|c: char| !c.is_alphabetic());
    words.any(|word| matches!(word, "nurse" | "rn" | "midwife"))
}

/// Whether a label says that somebody is with the patient.
fn names_a_companion(label: &str) -> bool {
    const COMPANIONS: [&str; 33] = [
        "mother",
        "mom",
        "mum",
        "father",
        "dad",
        "parent",
        "wife",
        "husband",
        "spouse",
        "partner",
        "son",
        "daughter",
        "child",
        "brother",
        "sister",
        "grandmother",
        "grandfather",
        "grandma",
        "grandpa",
        "aunt",
        "uncle",
        "cousin",
        "friend",
        "neighbor",
        "neighbour",
        "caregiver",
        "carer",
        "guardian",
        "nurse",
        "interpreter",
        "translator",
        "other",
        "relative",
    ];
    label.split(|c: char| !c.is_alphabetic()).any(|word| COMPANIONS.contains(&word))
}

/// The text without its byte-order mark.
pub fn utf8(bytes: &[u8]) -> Result<&str, ReadingError> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(ReadingError::Utf16);
    }
    let text = str::from_utf8(bytes).map_err(|error| ReadingError::Utf8 { offset: error.valid_up_to() })?;
    Ok(text.strip_prefix('\u{FEFF}').unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(text: &str) -> Vec<(String, Role, String)> {
        let transcript = from_dialogue(text.as_bytes()).expect("it is a dialogue");
        let turn = |utterance: Utterance| (utterance.speaker, utterance.role, utterance.text.into_string());
        transcript.utterances.into_iter().map(turn).collect()
    }

    fn turn(speaker: &str, role: Role, text: &str) -> (String, Role, String) {
        (speaker.to_owned(), role, text.to_owned())
    }

    #[test]
    fn both_ways_of_writing_labels_in_any_case_give_the_same_turns() {
        let expected = [turn("S1", Role::Clinician, "How are you?"), turn("S2", Role::Patient, "Fine.")];
        for text in [
            "doctor: How are you?\npatient: Fine.\n",
            "[doctor] How are you?\n[patient] Fine.",
            "\u{FEFF}DOCTOR:  How are you?\r\n\r\nPt: Fine.\r\n",
            "Dr.: How are you?\rPATIENT:\rFine.",
            "  [Clinician]: How are\n  you?\n\n[ patient ]\nFine.",
        ] {
            assert_eq!(turns(text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_only_other_person_is_the_patient_unless_a_companion() {
        let roles = |text: &str| turns(text).into_iter().map(|(_, role, _)| role).collect::<Vec<_>>();
        assert_eq!(roles("Dr. Smith: How are you?\nJohn: My throat is sore."), [Role::Clinician, Role::Patient]);
        assert_eq!(roles("doctor: How is he?\nJohn's mother: He is hot."), [Role::Clinician, Role::Other]);
        assert_eq!(roles("doctor: Hello.\nJohn: Hi.\nMary: Hi."), [Role::Clinician, Role::Other, Role::Other]);
    }

    #[test]
    fn a_label_that_says_a_role_is_read_as_it() {
        let roles = |text: &str| turns(text).into_iter().map(|(_, role, _)| role).collect::<Vec<_>>();
        for label in
            ["MD", "Jane Lee MD", "Dr. Jane O'Neil-Smith", "Physician 1", "Nurse practitioner", "Kim Roe NP", "PA"]
        {
            let text = format!("{label}: How are you?\nPatient (Ann): Sore.\nPt Ann: Still.");
            assert_eq!(roles(&text), [Role::Clinician, Role::Patient, Role::Patient], "{label}");
        }
        assert_eq!(roles("Nurse Kim: How are you?\npatient: Sore."), [Role::Clinician, Role::Patient]);
        assert_eq!(roles("doctor: Hello.\nNurse Kim: 120 over 80."), [Role::Clinician, Role::Other]);
        assert_eq!(roles("doctor: Hello.\nDr's wife: Hi.\npatient: Hi.")[1], Role::Other);
        assert_eq!(roles("doctor: Hello.\nPatient's mother: Hi.\nMaddie: Hi.")[1..], [Role::Other, Role::Other]);
    }

    #[test]
    fn other_labels_are_other_people_with_a_speaker_each() {
        let text = "Dr. Smith: Hello.\npatient: Hi.\ndaughter: She is tired.\nNurse: Blood pressure?\nDr. Jones: Me too.\n\
                    Daughter: Yes.\npatient's mother: No.";
        let roles: Vec<_> = turns(text).into_iter().map(|(speaker, role, _)| (speaker, role)).collect();
        let expected = [
            ("S1", Role::Clinician),
            ("S2", Role::Patient),
            ("S3", Role::Other),
            ("S4", Role::Other),
            ("S5", Role::Clinician),
            ("S3", Role::Other),
            ("S6", Role::Other),
        ];
        assert_eq!(roles, expected.map(|(speaker, role)| (speaker.to_owned(), role)));
    }

    #[test]
    fn times_of_day_and_stage_directions_are_no_labels() {
        let text = "doctor: When?\npatient: I woke\nat 10:30 and then\n[coughs] again.\n";
        assert_eq!(turns(text)[1].2, "I woke at 10:30 and then [coughs] again.");
        let text = "[doctor] Listen.\nso here it is: rest.\n[patient] Yes.";
        assert_eq!(turns(text)[0].2, "Listen. so here it is: rest.");
    }

    #[test]
    fn each_bad_dialogue_has_its_own_reason() {
        let reason = |bytes: &[u8]| from_dialogue(bytes).expect_err("it is refused");
        assert_eq!(reason(b" \n\n"), ReadingError::Empty);
        assert_eq!(reason(b"doctor:\npatient:\n"), ReadingError::Empty);
        assert_eq!(reason(b"He has a cough since Monday.\n"), ReadingError::NoLabels);
        assert_eq!(reason(b"alice: hello\nbob: hi\n"), ReadingError::UnknownLabels);
        assert_eq!(reason(b"Visit of today\ndoctor: hello\n"), ReadingError::BeforeFirstLabel { line: 1 });
        assert_eq!(reason(b"doctor: caf\xE9\n"), ReadingError::Utf8 { offset: 11 });
        assert_eq!(reason(b"\xFF\xFEd\0o\0"), ReadingError::Utf16);
    }

    #[test]
    fn ids_and_roles_that_are_missing_are_filled_in() {
        let json = r#"{"schema":"soapstone.transcript/1","utterances":[
            {"text":"a"},{"id":"u1","role":"patient","text":"b"},{"id":"x","text":"c"},{"text":"d"}]}"#;
        let transcript = from_json(json.as_bytes()).expect("it is a transcript");
        let ids: Vec<_> = transcript.utterances.iter().map(|utterance| utterance.id.as_str()).collect();
        assert_eq!(ids, ["u2", "u1", "x", "u4"]);
        let roles: Vec<_> = transcript.utterances.iter().map(|utterance| utterance.role).collect();
        assert_eq!(roles, [Role::Unknown, Role::Patient, Role::Unknown, Role::Unknown]);
        assert_eq!(transcript.language, "en");
    }

    #[test]
    fn each_bad_json_has_its_own_reason() {
        let wrap = |utterances: &str| format!(r#"{{"schema":"soapstone.transcript/1","utterances":[{utterances}]}}"#);
        let reason = |json: &str| from_json(json.as_bytes()).expect_err("it is refused");
        assert_eq!(reason("{\"schema\":\n nope"), ReadingError::Json { line: 2, column: 3 });
        assert_eq!(reason(r#"{"schema":"soapstone.note/1"}"#), ReadingError::Schema);
        assert_eq!(reason(r#"{"schema":7,"utterances":[]}"#), ReadingError::Schema);
        assert_eq!(reason("{}"), ReadingError::Schema);
        let no_object = "it is valid JSON, but no object".to_owned();
        for json in ["[1,2]", "[]", "7", "\"a visit\""] {
            assert_eq!(reason(json), ReadingError::Shape { line: 1, column: 1, reason: no_object.clone() }, "{json}");
        }
        assert_eq!(reason("[1,"), ReadingError::Json { line: 1, column: 3 });
        assert_eq!(reason(&wrap("")), ReadingError::Empty);
        assert_eq!(reason(&wrap(r#"{"text":" "}"#)), ReadingError::Empty);
        let twice = r#"{"id":"u1","text":"a"},{"id":"u1","text":"b"}"#;
        assert_eq!(reason(&wrap(twice)), ReadingError::DuplicateId { utterance: "u1".to_owned() });
        for times in [
            r#"{"start_ms":4,"end_ms":9,"text":"a"},{"start_ms":5,"end_ms":4,"text":"b"}"#,
            r#"{"text":"a"},{"start_ms":4,"end_ms":3,"text":"b"}"#,
            r#"{"text":"a"},{"text":"b","words":[{"text":"b","start_ms":4,"end_ms":3,"probability":1}]}"#,
        ] {
            assert_eq!(reason(&wrap(times)), ReadingError::TimesRunBackwards { utterance: "u2".to_owned() });
        }
        let by_speaker = r#"{"start_ms":5,"end_ms":9,"text":"b"},{"start_ms":4,"end_ms":9,"text":"a"}"#;
        let read = from_json(wrap(by_speaker).as_bytes()).expect("it is put in order");
        assert_eq!(read.utterances.iter().map(|said| said.text.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        let missing = reason(&wrap(r#"{"id":"u1"}"#));
        assert!(matches!(&missing, ReadingError::Shape { line: 1, reason, .. } if reason == "\"text\" is missing"));
    }

    #[test]
    fn no_error_repeats_what_was_said() {
        let jsons = [
            r#"{"schema":"soapstone.transcript/1","utterances":[{"text":"a","role":"Jane Doe"}]}"#,
            r#"{"schema":"soapstone.transcript/1","utterances":[{"text":"a","start_ms":"Jane Doe"}]}"#,
            r#"{"schema":"soapstone.transcript/1","utterances":"Jane Doe"}"#,
            r#"{"schema":"soapstone.transcript/1","utterances":[{"id":"Jane Doe","text":"a"},{"id":"Jane Doe","text":"b"}]}"#,
            r#"{"schema":"Jane Doe"}"#,
        ];
        let dialogue = from_dialogue(b"Jane Doe: hello").expect_err("it is refused");
        let errors = jsons.map(|json| from_json(json.as_bytes()).expect_err("it is refused"));
        for error in errors.iter().chain([&dialogue]) {
            assert!(!format!("{error} {error:?}").contains("Jane"), "{error}");
        }
    }

    #[test]
    fn an_apostrophe_is_one_however_it_is_written() {
        let read =
            from_dialogue("doctor: Don\u{2019}t stop it.\npatient: I won\u{2019}t.".as_bytes()).expect("a dialogue");
        assert_eq!(read.utterances[0].text.as_str(), "Don't stop it.");
    }
}
