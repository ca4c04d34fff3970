//! The transcript as the model reads it, split by time where it is too long: every utterance is in at least one part.

use std::ops::Range;

use crate::{
    domain::{Role, Transcript, Utterance},
    inference::{InferenceError, TextModel},
};

/// Utterances that two neighbouring parts share, so that a question is not parted from its answer.
const OVERLAP: usize = 2;

/// One part of the transcript, as lines for the prompt.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Utterances of the transcript.
    pub utterances: Range<usize>,
    lines: Vec<String>,
}

impl Part {
    /// The lines, joined.
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// Two halves that share [`OVERLAP`] utterances; `None` when it is too short to halve.
    pub fn halves(&self) -> Option<[Part; 2]> {
        let middle = self.lines.len() / 2;
        if self.lines.len() < 2 * OVERLAP + 2 || self.lines.len() != self.utterances.len() {
            return None;
        }
        let part = |range: Range<usize>| Part {
            utterances: self.utterances.start + range.start..self.utterances.start + range.end,
            lines: self.lines[range].to_vec(),
        };
        Some([part(0..middle + 1), part(middle + 1 - OVERLAP..self.lines.len())])
    }
}

/// All of `transcript`, however long.
pub fn whole(transcript: &Transcript) -> Part {
    let lines: Vec<String> = transcript.utterances.iter().map(line).collect();
    Part { utterances: 0..lines.len(), lines }
}

/// The parts of `transcript`, each of at most `budget` tokens by the count of `model`.
pub fn parts(transcript: &Transcript, model: &dyn TextModel, budget: usize) -> Result<Vec<Part>, InferenceError> {
    let whole = whole(transcript);
    if model.count_tokens(&whole.text())? <= budget {
        return Ok(vec![whole]);
    }
    split(whole.lines, model, budget)
}

fn split(lines: Vec<String>, model: &dyn TextModel, budget: usize) -> Result<Vec<Part>, InferenceError> {
    let mut costs = Vec::with_capacity(lines.len());
    for line in &lines {
        costs.push(model.count_tokens(line)? + 1);
    }
    let mut parts = Vec::new();
    let mut start = 0;
    while start < lines.len() {
        if costs[start] > budget {
            parts.extend(pieces(start, &lines[start], model, budget)?);
            start += 1;
            continue;
        }
        let mut end = start;
        let mut used = 0;
        while end < lines.len() && used + costs[end] <= budget {
            used += costs[end];
            end += 1;
        }
        parts.push(Part { utterances: start..end, lines: lines[start..end].to_vec() });
        if end == lines.len() {
            break;
        }
        let shared = OVERLAP.min((end - start).saturating_sub(1));
        let overlap: usize = costs[end - shared..end].iter().sum();
        // The overlap must leave room for the line after it, or the next part would end where this one does.
        start = if overlap + costs[end] <= budget { end - shared } else { end };
    }
    Ok(parts)
}

/// One utterance that is too long by itself, at word boundaries.
fn pieces(index: usize, line: &str, model: &dyn TextModel, budget: usize) -> Result<Vec<Part>, InferenceError> {
    let (label, text) = line.split_once(": ").unwrap_or(("", line));
    let room = budget.saturating_sub(model.count_tokens(label)? + 2).max(1);
    let mut found = Vec::new();
    let mut piece: Vec<&str> = Vec::new();
    let mut used = 0;
    // Word by word, as tokens do not reach over spaces: counting the piece again for each would take minutes.
    for word in text.split_whitespace() {
        for (word, cost) in cut(word, room, &|part| model.count_tokens(&format!(" {part}")))? {
            if !piece.is_empty() && used + cost > room {
                found.push(piece.join(" "));
                piece.clear();
                used = 0;
            }
            piece.push(word);
            used += cost;
        }
    }
    found.push(piece.join(" "));
    let part = |text: String| Part { utterances: index..index + 1, lines: vec![format!("{label}: {text}")] };
    Ok(found.into_iter().map(part).collect())
}

/// What `count` makes of a piece of text.
type Counted<'w> = (&'w str, usize);

/// `word` with its cost; one that is over `room` by itself, as no word that was said is, in halves of halves that are not.
fn cut<'w>(
    word: &'w str,
    room: usize,
    count: &dyn Fn(&str) -> Result<usize, InferenceError>,
) -> Result<Vec<Counted<'w>>, InferenceError> {
    let cost = count(word)?;
    let middle = word.char_indices().map(|(at, _)| at).nth(word.chars().count() / 2).filter(|at| *at > 0);
    match middle.filter(|_| cost > room) {
        None => Ok(vec![(word, cost)]),
        Some(middle) => {
            let (left, right) = word.split_at(middle);
            Ok([cut(left, room, count)?, cut(right, room, count)?].concat())
        }
    }
}

/// An utterance as a line of the prompt: who speaks, and what, without "uh" and "um".
fn line(utterance: &Utterance) -> String {
    let speaker = match utterance.role {
        Role::Clinician => "Doctor",
        Role::Patient => "Patient",
        Role::Other => "Other person",
        Role::Unknown => "Speaker",
    };
    let hesitation = |word: &&str| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        !matches!(bare.as_str(), "uh" | "um" | "er" | "erm" | "uhm")
    };
    let words: Vec<&str> = utterance.text.split_whitespace().filter(hesitation).collect();
    format!("{speaker}: {}", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structuring::testing::{CountingModel, transcript};

    fn visit(lines: usize) -> Transcript {
        let text: Vec<String> =
            (0..lines).map(|at| format!("{}: word{at} two three four", ["D", "P"][at % 2])).collect();
        transcript(&text.join("\n"))
    }

    #[test]
    fn a_short_visit_is_one_part() {
        let parts = parts(&visit(6), &CountingModel, 1000).expect("counts");
        assert_eq!(parts.len(), 1);
        assert!(parts[0].text().starts_with("Doctor: word0 two three four\nPatient: word1"));
    }

    #[test]
    fn no_utterance_is_left_out_and_none_is_over_budget() {
        for budget in [8, 14, 25, 40] {
            let parts = parts(&visit(23), &CountingModel, budget).expect("counts");
            let mut next = 0;
            for part in &parts {
                assert!(part.utterances.start <= next, "a gap before {:?}", part.utterances);
                next = next.max(part.utterances.end);
                assert!(CountingModel.count_tokens(&part.text()).expect("counts") <= budget);
            }
            assert_eq!(next, 23, "budget {budget}");
        }
    }

    #[test]
    fn neighbours_share_utterances() {
        let parts = parts(&visit(23), &CountingModel, 40).expect("counts");
        assert!(parts.windows(2).all(|pair| pair[1].utterances.start == pair[0].utterances.end - OVERLAP));
    }

    #[test]
    fn a_monologue_is_cut_between_words() {
        let words: Vec<String> = (0..50).map(|at| format!("word{at}")).collect();
        let monologue = transcript(&format!("D: {}", words.join(" ")));
        let parts = parts(&monologue, &CountingModel, 12).expect("counts");
        let joined: Vec<String> = parts.iter().map(|part| part.text().replace("Doctor: ", "")).collect();
        assert_eq!(joined.join(" "), words.join(" "));
    }

    #[test]
    fn a_word_that_is_too_long_is_cut() {
        let letters = |text: &str| Ok(text.chars().count());
        let word = "é".repeat(50_000);
        let found = cut(&word, 900, &letters).expect("counts");
        assert!(found.iter().all(|(part, cost)| *cost <= 900 && part.chars().count() == *cost));
        assert_eq!(found.iter().map(|(part, _)| *part).collect::<String>(), word);
        assert_eq!(cut("word", 900, &letters).expect("counts"), [("word", 4)]);
        assert_eq!(cut("é", 0, &letters).expect("counts"), [("é", 1)]);
    }

    #[test]
    fn halves_cover_the_whole() {
        let whole = parts(&visit(9), &CountingModel, 1000).expect("counts").remove(0);
        let [first, second] = whole.halves().expect("long enough");
        assert!(first.utterances.end > second.utterances.start && second.utterances.end == 9);
    }
}
