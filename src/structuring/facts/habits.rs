//! Habits: tobacco, alcohol and drugs, in the words of the patient's side.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{
    context,
    findings::{Finding, SPEAKS_OF_SELF},
};
use crate::{
    domain::{Role, SectionKind},
    language::{
        numbers,
        patterns::{pattern, patterns},
        questions::is_question,
    },
    structuring::{
        evidence, text,
        visit::{Line, Visit},
    },
};

patterns! {
    HABIT = r"\b(smok\w+|cigarettes?|vap(?:e|ing)|packs? (?:a|per) day|tobacco|alcohol|drink(?:s|ing)?|beers?|wine|whisky|whiskey|vodka|marijuana|weed|cannabis|recreational)\b";
    /// Drinking that is no habit: a child that drinks well, coffee, water.
    OTHER_DRINKING = r"^drink(?:s|ing)? (?:(?:a lot of|lots of|plenty of|some|any|more|less|enough|his|her|my|your|the|\w+ (?:glasses|cups|liters|litres|bottles) of) )*(?:fine|well|ok(?:ay)?|normal\w*|enough|plenty|water|fluids?|liquids?|milk|juice|formula|tea|coffee|sodas?|pedialyte)\b";
    /// "How's she drinking?"
    HOW_A_CHILD_DRINKS = r"\bhow(?:'s| is| are|'re| has| have) (?:he|she|they|the \w+|your (?:son|daughter|baby)) (?:been )?(?:eating (?:and|or) )?drinking\b";
    /// Drinking beside eating is a child's, or a sick person's.
    FEEDS = r"\b(?:eat(?:s|ing)?|ate|feed(?:s|ing)?|food|nappies|diapers?|fluids?|bottles?|formula|nurs(?:es|ing)|breast\w*|pee(?:s|ing)?|thirst\w*|(?:can|could|are|is|able) (?:you |he |she |they )?(?:able )?(?:to )?drink(?: anything| enough)?|(?:he|she|they)(?:'s| is| are)? drinking (?:okay|ok|well|enough|all right|alright)|is (?:he|she) drinking)\b";
    EATING = r"\beat(?:s|ing)? (?:and|or) $";
    QUIT = r"\b(?:quit|stopped|gave (?:it|them|that) up)\b";
    AMOUNT_OF_IT = r"\bhow (?:much|many|often)(?: is (?:it|that)| of (?:it|that|them)| a \w+)?\W*$";
    /// "The beer was good.": a drink that is only named is no habit.
    ONLY_NAMED = r"\bthe (?:beers?|wine|whisky|whiskey|vodka)\b";
    OF_HABIT = r"\b(?:drink\w*|drank|drunk|have|having|had|got|like|enjoy|quit|stop\w*|gave|give|cut|down|never|no|not|don't|didn't|on|a|every|each|some|few|couple|off|more|less|too)\b|\d";
}

/// Words of a question that is about a habit and nothing else, at most.
const SHORT_QUESTION: usize = 8;

/// What the patient's side says of a habit in the sentence `range`.
pub(super) fn told(visit: &Visit, line: &Line, range: &Range<usize>) -> Option<Finding> {
    let sentence = line.text()[range.clone()].trim();
    if !sentence.contains(' ') {
        return one_word(visit, line, range);
    }
    let question = visit.question_before(line.index);
    // "And the beer?" "How much is it?" "Two a day.": what is asked about was named before.
    let it = question.filter(|question| AMOUNT_OF_IT.is_match(last_question(question.text())));
    let named = it.and_then(|question| visit.question_before(question.index));
    let asks = named.filter(|named| !habits(named.text()).is_empty()).or(question);
    let topic = habit(sentence, &line.text()[..range.start], asks.map(Line::text))?;
    let of_companion = line.utterance.role == Role::Other && SPEAKS_OF_SELF.is_match(sentence);
    let range = if of_companion { range.clone() } else { with_correction(line, range) };
    let said = line.text()[range.clone()].trim();
    let question = question.filter(|_| range.start == 0 || HABIT.is_match(sentence));
    let own = evidence::evidence(line.utterance, range);
    let evidence = question.map(|question| evidence::whole(question.utterance)).into_iter().chain([own]).collect();
    let kind = SectionKind::SocialHistory;
    Some(match of_companion {
        true => {
            Finding { kind, text: format!("{topic}, of somebody with the patient: \"{said}\""), topic: None, evidence }
        }
        false => Finding { kind, text: format!("{topic}: \"{said}\""), topic: Some(topic), evidence },
    })
}

/// "Do you smoke?" "Never.": one word about a habit, with its question.
fn one_word(visit: &Visit, line: &Line, range: &Range<usize>) -> Option<Finding> {
    let sentence = &line.text()[range.clone()];
    let question = visit.question_before(line.index).filter(|question| question.by_clinician() && range.start == 0)?;
    if !line.by_patient_side() || !(context::denies(sentence) || context::affirms(sentence)) {
        return None;
    }
    let asked = question.sentences.last()?.clone();
    let asks = question.text()[asked.clone()].trim();
    let topic = all_of(&habits(asks)).filter(|_| !HOW_A_CHILD_DRINKS.is_match(asks))?;
    let evidence =
        vec![evidence::evidence(question.utterance, asked.clone()), evidence::evidence(line.utterance, range.clone())];
    let text = format!("{topic}: {asks} \"{}\"", sentence.trim());
    Some(Finding { kind: SectionKind::SocialHistory, text, topic: Some(topic), evidence })
}

/// Sentences after an amount in which it may be taken back.
const SENTENCES_TO_A_CORRECTION: usize = 3;

/// The sentence `range` and those after it in which its amount is taken back: "Three beers a week. Well, no. It's three a
/// night."
fn with_correction(line: &Line, range: &Range<usize>) -> Range<usize> {
    static OWNS_UP: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:honest(?:ly)?|more like)\b"));
    let later = line.sentences.iter().filter(|one| one.start >= range.end).take(SENTENCES_TO_A_CORRECTION);
    let mut taken_back = false;
    for one in later {
        let sentence = &line.text()[one.clone()];
        taken_back |= context::corrects(sentence) || OWNS_UP.is_match(sentence);
        if taken_back && habits(sentence).is_empty() && !numbers::numbers(sentence).is_empty() {
            return range.start..one.end;
        }
    }
    range.clone()
}

/// "Have two beers most evenings?": an answer with an amount, whatever mark the recogniser gave it.
pub(super) fn tells_an_amount(line: &Line, sentence: &str) -> bool {
    line.by_patient_side() && !habits(sentence).is_empty() && !numbers::numbers(sentence).is_empty()
}

/// What the patient's own words about a habit are about: what they name, or go on about, or are asked.
fn habit(sentence: &str, before: &str, question: Option<&str>) -> Option<&'static str> {
    if context::of_another_person(sentence) {
        return None;
    }
    let named = habits(sentence);
    let clause = sentence.rsplit(", but ").next().unwrap_or(sentence);
    if ONLY_NAMED.is_match(clause) && !OF_HABIT.is_match(clause) && numbers::numbers(clause).is_empty() {
        return None;
    }
    let fed = question.is_some_and(|question| FEEDS.is_match(question));
    let drinks = |start: usize| sentence[start..].to_lowercase().starts_with("drink");
    let named: Vec<_> = named.into_iter().filter(|(_, start)| !(fed && drinks(*start))).collect();
    if let Some(topic) = all_of(&named) {
        return Some(topic);
    }
    let answers = context::denies(sentence) || context::affirms(sentence) || QUIT.is_match(sentence);
    let asked = question.map(last_question).filter(|asked| !HOW_A_CHILD_DRINKS.is_match(asked)).unwrap_or_default();
    let short = before.is_empty() && asked.split_whitespace().count() <= SHORT_QUESTION;
    let asked = all_of(&habits(asked)).filter(|_| answers || short);
    habits(before).last().map(|(topic, _)| *topic).filter(|_| answers).or(asked)
}

/// The question that a turn ends with.
fn last_question(turn: &str) -> &str {
    let last = text::sentences(turn).pop().map(|range| &turn[range]).unwrap_or_default();
    if is_question(last) { last } else { "" }
}

/// One name for what `habits` are about; tobacco and alcohol are often asked and answered in one breath.
fn all_of(habits: &[(&'static str, usize)]) -> Option<&'static str> {
    let both = ["Tobacco", "Alcohol"].iter().all(|topic| habits.iter().any(|(named, _)| named == topic));
    if both { Some("Tobacco and alcohol") } else { habits.last().map(|(topic, _)| *topic) }
}

/// The habits that `text` names, each with where it does.
pub fn habits(text: &str) -> Vec<(&'static str, usize)> {
    let fed = FEEDS.is_match(text);
    let other = |found: &regex::Match| {
        OTHER_DRINKING.is_match(&text[found.start()..])
            || EATING.is_match(&text[..found.start()])
            || fed && found.as_str().to_lowercase().starts_with("drink")
    };
    let named = HABIT.find_iter(text).filter(|found| !other(found));
    named.map(|found| (topic(&found.as_str().to_lowercase()), found.start())).collect()
}

fn topic(named: &str) -> &'static str {
    let begins = |starts: &[&str]| starts.iter().any(|start| named.starts_with(start));
    match named {
        _ if begins(&["smok", "cig", "vap", "pack", "tob"]) => "Tobacco",
        _ if begins(&["mari", "weed", "cann", "recr"]) => "Drugs",
        _ => "Alcohol",
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::findings::{findings, tests::said},
        *,
    };
    use crate::structuring::testing::transcript;

    #[test]
    fn an_answer_about_a_habit_keeps_its_question() {
        let transcript = transcript("D: Are you smoking at all?\nP: No, I quit, what, eleven years ago.");
        let found = findings(&Visit::new(&transcript));
        assert_eq!(found[0].text, "Tobacco: \"No, I quit, what, eleven years ago.\"");
        assert_eq!(found[0].evidence.len(), 2);
    }

    #[test]
    fn an_amount_is_of_what_was_named_before() {
        let visit = "P: Caught nothing but a cold, doc, but the beer was good.\nD: Ha.\nP: And the beer?\n\
            D: How much is it?\nP: Two a day, four on the boat.";
        assert_eq!(said(visit), [(SectionKind::SocialHistory, "Alcohol: \"Two a day, four on the boat.\"".to_owned())]);
    }

    #[test]
    fn an_answer_goes_on_about_its_habit() {
        let said = said(
            "D: Do you drink or smoke?\nP: I've never smoked. Have two beers most evenings? Well, sometimes three.",
        );
        let texts: Vec<&str> = said.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "Tobacco: \"I've never smoked.\"",
                "Alcohol: \"Have two beers most evenings?\"",
                "Alcohol: \"Well, sometimes three.\""
            ]
        );
        assert_eq!(
            findings(&Visit::new(&transcript("D: Do you drink or smoke?\nP: No, neither.")))[0].topic,
            Some("Tobacco and alcohol")
        );
    }

    #[test]
    fn a_short_question_about_a_habit_needs_no_yes() {
        assert_eq!(
            said("D: And alcohol?\nP: A glass of sake on Sundays.")[0].1,
            "Alcohol: \"A glass of sake on Sundays.\""
        );
        let quit = said("D: Smoking?\nP: I quit ten years ago. A pack a day before that.");
        assert_eq!(quit[0].1, "Tobacco: \"I quit ten years ago.\"");
        assert_eq!(
            said("P: I don't smoke, and I don't drink.")[0].1,
            "Tobacco and alcohol: \"I don't smoke, and I don't drink.\""
        );
        assert!(said("D: Is he eating and drinking?\nP: Not eating much. No vomiting.").is_empty());
    }

    #[test]
    fn one_word_about_a_habit_stands_with_its_question() {
        assert_eq!(
            said("D: There's a generic now. Do you smoke?\nP: Never. My roommate does.")[0].1,
            "Tobacco: Do you smoke? \"Never.\""
        );
        assert!(said("D: Any fever?\nP: No.").is_empty());
    }

    #[test]
    fn an_amount_stands_with_what_takes_it_back() {
        assert_eq!(
            said("D: How much do you drink?\nP: Three beers a week. Well, no. If I'm honest, it's three a night.")[0].1,
            "Alcohol: \"Three beers a week. Well, no. If I'm honest, it's three a night.\""
        );
    }

    #[test]
    fn a_relatives_habit_is_marked_as_theirs() {
        assert_eq!(
            said("D: Anyone at home smoke.\nO: I do, but only outside."),
            [(
                SectionKind::SocialHistory,
                "Tobacco, of somebody with the patient: \"I do, but only outside.\"".to_owned()
            )]
        );
    }

    #[test]
    fn a_child_that_drinks_well_has_no_habit() {
        for lines in [
            "O: She's drinking, not eating much.",
            "D: Is she drinking okay? Wet diapers?\nO: She's drinking. She's peeing fine.",
            "P: She's drinking fine.",
            "P: He drinks plenty of water.",
            "P: Drinking lots of coffee, me.",
        ] {
            assert!(said(lines).is_empty(), "{lines}: {:?}", said(lines));
        }
        assert_eq!(said("P: I drink a beer at night.").len(), 1);
    }
}
