//! What was said of a medicine, where it can be read in more than one way: said and taken back, weighed, with a limit or a
//! condition, told twice and differently. The note then has the words, and the reading is for whoever signs it (ADR 0014).

use std::ops::Range;

use super::{Mention, course::Course, topics, verbs};
use crate::{
    domain::{Dose, Evidence, MedicationAction, Role},
    language::{numbers, patterns::patterns, questions::is_question, units},
    structuring::{
        evidence,
        facts::{context, sig},
        visit::{Line, Visit},
    },
    terminology::DrugTable,
};

/// The longest wording, in words: what is left out stands before it.
const LONGEST: usize = 80;
/// Words of a sentence that a recogniser or a typist made points in, at most; of a longer one those count that stand so many
/// words before and after the name.
const LONGEST_SENTENCE: usize = 45;
const BEFORE: usize = 12;
const AFTER: usize = 28;
/// Turns after one that ends with a medicine in which it may still be spoken of, and sentences of each.
const REACH: usize = 3;
const SENTENCES: usize = 3;

patterns! {
    /// A clinician is not for it.
    AGAINST = r"\brather (?:not|you|we|he|she|they)\b|\b(?:don't|do not|wouldn't|didn't) (?:like|love|want|fancy|think)\b|\bnot (?:keen|today|happy|a fan)\b|\bdo without\b|\b(?:in|up) my (?:pocket|sleeve)\b|\b(?:in|for) reserve\b|\bdown the (?:road|line)\b|\bno longer\b|\b(?:stop|stopping|come off|get off|get rid|take you off)\b|\binstead\b|\bnot with\b";
    /// What is taken does harm, which a clinician says of what is to end.
    HARMS = r"\b(?:that|it|they|those|which) (?:can|could|may|might) (?:\w+ )?(?:make|cause|give|do|bring)\b";
    RATHER = r"\brather (?:not|you|he|she|they)\b|\bstop (?:that|it|those|them|taking (?:it|that|them))\b";
    /// A clinician thinks of it.
    WEIGHS = r"\bwonder\w*|\b(?:i|we) (?:did |had )?(?:think|thought|thinking) (?:about|of)\b|\b(?:might|maybe|perhaps|possibly|consider\w*|toy\w*|either|unless|depending|one option|an option|alternative\w*)\b|\bcould (?:try|add|use|do|go|also|always|start|consider)\b|\bif (?:you're|it's|that's|it doesn't|that doesn't|this doesn't|we|i|the|she|he|they)\b";
    /// An end that is none yet, or not for good.
    FOR_NOW = r"\bfor (?:a |the )?(?:next )?(?:few|couple|\w+|\d+)(?: of)? (?:days?|nights?|weeks?|months?)\b|\b(?:until|till|before (?:we|you|the|your))\b|\bevery other\b|\bthen (?:no more|stop|nothing|half|down|back)\b|\bfor now\b|\bfinish (?:this|the|your)\b|\brun out\b|\bslowly\b|\bgradual\w*";
    /// A limit or a condition of taking that a dose and a frequency do not tell.
    LIMITS = r"\b(?:no|not) more than\b|\bat (?:the )?(?:most|outside)\b|\bmax(?:imum)?\b|\bas soon as\b|\b(?:a )?second (?:one|dose|tablet|puff)\b|\bif (?:it|that|the \w+) comes back\b|\b(?:one|two|three|\d) (?:to|or) (?:two|three|four|six|\d+) (?:puffs?|tablets?|pills?|capsules?|drops?|sprays?|times)\b|\bonly (?:on|for|when|if)\b|\b(?:not|never) on (?:the|your|his|her)\b|\b(?:on|for|to) the (?:neck|face|hands?|arms?|legs?|elbows?|knees?|scalp|eyelids?|body|groin|folds)\b|\b(?:bad|on other) days?\b";
    /// A clinician means to do something.
    INTENDS = r"\b(?:let's|let us|let me|i'd like|i'd|i'll|i'm (?:going|gonna|putting|taking|stopping|changing|switching)|i want|i think|we'll|we're going|we should|we can|we need|i need|you should|you need|you can|you'll|going to|gonna|needs to|has to|should (?:be|go|come)|ought to|from (?:now|today|tonight|tomorrow)|up|down|off|stop\w*|switch\w*|chang\w*|instead|go(?:es|ing)? to|make (?:it|that)|see (?:if|how))\b";
    /// A clinician says why it is taken, or what it may do.
    EXPLAINS = r"\b(?:can|could|may|might|will|would|that's why|because|helps?|works?|why) (?:\w+ )?(?:make|cause|give|raise|lower|help|hurt|protect|bring|put|push|affect|thin|you're)\b";
    /// Said of what was named before.
    ABOUT_IT = r"\b(?:it|that|this|them|those|both|one)\b";
    /// The patient's side tells that it is not taken as it is written.
    LAPSED = r"\b(?:ran|run|running) out\b|\b(?:haven't|hasn't|didn't|don't|doesn't|not) (?:been )?(?:tak\w+|us\w+|fill\w+|had any|always|really|pick\w+)\b|\b(?:stopped|quit|skip\w*|miss(?:ed|es)?|forget\w*|forgot)\b|\boff it\b|(?:\b(?:half|quarter)|(?:^|[^\d ½¼¾⅓⅔] ?)[½¼¾⅓⅔])(?: of)? (?:an?|the|it|one|tablet|tab|pill|capsule)\b|\bcut\w* (?:it|them|that) in\b|\bonly (?:take|took|use|when)\b|\b(?:down|back|up) to (?:one|two|a|half|\d)";
    /// How often it happened to be used, and no schedule: "maybe twice a week".
    COUNTED = r"\b(?:maybe|probably|perhaps|about|around|roughly|i'd say|i guess|not even|less than|more like)(?: (?:like|about|maybe|once or|every|once every))* (?:once|twice|one|two|three|four|five|six|\d)(?: (?:or|to) (?:twice|two|three|four|five|six|\d))?(?: times?| nights?| days?)? (?:a|per|each|every|in a|out of the) (?:week|month)\b|\b(?:once|twice|(?:two|three|four|five|\d) times)(?: or (?:twice|three))? (?:a|per) (?:week|month),? (?:or so|if that|maybe|probably|tops|give or take|i guess|i'd say)\b|\b(?:a couple(?: of)?|a few) times (?:a|per) (?:week|month)\b";
    /// A part of a tablet, whose strength is not what is taken.
    PART = r"(?:\b(?:half|quarter)|(?:^|[^\d ½¼¾⅓⅔] ?)[½¼¾⅓⅔])(?: of)?(?: an?| the| one)? (?:tablets?|tabs?|pills?|capsules?)\b";
    /// A dose goes up or down in so many words.
    MOVES = r"\b(?:up|down|increas\w*|rais\w*|lower\w*|reduc\w*|decreas\w*|doubl\w*|halv\w*|half|cut\w*|bump\w*|back to|go(?:ing)? to|to|instead|more|less|taper\w*|step\w*|drop\w*|higher|titrat\w*)\b";
}

/// A sentence about the medicine.
struct Said<'v, 'a> {
    line: &'v Line<'a>,
    range: Range<usize>,
    /// Whether it names the medicine.
    names: bool,
    /// Whether it goes on where a sentence that names it ended.
    follows: bool,
}

impl Said<'_, '_> {
    fn text(&self) -> &str {
        &self.line.text()[self.range.clone()]
    }

    /// Whether a clinician says it, and asks nothing.
    fn tells(&self) -> bool {
        self.line.utterance.role == Role::Clinician && !is_question(self.text())
    }
}

/// What is known of a medicine when its words are weighed.
pub(super) struct Reading<'r, 'm, 't> {
    pub(super) course: &'r Course<'m, 't>,
    /// Its mentions, those too that say nothing of it.
    pub(super) mentions: &'r [&'m Mention<'t>],
    pub(super) past: bool,
}

/// What was said of a medicine.
pub(super) struct Wording {
    pub(super) text: String,
    pub(super) evidence: Vec<Evidence>,
    /// Whether a clinician said something against it, or came back on it.
    pub(super) turned: bool,
}

/// The words that decide about a medicine, if they can be read in more than one way.
pub(super) fn of(visit: &Visit, table: &DrugTable, reading: &Reading) -> Option<Wording> {
    let said = about(visit, table, reading.mentions);
    if reading.is_plain(&said) {
        return None;
    }
    let telling = reading.telling(&said);
    let evidence: Vec<Evidence> =
        telling.iter().map(|one| evidence::evidence(one.line.utterance, one.range.clone())).collect();
    let turned = reading.turned_back(&said);
    (!telling.is_empty()).then(|| Wording { text: joined(&telling), evidence, turned })
}

impl Reading<'_, '_, '_> {
    /// Whether `said` leaves one reading.
    fn is_plain(&self, said: &[Said]) -> bool {
        self.course.unsettled.is_none()
            && !self.turned_back(said)
            && !self.is_weighed(said)
            && !self.ends_for_now(said)
            && !self.has_limits(said)
            && !self.moves_unsaid(said)
            && !self.is_told_otherwise()
            && !self.is_undecided(said)
            && !self.has_doses()
            && !self.has_unread_amounts(said)
            && !self.lapsed(said)
            && !self.takes_a_part(said)
            && !self.is_counted(said)
    }

    fn decides(&self) -> bool {
        self.course.action != MedicationAction::Taken
    }

    fn changes(&self) -> bool {
        !matches!(self.course.action, MedicationAction::Taken | MedicationAction::Continue)
    }

    /// The sentence that names it where the decision was made.
    fn deciding<'s, 'v, 'a>(&self, said: &'s [Said<'v, 'a>]) -> impl Iterator<Item = &'s Said<'v, 'a>> {
        let line = self.course.chosen.line;
        said.iter().filter(move |one| one.line.index == line && one.names)
    }

    /// Said by a clinician where it was decided or later; of what nobody decided on, anywhere.
    fn since<'s, 'v, 'a>(&self, said: &'s [Said<'v, 'a>]) -> impl Iterator<Item = &'s Said<'v, 'a>> {
        let from = if self.decides() { self.course.chosen.line } else { 0 };
        // What was turned down before "stop the ibuprofen" was another.
        let ends = self.course.action == MedicationAction::Stop;
        let stop = said.iter().find(|one| ends && begins_in(self.course.chosen, one.line, &one.range));
        let start = (from, stop.map_or(0, |one| one.range.start));
        said.iter().filter(move |one| (one.line.index, one.range.start) >= start && one.tells())
    }

    fn turned_back(&self, said: &[Said]) -> bool {
        let first = self.since(said).next().map_or(0, |one| one.range.start);
        let is_later = |one: &Said| one.line.index > self.course.chosen.line || one.range.start > first;
        let against = |one: &Said| {
            let found = AGAINST.find(one.text());
            found.is_some_and(|found| !conditional(&one.text()[..found.start()]))
        };
        let ends = matches!(self.course.action, MedicationAction::Stop) || self.past || self.course.chosen.held;
        self.since(said)
            .any(|one| context::turns_back(one.text()) || !ends && (is_later(one) || !self.changes()) && against(one))
            || !self.decides() && !self.past && self.since(said).any(|one| one.names && HARMS.is_match(one.text()))
    }

    fn is_weighed(&self, said: &[Said]) -> bool {
        self.changes() && self.deciding(said).any(|one| one.tells() && WEIGHS.is_match(one.text()))
    }

    fn ends_for_now(&self, said: &[Said]) -> bool {
        let ends = self.course.action == MedicationAction::Stop && !self.course.chosen.held;
        ends && self.since(said).any(|one| FOR_NOW.is_match(one.text()))
    }

    fn has_limits(&self, said: &[Said]) -> bool {
        let read = self.course.chosen.frequency.is_some() || self.course.with_dose.is_some();
        let lasts = !matches!(self.course.action, MedicationAction::Stop) && !self.past;
        read && lasts && self.since(said).any(|one| LIMITS.is_match(one.text()))
    }

    /// More or less of it, and nobody said a word of moving: the amount may be another's.
    fn moves_unsaid(&self, said: &[Said]) -> bool {
        let moved = matches!(self.course.action, MedicationAction::Increase | MedicationAction::Decrease);
        moved && !self.since(said).any(|one| MOVES.is_match(one.text()))
    }

    /// Taken as before, and its dose or how often was told in two ways.
    fn is_told_otherwise(&self) -> bool {
        let counts = |one: &&&Mention| !one.dismissed && !one.past && !one.parts;
        let frequencies = || self.mentions.iter().filter(counts).filter_map(|one| one.frequency.as_deref());
        let a_day = |frequency: &str| sig::times_a_day(frequency.trim_end_matches(" as needed"));
        let often = || frequencies().filter_map(a_day);
        let differ = often().next().is_some_and(|first| often().any(|other| other != first));
        !self.changes() && !self.past && differ
    }

    /// A clinician means to do something with what no decision was understood of.
    fn is_undecided(&self, said: &[Said]) -> bool {
        let undecided = !self.decides() && !self.past;
        let intends = |one: &Said| INTENDS.is_match(one.text()) && !EXPLAINS.is_match(one.text());
        undecided && self.since(said).any(intends)
    }

    /// A clinician named more doses than the one that holds and the one until now.
    fn has_doses(&self) -> bool {
        let moved = matches!(self.course.action, MedicationAction::Increase | MedicationAction::Decrease);
        let lasts = self.changes() && self.course.action != MedicationAction::Stop;
        let from = self.course.chosen.line;
        let mut doses: Vec<&Dose> = Vec::new();
        for (by, dose) in self.mentions.iter().filter(|one| one.line >= from).flat_map(|one| &one.said) {
            if *by == Role::Clinician && !doses.contains(&dose) {
                doses.push(dose);
            }
        }
        lasts && doses.len() > if moved { 2 } else { 1 }
    }

    /// Begun or moved, with no dose that was understood, and a number beside it.
    fn has_unread_amounts(&self, said: &[Said]) -> bool {
        use MedicationAction::{Change, Start};
        let without = self.course.with_dose.is_none() && !self.course.chosen.held;
        let begins = matches!(self.course.action, Start | Change);
        begins && without && self.since(said).any(|one| (one.names || one.follows) && has_amount(one.text()))
    }

    /// Half a tablet of a strength that was said.
    fn takes_a_part(&self, said: &[Said]) -> bool {
        let dose = self.course.with_dose.and_then(|one| one.dose.as_ref());
        let from = if self.changes() { self.course.chosen.line } else { 0 };
        let parts = |one: &&Said| one.line.index >= from && !is_question(one.text()) && PART.is_match(one.text());
        dose.is_some_and(|dose| !units::is_count(&dose.unit)) && said.iter().any(|one| parts(&one))
    }

    /// The patient tells how often it was used, of what no clinician gives a schedule.
    fn is_counted(&self, said: &[Said]) -> bool {
        let told = |one: &Said| {
            one.line.utterance.role != Role::Clinician
                && !is_question(one.text())
                && (one.names || ABOUT_IT.is_match(one.text()))
                && COUNTED.is_match(one.text())
        };
        let instructed = self.mentions.iter().any(|one| one.instructed);
        let of_weeks = |often: &str| often.ends_with("weekly") || often.ends_with("monthly");
        let often = self.mentions.iter().rev().find_map(|one| one.frequency.as_deref());
        // In a list, how often is of the one that was read so.
        let alone = |one: &&Said| often.is_some() || DrugTable::bundled().mentions(one.text()).len() == 1;
        !self.past && !instructed && often.is_none_or(of_weeks) && said.iter().filter(alone).any(told)
    }

    fn lapsed(&self, said: &[Said]) -> bool {
        let goes_on = !self.changes() && !self.past;
        let by_patient = |one: &&Said| one.line.utterance.role != Role::Clinician && !is_question(one.text());
        goes_on && said.iter().filter(by_patient).any(|one| LAPSED.is_match(one.text()))
    }

    /// The sentences that say what becomes of it, and how it is taken.
    fn telling<'s, 'v, 'a>(&self, said: &'s [Said<'v, 'a>]) -> Vec<&'s Said<'v, 'a>> {
        // An amount of which it is not sure that it is meant is told with what was said before.
        let changes = self.changes() && !self.moves_unsaid(said);
        let from = if changes { self.course.chosen.line } else { 0 };
        let tells = |one: &&Said| {
            let text = one.text();
            let takes = || sig::frequency(text).is_some() || !sig::doses(text, &|_| None).is_empty();
            let decides = || ABOUT_IT.is_match(text) && verbs::verb_before(text).is_some();
            let by_clinician = one.line.utterance.role == Role::Clinician;
            let turns = || match by_clinician {
                true => context::turns_back(text) || AGAINST.is_match(text) || LIMITS.is_match(text),
                false => LAPSED.is_match(text),
            };
            let asks = is_question(text) && (by_clinician || !one.names);
            // How it is taken until now is told, too.
            let until_now = !by_clinician && takes();
            (one.line.index >= from || until_now) && !asks && (one.names || takes() || decides() || turns())
        };
        let mut telling: Vec<&Said> = said.iter().filter(tells).collect();
        let words = |one: &&Said| one.text().split_whitespace().count();
        while telling.len() > 1 && telling.iter().map(words).sum::<usize>() > LONGEST {
            telling.remove(0);
        }
        telling
    }
}

/// Whether `text` has a number that is not how often something is taken; "one" tablet is no dose that was missed.
fn has_amount(text: &str) -> bool {
    let rest = sig::frequency(text)
        .map_or_else(|| text.to_owned(), |(_, often)| format!("{} {}", &text[..often.start], &text[often.end..]));
    numbers::numbers(&rest).iter().any(|number| number.value != 1.0)
}

/// Whether what follows `before` is said of what may happen.
fn conditional(before: &str) -> bool {
    let lower = before.to_lowercase();
    lower.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == "if" || word == "when")
}

/// The sentences about the medicine of `mentions`: those that name it, and those that follow one up to the next medicine.
fn about<'v, 'a>(visit: &'v Visit<'a>, table: &DrugTable, mentions: &[&Mention]) -> Vec<Said<'v, 'a>> {
    let is_it = |name: &str, surface: &str| {
        mentions.iter().any(|one| one.drug.name == name || one.surface.eq_ignore_ascii_case(surface))
    };
    let mut said = Vec::new();
    let mut turns = 0_usize;
    for line in &visit.lines {
        let named = table.mentions(line.text());
        let spoken_of = mentions.iter().any(|one| one.last_line == line.index && one.line < line.index);
        let (mut reach, mut follows) = (if turns > 0 || spoken_of { SENTENCES } else { 0 }, false);
        if topics::is_about_something_else(visit, line) && !spoken_of {
            reach = 0;
        }
        turns = turns.saturating_sub(1);
        for range in &line.sentences {
            let here = || named.iter().filter(|one| range.contains(&one.range.start));
            let of_kind = || mentions.iter().any(|one| one.line == line.index && begins_in(one, line, range));
            let names = here().any(|one| is_it(one.drug.name, &line.text()[one.range.clone()])) || of_kind();
            // "I'd rather not, with the sertraline": said of it before another is named.
            let turned = |at: usize| {
                let before = &line.text()[range.start..at];
                context::turns_back(before) || RATHER.is_match(before)
            };
            let goes_on = reach > 0 && here().next().is_none_or(|other| turned(other.range.start));
            if names {
                (reach, turns) = (SENTENCES, REACH);
            } else if goes_on {
                reach -= 1;
            } else {
                (reach, turns) = (0, 0);
            }
            if names || goes_on {
                let at = here().find(|one| is_it(one.drug.name, &line.text()[one.range.clone()]));
                let near = near(line.text(), range, at.map(|one| one.range.start));
                said.extend(near.map(|range| Said { line, range, names, follows: goes_on && follows }));
            }
            follows = names || goes_on && follows;
        }
    }
    said
}

/// The words of `sentence` that are about what is named at `named`: all, unless nobody made a point between many. Of a long one
/// that names nothing, none.
fn near(text: &str, sentence: &Range<usize>, named: Option<usize>) -> Option<Range<usize>> {
    let starts: Vec<usize> =
        text[sentence.clone()].split_whitespace().map(|word| word.as_ptr() as usize - text.as_ptr() as usize).collect();
    if starts.len() <= LONGEST_SENTENCE {
        return Some(sentence.clone());
    }
    let named = named?;
    let at = starts.partition_point(|start| *start <= named).saturating_sub(1);
    let start = if at > BEFORE { starts[at - BEFORE] } else { sentence.start };
    Some(start..starts.get(at + AFTER).map_or(sentence.end, |next| *next))
}

/// Whether `mention` was read from the sentence of `line` at `range`.
fn begins_in(mention: &Mention, line: &Line, range: &Range<usize>) -> bool {
    let quote = mention.evidence.first().filter(|said| said.utterance == line.utterance.id);
    let quote = quote.and_then(|said| said.quote.as_deref()).map(|quote| quote.trim_end_matches('…'));
    quote.is_some_and(|quote| !quote.is_empty() && line.text()[range.clone()].trim().starts_with(quote))
}

/// The sentences as one quotation, with what was left out between and beside them marked.
fn joined(telling: &[&Said]) -> String {
    let mut text = String::new();
    let mut end: Option<(usize, usize)> = None;
    for one in telling {
        let follows = end
            .is_some_and(|(line, at)| line == one.line.index && one.line.text()[at..one.range.start].trim().is_empty());
        let begins = one.line.sentences.iter().any(|sentence| sentence.start == one.range.start);
        text.push_str(match (end, follows) {
            (None, _) if begins => "",
            (None, _) => "… ",
            (_, true) => " ",
            (_, false) => " … ",
        });
        text.push_str(one.text().trim());
        end = Some((one.line.index, one.range.end));
    }
    let ends = |one: &&Said| one.line.sentences.iter().any(|sentence| sentence.end == one.range.end);
    text.push_str(if telling.last().is_none_or(ends) { "" } else { " …" });
    text
}

#[cfg(test)]
mod tests {
    use crate::{
        domain::Medication,
        structuring::{facts::medications::medications, testing::transcript, visit::Visit},
        terminology::DrugTable,
    };

    fn found(lines: &str) -> Vec<Medication> {
        medications(&Visit::new(&transcript(lines)), DrugTable::bundled()).medications
    }

    /// The words that the note has of the medicine `name`.
    fn words(lines: &str, name: &str) -> Option<String> {
        let found = found(lines);
        let one = found.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("{name} is listed: {lines}"));
        one.as_said.as_ref().map(|words| words.as_str().to_owned())
    }

    #[test]
    fn what_is_said_plainly_is_read() {
        for (lines, name) in [
            ("P: I take lisinopril, ten milligrams a day.\nD: Let's put the lisinopril up to twenty.", "lisinopril"),
            ("D: I'll start you on amoxicillin, 500 milligrams three times a day for ten days.", "amoxicillin"),
            ("P: Metformin, five hundred twice a day.\nD: Keep going with the metformin.", "metformin"),
            ("P: I take ibuprofen.\nD: Stop the ibuprofen. It's hard on your kidneys.", "ibuprofen"),
            ("D: Start lisinopril, ten milligrams once a day. If you get a cough, stop it and call us.", "lisinopril"),
            (
                "P: I take lisinopril, ten milligrams.\nD: Increase the lisinopril to twenty a day. Stop the ibuprofen.",
                "lisinopril",
            ),
            ("D: Let's stop the amlodipine.\nP: Can I stop it today?\nD: Yes. Any other questions?", "amlodipine"),
        ] {
            assert_eq!(words(lines, name), None, "{lines}");
        }
    }

    #[test]
    fn what_is_taken_back_is_quoted_with_what_took_it_back() {
        for (lines, name, said) in [
            (
                "P: Amlodipine, five milligrams.\nD: I'll put the amlodipine up to ten. Actually, hang on. Let's leave the amlodipine at five.",
                "amlodipine",
                "Let's leave the amlodipine at five.",
            ),
            (
                "D: I'd like you on naproxen, five hundred twice a day. Any ulcers?\nP: I had one.\nD: Then no. I don't like naproxen with that.",
                "naproxen",
                "I don't like naproxen with that.",
            ),
            (
                "P: I'm on sertraline.\nD: And at night, cyclobenzaprine, five milligrams... you know what, no, with the sertraline I'd rather not.",
                "cyclobenzaprine",
                "I'd rather not.",
            ),
            (
                "D: I did wonder about Singulair, but it can give bad dreams, so I'd keep that in my pocket.",
                "montelukast",
                "I'd keep that in my pocket.",
            ),
            (
                "P: I take ibuprofen twice a week.\nD: Ahn, at rather you didn't, with the lisinopril.\nP: Nobody told me. What can I have instead?",
                "ibuprofen",
                "at rather you didn't, with the lisinopril.",
            ),
            (
                "P: I take ibuprofen twice a week.\nD: I'd rather you didn't, with the lisinopril.",
                "ibuprofen",
                "I'd rather you didn't, with the lisinopril.",
            ),
        ] {
            let words = words(lines, name).unwrap_or_else(|| panic!("in its words: {lines}"));
            assert!(words.ends_with(said), "{words}");
        }
    }

    #[test]
    fn limits_conditions_and_lapses_are_quoted() {
        for (lines, name) in [
            (
                "D: I'd use sumatriptan, fifty milligrams, as soon as it starts, no more than two in a day.",
                "sumatriptan",
            ),
            (
                "P: He has albuterol.\nD: The albuterol, two to four puffs, every four hours if he needs it.",
                "albuterol",
            ),
            ("P: I take biotin.\nD: I'd want you to stop it for three days before we draw blood.", "biotin"),
            ("D: The zolpidem I want to stop. Take it every other night for two weeks and then no more.", "zolpidem"),
            ("P: Sertraline, a hundred a day. I ran out. Like, three weeks ago.", "sertraline"),
            ("P: Brilinta twice a day.\nP: The evening Brilinta I miss. Maybe once a week.", "ticagrelor"),
            ("D: Triamcinolone ointment, twice a day for a week, and then stop. Not on the face.", "triamcinolone"),
        ] {
            assert!(words(lines, name).is_some(), "{lines}");
        }
    }

    #[test]
    fn a_count_of_use_is_quoted_and_a_schedule_is_read() {
        for (lines, name) in [
            ("P: The ProAir, I use it maybe three times a week.", "albuterol"),
            ("D: And the rescue one?\nP: I use the albuterol probably twice a week.", "albuterol"),
            ("P: I take sumatriptan about once a week.", "sumatriptan"),
            ("P: I use the naproxen a couple of times a week.", "naproxen"),
        ] {
            assert!(words(lines, name).is_some(), "{lines}");
        }
        for (lines, name) in [
            ("P: I take methotrexate once a week.", "methotrexate"),
            ("P: Albuterol, two puffs twice a day.", "albuterol"),
            ("D: Take the alendronate once a week, on Mondays.", "alendronate"),
        ] {
            assert_eq!(words(lines, name), None, "{lines}");
        }
    }

    #[test]
    fn a_part_of_a_tablet_is_never_read_as_a_whole_one() {
        for (lines, name) in [
            ("P: I take ½ a tablet of losartan, the 50 mg ones, each evening.", "losartan"),
            ("P: I take half a tablet of losartan, the 50 milligram ones, each evening.", "losartan"),
            ("D: Take ¼ tablet of trazodone 100 at bedtime.", "trazodone"),
            ("P: Metoprolol 50, ½ tablet twice a day.", "metoprolol"),
        ] {
            assert!(words(lines, name).is_some(), "{lines}");
        }
        let dose = |lines: &str| found(lines)[0].dose.as_ref().map(|dose| (dose.value, dose.unit.clone()));
        assert_eq!(dose("P: I take 1½ of the 5 mg warfarin at night."), Some((7.5, "mg".to_owned())));
        assert_eq!(dose("P: Warfarin 5 mg, 1½ tablets at night."), Some((7.5, "mg".to_owned())));
        assert_eq!(dose("P: I take 1½ tablets of warfarin at night."), Some((1.5, "tablets".to_owned())));
    }

    #[test]
    fn an_amount_over_another_question_is_no_medicines() {
        for lines in [
            "D: You take amlodipine, ten milligrams?\nP: Yes.\nD: And are you smoking at all?\nP: I'm down to five a day.\n\
             D: Okay. I'd like to bring the amlodipine down from ten to five.",
            "P: I take lisinopril.\nD: How many beers would you say?\nP: Two a day, sometimes three.",
            "P: I take omeprazole in the morning.\nD: Any heartburn at all?\nP: Maybe twice a week.",
            "P: I'm on sertraline.\nD: And coffee?\nP: Four a day.\nD: Let's cut that down to two.",
            "P: I take oxybutynin.\nD: How many pads are you going through?\nP: Five a day.",
        ] {
            let one = &found(lines)[0];
            assert!(one.as_said.is_none(), "{lines}: {}", one.text.as_str());
            let of_it = ["u2", "u3", "u4"].iter().filter(|id| one.evidence.iter().any(|said| said.utterance == **id));
            assert!(of_it.count() <= usize::from(lines.contains("Yes.")), "{lines}: {}", one.text.as_str());
        }
    }

    #[test]
    fn what_takes_the_place_of_another_is_quoted_for_both() {
        let lines = "P: Spiriva, every morning.\nD: I'd like to switch you from the Spiriva to Stiolto. Two puffs once a \
                     day. That replaces the Spiriva, you don't take both.";
        for one in found(lines) {
            let words = one.as_said.as_ref().map(|words| words.as_str()).unwrap_or_default();
            assert!(words.contains("you don't take both") && one.text.contains(words), "{words}");
        }
        assert_eq!(found(lines).len(), 2);
    }

    #[test]
    fn of_what_nobody_made_a_point_in_the_words_beside_the_name_are_quoted() {
        let around = "you know we talked about the salt and the yard and the kids and all of that and how you've been doing with it ".repeat(3);
        let lines = format!(
            "P: I take lisinopril.\nD: {around}and I thought about the lisinopril maybe we could add a bit but let's see {around}"
        );
        let found = found(&lines);
        let words = found.iter().find_map(|one| one.as_said.as_ref()).expect("in its words");
        assert!(words.split_whitespace().count() < 60 && words.contains('…'), "{}", words.as_str());
    }

    #[test]
    fn an_ingredient_and_a_kind_are_no_medicines() {
        let lines = "P: I take Excedrin.\nD: Drop the Excedrin, it's got caffeine and aspirin in it. We can try the \
                     progesterone-only pill.\nP: I vape.\nD: With nicotine in it?\nP: Sometimes.";
        let names: Vec<String> = found(lines).into_iter().map(|one| one.name).collect();
        assert_eq!(names, ["acetaminophen/aspirin/caffeine"]);
    }
}
