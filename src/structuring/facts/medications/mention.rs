//! One mention of a medicine: whose it is, what is done about it, how it is taken.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{
    considered,
    decisions::{Decision, decision, ends_before_an_operation, holds, proposes},
    given::is_borrowed,
    later::{begins_later, decide_by_anaphor, put_off, stays_as_it_was, take_reply},
    offers,
    past::{
        asked_of_the_past, changed_since, ended_before, ended_since, had_once, is_over, never_begun, never_taken,
        over_by_answer, was_on,
    },
    sigs::{doses, read_sig},
    verbs::of_one_time,
};
use crate::{
    domain::{Dose, Evidence, MedicationAction, Role},
    language::{
        patterns::{pattern, patterns},
        questions::is_question,
    },
    structuring::{
        evidence,
        facts::{allergies, context, sig},
        visit::{Line, Visit},
    },
    terminology::{Drug, DrugMention, DrugTable},
};

patterns! {
    LEVEL = r"^(?:\s*|'s )(?:levels?|stores?|studies|tests?|panel|deficien\w+|(?:(?:was|is|are|were|came back|looks?|looked) )(?:\w+ )?(?:low|high|normal|elevated|\d)|(?:low|high|normal|elevated)\b|resistan\w+|antagonist|channel|suppression|stimulation)\b";
    ASKS_LEAVE = r"\b(can (?:i|we)|could (?:i|we)|should (?:i|we)|may i|i can|i could|i should|okay to|ok to|safe to|is it safe|what about|how about|do i need)\b";
    /// "My knee doctor said I can take …": leave to take it is not taking it.
    HAS_LEAVE = r"\b(?:said|says|told me|thinks?) (?:that )?(?:i )?(?:can|could|should|might)\b";
    /// "Grandma wanted to give him a baby aspirin": nobody says that it was given.
    WANTED = r"\b(?:wanted|offered|tried|was going|were going|asked) (?:me |him |her |us )?to (?:give|put|start|prescribe) (?:\w+ ){0,4}$";
    IN_USE = r"\b(you're (?:already )?(?:on|taking)|you are (?:on|taking)|(?:are|is) (?:you|he|she) (?:still )?(?:on|taking|using)|(?:we|i|they)(?:'ve| have| had)? (?:got |already )?(?:have|had|got|kept|started|placed|put) (?:you|him|her) on|doing (?:with|on) (?:the|your)|you(?:'re| are)?(?: still| already)? (?:use|using|giving|injecting)|(?:sent|discharged) (?:you|him|her|me) (?:home )?(?:on|with)|you take|you were|you've been|currently|(?:he|she|who) takes|has been)\b";
    I_TAKE = r"\b(?:i take|i'm (?:still )?(?:on|taking)|i've been (?:on|taking)|(?:you're |i'm )?still (?:on|taking))\b";
    /// "… as well as your lisinopril": what the patient has already.
    YOURS = r"\b(?:your|his|her) $";
    /// "Something like fexofenadine", "painkillers such as codeine": one of several that would do.
    SUCH_AS = r"\b(?:like|such as|called either|either)\W+(?:a |an |the )?(?:\w+(?:, | or |, or | and |, and ))*$";
    /// A question about all that the patient takes.
    ASKS_FOR_LIST = r"\b(?:medicines?|medications?|meds|pills|prescriptions?|supplements?|vitamins|inhalers?|over[- ]the[- ]counter|taking|you take|(?:are|is|were) (?:you|he|she|they) on|using|use|giv(?:e|ing)|tried|anything else|what else|dose)\b";
    /// Said of a medicine that is in use: a verb of taking in the present, whose it is, how it does.
    USED = r"\b(?:takes?|taking|uses?|using|(?:i'm|he's|she's|you're|been|am|is|are|still|stay(?:ed)?|keep|back|mom's|dad's|mum's|mother's|father's|husband's|wife's) (?:still )?on|giv(?:e|es|ing) (?:him|her|them|it)|(?:changed|switched|put|started|moved) (?:me|him|her|them|it|that)|(?:they|you|he|she|doctor|dr\.? \w+|dentist|pharmacist|hospital|clinic|(?:urgent|primary) care|the \w+) (?:gave|prescribed|wrote) (?:me|him|her)|(?:doesn't|didn't|don't) (?:touch|help|do|work)|fix(?:es)?|sorts?|settles?|(?:fine|good|better|okay|asleep|well) with|my|refills?|r[ua]n (?:out|low)|running (?:out|low)|helps?|helping|works?|working|every|each|daily|nightly|at (?:night|bedtime)|in the (?:morning|evening)|sometimes|on (?:sun|mon|tues|wednes|thurs|fri|satur)days?|this morning|today|last night|yesterday|once in a while|as needed|when i need|same as before|puffs?|injections?|patch(?:es)?)\b";
}
patterns! {
    /// "The progesterone-only one", "sugar-free": what something else is or has.
    A_KIND = r"^(?:-|\s)(?:only|free|containing|based|type)\b";
    /// "It's got caffeine and aspirin in it", "with nicotine in it".
    HAS = r"\b(?:got|has|have|with|contains?|containing|there's)\b[^.?!]{0,30}$";
    IN_IT = r"^(?: [\w]+){0,3}? in (?:it|them|that|there)\b";
}
/// Words beside its medicines that a sentence may have and be nothing but a list: "And the metformin, yeah."
const BESIDE_A_LIST: usize = 3;

patterns! {
    /// "From the naproxen": what brought something on.
    CAUSE = r"^\W*(?:from|because of|after|with|like|not)\b";
    /// "… but that's my dad's", "the one my buddy got": whose it is, after the name.
    OF_ANOTHER_AFTER = r"^[^.?!]{0,25}\b(?:(?:that's|it's|is|was|belongs to|from) my (?:\w+ )?(?:mother|mom|mum|father|dad|brother|sister|son|daughter|wife|husband|partner|grand\w+|aunt|uncle|cousin|friend|buddy|neighbou?r|boyfriend|girlfriend|roommate)\b|my (?:\w+ )?(?:mother|mom|mum|father|dad|brother|sister|son|daughter|wife|husband|partner|friend|buddy|neighbou?r|boyfriend|girlfriend|roommate) (?:got|gets|takes|took|has|had|uses|used|gave|is on|was on))";
    /// Tests of the blood whose names are medicines too.
    pub(super) MEASURED_TOO = r"^(?:vitamin \w+|\w*b12|b-?12|folate|folic acid|iron|ferritin|magnesium|potassium|calcium|zinc|testosterone|estradiol|estrogen|progesterone|cortisol|thyroid|lithium|digoxin)$";
    OF_BLOOD = r"\b(?:bloods?|labs?|blood ?work|levels?|panels?|lab ?work|tests?|blood count|cbc|electrolytes|checked|check (?:a|an|the|your|his|her|some))\b";
    /// "We could try …": not yet decided.
    WEIGHED = r"\b(?:could|might|may|maybe|perhaps|option|alternatively)\b";
}
/// "I took a bunch of Benadryl", to "Have you ever tried to hurt yourself?": a poisoning is no treatment.
fn is_a_poisoning(visit: &Visit, line: &Line, before: &str) -> bool {
    static OVERDOSED: LazyLock<Regex> = LazyLock::new(|| pattern(r"\boverdos\w+ (?:\w+ )?$"));
    static A_LOT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:took|swallowed|taken) (?:\w+ ){0,3}(?:bunch|handful|bottle|too many)(?: of)? (?:my |the |his |her )?$",
        )
    });
    static OF_HARM: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:hurt|harm|kill)\w* (?:your|him|her)self\b|\bsuicid\w+|\bend (?:it|your life)\b|\battempt\w*")
    });
    let asked = visit.question_before(line.index).is_some_and(|question| OF_HARM.is_match(question.text()));
    line.by_patient_side() && (OVERDOSED.is_match(before) || asked && A_LOT.is_match(before))
}
patterns! {
    /// "You're taking a hundred and fifty?" "I went back to a hundred."
    MOVED_SINCE = r"\b(?:went|gone|am|i'm|came) (?:back|down) to\b|\b(?:cut|dropped|brought|took|put) (?:it |that |them )?(?:back |down )(?:down )?to\b|\bi only (?:take|took|use)\b|\bi'm only (?:on|taking)\b";
    /// "The supper Humalog".
    OF_A_MEAL = r"\b(?:the|your|that) (?:breakfast|lunch\w*|dinner|supper|morning|noon|evening|bedtime|night\w*) (?:dose of )?(?:the |your )?$";
    /// "I'll ask them for a spinal, and for the pain …": what others are asked to give is not begun here.
    ASKS_OTHERS = r"\bask (?:them|the (?:surgeons?|surgeon's office|anesth\w+|anaesth\w+|team|nurses?|hospital|floor)) (?:for|about)\b([^.?!]*)$";
}
/// Whether nothing but what others are asked for stands in `before`.
fn asks_others(before: &str) -> bool {
    static DECIDES: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:let's|i'll|i'm|i want|i'd like|we'll|we're|you|take|start|give)\b"));
    ASKS_OTHERS.captures(before).is_some_and(|found| !DECIDES.is_match(&found[1]))
}
patterns! {
    /// Given in the room.
    GIVEN_HERE = r"\b(?:treatment|shot|dose|injection|neb\w*) (?:right )?(?:here|now)\b|\bhere right now\b|\bbefore you (?:leave|go)\b";
}

/// One mention of a medicine, understood in its place.
pub(super) struct Mention<'t> {
    pub(super) drug: &'t Drug,
    pub(super) surface: String,
    pub(super) line: usize,
    /// The last turn that spoke of it without naming it.
    pub(super) last_line: usize,
    pub(super) speaker: String,
    pub(super) by: Role,
    pub(super) action: MedicationAction,
    /// The dose that a clinician names with how often to take it, which without another verb is an instruction.
    pub(super) instructed: bool,
    /// A clinician speaks of it, and neither asks after it nor says that it is in use.
    pub(super) told: bool,
    /// Said not to be taken, or only talked about.
    pub(super) dismissed: bool,
    /// A clinician advises not to take it.
    pub(super) against: bool,
    pub(super) dose: Option<Dose>,
    /// A strength that is no dose by itself: "44 mcg" of two puffs, "49/51 mg".
    pub(super) strength: Option<String>,
    /// Every dose said of it, in order, and by whom.
    pub(super) said: Vec<(Role, Dose)>,
    /// Doses said and corrected right afterwards.
    pub(super) taken_back: Vec<Dose>,
    /// A dose that was said against this one by somebody else, so that it is not sure which holds.
    pub(super) disputed: Option<Dose>,
    /// Said to be in use now.
    pub(super) in_use: bool,
    /// Said in a way in which people speak of what is taken.
    pub(super) used: bool,
    /// Another name came after it that is none of the patient's medicines: "that" is the other one.
    pub(super) overtaken: bool,
    /// To begin later, or only if something else comes first.
    pub(super) put_off: bool,
    /// Asked after: "And the metformin?"
    pub(super) asked: bool,
    /// Read out by the clinician from what is taken.
    pub(super) read_out: bool,
    /// Offered by the clinician, whatever the patient said to it.
    pub(super) offered: bool,
    /// Another's, of which the patient took some once.
    pub(super) borrowed: bool,
    /// From when on it is not to be taken, as it was said.
    pub(super) held_as: Option<String>,
    /// Asked about by the patient, and begun in a later turn.
    pub(super) granted: bool,
    /// Said to have been taken earlier, and no longer.
    pub(super) past: bool,
    /// More than one dose follows the name, one after the other.
    pub(super) several: bool,
    /// How the dose changes by plan, as it was said.
    pub(super) steps: Option<String>,
    /// Not to be taken for now.
    pub(super) held: bool,
    /// The dose is only that of one time of the day, of several.
    pub(super) parts: bool,
    /// Named with a time of the day: "the supper Humalog".
    pub(super) of_a_meal: bool,
    /// Said to stay as it was.
    pub(super) as_before: bool,
    pub(super) frequency: Option<String>,
    pub(super) route: Option<&'static str>,
    pub(super) evidence: Vec<Evidence>,
}

/// What is said of the medicine at `at` of those that `line` names; none where it is not about the patient's medicines.
pub(super) fn understand<'t>(
    visit: &Visit,
    line: &Line,
    in_line: &[DrugMention<'t>],
    at: usize,
) -> Option<Mention<'t>> {
    let mention = &in_line[at];
    let text = line.text();
    let sentence = line.sentence_at(mention.range.start);
    let before = &text[sentence.start..mention.range.start];
    let after = &text[mention.range.end..sentence.end];
    let reacted = allergies::is_allergy_context(visit, line, &mention.range) && !was_on(before);
    let of_another = A_KIND.is_match(after) || HAS.is_match(before) && IN_IT.is_match(after);
    if reacted || of_another || LEVEL.is_match(after) {
        return None;
    }
    if is_a_poisoning(visit, line, before) {
        return None;
    }
    if is_of_another(line, &sentence, &mention.range) || tells_of_another(visit, line, &sentence) {
        return None;
    }
    let said = &text[mention.range.clone()];
    if line.by_clinician() && MEASURED_TOO.is_match(said) && OF_BLOOD.is_match(&text[sentence.clone()]) {
        return None;
    }
    let Decision { mut action, dismissed, against } = decision(line, &sentence, mention.range.clone());
    let mut found = Mention {
        drug: mention.drug,
        surface: surface(text, mention),
        line: line.index,
        last_line: line.index,
        speaker: line.utterance.speaker.clone(),
        by: line.utterance.role,
        action,
        instructed: false,
        told: false,
        dismissed: dismissed
            || line.by_patient_side()
                && (HAS_LEAVE.is_match(before)
                    || allergies::cannot_take(before)
                    || !tells_of_use(before, after) && (WANTED.is_match(before) || never_begun(after))),
        against,
        dose: None,
        strength: None,
        said: Vec::new(),
        taken_back: Vec::new(),
        disputed: None,
        in_use: is_in_use(&text[sentence.clone()]),
        used: false,
        overtaken: false,
        put_off: false,
        asked: false,
        read_out: false,
        offered: false,
        borrowed: is_borrowed(line, before, after),
        held_as: ends_before_an_operation(line, after).then(|| text[sentence.clone()].trim().to_owned()),
        granted: false,
        past: false,
        several: false,
        steps: None,
        held: action == MedicationAction::Change
            && line.by_clinician()
            && (holds(&text[sentence.clone()]) || ends_before_an_operation(line, after)),
        parts: line.by_clinician() && of_one_time(&text[sentence.clone()]).is_some(),
        of_a_meal: line.by_clinician() && OF_A_MEAL.is_match(before),
        as_before: action == MedicationAction::Continue && stays_as_it_was(&text[sentence.clone()]),
        frequency: None,
        route: None,
        evidence: vec![evidence::evidence(line.utterance, sentence.clone())],
    };
    read_sig(visit, line, in_line, at, &mut found);
    if considered::is_dropped(visit, line, &sentence, &mention.range) {
        (found.action, found.dismissed, found.offered) = (MedicationAction::Taken, true, true);
        (found.dose, found.strength, found.frequency, found.several) = (None, None, None, false);
        (found.as_before, found.in_use, found.parts) = (false, false, false);
        found.said.clear();
        return Some(found);
    }
    let one_of_several =
        SUCH_AS.is_match(before) && (!is_question(&text[sentence.clone()]) || several_in(in_line, &sentence));
    if line.by_clinician() && (begins_later(after) || one_of_several || asks_others(before)) {
        put_off(&mut found);
    }
    let over = is_over(&text[sentence.clone()]) || had_once(before, after) || action == MedicationAction::Stop;
    let ended = ended_before(after) && action != MedicationAction::Start;
    if ended
        || line.by_patient_side() && (over || asked_of_the_past(visit, line, &text[sentence.clone()]))
        || was_on(before) && matches!(action, MedicationAction::Taken | MedicationAction::Stop)
    {
        (found.past, found.action) = (true, MedicationAction::Taken);
    }
    let next = line.sentences.iter().find(|range| range.start >= sentence.end).map(|range| &text[range.clone()]);
    if line.by_patient_side() && next.is_some_and(changed_since) {
        (found.past, found.action) = (true, MedicationAction::Taken);
    }
    found.used = !found.put_off && !found.borrowed && is_used(visit, line, &sentence, &mention.range, in_line, &found);
    let weighed = WEIGHED.is_match(before) && !before.contains("if ") || GIVEN_HERE.is_match(&text[sentence.clone()]);
    if line.by_clinician() && action == MedicationAction::Start && weighed {
        found.dismissed |= !visit.answer_to(line.index).is_some_and(|reply| context::affirms(reply.text()));
    }
    let yours = line.by_clinician() && action == MedicationAction::Taken && YOURS.is_match(before) && !found.put_off;
    found.used |= yours && found.dose.is_some();
    let confirmed = line.by_clinician() && action == MedicationAction::Taken && is_confirmed(visit, line, before);
    let asked = confirmed || is_question(&text[sentence.clone()]) && !proposes(line, &text[sentence.clone()]);
    // "That's the chlorthalidone. You're taking twenty five milligrams."
    let goes_on_in_use = line.by_clinician() && next.is_some_and(|next| is_in_use(next) && names_none(next));
    found.used |= goes_on_in_use || confirmed;
    found.told = line.utterance.role == Role::Clinician
        && !asked
        && !is_in_use(&text[sentence.clone()])
        && !goes_on_in_use
        && !found.put_off
        && !yours;
    found.instructed = found.told && found.dose.is_some() && found.frequency.is_some();
    found.asked = asked && line.by_clinician();
    if offers::weigh(visit, line, &text[sentence.clone()], before, &mut found) {
        return Some(found);
    }
    if asked {
        action = MedicationAction::Taken;
        let answer = visit.answer_to(line.index).filter(|answer| answer.by_patient_side());
        let of_effect = asks_for_effect(&text[sentence.clone()], before);
        let denies = answer.is_some_and(|answer| context::denies(answer.text()) || is_of_kin(answer));
        let declined = line.by_clinician() && denies && !of_effect;
        let asks_leave = line.by_patient_side() && ASKS_LEAVE.is_match(&text[sentence.clone()]);
        let moved = line.by_clinician() && answer.is_some_and(|answer| MOVED_SINCE.is_match(answer.text()));
        let corrected = dose_in(answer, found.drug).filter(|_| declined || moved);
        let never = line.by_clinician() && answer.is_some_and(|answer| never_taken(answer.text()));
        let borne = line.by_clinician() && asks_whether_it_is_borne(before, &text[mention.range.end..sentence.end]);
        let declined = declined || never || borne;
        let answered = answer.map_or("", |answer| &answer.text()[..answer_reach(answer)]);
        let ended = declined && !never && ended_since(answered) || line.by_clinician() && over_by_answer(answered);
        found.past |= ended;
        // "What about the apixaban?" "2.5 twice a day from now on.": the answer tells how to take it.
        let told_how =
            asks_leave && found.dose.is_some() && found.frequency.is_some() && !names_its_dose(line, &sentence);
        let refused = asks_leave && offers::refuses_leave(visit, line);
        if told_how && !refused {
            (found.instructed, found.by) = (true, Role::Clinician);
        }
        found.dismissed = (declined && corrected.is_none() && !ended) || asks_leave && !found.instructed;
        found.against |= refused;
        if let Some(dose) = corrected {
            found.taken_back.extend(found.dose.replace(dose));
        }
        found.action = action;
        if let Some(reply) = visit.answer_to(line.index).filter(|reply| line.by_patient_side() && reply.by_clinician())
        {
            take_reply(&text[sentence.clone()], reply, &mut found);
            if let Some(first) = reply.sentences.first().filter(|_| !names_a_medicine(reply)) {
                decide_by_anaphor(reply, first, &mut found);
            }
        }
        if let Some(answer) = answer.filter(|_| declined || context_answers(answer)) {
            evidence::merge(&mut found.evidence, [evidence::evidence(answer.utterance, answer.sentences[0].clone())]);
        }
    }
    Some(found)
}

/// Whether the words around a name say that the patient takes it.
fn tells_of_use(before: &str, after: &str) -> bool {
    static TAKES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:i|he|she|we)(?:'m| am| is|'s)? (?:\w+ )?(?:takes?|taking|on|uses?|using)\b|\b(?:i have|i've got) my\b",
        )
    });
    TAKES.is_match(before) || TAKES.is_match(after)
}

/// "Did you ever try sumatriptan?" "My sister has that one."
fn is_of_kin(answer: &Line) -> bool {
    let first = answer.sentences.first().map_or("", |first| &answer.text()[first.clone()]);
    context::of_kin(first) || context::of_a_companion(first)
}

/// Whether the sentence of a question has a dose of its own.
fn names_its_dose(line: &Line, sentence: &Range<usize>) -> bool {
    !sig::doses(&line.text()[sentence.clone()], &|_| None).is_empty()
}

/// "Penicillin's okay?", "is amoxicillin all right for you?": a yes to that takes nothing.
fn asks_whether_it_is_borne(before: &str, after: &str) -> bool {
    static BORNE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?:'s| is| are)? (?:okay|ok|all right|fine|safe)(?: (?:for|with) (?:you|him|her))?(?:,? (?:though|right))?\W*$",
        )
    });
    // "Is the lisinopril okay?" asks how it goes.
    static OWN: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:the|your|his|her|that|dose|on) $"));
    BORNE.is_match(after) && !OWN.is_match(before)
}

/// "Any trouble with the metformin?" "Is your gabapentin helping?": a no to that denies no use of it.
fn asks_for_effect(sentence: &str, before: &str) -> bool {
    static EFFECT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:help(?:s|ing|ed)?|work(?:s|ing)?|difference|side[- ]effects?|problems?|trouble|bother(?:s|ing)?|miss(?:es|ed|ing)?|forget(?:ting)?|agree(?:s|ing)?|tolerat\w+|(?:run(?:ning)?|ran) (?:out|low)|enough|getting on)\b",
        )
    });
    static NOT_YET: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:tried|try|taken|could|would|might|should|allerg\w+)\b"));
    static OWN: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:the|your|his|her|that) $"));
    EFFECT.is_match(sentence) && OWN.is_match(before) && !NOT_YET.is_match(sentence)
}

/// Whether one of a sentence's medicines has a dose: then all of them are those that are taken.
fn has_doses(line: &Line, sentence: &Range<usize>, in_line: &[DrugMention]) -> bool {
    let mut named = in_line.iter().filter(|one| sentence.contains(&one.range.start));
    named.any(|one| !doses(&line.text()[one.range.end..sentence.end], one.drug).is_empty())
}

fn names_a_medicine(line: &Line) -> bool {
    !DrugTable::bundled().mentions(line.text()).is_empty()
}

/// Where an answer comes to another medicine.
fn answer_reach(answer: &Line) -> usize {
    DrugTable::bundled().mentions(answer.text()).first().map_or(answer.text().len(), |other| other.range.start)
}

/// Whether `sentence` says that its medicine is taken; "while you're on the steroid" says so of another.
fn is_in_use(sentence: &str) -> bool {
    static OF_ANOTHER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:while|when|if|since|because|as long as) (?:you're|you are|he's|she's) (?:on|taking)\b")
    });
    let sentence = OF_ANOTHER.replace_all(sentence, "");
    IN_USE.is_match(&sentence) || I_TAKE.is_match(&sentence)
}

fn names_none(sentence: &str) -> bool {
    DrugTable::bundled().mentions(sentence).is_empty()
}

/// "And the losartan, a hundred once a day." "Yes.": a question that a recogniser ended with a point, where nothing but "the"
/// stands `before` the name.
fn is_confirmed(visit: &Visit, line: &Line, before: &str) -> bool {
    static NAMED_BACK: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^\W*(?:(?:and|then|okay|so|also)\W+)*(?:the|your|his|her) $"));
    static YES: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^\W*(?:yes|yeah|yep|yup|right|correct|that's right|i do|still)\b"));
    let answer = visit.answer_to(line.index).filter(|answer| answer.by_patient_side());
    NAMED_BACK.is_match(before) && answer.is_some_and(|answer| YES.is_match(answer.text()))
}

/// Whether `sentence` names more than one medicine.
fn several_in(in_line: &[DrugMention], sentence: &Range<usize>) -> bool {
    in_line.iter().filter(|one| sentence.contains(&one.range.start)).count() > 1
}

/// Whether `found` is spoken of as one speaks of what is taken: asked for and not denied, in a list of what is taken, with
/// how it is taken. A name alone is not enough: people name medicines that they had once, heard of, or react to.
fn is_used(
    visit: &Visit,
    line: &Line,
    sentence: &Range<usize>,
    named: &Range<usize>,
    in_line: &[DrugMention],
    found: &Mention,
) -> bool {
    let spoken = &line.text()[sentence.clone()];
    let several = in_line.iter().filter(|one| sentence.contains(&one.range.start)).count() > 1;
    // "Do you use Viagra or Cialis?": the answer says which.
    if found.in_use && !(several && is_question(spoken) && line.by_clinician()) {
        return true;
    }
    if is_question(spoken) && line.by_clinician() {
        if asks_for_effect(spoken, &line.text()[sentence.start..named.start]) {
            return true;
        }
        let answer = visit.answer_to(line.index).filter(|answer| answer.by_patient_side());
        let named_again = |answer: &Line| {
            DrugTable::bundled().mentions(answer.text()).iter().any(|one| one.drug.name == found.drug.name)
        };
        // "Any ibuprofen, Aleve?" "Aleve, for a week.": the answer leaves this one out.
        let other_named = |answer: &Line| {
            let asked = in_line.iter().filter(|one| sentence.contains(&one.range.start)).map(|one| one.drug.name);
            let others: Vec<&str> = asked.filter(|name| *name != found.drug.name).collect();
            let named = DrugTable::bundled().mentions(answer.text());
            !named_again(answer) && named.iter().any(|one| others.contains(&one.drug.name))
        };
        // An answer that names it too says itself how it is taken.
        return answer.is_some_and(|answer| {
            found.dose.is_some() || !context::denies(answer.text()) && !named_again(answer) && !other_named(answer)
        });
    }
    if !line.by_patient_side() {
        return false;
    }
    let asked = visit.question_before(line.index);
    let asked_for = asked.is_some_and(|question| ASKS_FOR_LIST.is_match(question.text()));
    let names: usize = in_line
        .iter()
        .filter(|one| sentence.contains(&one.range.start))
        .map(|one| line.text()[one.range.clone()].split_whitespace().count())
        .sum();
    let only_a_list = !CAUSE.is_match(spoken) && spoken.split_whitespace().count() <= names + BESIDE_A_LIST;
    // "Still on the lisinopril?" "Yes. And a baby aspirin."
    static ADDS: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\W*(?:oh,? )?(?:and|plus|also)\b"));
    let of_medicines = || asked.is_some_and(|asked| !names_none(asked.text())) || in_line.len() > 1;
    let adds = only_a_list && ADDS.is_match(spoken) && of_medicines();
    found.dose.is_some()
        || adds
        || found.frequency.is_some()
        || USED.is_match(spoken)
        || has_doses(line, sentence, in_line)
        || asked_for
        || asked.is_none() && only_a_list
}

/// The name as it was said; a misspelt one as the table writes it.
fn surface(text: &str, mention: &DrugMention) -> String {
    let said = &text[mention.range.clone()];
    let right = DrugTable::bundled().find(said).is_some();
    if right { said } else { mention.surface }.to_owned()
}

/// Whether the words around a mention make it somebody else's than the patient's.
pub(in super::super) fn someone_elses(line: &Line, before: &str, after: &str) -> bool {
    match line.utterance.role {
        Role::Other => context::of_the_speaker(before, after) || context::of_a_relative_of_the_patient(before),
        _ => context::of_another_person(before),
    }
}

/// Whether the medicine at `mention` is somebody else's than the patient's, by all that `sentence` says.
pub(in super::super) fn is_of_another(line: &Line, sentence: &Range<usize>, mention: &Range<usize>) -> bool {
    let (before, after) = (&line.text()[sentence.start..mention.start], &line.text()[mention.end..sentence.end]);
    someone_elses(line, before, after) || goes_on_about_another(line, sentence) || OF_ANOTHER_AFTER.is_match(after)
}

/// "Your husband, how is his heart?" "He's on that Plavix.": a patient who tells of somebody whom the clinician asked after.
fn tells_of_another(visit: &Visit, line: &Line, sentence: &Range<usize>) -> bool {
    static YOUR_OWN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\byour (?:\w+ )?(?:husband|wife|partner|mother|mom|mum|father|dad|brother|sister|son|daughter|friend)\b",
        )
    });
    // "Is he on anything for that?" "Allopurinol."
    static OF_THIRD: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:is|was) (?:he|she) (?:\w+ )?(?:on|taking)\b|\b(?:does|did) (?:he|she) (?:take|use|get|have)\b")
    });
    static OWN: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:i|i'm|i've|i'd|me|my|mine)\b"));
    let spoken = &line.text()[sentence.clone()];
    let asked = visit.question_before(line.index).and_then(|question| {
        let last = question.sentences.last()?.clone();
        Some(&question.text()[last])
    });
    let asked_of_third = asked.is_some_and(|asked| OF_THIRD.is_match(asked) && !context::addresses(asked));
    if line.utterance.role == Role::Patient && asked_of_third && !OWN.is_match(spoken) {
        return true;
    }
    line.utterance.role == Role::Patient
        && context::begins_with_third_person(spoken)
        && (visit.question_before(line.index).is_some_and(|question| YOUR_OWN.is_match(question.text()))
            || goes_on_about_kin(visit, line, spoken))
}

/// "My sister had a clot." "Was she tested?" "Yes. She's on Eliquis.": who was named a little before is still meant.
fn goes_on_about_kin(visit: &Visit, line: &Line, sentence: &str) -> bool {
    static SHE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\W*(?:and |but |so )?she\b"));
    static HE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\W*(?:and |but |so )?he\b"));
    static TAKES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:and |but |so )?(?:he|she)(?:'s| is| was|'s been| has been)? (?:\w+ )?(?:on|taking|takes|took|uses|used|using|gets)\b",
        )
    });
    static WOMAN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:my|your)(?: \w+)? (?:mother|mom|mum|sister|wife|grandmother|grandma|aunt|niece|cousin|girlfriend|roommate|friend|neighbou?r)\b|^\W*mother's\b",
        )
    });
    static MAN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:my|your)(?: \w+)? (?:father|dad|brother|husband|grandfather|grandpa|uncle|nephew|cousin|boyfriend|roommate|friend|buddy|neighbou?r)\b",
        )
    });
    let named: &LazyLock<Regex> = match sentence {
        she if SHE.is_match(she) => &WOMAN,
        he if HE.is_match(he) => &MAN,
        _ => return false,
    };
    let before = &visit.lines[line.index.saturating_sub(LINES_ABOUT_KIN)..line.index];
    TAKES.is_match(sentence) && before.iter().any(|line| names(line, named))
}

/// Whether `line` names somebody whom `named` finds in one of its sentences.
fn names(line: &Line, named: &Regex) -> bool {
    line.sentences.iter().any(|range| named.is_match(&line.text()[range.clone()]))
}

/// Turns for which "she" may still be a relative whom the patient named.
const LINES_ABOUT_KIN: usize = 3;

/// "My wife says so. She takes …": a sentence about somebody whom an earlier one of the turn named.
pub(super) fn goes_on_about_another(line: &Line, sentence: &Range<usize>) -> bool {
    let text = line.text();
    line.by_patient_side()
        && context::begins_with_third_person(&text[sentence.clone()])
        && line.sentences.iter().take_while(|earlier| earlier.end <= sentence.start).any(|earlier| {
            context::of_another_person(&text[earlier.clone()]) || context::names_a_relative(&text[earlier.clone()])
        })
}

fn context_answers(answer: Option<&Line>) -> bool {
    answer.is_some_and(|line| context::affirms(line.text()))
}

/// "No, forty milligrams" answers about the dose, not about taking it. What follows the name of another medicine is its dose.
pub(super) fn dose_in(answer: Option<&Line>, drug: &Drug) -> Option<Dose> {
    let text = answer?.text();
    let others = DrugTable::bundled().mentions(text).into_iter().filter(|mention| mention.drug.name != drug.name);
    let text = &text[..others.map(|other| other.range.start).min().unwrap_or(text.len())];
    sig::final_dose(text, &doses(text, drug)).map(|mention| mention.dose)
}
