//! Medicines: every mention in the visit with its sig and what is done about it, then one entry a medicine.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{
    allergies, context,
    sig::{self, DoseMention},
};
use crate::{
    domain::{Coding, Dose, Evidence, Medication, MedicationAction, Role},
    structuring::{
        evidence,
        visit::{Line, Visit, is_question},
    },
    terminology::{Drug, DrugMention, DrugTable},
};

fn pattern(text: &str) -> Regex {
    Regex::new(&format!("(?i){text}")).expect("a pattern written here compiles")
}

/// Verbs that decide about a medicine. The nearest one before the name counts, or else the nearest after it.
static DECISIONS: LazyLock<Vec<(MedicationAction, Regex)>> = LazyLock::new(|| {
    use MedicationAction::{Change, Continue, Decrease, Increase, Start, Stop, Taken};
    [
        (Stop, r"\b(stop(?:ping|ped)?|discontinu\w+|come off|coming off|came off|take you off|taking you off|took (?:me|you) off|get (?:you )?off|quit|hold (?:off on|the|your|that)|cut out|no longer (?:take|taking|need)|wean\w*)\b"),
        (Increase, r"\b(increas\w+|take (?:the|your|that) \w+ up|go up|going up|up your|bump\w*(?: up)?|rais(?:e|ed|ing)|doubl(?:e|ing)|higher dose)\b"),
        (Decrease, r"\b(decreas\w+|lower(?:ing)?|reduc\w+|go down|going down|cut(?:ting)? (?:back|down|your|the)|back off|taper\w*|halv(?:e|ing)|drop(?:ping)? (?:you|your|the|it)|smaller dose)\b"),
        (Change, r"\b(switch(?:ing)?|chang(?:e|ing)|replac(?:e|ing)|swap(?:ping)?)\b"),
        (Continue, r"\b(continu\w+|keep(?:ing)?|stay(?:s|ing)? (?:on|the same|where)|so do(?:es)?|carry on|stick with|refill(?:s|ing)?|renew\w*|leave|same dose|remain on|maintain)\b"),
        (Start, r"\b(start(?:ing|ed)?|begin(?:ning)?|add(?:ing)?|put(?:ting)? you on|prescrib\w+|try(?:ing)?|trial of|give you|giving you|send(?:ing)? (?:in|over|you)|call(?:ing)? in|writ(?:e|ing) (?:you )?(?:a |for )|initiat\w+|go ahead with|get you (?:on|some)|order(?:ing)?|have you take|want you to take|want you taking|like you to take|you can take|you can use|you could take|should take|recommend\w*|suggest\w*|(?:is|are|be) (?:fine|okay|ok|safe)|take)\b"),
        (Taken, r"\b(i take|i'm taking|i am taking|i'm on|i was on|i use|i've been taking|i've been on|you're taking|you are taking|you're on|you take|you're still|still taking|currently|i took|i've tried|taking|been on)\b"),
    ]
    .map(|(action, text)| (action, pattern(text)))
    .into()
});

static NOT_MEANT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(instead of|rather than|considered|consider|thought about|think about|thinking about|stay away from|avoid\w*|(?:do n't|don't|not|never) (?:take|use|mix)|interact\w*|similar to|like an?|tests? for|allergic to|commercials?|heard (?:about|of)|read about|what about)\b",
    )
});
static NOT_MEANT_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^[^.?!,]{0,20}\b(levels?|blood test|panel)\b|^[^.?!]{0,12}\bbut (?:not|no|i\s?wouldn.t|i\s?don.t|i.d rather not|with your)\b",
    )
});
static LEVEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\s*(?:levels?|tests?|panel|deficien\w+|(?:was|is|are|were|came back|looks?|looked) (?:\w+ )?(?:low|high|normal|elevated|\d)|resistan\w+|antagonist|channel)\b",
    )
});
/// "… with the apixaban they can make you bleed": named beside the matter.
static BESIDE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:with|because of|along with|on top of|besides) (?:the |your |that )?$"));
static ASKS_LEAVE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(can i|could i|should i|may i|i can|i could|i should|okay to|ok to|safe to|is it safe|what about|how about|do i need)\b",
    )
});
static IN_USE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(you're (?:already )?(?:on|taking)|you are (?:on|taking)|you take|you were|you've been|currently|takes|has been)\b",
    )
});
static CONTINUES_IT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:keep|continue|stay on|leave|carry on|stick)(?: taking| with| on)? (?:it|that|this|those|them|the same)\b|\bthe same\b",
    )
});
static ANAPHOR: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(it|that|this|those|them|the dose|the same)\b"));

/// Words between a verb and its medicine, at most: recognisers without punctuation run sentences together.
const FARTHEST_VERB: usize = 14;

/// One mention of a medicine, understood in its place.
struct Mention<'t> {
    drug: &'t Drug,
    surface: String,
    line: usize,
    speaker: String,
    by: Role,
    action: MedicationAction,
    /// The dose that a clinician names with how often to take it, which without another verb is an instruction.
    instructed: bool,
    /// Said not to be taken, or only talked about.
    dismissed: bool,
    dose: Option<Dose>,
    frequency: Option<String>,
    route: Option<&'static str>,
    evidence: Vec<Evidence>,
}

/// The RxNorm code of a drug of the table.
pub(crate) fn rxnorm(drug: &Drug) -> Vec<Coding> {
    let coding = |code: &str| Coding {
        system: Coding::RXNORM.to_owned(),
        code: code.to_owned(),
        display: drug.rxnorm_name.unwrap_or(drug.name).to_owned(),
        probability: None,
        evidence: Vec::new(),
    };
    drug.rxcui.map(coding).into_iter().collect()
}

/// The patient's medicines, in the order in which they came up.
pub fn medications(visit: &Visit, table: &DrugTable) -> Vec<Medication> {
    let mut mentions: Vec<Mention> = Vec::new();
    for line in &visit.lines {
        let in_line = table.mentions(line.text());
        if in_line.is_empty() {
            follow_up(line, &mut mentions);
        }
        for at in 0..in_line.len() {
            mentions.extend(understand(visit, line, &in_line, at));
        }
    }
    fold(mentions)
}

fn understand<'t>(visit: &Visit, line: &Line, in_line: &[DrugMention<'t>], at: usize) -> Option<Mention<'t>> {
    let mention = &in_line[at];
    let text = line.text();
    let sentence = line.sentence_at(mention.range.start);
    let before = &text[sentence.start..mention.range.start];
    let after = &text[mention.range.end..sentence.end];
    if allergies::is_allergy_context(visit, line, &mention.range) || LEVEL.is_match(after) {
        return None;
    }
    if someone_elses(line, before) {
        return None;
    }
    let (mut action, negated) = decision(line, &sentence, mention.range.clone());
    let mut found = Mention {
        drug: mention.drug,
        surface: text[mention.range.clone()].to_owned(),
        line: line.index,
        speaker: line.utterance.speaker.clone(),
        by: line.utterance.role,
        action,
        instructed: false,
        dismissed: negated,
        dose: None,
        frequency: None,
        route: None,
        evidence: vec![evidence::evidence(line.utterance, sentence.clone())],
    };
    read_sig(visit, line, in_line, at, &mut found);
    let asked = is_question(&text[sentence.clone()]);
    found.instructed = line.utterance.role == Role::Clinician
        && !asked
        && !IN_USE.is_match(&text[sentence.clone()])
        && found.dose.is_some()
        && found.frequency.is_some();
    if asked {
        action = MedicationAction::Taken;
        let answer = visit.answer_to(line.index).filter(|answer| answer.by_patient_side());
        let declined = line.by_clinician() && answer.is_some_and(|answer| context::denies(answer.text()));
        let asks_leave = line.by_patient_side() && ASKS_LEAVE.is_match(&text[sentence.clone()]);
        found.dismissed = (declined && !corrects_a_dose(answer)) || asks_leave;
        found.action = action;
        if let Some(answer) = answer.filter(|_| declined || context_answers(answer)) {
            evidence::merge(&mut found.evidence, [evidence::evidence(answer.utterance, answer.sentences[0].clone())]);
        }
    }
    Some(found)
}

/// Whether the clause before a mention makes it somebody else's than the patient's.
pub(super) fn someone_elses(line: &Line, before: &str) -> bool {
    match line.utterance.role {
        Role::Other => context::of_the_speaker(before),
        _ => context::of_another_person(before),
    }
}

fn context_answers(answer: Option<&Line>) -> bool {
    answer.is_some_and(|line| context::affirms(line.text()))
}

/// "No, forty milligrams" answers about the dose, not about taking it.
fn corrects_a_dose(answer: Option<&Line>) -> bool {
    answer.is_some_and(|line| !sig::doses(line.text(), &|_| None).is_empty())
}

/// What the sentence decides about the mention, and whether it takes it back.
fn decision(line: &Line, sentence: &Range<usize>, mention: Range<usize>) -> (MedicationAction, bool) {
    let text = line.text();
    let before = &text[sentence.start..mention.start];
    let after = &text[mention.end..sentence.end];
    let nearest = DECISIONS
        .iter()
        .filter_map(|(action, verb)| verb.find_iter(before).last().map(|found| (*action, found.range())))
        .max_by_key(|(_, range)| (range.end, range.len()));
    let following = || {
        let verbs =
            DECISIONS.iter().filter_map(|(action, verb)| verb.find(after).map(|found| (*action, found.start())));
        verbs
            .filter(|(action, _)| *action != MedicationAction::Taken)
            .min_by_key(|(_, start)| *start)
            .map(|(action, _)| action)
    };
    let near = |words: &str| words.split_whitespace().count() <= FARTHEST_VERB;
    let nearest = nearest.filter(|(_, range)| near(&before[range.end..]));
    let beside = BESIDE.is_match(before);
    let nearest = nearest.filter(|_| !beside);
    let spoken_of =
        NOT_MEANT.find_iter(before).last().is_some_and(|found| before[found.end()..].split_whitespace().count() <= 5)
            || NOT_MEANT_AFTER.is_match(after);
    let (action, negated) = match nearest {
        Some((action, range)) => {
            let negated = context::negates(&before[..range.start]) || ends_in_negation(&before[..range.start]);
            (up_or_down(second_of_a_switch(action, &before[range.end..]), after), negated)
        }
        None if beside => (MedicationAction::Taken, false),
        None => (following().unwrap_or(MedicationAction::Taken), context::negates(before)),
    };
    if !line.by_clinician() {
        let own =
            if action == MedicationAction::Stop && !negated { MedicationAction::Stop } else { MedicationAction::Taken };
        return (own, spoken_of || negated && own == MedicationAction::Taken);
    }
    match action {
        MedicationAction::Stop if negated => (MedicationAction::Continue, false),
        MedicationAction::Continue if negated => (MedicationAction::Stop, false),
        action => (action, negated || spoken_of),
    }
}

fn ends_in_negation(before: &str) -> bool {
    let last = before.split_whitespace().rev().take(3).map(str::to_lowercase);
    last.into_iter().any(|word| matches!(word.as_str(), "not" | "don't" | "n't" | "never" | "won't" | "no"))
}

/// "take the sertraline up to one hundred".
fn up_or_down(action: MedicationAction, after: &str) -> MedicationAction {
    let after = after.trim_start().to_lowercase();
    match action {
        MedicationAction::Start if after.starts_with("up to ") || after.starts_with("up ") => {
            MedicationAction::Increase
        }
        MedicationAction::Start if after.starts_with("down to ") || after.starts_with("down ") => {
            MedicationAction::Decrease
        }
        action => action,
    }
}

/// "switch from A to B": A ends and B begins.
fn second_of_a_switch(action: MedicationAction, between: &str) -> MedicationAction {
    if action != MedicationAction::Change {
        return action;
    }
    let words: Vec<String> = between.split_whitespace().map(str::to_lowercase).collect();
    match words.iter().rposition(|word| matches!(word.as_str(), "to" | "with" | "for" | "from")) {
        Some(at) if words[at] == "from" => MedicationAction::Stop,
        Some(at) if words.len() - at <= 3 => MedicationAction::Start,
        _ if words.len() <= 3 => MedicationAction::Change,
        _ => MedicationAction::Change,
    }
}

/// Looks for dose, route and frequency after the name, right before it, and in the answer to a bare question.
fn read_sig(visit: &Visit, line: &Line, in_line: &[DrugMention], at: usize, found: &mut Mention) {
    let text = line.text();
    let scope = sig_scope(line, in_line, at);
    let after = &text[scope.clone()];
    take_sig(after, found);
    if found.dose.is_none() {
        found.dose = dose_before(line, in_line, at, found.drug);
    }
    let asks = line.asks() && in_line.len() == at + 1;
    if found.dose.is_some() || !asks {
        return;
    }
    let Some(answer) = visit.answer_to(line.index) else { return };
    let end =
        DrugTable::bundled().mentions(answer.text()).first().map_or(answer.text().len(), |other| other.range.start);
    let reach = answer.sentences.iter().take(5).map(|range| range.end).next_back().unwrap_or(0).min(end);
    let had = (found.dose.clone(), found.frequency.clone());
    take_sig(&answer.text()[..reach], found);
    if (found.dose.clone(), found.frequency.clone()) != had {
        evidence::merge(&mut found.evidence, [evidence::evidence(answer.utterance, 0..reach)]);
    }
}

fn take_sig(text: &str, found: &mut Mention) {
    let doses = sig::doses(text, &|value| usual_unit(found.drug, value));
    if let Some(dose) = sig::final_dose(text, &doses) {
        found.dose = Some(dose.dose);
    }
    if found.frequency.is_none() {
        found.frequency = sig::frequency(text).map(|(name, _)| name);
    }
    if found.route.is_none() {
        found.route = sig::route(text);
    }
}

/// From the name to the next medicine, at most to the end of the sixth sentence after it.
fn sig_scope(line: &Line, in_line: &[DrugMention], at: usize) -> Range<usize> {
    let start = in_line[at].range.end;
    let text = line.text();
    let mut end = line
        .sentences
        .iter()
        .filter(|range| range.end > start)
        .take(7)
        .map(|range| range.end)
        .last()
        .unwrap_or(text.len());
    if let Some(next) = in_line.get(at + 1) {
        let next_sentence = line.sentence_at(next.range.start);
        let own = line.sentence_at(in_line[at].range.start);
        // A sentence about another medicine is that one's from its first word; inside one sentence, the dose right
        // before "of" the next medicine is the next one's.
        end = end.min(if next_sentence == own {
            before_dose(text, start, next.range.start)
        } else {
            next_sentence.start
        });
    }
    start..end.max(start)
}

/// Where "… and 20 mg of" begins, if a dose stands right before the next name.
fn before_dose(text: &str, start: usize, next: usize) -> usize {
    let between = &text[start..next];
    let last = sig::doses(between, &|_| None).pop();
    match last {
        Some(dose) if attaches(&between[dose.range.end..]) => start + dose.range.start,
        _ => next,
    }
}

/// Whether nothing but "of the" parts a dose from the name after it.
fn attaches(between: &str) -> bool {
    between.split_whitespace().all(|word| {
        matches!(word.to_lowercase().as_str(), "of" | "the" | "your" | "my" | "tablet" | "tablets" | "dose")
    })
}

fn dose_before(line: &Line, in_line: &[DrugMention], at: usize, drug: &Drug) -> Option<Dose> {
    let text = line.text();
    let start = at.checked_sub(1).map_or(0, |previous| in_line[previous].range.end);
    let start = start.max(line.sentence_at(in_line[at].range.start).start);
    let before = &text[start..in_line[at].range.start];
    let doses: Vec<DoseMention> = sig::doses(before, &|value| usual_unit(drug, value));
    doses.into_iter().next_back().filter(|dose| attaches(&before[dose.range.end..])).map(|dose| dose.dose)
}

/// The unit of a bare number, when the table lists that very strength.
fn usual_unit(drug: &Drug, value: f64) -> Option<String> {
    let strengths = drug.strengths.iter().flat_map(|strength| strength.split('/'));
    let parse = |strength: &str| {
        let (number, unit) = strength.trim().split_once(' ')?;
        let weighed = matches!(unit, "mg" | "mcg" | "g" | "units" | "mEq");
        weighed.then_some((number.parse::<f64>().ok()?, unit.to_owned()))
    };
    let known: Vec<(f64, String)> = strengths.filter_map(parse).collect();
    let listed = known.iter().find(|(strength, _)| (strength - value).abs() < 1e-9);
    // Twice or half a usual strength is as usual: two tablets, or half of one.
    let derived =
        || known.iter().find(|(strength, _)| [0.5, 2.0].iter().any(|by| (strength * by - value).abs() < 1e-9));
    listed.or_else(derived).map(|(_, unit)| unit.clone())
}

/// A turn that names no medicine may still decide about the last one: "let's stop that", "no, make that forty".
fn follow_up(line: &Line, mentions: &mut [Mention]) {
    let Some(last) = mentions.last_mut().filter(|last| line.index - last.line <= 3 && !last.dismissed) else { return };
    let same_speaker = last.speaker == line.utterance.speaker && last.by == line.utterance.role;
    for range in &line.sentences {
        let sentence = &line.text()[range.clone()];
        if is_question(sentence) {
            continue;
        }
        let doses = sig::doses(sentence, &|value| usual_unit(last.drug, value));
        let corrected = context::corrects(sentence) && line.index - last.line <= 2 && same_speaker;
        let agreed = sig::final_dose(sentence, &doses)
            .filter(|_| corrected || (last.dose.is_none() && line.index - last.line <= 1));
        let mut used = false;
        if let Some(dose) = agreed {
            last.dose = Some(dose.dose);
            used = true;
        }
        if used || (last.dose.is_some() && last.frequency.is_none() && line.index - last.line <= 2) {
            let frequency = sig::frequency(sentence).map(|(name, _)| name);
            used |= frequency.is_some();
            last.frequency = frequency.or(last.frequency.take());
        }
        if line.utterance.role == Role::Clinician && ANAPHOR.is_match(sentence) && !context::hypothetical(sentence) {
            let (action, negated) = decision(line, range, range.end..range.end);
            let decides = match action {
                MedicationAction::Stop | MedicationAction::Increase | MedicationAction::Decrease => true,
                MedicationAction::Continue => CONTINUES_IT.is_match(sentence),
                _ => false,
            };
            if decides && !negated && sentence.split_whitespace().count() <= 14 {
                last.action = action;
                used = true;
            }
        }
        if used {
            evidence::merge(&mut last.evidence, [evidence::evidence(line.utterance, range.clone())]);
        }
    }
}

/// One entry a medicine: the last decision stands, with the sig that belongs to it.
fn fold(mentions: Vec<Mention>) -> Vec<Medication> {
    let mut names: Vec<&'static str> = Vec::new();
    for mention in &mentions {
        if !names.contains(&mention.drug.name) {
            names.push(mention.drug.name);
        }
    }
    names
        .into_iter()
        .filter_map(|name| fold_one(mentions.iter().filter(|mention| mention.drug.name == name).collect()))
        .collect()
}

fn fold_one(mentions: Vec<&Mention>) -> Option<Medication> {
    let counted: Vec<&&Mention> = mentions.iter().filter(|mention| !mention.dismissed).collect();
    let first = counted.first()?;
    let decided = counted.iter().rev().find(|mention| mention.action != MedicationAction::Taken);
    let instructed = counted.iter().rev().find(|mention| mention.instructed);
    let chosen = decided.or(instructed).unwrap_or(counted.last()?);
    // "Start" of what is already taken, without a change of dose, is going on with it.
    let taken_before = counted.iter().any(|mention| {
        mention.line < chosen.line && mention.action == MedicationAction::Taken && mention.dose.is_some()
    });
    let action = match chosen.action {
        MedicationAction::Start if taken_before => dose_change(&counted, chosen).unwrap_or(MedicationAction::Continue),
        MedicationAction::Taken if chosen.instructed => dose_change(&counted, chosen).unwrap_or(match taken_before {
            true => MedicationAction::Continue,
            false => MedicationAction::Start,
        }),
        MedicationAction::Continue | MedicationAction::Change => dose_change(&counted, chosen).unwrap_or(chosen.action),
        action => action,
    };
    let latest = |with: &dyn Fn(&Mention) -> bool| counted.iter().rev().find(|mention| with(mention));
    let dose = chosen
        .dose
        .clone()
        .or_else(|| latest(&|mention| mention.dose.is_some()).and_then(|mention| mention.dose.clone()));
    let frequency = chosen
        .frequency
        .clone()
        .or_else(|| latest(&|mention| mention.frequency.is_some()).and_then(|mention| mention.frequency.clone()));
    let said_route = counted.iter().find_map(|mention| mention.route);
    let route = route(first.drug, said_route);
    let mut evidence = Vec::new();
    for mention in &counted {
        evidence::merge(&mut evidence, mention.evidence.iter().cloned());
    }
    let name = first.drug.name.to_owned();
    let text = written(&first.surface, dose.as_ref(), frequency.as_deref());
    Some(Medication { text: text.into(), name, action, codes: rxnorm(first.drug), dose, route, frequency, evidence })
}

/// More or less than what was taken until now, where both amounts were said.
fn dose_change(counted: &[&&Mention], chosen: &Mention) -> Option<MedicationAction> {
    let now = chosen.dose.as_ref()?;
    let earlier = counted.iter().filter(|mention| mention.line < chosen.line);
    let before = earlier.filter_map(|mention| mention.dose.as_ref()).rfind(|dose| dose.unit == now.unit)?;
    match now.value.partial_cmp(&before.value)? {
        std::cmp::Ordering::Greater => Some(MedicationAction::Increase),
        std::cmp::Ordering::Less => Some(MedicationAction::Decrease),
        std::cmp::Ordering::Equal => None,
    }
}

/// The route said, if the drug has it; else its only usual one.
fn route(drug: &Drug, said: Option<&'static str>) -> Option<String> {
    let usual = |route: &&str| drug.routes.contains(route);
    said.filter(usual).or(drug.routes.first().copied()).map(str::to_owned)
}

/// "Lasix 80 mg once daily".
pub(crate) fn written(name: &str, dose: Option<&Dose>, frequency: Option<&str>) -> String {
    let mut characters = name.chars();
    let capital = characters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    let mut text = format!("{capital}{}", characters.as_str());
    if let Some(dose) = dose {
        let space = if dose.unit == "%" { "" } else { " " };
        let unit = if dose.value <= 1.0 { singular(&dose.unit) } else { &dose.unit };
        text.push_str(&format!(" {}{space}{unit}", dose.value));
    }
    if let Some(frequency) = frequency {
        text.push(' ');
        text.push_str(frequency);
    }
    text
}

fn singular(unit: &str) -> &str {
    match unit {
        "patches" => "patch",
        "tablets" | "capsules" | "puffs" | "sprays" | "drops" | "units" | "teaspoons" => &unit[..unit.len() - 1],
        _ => unit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structuring::testing::transcript;

    fn said(lines: &str) -> Vec<String> {
        let transcript = transcript(lines);
        let show = |medication: Medication| {
            let action = serde_json::to_value(medication.action).expect("an action has a name");
            format!("{} {}", action.as_str().unwrap_or_default(), medication.text.as_str())
        };
        medications(&Visit::new(&transcript), DrugTable::bundled()).into_iter().map(show).collect()
    }

    #[test]
    fn question_and_answer_make_one_medicine() {
        assert_eq!(
            said(
                "D: Good. And you're still taking the lisinopril?\nP: Yep. Ten milligrams. No, wait, you raised it. Twenty milligrams, once a day in the morning.\nD: Twenty, that's what I have. And the metformin?\nP: Five hundred, twice a day, with food."
            ),
            ["taken Lisinopril 20 mg once daily", "taken Metformin 500 mg twice daily"]
        );
    }

    #[test]
    fn the_clinician_decides() {
        for (lines, expected) in [
            ("D: I want to increase your Lasix to 80 mg once a day.", "increase Lasix 80 mg once daily"),
            ("D: I want to add amlodipine, five milligrams once a day.", "start Amlodipine 5 mg once daily"),
            ("D: Let's stop the atenolol.", "stop Atenolol"),
            ("D: Keep the lisinopril where it is.", "continue Lisinopril"),
            ("D: Don't stop the warfarin.", "continue Warfarin"),
            ("D: We'll cut your prednisone to ten milligrams a day.", "decrease Prednisone 10 mg once daily"),
            ("D: I'll refill your metformin, 500 milligrams twice a day.", "continue Metformin 500 mg twice daily"),
            (
                "D: I'd like to take the sertraline up to one hundred milligrams a day.",
                "increase Sertraline 100 mg once daily",
            ),
            (
                "D: For the burning, phenazopyridine, two hundred milligrams three times a day.",
                "start Phenazopyridine 200 mg three times daily",
            ),
            ("D: Take naproxen instead, five hundred milligrams twice a day.", "start Naproxen 500 mg twice daily"),
            (
                "P: I take fifty milligrams of sertraline.\nD: Let's have you take one hundred milligrams of sertraline once a day.",
                "increase Sertraline 100 mg once daily",
            ),
            ("D: Tylenol is fine, if you need something.", "start Tylenol as needed"),
            (
                "P: I take apixaban.\nD: They hold on to salt, and with the apixaban they can make you bleed.",
                "taken Apixaban",
            ),
            ("D: The carvedilol stays the same.", "continue Carvedilol"),
            (
                "D: Start levothyroxine one hundred and twelve micrograms every morning.",
                "start Levothyroxine 112 mcg once daily",
            ),
        ] {
            assert_eq!(said(lines), [expected], "{lines}");
        }
    }

    #[test]
    fn a_switch_ends_one_and_begins_another() {
        assert_eq!(
            said("D: I'd like to switch you from lisinopril to losartan, fifty milligrams once a day."),
            ["stop Lisinopril", "start Losartan 50 mg once daily"]
        );
    }

    #[test]
    fn corrections_win_also_in_the_next_turn() {
        assert_eq!(
            said("D: Let's start atorvastatin, twenty milligrams at bedtime. No, make that forty."),
            ["start Atorvastatin 40 mg at bedtime"]
        );
        assert_eq!(
            said("D: Let's start atorvastatin, twenty milligrams.\nP: Okay.\nD: Sorry, make that forty milligrams."),
            ["start Atorvastatin 40 mg"]
        );
        assert_eq!(said("P: I'm on omeprazole.\nD: Okay. Let's stop that."), ["stop Omeprazole"]);
    }

    #[test]
    fn what_the_patient_does_not_take_is_left_out() {
        for lines in [
            "P: I don't take aspirin.",
            "P: My mother takes warfarin.",
            "P: A guy at work got oxycodone for his.",
            "O: I take sumatriptan for mine.",
            "P: My knee doctor said I can take ibuprofen?\nD: I'd stay away from ibuprofen.",
            "D: I'd normally say propranolol, but not with asthma.",
            "D: I'm not going to start metformin today.",
            "D: I did think about hydrochlorothiazide instead.",
            "D: I'd stay away from ibuprofen, it pushes up your blood pressure.",
            "D: Any allergies?\nP: Just penicillin.",
            "P: I'm allergic to amoxicillin.",
            "D: Are you taking any aspirin?\nP: No.",
            "D: Your vitamin D level is low.",
        ] {
            assert!(said(lines).is_empty(), "{lines}: {:?}", said(lines));
        }
    }

    #[test]
    fn doses_before_the_name_belong_to_it() {
        assert_eq!(
            said("P: I take 20 milligrams of lisinopril and 500 milligrams of metformin."),
            ["taken Lisinopril 20 mg", "taken Metformin 500 mg"]
        );
        assert_eq!(said("P: I use two puffs of albuterol when I need it."), ["taken Albuterol 2 puffs as needed"]);
    }
}
