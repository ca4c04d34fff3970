//! Symptoms that somebody affirmed or denied, from a lexicon; answers count for the question before them.

use std::sync::LazyLock;

use regex::Regex;

use super::{allergies, context};
use crate::{
    domain::Evidence,
    structuring::{
        evidence, text,
        visit::{Line, Visit, is_question},
    },
};

/// A body system of the review of systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BodySystem {
    /// Fever, weight, fatigue.
    Constitutional,
    /// Eyes, ears, nose, throat.
    Head,
    /// Heart and vessels.
    Cardiovascular,
    /// Lungs and airways.
    Respiratory,
    /// Stomach and bowels.
    Gastrointestinal,
    /// Kidneys, bladder, genitals.
    Genitourinary,
    /// Joints, muscles, back.
    Musculoskeletal,
    /// Skin.
    Skin,
    /// Brain and nerves.
    Neurological,
    /// Mood, sleep, thoughts.
    Psychiatric,
}

impl BodySystem {
    /// As a note heads it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Constitutional => "Constitutional",
            Self::Head => "HEENT",
            Self::Cardiovascular => "Cardiovascular",
            Self::Respiratory => "Respiratory",
            Self::Gastrointestinal => "Gastrointestinal",
            Self::Genitourinary => "Genitourinary",
            Self::Musculoskeletal => "Musculoskeletal",
            Self::Skin => "Skin",
            Self::Neurological => "Neurological",
            Self::Psychiatric => "Psychiatric",
        }
    }
}

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

/// One entry of the lexicon.
pub struct Entry {
    /// As a note names it.
    pub name: &'static str,
    /// Where a review of systems lists it.
    pub system: BodySystem,
    /// Every way to say it.
    pub pattern: Regex,
}

/// The lexicon, compiled.
pub static LEXICON: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let compile = |(system, name, pattern): &(BodySystem, &'static str, &str)| Entry {
        name,
        system: *system,
        pattern: text::pattern(&format!(r"\b(?:{pattern})\b")),
    };
    SYMPTOMS.iter().map(compile).collect()
});

use BodySystem::{
    Cardiovascular as Heart, Constitutional as Whole, Gastrointestinal as Gut, Genitourinary as Urine, Head,
    Musculoskeletal as Joints, Neurological as Nerves, Psychiatric as Mind, Respiratory as Lungs, Skin,
};

#[rustfmt::skip]
const SYMPTOMS: &[(BodySystem, &str, &str)] = &[
    (Whole, "fever", r"fevers?|feverish|febrile"),
    (Whole, "chills", r"chills|shivering|shivers"),
    (Whole, "night sweats", r"night sweats?|sweats? at night"),
    (Whole, "fatigue", r"fatigued?|tired(?:ness)?|exhausted|exhaustion|worn out|no energy|lack of energy|low energy|wiped out"),
    (Whole, "weight loss", r"weight loss|los(?:t|ing|e) (?:any |some |a lot of )?weight"),
    (Whole, "weight gain", r"weight gain|gain(?:ed|ing)? (?:any |some |a lot of |more )?weight"),
    (Whole, "loss of appetite", r"loss of appetite|no appetite|lost (?:my|your) appetite|poor appetite|not hungry"),
    (Head, "headache", r"headaches?|head aches?"),
    (Head, "vision changes", r"blurr(?:y|ed) vision|vision (?:changes?|problems|loss)|changes? in (?:your |my )?vision|double vision|trouble seeing|visual changes?"),
    (Head, "sore throat", r"sore throats?|throat (?:pain|hurts|is sore)"),
    (Head, "nasal congestion", r"nasal congestion|congest(?:ed|ion)|stuffy nose|stuffed up|blocked nose|stuffiness"),
    (Head, "runny nose", r"runny nose|nose is running|runny"),
    (Head, "ear pain", r"ear ?aches?|ear pain|ears? hurts?|pain in (?:my|your) ears?"),
    (Head, "hearing loss", r"hearing loss|trouble hearing|loss of hearing"),
    (Head, "ringing in the ears", r"ringing in (?:the|my|your) ears?|tinnitus"),
    (Head, "trouble swallowing", r"trouble swallowing|difficulty swallowing|dysphagia|hurts to swallow|hard to swallow|painful to swallow"),
    (Head, "nosebleeds", r"nose ?bleeds?"),
    (Head, "sneezing", r"sneez(?:ing|e)"),
    (Heart, "chest pain", r"chest (?:pains?|pressure|tightness|discomfort|hurts)|pains? in (?:my|your|the) chest|tightness in (?:my|your|the) chest|chest cramps?"),
    (Heart, "palpitations", r"palpitations?|heart (?:racing|fluttering|pounding|skips?|skipping)|racing heart|fluttering|skipped beats"),
    (Heart, "leg swelling", r"(?:leg|ankle|foot|feet|lower extremity) swelling|swelling (?:in|of) (?:your|my|the) (?:legs?|ankles?|feet|lower extremities)|swollen (?:legs?|ankles?|feet)|(?:legs?|ankles?|feet) (?:are |is |get )?(?:swelling|swollen|swell)|edema"),
    (Heart, "fainting", r"faint(?:ed|ing)?|pass(?:ed|ing)? out|black(?:ed)? out|syncope|los(?:t|s of|e) consciousness"),
    (Heart, "trouble breathing when lying flat", r"orthopnea|trouble breathing (?:when )?lying (?:flat|down)|short of breath (?:when )?lying"),
    (Lungs, "shortness of breath", r"short(?:ness)? of breath|short of breath|breathless(?:ness)?|trouble breathing|difficulty (?:in )?breathing|problems? breathing|hard to breathe|winded|dyspnea|out of breath|catch my breath"),
    (Lungs, "cough", r"cough(?:s|ing|ed)?"),
    (Lungs, "wheezing", r"wheez(?:ing|e|y|es)"),
    (Lungs, "coughing up blood", r"cough(?:ing|ed)? up (?:any )?blood|blood in (?:your|my|the) (?:sputum|phlegm)|hemoptysis"),
    (Lungs, "phlegm", r"phlegm|sputum|mucus"),
    (Gut, "nausea", r"nausea|nauseous|nauseated|queasy|sick to my stomach|feel(?:ing)? sick"),
    (Gut, "vomiting", r"vomit(?:ing|ed|s)?|throw(?:ing|n)? up|threw up|been sick"),
    (Gut, "diarrhea", r"diarrh(?:o)?ea|loose stools?|watery stools?|the runs"),
    (Gut, "constipation", r"constipat(?:ed|ion)"),
    (Gut, "abdominal pain", r"abdominal (?:pain|cramps?|discomfort)|stomach ?(?:pain|aches?|cramps?|hurts)|belly (?:pain|aches?|hurts)|tummy (?:pain|aches?|hurts)|pain in (?:my|your|the) (?:stomach|belly|abdomen|tummy)"),
    (Gut, "heartburn", r"heart ?burn|acid reflux|indigestion"),
    (Gut, "bloating", r"bloat(?:ed|ing)"),
    (Gut, "blood in the stool", r"blood in (?:your|my|the) stools?|bloody stools?|black (?:tarry )?stools?|stools? (?:was|were|is|are|looks?|looked|has been|have been) (?:\w+ )?black|rectal bleeding|blood when (?:you|i) (?:wipe|go)|melena"),
    (Urine, "burning with urination", r"burning (?:when|with|on) (?:you |i )?(?:pee(?:ing)?|urinat\w+|passing)|burns? when (?:you|i) (?:pee|urinate|go)|dysuria|pain(?:ful)? (?:when|with|on)? ?(?:you |i )?(?:pee|urinat\w+)|hurts? (?:when|to) (?:you |i )?(?:pee|urinate)|stings? when (?:you|i) (?:pee|urinate)"),
    (Urine, "blood in the urine", r"blood in (?:your|my|the) (?:urine|pee|wee)|bloody urine|hematuria"),
    (Urine, "frequent urination", r"(?:urinat|pee)ing (?:a lot|more|frequently|often)|frequent urination|urinary frequency|going (?:to the bathroom )?more often|pee more"),
    (Urine, "urinary urgency", r"urgency"),
    (Urine, "vaginal discharge", r"vaginal discharge|discharge down there"),
    (Urine, "flank pain", r"flank pain|pain in (?:my|your) (?:side|flank)"),
    (Joints, "back pain", r"back ?(?:pain|aches?)|back (?:hurts|is hurting)|pain in (?:my|your|the) (?:lower |upper |mid )?back"),
    (Joints, "joint pain", r"joint (?:pains?|aches?)|achy joints|joints (?:hurt|ache)"),
    (Joints, "neck pain", r"neck (?:pain|hurts)|pain in (?:my|your|the) neck|stiff neck|neck stiffness"),
    (Joints, "knee pain", r"knee (?:pain|hurts)|pain in (?:my|your|the) (?:right |left )?knee"),
    (Joints, "shoulder pain", r"shoulder (?:pain|hurts)|pain in (?:my|your|the) (?:right |left )?shoulder"),
    (Joints, "hip pain", r"hip (?:pain|hurts)|pain in (?:my|your|the) (?:right |left )?hip"),
    (Joints, "muscle aches", r"muscle (?:aches?|pains?|soreness)|body aches?|myalgias?|aching all over|achy"),
    (Joints, "stiffness", r"stiff(?:ness)?"),
    (Skin, "rash", r"rash(?:es)?|hives"),
    (Skin, "itching", r"itch(?:ing|y|iness|es)?"),
    (Skin, "bruising", r"bruis(?:ing|es?|ed)"),
    (Nerves, "dizziness", r"dizz(?:y|iness)|vertigo|room spinning"),
    (Nerves, "lightheadedness", r"light[- ]?head(?:ed(?:ness)?)"),
    (Nerves, "numbness", r"numb(?:ness)?"),
    (Nerves, "tingling", r"tingl(?:ing|es?|y)|pins and needles"),
    (Nerves, "weakness", r"weak(?:ness)?"),
    (Nerves, "seizures", r"seizures?|convulsions?"),
    (Nerves, "tremor", r"tremors?|shaky hands|hands shak(?:e|ing)"),
    (Nerves, "memory problems", r"memory (?:loss|problems?)|forgetful(?:ness)?"),
    (Nerves, "sensitivity to light", r"sensitiv(?:e|ity) to light|light (?:bothers|sensitivity|hurts)|photophobia"),
    (Nerves, "falls", r"fallen|any falls"),
    (Mind, "anxiety", r"anxious|anxiety|panic attacks?|on edge"),
    (Mind, "low mood", r"depress(?:ed)|feeling down|low mood|feeling hopeless|hopeless(?:ness)?"),
    (Mind, "trouble sleeping", r"trouble sleeping|insomnia|can't sleep|not sleeping|difficulty sleeping|problems sleeping|waking up at night"),
    (Mind, "thoughts of self-harm", r"suicid(?:al|e)|harm(?:ing)? yourself|hurt(?:ing)? yourself|harming myself|hurt(?:ing)? myself|thoughts of (?:self[- ]harm|hurting)|better off dead|not wanting to be here|wanting to (?:harm|hurt) (?:yourself|myself)"),
];

/// The symptoms of the visit: a symptom denied and affirmed counts as affirmed, with the evidence of both.
pub fn symptoms(visit: &Visit) -> Vec<Symptom> {
    let mut found: Vec<Symptom> = Vec::new();
    for line in &visit.lines {
        let said =
            if line.utterance.role == crate::domain::Role::Clinician { asked(visit, line) } else { told(visit, line) };
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
    found
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
    let affirmed = context::affirms(first_answer);
    let mut found = Vec::new();
    for range in &questions {
        let sentence = &line.text()[(*range).clone()];
        if context::hypothetical(sentence) {
            continue;
        }
        let named: Vec<&Entry> = LEXICON.iter().filter(|entry| entry.pattern.is_match(sentence)).collect();
        // A "yes" to several things at once does not say to which.
        if !(denied || affirmed && named.len() == 1 && questions.len() == 1) {
            continue;
        }
        // "Any swelling? Short of breath?" "No swelling." answers the one.
        let of = |range: &&std::ops::Range<usize>| says_again(first_answer, &line.text()[(*range).clone()]);
        if denied && !of(range) && questions.iter().any(of) {
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

/// Whether an answer says a word of the question again, so that its "no" is about that.
fn says_again(answer: &str, asked: &str) -> bool {
    let asked = text::content_stems(asked);
    text::content_stems(answer).iter().any(|stem| asked.contains(stem))
}

/// What the patient's side said by itself.
fn told(visit: &Visit, line: &Line) -> Vec<Symptom> {
    let text = line.text();
    let mut found: Vec<Symptom> = Vec::new();
    for range in &line.sentences {
        let sentence = &text[range.clone()];
        if is_question(sentence) || context::hypothetical(sentence) {
            continue;
        }
        for entry in LEXICON.iter() {
            let Some(mention) = entry.pattern.find(sentence) else { continue };
            let before = &sentence[..mention.start()];
            if before.trim_end().to_lowercase().ends_with("hay") || ENDED_FOR.is_match(before) {
                continue;
            }
            let place = range.start + mention.start()..range.start + mention.end();
            if super::medications::someone_elses(line, before, &sentence[mention.end()..])
                || allergies::is_allergy_context(visit, line, &place)
            {
                continue;
            }
            let present = !(context::negates(before) || denied_after(&sentence[mention.end()..]));
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

/// "They stopped the ramipril because of the cough."
static ENDED_FOR: LazyLock<Regex> = LazyLock::new(|| {
    text::pattern(
        r"\b(?:stopped|changed|switched|came off|took me off|quit)\b[^.?!]*\b(?:because of|due to|on account of|because (?:of )?it (?:gave me|made me)|it (?:gave|made) me) (?:the |a |an |my |this |that )?(?:\w+ )?$",
    )
});

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
        symptoms(&Visit::new(&transcript)).into_iter().map(|symptom| (symptom.name, symptom.present)).collect()
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
        assert_eq!(said("D: Any fever or cough?\nP: No fever, just a cough."), [("fever", false), ("cough", true)]);
    }

    #[test]
    fn what_is_gone_is_neither_reported_nor_denied() {
        assert_eq!(said("P: I had that dry cough, so I stopped it. The cough is gone."), []);
        assert_eq!(said("P: At first I had the diarrhea but that went away."), []);
        assert_eq!(said("P: I take it for hay fever."), []);
        assert_eq!(said("P: They stopped the ramipril because of the cough."), []);
    }

    #[test]
    fn relatives_and_warnings_are_left_out() {
        assert_eq!(said("P: My wife has a cough."), []);
        assert_eq!(said("D: If you get chest pain, call nine one one.\nP: Okay."), []);
    }
}
