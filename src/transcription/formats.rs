//! Transcripts as people and other programs read them.

use std::{fmt::Write, iter::Peekable};

use super::{numbers, reading::REMARK};
use crate::domain::{Role, SpokenNumber, Transcript, Utterance, Word};

/// The longest cue of subtitles, in characters: two lines.
const CUE_CHARACTERS: usize = 84;

/// `doctor: …` and `patient: …`, a line each: what [`super::reading::from_dialogue`] reads. After a turn with misheard
/// words comes a remark for each, which is read over. How a clinician writes a number stands behind it in brackets.
pub fn txt(transcript: &Transcript) -> String {
    let mut text = String::new();
    for said in &transcript.utterances {
        push(&mut text, format_args!("{}: {}\n", label(said), numbers::marked(said)));
        for repair in &said.repairs {
            let made = if repair.applied { "taken as" } else { "perhaps" };
            let (heard, suggested) = (repair.heard.as_str(), repair.suggested.as_str());
            push(&mut text, format_args!("{REMARK}heard \"{heard}\", {made} {suggested}: {}\n", repair.reason));
        }
    }
    text
}

/// SubRip subtitles.
pub fn srt(transcript: &Transcript) -> String {
    let mut text = String::new();
    for (index, cue) in cues(transcript).iter().enumerate() {
        let (start, end) = (clock(cue.start_ms, ','), clock(cue.end_ms, ','));
        push(&mut text, format_args!("{}\n{start} --> {end}\n{}: {}\n\n", index + 1, cue.label, cue.text));
    }
    text
}

/// WebVTT subtitles, with who speaks as the cue's voice.
pub fn vtt(transcript: &Transcript) -> String {
    let mut text = "WEBVTT\n\n".to_owned();
    for cue in cues(transcript) {
        let (start, end) = (clock(cue.start_ms, '.'), clock(cue.end_ms, '.'));
        let said = cue.text.replace('&', "&amp;").replace('<', "&lt;");
        push(&mut text, format_args!("{start} --> {end}\n<v {}>{said}\n\n", cue.label));
    }
    text
}

/// Who spoke when, as the diarisation evaluations of NIST take it; `recording` names the file in it.
pub fn rttm(transcript: &Transcript, recording: &str) -> String {
    let recording = recording.replace(char::is_whitespace, "_");
    let mut text = String::new();
    for said in &transcript.utterances {
        if let (Some(start), Some(end)) = (said.start_ms, said.end_ms) {
            let (start, length) = (start as f64 / 1000.0, end.saturating_sub(start) as f64 / 1000.0);
            let speaker = &said.speaker;
            push(
                &mut text,
                format_args!("SPEAKER {recording} 1 {start:.3} {length:.3} <NA> <NA> {speaker} <NA> <NA>\n"),
            );
        }
    }
    text
}

/// A few words on the screen.
struct Cue {
    label: String,
    text: String,
    start_ms: u64,
    end_ms: u64,
}

/// Utterances cut to the length of cues, with numbers in brackets as in [`txt`]. What has no times has no cue.
fn cues(transcript: &Transcript) -> Vec<Cue> {
    let mut cues: Vec<Cue> = Vec::new();
    for said in &transcript.utterances {
        let mut open: Option<Cue> = None;
        let mut numbers = said.numbers.iter().peekable();
        for word in &said.words {
            let text = shown(word, &mut numbers);
            if open.as_ref().is_some_and(|cue| cue.text.len() + text.len() >= CUE_CHARACTERS) {
                cues.extend(open.take());
            }
            let cue = open.get_or_insert_with(|| Cue {
                label: label(said),
                text: String::new(),
                start_ms: word.start_ms,
                end_ms: word.end_ms,
            });
            if !cue.text.is_empty() {
                cue.text.push(' ');
            }
            cue.text.push_str(&text);
            cue.end_ms = word.end_ms;
        }
        cues.extend(open);
    }
    cues
}

/// A word, with the numbers that end in it as they are written.
fn shown<'a>(word: &Word, numbers: &mut Peekable<impl Iterator<Item = &'a SpokenNumber>>) -> String {
    let mut text = word.text.as_str().to_owned();
    while let Some(number) = numbers.next_if(|number| number.end_ms <= word.end_ms) {
        push(&mut text, format_args!(" [{}]", number.written.as_str()));
    }
    text
}

/// Who speaks, as a dialogue's label.
fn label(said: &Utterance) -> String {
    match said.role {
        Role::Clinician => "doctor".to_owned(),
        Role::Patient => "patient".to_owned(),
        Role::Other => format!("other {}", said.speaker),
        Role::Unknown => format!("speaker {}", said.speaker),
    }
}

/// `00:01:02,345`, with `point` before the milliseconds.
fn clock(ms: u64, point: char) -> String {
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}{point}{:03}", ms % 1000)
}

fn push(text: &mut String, line: std::fmt::Arguments) {
    text.write_fmt(line).expect("a string takes whatever is written");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(role: Role, speaker: &str, start_ms: u64, text: &str) -> Utterance {
        let words: Vec<Word> = text
            .split(' ')
            .enumerate()
            .map(|(index, text)| (text, start_ms + 300 * index as u64))
            .map(|(text, start_ms)| Word { text: text.into(), start_ms, end_ms: start_ms + 280, probability: 0.9 })
            .collect();
        let end_ms = words.last().map(|word| word.end_ms);
        let (speaker, text, numbers) = (speaker.to_owned(), text.into(), numbers::of_words(&words));
        Utterance { speaker, role, start_ms: Some(start_ms), end_ms, text, words, numbers, ..Utterance::default() }
    }

    fn visit() -> Transcript {
        let utterances = vec![
            said(Role::Clinician, "S1", 320, "Is your blood sugar < 100 in the mornings?"),
            said(
                Role::Patient,
                "S2",
                3_900,
                "It was ninety eight on Monday & Tuesday, and then my daughter came to stay with us and I had some of the \
                 cake, so it went up a little.",
            ),
            said(Role::Unknown, "S3", 3_661_001, "Sorry, wrong room."),
        ];
        Transcript { utterances, ..Transcript::default() }
    }

    #[test]
    fn txt_is_a_dialogue() {
        insta::assert_snapshot!(txt(&visit()));
    }

    #[test]
    fn srt_has_short_numbered_cues() {
        insta::assert_snapshot!(srt(&visit()));
    }

    #[test]
    fn vtt_has_voices_and_escapes_marks() {
        insta::assert_snapshot!(vtt(&visit()));
    }

    #[test]
    fn rttm_has_a_line_for_each_utterance() {
        insta::assert_snapshot!(rttm(&visit(), "visit 01"));
    }

    #[test]
    fn what_txt_writes_is_read_back() {
        let read = super::super::reading::from_dialogue(txt(&visit()).as_bytes()).expect("it is a dialogue");
        let texts = |transcript: &Transcript| -> Vec<String> {
            transcript.utterances.iter().map(|said| said.text.as_str().to_owned()).collect()
        };
        assert_eq!(texts(&read), texts(&visit()));
        assert_eq!(
            read.utterances[..2].iter().map(|said| said.role).collect::<Vec<_>>(),
            [Role::Clinician, Role::Patient]
        );
    }

    #[test]
    fn txt_tells_what_was_misheard_and_is_read_without_it() {
        let mut visit = visit();
        visit.utterances[0].repairs.push(crate::domain::Repair {
            heard: "loss artin".into(),
            suggested: "losartan".into(),
            start_ms: None,
            end_ms: None,
            applied: false,
            probability: 0.5,
            reason: "sounds alike".to_owned(),
        });
        let text = txt(&visit);
        assert!(text.contains("\n# heard \"loss artin\", perhaps losartan: sounds alike\n"), "{text}");
        let read = super::super::reading::from_dialogue(text.as_bytes()).expect("it is a dialogue");
        assert_eq!(read.utterances[0].text.as_str(), visit.utterances[0].text.as_str());
    }

    #[test]
    fn a_transcript_without_times_has_no_cues() {
        let text = Utterance { text: "Hello.".into(), ..Utterance::default() };
        let transcript = Transcript { utterances: vec![text], ..Transcript::default() };
        assert_eq!((srt(&transcript), rttm(&transcript, "x")), (String::new(), String::new()));
    }
}
