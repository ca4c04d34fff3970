//! Symptoms that somebody affirmed or denied, from a lexicon; answers count for the question before them.

mod lexicon;

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

pub use lexicon::{BodySystem, Entry, LEXICON};

use super::{allergies, allergies::Allergies, context};
use crate::{
    domain::{Evidence, Role},
    language::questions::is_question,
    structuring::{
        evidence, text,
        visit::{Line, Visit},
    },
};

/// A symptom of the patient's, said to be there or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Symptom {
    /// As a note names it.
    pub name: &'static str,
    /// Where a review of systems lists it.
    pub system: BodySystem,
    /// `false` when it was denied.
    pub present: bool,
    /// Whether it was denied in one place and affirmed in another ("no numbness, well, in the toes").
    pub mixed: bool,
    /// Question and answer, or the statement.
    pub evidence: Vec<Evidence>,
}

/// The symptoms of the visit: a symptom denied and affirmed counts as affirmed, with the evidence of both. What one of the
/// `allergies` brings on is no complaint of today.
pub fn symptoms(visit: &Visit, allergies: &Allergies) -> Vec<Symptom> {
    let mut found: Vec<Symptom> = Vec::new();
    for line in &visit.lines {
        let mut said = if line.utterance.role == Role::Clinician { asked(visit, line) } else { told(visit, line) };
        said.retain(|symptom| !(symptom.present && brought_on(visit, line, symptom, allergies)));
        for symptom in said {
            match found.iter_mut().find(|known| known.name == symptom.name) {
                Some(known) => {
                    known.mixed |= known.present != symptom.present;
                    known.present |= symptom.present;
                    evidence::merge(&mut known.evidence, symptom.evidence);
                }
                None => found.push(symptom),
            }
        }
    }
    found.retain(|symptom| !(symptom.present && is_gone(visit, symptom.name)));
    // Neither reported nor denied: the exchange is quoted.
    found.retain(|symptom| symptom.present || !is_found(visit, symptom.name));
    found
}

/// Whether the clinician says of the patient what the patient denied: "So you did hit your head."
fn is_found(visit: &Visit, name: &str) -> bool {
    static OF_THE_PATIENT: LazyLock<Regex> = LazyLock::new(|| {
        text::pattern(
            r"\b(?:you(?:'ve| have|'re| are| did| do)?|he(?:'s)?|she(?:'s)?)(?: (?:got|have|having|had|did|are|is|some|a|bit|little|been))* $",
        )
    });
    let Some(entry) = LEXICON.iter().find(|entry| entry.name == name) else { return false };
    let clinicians = visit.lines.iter().filter(|line| line.utterance.role == Role::Clinician);
    let mut sentences = clinicians.flat_map(|line| line.sentences.iter().map(|range| &line.text()[range.clone()]));
    sentences.any(|sentence| {
        let asks = is_question(sentence) || context::hypothetical(sentence);
        let told = |found: regex::Match| {
            let before = &sentence[..found.start()];
            OF_THE_PATIENT.is_match(before) && !context::negates(before)
        };
        !asks && entry.pattern.find(sentence).is_some_and(told)
    })
}

/// Whether a symptom said in `line` is what an allergen does: its sentence, or the question before it, tells of the allergy,
/// or goes on after one that does without a word of today.
fn brought_on(visit: &Visit, line: &Line, symptom: &Symptom, allergies: &Allergies) -> bool {
    static OF_ALLERGIES: LazyLock<Regex> = LazyLock::new(|| {
        text::pattern(
            r"\b(?:allerg\w+|react(?:s|ed|ions?)?|what (?:happens|happened) (?:when|if|after)|what (?:does|did|do) (?:it|that|they|those) do)\b",
        )
    });
    static NOW: LazyLock<Regex> = LazyLock::new(|| {
        text::pattern(
            r"\b(?:now|today|lately|recently|currently|at the moment|still|since|yesterday|last night|this (?:morning|week)|(?:i've|i have|he's|she's|has) (?:also )?(?:had|been|got)|for (?:\w+ ){1,2}(?:days?|weeks?|months?))\b",
        )
    });
    let known = &allergies.known;
    let quotes = || symptom.evidence.iter().filter_map(|one| one.quote.as_ref()).map(|quote| quote.as_str());
    let sentence = quotes().next_back().unwrap_or_default();
    if known.is_empty() || NOW.is_match(sentence) {
        return false;
    }
    let tells = |text: &str| known.iter().any(|one| text.to_lowercase().contains(&one.substance.to_lowercase()));
    let asked = visit.question_before(line.index);
    let asked = asked.and_then(|asked| Some(&asked.text()[asked.sentences.last()?.clone()]));
    let about = asked.is_some_and(|asked| OF_ALLERGIES.is_match(asked) || tells(asked));
    let is_answer = line.sentences.iter().take(2).any(|range| line.text()[range.clone()] == *sentence);
    let told_of = |own: &Evidence| known.iter().flat_map(|one| &one.evidence).any(|one| one.utterance == own.utterance);
    // "She broke out in a rash." "Just a rash? No swelling?" "Just the rash.": still the same reaction.
    let lexical = LEXICON.iter().find(|entry| entry.name == symptom.name);
    let goes_on = known.iter().any(|one| {
        let near = visit.lines[line.index.saturating_sub(3)..line.index]
            .iter()
            .any(|earlier| one.evidence.iter().any(|place| place.utterance == earlier.utterance.id));
        near && one
            .reaction
            .as_deref()
            .is_some_and(|reaction| lexical.is_some_and(|entry| entry.pattern.is_match(reaction)))
    });
    goes_on || quotes().any(tells) || about && is_answer || symptom.evidence.iter().any(told_of)
}

/// Whether the patient says that a symptom was there and is no more: "I had that cough. The cough is gone."
fn is_gone(visit: &Visit, name: &str) -> bool {
    static GONE: LazyLock<Regex> = LazyLock::new(|| {
        text::pattern(
            r"^[^.?!]{0,25}\b(?:(?:is|are|was|were|'s|has|have|it's|that's|they're) (?:all |completely |pretty much )?(?:gone|stopped|resolved|cleared up)|went away|cleared up|stopped)\b",
        )
    });
    let Some(entry) = LEXICON.iter().find(|entry| entry.name == name) else { return false };
    visit.lines.iter().filter(|line| line.by_patient_side()).any(|line| {
        let gone = |found: regex::Match| GONE.is_match(&line.text()[found.end()..]);
        entry.pattern.find_iter(line.text()).any(gone)
    })
}

/// What the clinician asked about in the last sentences of a turn, as the answer decides.
fn asked(visit: &Visit, line: &Line) -> Vec<Symptom> {
    let Some(answer) = visit.answer_to(line.index).filter(|answer| answer.by_patient_side()) else { return Vec::new() };
    let questions: Vec<_> = line.sentences.iter().filter(|range| is_question(&line.text()[(*range).clone()])).collect();
    let first_answer = answer.sentences.first().map(|range| &answer.text()[range.clone()]).unwrap_or_default();
    let denied = context::denies(first_answer);
    let affirmed = context::affirms(first_answer) || !denied && tells_how(first_answer);
    let mut found = Vec::new();
    for range in &questions {
        let sentence = &line.text()[(*range).clone()];
        if context::hypothetical(sentence) || OF_FAMILY.is_match(sentence) {
            continue;
        }
        // "Are you more breathless lying flat?" "No": as breathless as before.
        let compared = |(_, place): &(&Entry, Range<usize>)| denied && COMPARES.is_match(&sentence[..place.start]);
        // "Is it worse when you cough?" asks after no cough.
        let beside = |(_, place): &(&Entry, Range<usize>)| WHEN.is_match(&sentence[..place.start]);
        let meant = mentions(sentence).into_iter().filter(|one| !compared(one) && !beside(one));
        let named: Vec<&Entry> = meant.map(|(entry, _)| entry).collect();
        // A "yes" to several things at once does not say to which.
        if !(denied || affirmed && named.len() == 1 && questions.len() == 1) {
            continue;
        }
        // "Heart racing?" "No. It flutters now and then."
        if denied && QUALIFIED.is_match(answer.text()) {
            continue;
        }
        // "Have you ever passed out?" "Yes, as a teenager."
        if affirmed && (EVER.is_match(sentence) || LONG_AGO.is_match(answer.text())) {
            continue;
        }
        // "Any swelling? Short of breath?" "No swelling." answers the one.
        let of = |range: &&Range<usize>| says_again(first_answer, &line.text()[(*range).clone()]);
        if denied && !of(range) && questions.iter().any(of) {
            continue;
        }
        // "Any chest pain or palpitations?" "No chest pain." answers the one, and "No, no chest pain" both.
        let names_one = named.iter().any(|entry| entry.pattern.is_match(first_answer));
        let answers_one = names_one && !NO_TO_ALL.is_match(answer.text());
        if denied && answers_one {
            continue;
        }
        for entry in named {
            let taken_up = entry.pattern.is_match(answer.text());
            if taken_up {
                continue;
            }
            let evidence = vec![
                evidence::evidence(line.utterance, (*range).clone()),
                evidence::evidence(answer.utterance, answer.sentences[0].clone()),
            ];
            found.push(Symptom {
                name: entry.name,
                system: entry.system,
                present: affirmed && !denied,
                mixed: false,
                evidence,
            });
        }
    }
    found
}

/// Whether an answer says when, where or how much something is, and so that it is: "On the second flight of stairs, yes.", "Only
/// when I take a deep breath."
fn tells_how(answer: &str) -> bool {
    static HOW: LazyLock<Regex> = LazyLock::new(|| {
        text::pattern(
            r"^\W*(?:(?:uh|um|oh|well|so|and|you know)\W+)*(?:(?:(?:only|just|mostly|mainly|usually|especially|more|maybe|about) )?(?:when (?:i|he|she|it|we)|at (?:night|first|times|work|the (?:end|moment))|on (?:the|my|both|and off|stairs|exertion)|in (?:the (?:morning|evening|mornings|evenings|afternoon|knee|back|heat)|my|both)|by (?:the|evening|night|noon)|after (?:i|meals?|eating|walking|the)|since (?:yesterday|last|this|about|around|mon|tues|wednes|thurs|fri|satur|sun|january|february|march|april|may|june|july|august|september|october|november|december|the (?:weekend|spring|summer|fall|autumn|winter|accident))\w*|every (?:day|night|morning|time|other|few)|all (?:day|night|the time|over)|(?:once|twice|\w+ times) (?:a|this|last|in)|most (?:days|nights|of)|some (?:days|nights|of)|both|the (?:left|right) |right here)|(?:a|one) hundred (?:and )?(?:one|two|three|four|point)\b|for (?:about |the last )?\w+ (?:days?|weeks?|months?))|,? (?:yes|yeah|yep)\W*$",
        )
    });
    static OVER: LazyLock<Regex> =
        LazyLock::new(|| text::pattern(r"\b(?:fine|gone|went away|better|stopped|okay|ok|asked|used to)\b"));
    HOW.is_match(answer) && !is_question(answer) && !context::has_negation(answer) && !OVER.is_match(answer)
}

/// Whether an answer says a word of the question again, so that its "no" is about that.
fn says_again(answer: &str, asked: &str) -> bool {
    let asked = text::content_stems(asked);
    text::content_stems(answer).iter().any(|stem| asked.contains(stem))
}

/// What the patient's side said by itself.
fn told(visit: &Visit, line: &Line) -> Vec<Symptom> {
    let text = line.text();
    let mut found: Vec<Symptom> = Vec::new();
    for (at, range) in line.sentences.iter().enumerate() {
        let sentence = without_wish(&text[range.clone()]);
        if is_question(sentence) || context::hypothetical(sentence) {
            continue;
        }
        let sentence_before = at.checked_sub(1).map_or("", |at| &text[line.sentences[at].clone()]);
        let next = line.sentences.get(at + 1).map_or("", |next| &text[next.clone()]);
        for (entry, mention) in mentions(sentence) {
            let (before, after) = (&sentence[..mention.start], &sentence[mention.end..]);
            if before.trim_end().to_lowercase().ends_with("hay") || ended_for(before, sentence_before) {
                continue;
            }
            let place = range.start + mention.start..range.start + mention.end;
            // "I'm tired" of somebody with the patient: the state and its word together say so.
            let of_the_speaker =
                line.utterance.role == Role::Other && context::of_the_speaker(&sentence[..mention.end], after);
            if of_the_speaker
                || super::medications::someone_elses(line, before, after)
                || allergies::is_allergy_context(visit, line, &place)
            {
                continue;
            }
            // "I wouldn't say I'm depressed, I'm just jumpy."
            if QUALIFIED.is_match(before) {
                continue;
            }
            // "Any chest pain?" "No, chest pain.": a recogniser's comma.
            let asked = || visit.question_before(line.index).is_some_and(|asked| entry.pattern.is_match(asked.text()));
            let no_with_a_comma = NO_COMMA.is_match(before) && ends(after) && asked();
            let present = !(context::negates(before) || denied_after(after) || no_with_a_comma);
            if present && (is_long_ago(before, after, next) || of_an_operation(visit, line, sentence)) {
                continue;
            }
            let mut evidence = vec![evidence::evidence(line.utterance, range.clone())];
            if let Some(question) =
                visit.question_before(line.index).filter(|asked| entry.pattern.is_match(asked.text()))
            {
                evidence.insert(0, evidence::whole(question.utterance));
            }
            found.push(Symptom { name: entry.name, system: entry.system, present, mixed: false, evidence });
        }
    }
    found
}

/// What `sentence` names, each entry once. A word inside a longer expression is not meant by itself: "coughing up blood" is
/// no cough, and no numbness of the saddle no other numbness.
pub fn mentions(sentence: &str) -> Vec<(&'static Entry, Range<usize>)> {
    let named = |entry: &'static Entry| Some((entry, entry.pattern.find(sentence)?.range()));
    let all: Vec<_> = LEXICON.iter().filter_map(named).collect();
    let inside = |one: &Range<usize>| {
        all.iter().any(|(_, other)| other.start <= one.start && one.end <= other.end && other.len() > one.len())
    };
    all.iter().filter(|(_, one)| !inside(one)).cloned().collect()
}

/// "Anybody in the family with high fevers?"
static OF_FAMILY: LazyLock<Regex> = LazyLock::new(|| {
    text::pattern(r"\b(?:(?:in|of) (?:the|your) family|family (?:member|history)|relatives?|anybody in|anyone in)\b")
});
static WHEN: LazyLock<Regex> =
    LazyLock::new(|| text::pattern(r"\b(?:when|whenever|if|after|while) (?:you|he|she|they|it) [^,.;?]*$"));
/// A no that is none of all of it.
static QUALIFIED: LazyLock<Regex> = LazyLock::new(|| {
    text::pattern(
        r"\b(?:but (?:it|sometimes|there(?:'s| is| are) (?:some|a (?:bit|little)))|except|(?:every )?now and (?:then|again)|occasionally|sometimes|once in a while|wouldn't (?:say|call)|(?:always|usually) (?:has|have|does|is)|not (?:exactly|as such))\b",
    )
});
static COMPARES: LazyLock<Regex> =
    LazyLock::new(|| text::pattern(r"\b(?:(?:any )?more|worse|any worse)(?: of (?:a|the|your))? $"));
/// "No, none", "no fever, just a cough": a no to all that was asked.
static NO_TO_ALL: LazyLock<Regex> = LazyLock::new(|| {
    text::pattern(
        r"^\W*(?:no[,.]|nope|neither|none|nothing|not really)|\b(?:just|only|that's all|nothing else|none of)\b",
    )
});
static EVER: LazyLock<Regex> = LazyLock::new(|| {
    text::pattern(r"\b(?:have|had|has|did) (?:you|he|she|they) ever\b|\bhistory of\b|\bin the past\b")
});
/// When something was that is over: years ago, not days.
static LONG_AGO: LazyLock<Regex> = LazyLock::new(|| {
    text::pattern(
        r"\b(?:(?:years?|decades?) (?:ago|back)|(?:back )?in (?:(?:19|20)\d\d|nineteen|twenty|college|high school|my (?:teens|twenties|thirties))|(?:as|when i was) (?:a|an|little|young|younger|\w+teen) ?(?:kid|child|teen\w*|boy|girl|student|adult)?|(?:with|after|during) my (?:first|second|last) (?:pregnancy|baby))\b",
    )
});

static NO_COMMA: LazyLock<Regex> = LazyLock::new(|| text::pattern(r"^\W*no, (?:any )?$"));

/// Whether nothing is said in `after`.
fn ends(after: &str) -> bool {
    !after.contains(char::is_alphanumeric)
}

/// Whether `sentence` goes on about an operation of the past, after which the clinician asked: "How did you do with that one, any
/// trouble with the anesthesia?" "I threw up for two days."
fn of_an_operation(visit: &Visit, line: &Line, sentence: &str) -> bool {
    static ASKS: LazyLock<Regex> = LazyLock::new(|| {
        text::pattern(
            r"\bhow did (?:you|he|she) do (?:with|after)\b|\b(?:trouble|problems?|reactions?) (?:with|to|after|from) (?:the |that )?(?:an(?:a)?esthe\w+|surgery|operation)\b",
        )
    });
    static WAS: LazyLock<Regex> =
        LazyLock::new(|| text::pattern(r"\b(?:was|were|had|threw|got|felt|couldn't|didn't|said|took|came)\b"));
    static NOW: LazyLock<Regex> = LazyLock::new(|| {
        text::pattern(r"\b(?:now|today|last night|still|since|yesterday|this (?:morning|week)|lately|recently)\b")
    });
    const REACH: usize = 2;
    let before = &visit.lines[line.index.saturating_sub(REACH)..line.index];
    WAS.is_match(sentence)
        && !NOW.is_match(sentence)
        && before.iter().any(|asked| asked.by_clinician() && ASKS.is_match(asked.text()))
}

/// "I was depressed after the divorce, but that was five years ago": told of another time, and not as going on since.
fn is_long_ago(before: &str, after: &str, next: &str) -> bool {
    static WAS: LazyLock<Regex> = LazyLock::new(|| {
        text::pattern(
            r"\b(?:was|were|had|got|felt|gave (?:me|him|her)|used to (?:be|have|get|feel)|suffered(?: from)?|went through)(?: (?:a|an|the|some|any|so|very|really|pretty|quite|terrible|bad|awful|these|my|lots of|a lot of|\w+ly))*\W*$",
        )
    });
    static GOES_ON: LazyLock<Regex> = LazyLock::new(|| {
        text::pattern(r"\b(?:since|still|again|now|started|began|every|always|on and off|came back)\b")
    });
    static USED_TO: LazyLock<Regex> = LazyLock::new(|| text::pattern(r"\bused to (?:be|have|get|feel)\b[^,.;]{0,20}$"));
    static THAT_WAS: LazyLock<Regex> =
        LazyLock::new(|| text::pattern(r"^\W*(?:but |and |though )?(?:that|it|this) (?:was|has been|is)\b"));
    let then =
        || LONG_AGO.is_match(after) || LONG_AGO.is_match(before) || THAT_WAS.is_match(next) && LONG_AGO.is_match(next);
    // "I've had a cough" tells of now, and "I had a cough" of then.
    let is_over = WAS.find(before).is_some_and(|was| !before[..was.start()].trim_end().to_lowercase().ends_with("'ve"));
    // "Not since he was two" goes on no more.
    let goes_on = GOES_ON.is_match(&after.replace("not since", ""));
    !goes_on && (USED_TO.is_match(before) || is_over && then())
}

/// "No fever and I wish I'd lose weight" without the wish.
fn without_wish(sentence: &str) -> &str {
    static WISH: LazyLock<Regex> =
        LazyLock::new(|| text::pattern(r",? (?:and |but |though )?i(?:'d)? (?:only )?wish\b"));
    &sentence[..WISH.find(sentence).map_or(sentence.len(), |wish| wish.start())]
}

/// "They stopped the ramipril because of the cough.", "I don't take it anymore. It gave me cramps.": what a medicine did that
/// is taken no longer.
fn ended_for(before: &str, sentence_before: &str) -> bool {
    static ENDED: LazyLock<Regex> = LazyLock::new(|| {
        text::pattern(
            r"\b(?:stopped|changed|switched|came off|took me off|quit|gave (?:it|that|them) up|(?:\w+n't|not|no longer|never) (?:tak(?:e|ing)|us(?:e|ing)|on)\b)",
        )
    });
    static FOR: LazyLock<Regex> = LazyLock::new(|| {
        text::pattern(
            r"\b(?:because of|due to|on account of|(?:because )?(?:it|that|they) (?:gave|made) me) (?:the |a |an |my |this |that )?(?:\w+ )?$",
        )
    });
    static GAVE: LazyLock<Regex> =
        LazyLock::new(|| text::pattern(r"^\W*(?:because )?(?:it|that|they) (?:gave|made) me (?:\w+ ){0,2}$"));
    let ended = |text: &str| ENDED.is_match(text);
    FOR.find(before).is_some_and(|found| ended(&before[..found.start()]))
        || GAVE.is_match(before) && ended(sentence_before)
}

/// "I'm dizzy, no": a denial after the word. "Headaches, not really."
fn denied_after(after: &str) -> bool {
    let after = after.trim_start().to_lowercase();
    [", no.", ", no,", ", not really", ", never", ", none", "? no", " no."]
        .iter()
        .any(|denial| after.starts_with(denial))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structuring::testing::transcript;

    fn said(lines: &str) -> Vec<(&'static str, bool)> {
        let transcript = transcript(lines);
        let visit = Visit::new(&transcript);
        let allergies = allergies::allergies(&visit, crate::terminology::DrugTable::bundled());
        symptoms(&visit, &allergies).into_iter().map(|symptom| (symptom.name, symptom.present)).collect()
    }

    #[test]
    fn an_answer_decides_about_the_question() {
        assert_eq!(
            said("D: Okay. Any chest pain, or shortness of breath?\nP: No, nothing like that."),
            [("chest pain", false), ("shortness of breath", false)]
        );
        assert_eq!(said("D: Have you had a fever?\nP: Yes, for two days."), [("fever", true)]);
        assert_eq!(said("D: Any nausea or vomiting?\nP: Yes."), []);
    }

    #[test]
    fn a_no_that_names_one_of_two_questions_answers_that_one() {
        let named = said("D: Any chest pain or palpitations?\nP: No chest pain. My heart races sometimes.");
        assert_eq!(named, [("chest pain", false), ("palpitations", true)]);
        assert_eq!(said("D: Any chest pain or palpitations?\nP: No, none.").len(), 2);
        assert_eq!(
            said(
                "D: Any swelling in your legs? Any trouble breathing at night?\nP: No swelling. I sleep in the recliner."
            ),
            [("leg swelling", false)]
        );
    }

    #[test]
    fn the_patient_says_it_with_its_polarity() {
        assert_eq!(said("P: I've had some headaches. I'm not dizzy, no."), [("headache", true), ("dizziness", false)]);
        assert_eq!(said("D: any fever\nP: no fever and i wish i could lose weight"), [("fever", false)]);
        assert_eq!(said("D: Any fever or cough?\nP: No fever, just a cough."), [("fever", false), ("cough", true)]);
    }

    #[test]
    fn what_is_gone_is_neither_reported_nor_denied() {
        assert_eq!(said("P: I had that dry cough, so I stopped it. The cough is gone."), []);
        assert_eq!(said("P: At first I had the diarrhea but that went away."), []);
        assert_eq!(said("P: I take it for hay fever."), []);
        for lines in [
            "P: They stopped the ramipril because of the cough.",
            "P: I don't take the iron any longer, it gave me constipation.",
            "P: I'm no longer on the iron. It made me constipated.",
        ] {
            assert_eq!(said(lines), [], "{lines}");
        }
    }

    #[test]
    fn a_denial_ends_where_somebody_goes_on_about_themselves() {
        assert_eq!(said("P: No fever and I have a cough."), [("fever", false), ("cough", true)]);
    }

    #[test]
    fn relatives_and_warnings_are_left_out() {
        assert_eq!(said("P: My wife has a cough."), []);
        assert_eq!(said("D: If you get chest pain, call nine one one.\nP: Okay."), []);
    }

    #[test]
    fn what_was_years_ago_is_no_symptom_of_today() {
        for lines in [
            "P: I was depressed when we lost the farm, but that was eight years ago.",
            "P: He had wheezing as a baby, he used an inhaler but not since he was two.",
            "P: I had terrible headaches in college.",
            "P: I used to get dizzy on the boat.",
            "P: I had panic attacks. That was twenty years ago.",
            "D: Have you ever fainted?\nP: Yes, once.",
            "D: Any seizures?\nP: Yes, as a child.",
        ] {
            assert_eq!(said(lines), [], "{lines}");
        }
        for (lines, name) in [
            ("P: The headaches started ten years ago.", "headache"),
            ("P: I've had back pain since I hurt it in 2015.", "back pain"),
            ("P: I was dizzy two days ago.", "dizziness"),
            ("P: I was depressed years ago and I'm still depressed.", "low mood"),
            ("D: Do you ever feel dizzy?\nP: Yes.", "dizziness"),
        ] {
            assert_eq!(said(lines), [(name, true)], "{lines}");
        }
    }

    #[test]
    fn a_denial_ends_with_its_clause() {
        assert_eq!(said("P: I haven't slept, it's this cough."), [("cough", true)]);
        assert_eq!(said("P: I'm not dizzy, I'm just tired."), [("fatigue", true), ("dizziness", false)]);
        assert_eq!(said("P: No fever, chills, nausea."), [("fever", false), ("chills", false), ("nausea", false)]);
    }

    #[test]
    fn what_an_allergen_does_is_no_symptom() {
        for lines in [
            "D: Any rash?\nO: No rash.\nD: Allergies?\nO: Walnuts. He gets hives.",
            "D: Any rash?\nO: No rash.\nD: Any allergies?\nO: Yes, to eggs.\nD: What happens when he eats them?\nO: Hives, all over.",
            "D: Any rash?\nO: No rash.\nO: He's allergic to peanuts. It was at a party. He had hives from head to toe.",
            "D: Any rash?\nO: No rash.\nO: Shrimp gave him hives.",
            "D: Any rash?\nO: No rash.\nO: He's allergic to cats.\nD: Does he get hives with cats?\nO: Yes.",
        ] {
            assert_eq!(said(lines), [("rash", false)], "{lines}");
        }
        let today = said("P: I'm allergic to penicillin, it gives me hives. And I've had this cough for a week.");
        assert_eq!(today, [("cough", true)]);
    }

    #[test]
    fn what_somebody_with_the_patient_feels_is_theirs() {
        assert_eq!(said("D: And how are you, Ann?\nO: I'm tired, to be honest. He has a cough."), [("cough", true)]);
    }

    #[test]
    fn a_reaction_that_is_asked_about_is_still_one_of_the_past() {
        let lines = "O: They gave her cefdinir last year and she broke out in a rash.\nD: Just a rash? No swelling?\nO: Just the rash.";
        assert!(said(lines).iter().all(|(_, present)| !present), "{:?}", said(lines));
    }

    #[test]
    fn red_flags_that_are_denied_are_listed() {
        for (question, names) in [
            ("Any trouble with your bladder or bowels?", &["bowel trouble", "bladder trouble"][..]),
            ("Have you lost control of your bowels?", &["bowel trouble"]),
            ("Any bladder problems?", &["bladder trouble"]),
            ("Any numbness in the saddle area?", &["saddle numbness"]),
            ("Any numbness around your groin?", &["saddle numbness"]),
            ("Did you hit your head?", &["head injury"]),
            ("Did you lose consciousness?", &["fainting"]),
            ("Any black or tarry stools?", &["blood in the stool"]),
            ("Have you been losing any weight?", &["weight loss"]),
            ("Do you wake up drenched?", &["night sweats"]),
            ("Any thoughts of ending your life?", &["thoughts of self-harm"]),
            ("Any coughing up blood?", &["coughing up blood"]),
            ("Any thoughts of hurting yourself?", &["thoughts of self-harm"]),
            ("Any thoughts of hurting someone else?", &[]),
        ] {
            let mut denied: Vec<_> = said(&format!("D: {question}\nP: No.")).into_iter().collect();
            let mut wanted: Vec<_> = names.iter().map(|name| (*name, false)).collect();
            denied.sort();
            wanted.sort();
            assert_eq!(denied, wanted, "{question}");
        }
    }

    #[test]
    fn no_more_of_it_is_not_none_of_it() {
        let found = |lines: &str| {
            let said = transcript(lines);
            symptoms(&Visit::new(&said), &Allergies::default()).into_iter().map(|one| one.present).collect::<Vec<_>>()
        };
        assert!(found("D: Are you more short of breath lying flat?\nP: No, I sleep fine.").is_empty());
        assert_eq!(found("D: Are you short of breath lying flat?\nP: No, I sleep fine."), [false]);
    }

    #[test]
    fn a_comma_after_no_makes_no_complaint() {
        let lines = "D: Any chest pain or palpitations?\nP: No, chest pain. I use two pillows.";
        assert!(said(lines).contains(&("chest pain", false)), "{:?}", said(lines));
        assert_eq!(said("D: Any palpitations?\nP: No, chest pain."), [("palpitations", false), ("chest pain", true)]);
    }

    #[test]
    fn a_no_that_is_taken_back_or_found_otherwise_is_no_denial() {
        for lines in [
            "D: Heart racing?\nP: No. It flutters now and then, it always has.",
            "D: Did you hit your head?\nP: No. My hip.\nD: There's a lump. You hit your head, and you're on a thinner.",
            "P: I wouldn't say I'm depressed. I'm just jumpy.",
            "D: Are they worse when you lie down or cough?\nP: No.",
        ] {
            assert_eq!(said(lines), [], "{lines}");
        }
        assert_eq!(said("D: Did you hit your head?\nP: No.\nD: If you hit your head, call."), [("head injury", false)]);
        assert!(said("D: Any chest pain?\nP: No, but my knee hurts.").contains(&("chest pain", false)));
    }

    #[test]
    fn an_answer_that_says_when_or_where_affirms() {
        for (lines, expected) in [
            ("D: Short of breath?\nP: On the second flight of stairs, yes.", ("shortness of breath", true)),
            ("D: Swelling in the legs?\nP: By the evening, both of them.", ("leg swelling", true)),
            ("D: Chest pain?\nP: Only when I take a big breath, here on the left.", ("chest pain", true)),
            ("D: Any fever at home?\nO: A hundred and two last night.", ("fever", true)),
            ("D: Waking up at night gasping?\nP: No.", ("waking up short of breath", false)),
            ("O: He was confused this morning too.", ("confusion", true)),
            ("P: Some days I think it would be easier not to wake up.", ("thoughts of self-harm", true)),
        ] {
            assert_eq!(said(lines), [expected], "{lines}");
        }
        for lines in [
            "D: Any chest pain?\nP: When do you mean?",
            "D: Any chest pain?\nP: At first, but it went away.",
            "D: Bleeding? Any fainting?\nP: Since I stopped the pill it's been fine.",
            "D: Sorry for the confusion, I meant Tuesday.",
            "D: Muscle aches?\nP: It was the simvastatin that gave me the muscle aches, years ago.",
        ] {
            assert!(said(lines).is_empty(), "{lines}: {:?}", said(lines));
        }
    }

    #[test]
    fn what_was_after_an_operation_or_in_the_family_is_none_of_today() {
        for lines in [
            "D: How did you do with that one, any trouble with the anesthesia?\nP: I threw up like a dog for two days.\n\
             O: He was confused, pulling his lines out.",
            "D: Anybody in the family who had a bad reaction to anesthesia, high fevers?\nP: No.",
        ] {
            assert!(said(lines).is_empty(), "{lines}: {:?}", said(lines));
        }
    }
}
