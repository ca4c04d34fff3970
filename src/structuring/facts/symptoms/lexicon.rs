//! What people call their symptoms, by the system of the body under which a review of systems lists them.

use std::sync::LazyLock;

use regex::Regex;

use crate::structuring::text;

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
    (Whole, "night sweats", r"night sweats?|sweat(?:s|ing|y)? (?:a lot )?at night|drenching sweats|wak(?:e|ing) up (?:sweating|sweaty|drenched|soaked)"),
    (Whole, "fatigue", r"fatigued?|tired(?:ness)?|exhausted|exhaustion|worn out|no energy|lack of energy|low energy|wiped out"),
    (Whole, "weight loss", r"weight loss|los(?:t|ing|e) (?:any |some |a lot of |much )?weight"),
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
    (Heart, "palpitations", r"palpitations?|heart (?:\w+ )?(?:rac(?:es?|ing)|flutter(?:s|ing)?|pound(?:s|ing)?|skip(?:s|ping)?)|racing heart|fluttering|skipped beats"),
    (Heart, "leg swelling", r"(?:leg|ankle|foot|feet|lower extremity) swelling|swelling (?:in|of) (?:your|my|the) (?:legs?|ankles?|feet|lower extremities)|swollen (?:legs?|ankles?|feet)|(?:legs?|ankles?|feet) (?:are |is |get )?(?:swelling|swollen|swell)|edema"),
    (Heart, "fainting", r"faint(?:ed|ing|s)?|pass(?:ed|ing)? out|black(?:ed|ing)? out|blackouts?|syncope|los(?:t|s of|e|ing) consciousness|(?:knocked|been) (?:out cold|unconscious)|knocked out"),
    (Heart, "trouble breathing when lying flat", r"orthopnea|trouble breathing (?:when )?lying (?:flat|down)|short of breath (?:when )?lying"),
    (Heart, "waking up short of breath", r"(?:wak(?:e|es|ing)|woke|woken) (?:you |me |him |her )?(?:up )?(?:(?:at|every|in the|in the middle of the|last|all) )?(?:nights? )?(?:and )?(?:gasping|short of breath|breathless|choking|fighting for (?:air|breath)|can't breathe)|gasping (?:for (?:air|breath) )?at night"),
    (Lungs, "shortness of breath", r"short(?:ness)? of breath|short of breath|breathless(?:ness)?|trouble breathing|difficulty (?:in )?breathing|problems? breathing|hard to breathe|winded|puffed|dyspnea|out of breath|catch my breath"),
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
    (Gut, "blood in the stool", r"blood in (?:your |my |the |his |her )?(?:stools?|poop|bowel movements?)|bloody (?:stools?|poop)|(?:black|tarry)(?:,? (?:or |and )?(?:bloody|tarry|dark))* (?:stools?|poop|bowel movements?)|stools? (?:was|were|is|are|looks?|looked|has been|have been) (?:\w+ )?black|rectal bleeding|blood when (?:you|i) (?:wipe|go)|melena"),
    (Urine, "burning with urination", r"burning (?:when|with|on) (?:you |i )?(?:pee(?:ing)?|urinat\w+|passing)|burns? when (?:you|i) (?:pee|urinate|go)|dysuria|pain(?:ful)? (?:when|with|on)? ?(?:you |i )?(?:pee|urinat\w+)|hurts? (?:when|to) (?:you |i )?(?:pee|urinate)|stings? when (?:you|i) (?:pee|urinate)"),
    (Urine, "bladder trouble", r"(?:trouble|problems?|difficulty|issues|accidents?|changes?) (?:with|controlling|emptying|in) (?:your |my |the |his |her )?(?:bowels? (?:or|and|and/or) )?(?:your |the )?bladder(?: (?:or|and) (?:your |the )?bowels?)?|(?:los(?:e|t|ing|s of)|no) (?:any )?control (?:of|over) (?:your |my |the |his |her )?(?:bowels? (?:or|and|and/or) )?(?:your |the )?bladder(?: (?:or|and) (?:your |the )?bowels?)?|(?:bowel (?:or|and) )?bladder (?:trouble|problems?|control|issues|incontinence)|incontinen(?:ce|t)|(?:leak(?:ing|ed)?|holding|hold) (?:your |my )?urine|(?:trouble|difficulty) (?:urinating|peeing|passing (?:water|urine))"),
    (Gut, "bowel trouble", r"(?:trouble|problems?|difficulty|issues|accidents?|changes?) (?:with|controlling|emptying|in) (?:your |my |the |his |her )?(?:bladder (?:or|and|and/or) )?(?:your |the )?bowels?(?: (?:movements?|habits?))?(?: (?:or|and) (?:your |the )?bladder)?|(?:los(?:e|t|ing|s of)|no) (?:any )?control (?:of|over) (?:your |my |the |his |her )?(?:bladder (?:or|and|and/or) )?(?:your |the )?bowels?(?: (?:movements?|habits?))?(?: (?:or|and) (?:your |the )?bladder)?|(?:bladder (?:or|and) )?bowel (?:trouble|problems?|control|issues|incontinence)"),
    (Urine, "blood in the urine", r"blood in (?:your |my |the |his |her )?(?:urine|pee|wee)|bloody urine|hematuria"),
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
    (Nerves, "saddle numbness", r"saddle (?:numbness|an(?:a)?esthesia)|numb(?:ness)?(?: or (?:tingling|weakness))? (?:in|around|between|down) (?:your |my |the |his |her )?(?:saddle|groin|crotch|private parts|privates|genitals?|bottom|buttocks|inner thighs|legs where you sit|there)(?: area)?|numb(?:ness)? (?:when|where) you (?:wipe|sit)|numb down there"),
    (Nerves, "head injury", r"head (?:injur(?:y|ies)|trauma)|(?:hit|hitting|hits|bang(?:ed|ing)?|bump(?:ed|ing)?|struck|knock(?:ed)?|hurt|injur(?:ed|e)) (?:your|my|his|her|the) head|blow to the head"),
    (Nerves, "tingling", r"tingl(?:ing|es?|y)|pins and needles"),
    (Nerves, "weakness", r"weak(?:ness)?"),
    (Nerves, "seizures", r"seizures?|convulsions?"),
    (Nerves, "tremor", r"tremors?|shaky hands|hands shak(?:e|ing)"),
    (Nerves, "confusion", r"(?:any|some|more|new|with) confusion|(?:he|she|mom|mum|dad|granny|grandma|grandpa)(?:'s| was| is| got| gets| seemed| seems| has been|'s been)? (?:\w+ )?confused"),
    (Nerves, "memory problems", r"memory (?:loss|problems?)|forgetful(?:ness)?"),
    (Nerves, "sensitivity to light", r"sensitiv(?:e|ity) to light|light (?:bothers|sensitivity|hurts)|photophobia"),
    (Nerves, "falls", r"fallen|any falls"),
    (Mind, "anxiety", r"anxious|anxiety|panic attacks?|on edge"),
    (Mind, "loss of interest", r"(?:lost|losing) (?:all |any )?interest|no interest in (?:anything|things|doing)|(?:don't|do not|didn't|can't) (?:really |even )?(?:want|feel like|enjoy) (?:to do |doing )?(?:anything|things)|little (?:interest|pleasure)|anhedonia"),
    (Mind, "low mood", r"depress(?:ed)|feeling down|low mood|feeling hopeless|hopeless(?:ness)?"),
    (Mind, "trouble sleeping", r"trouble sleeping|insomnia|can't sleep|not sleeping|difficulty sleeping|problems sleeping|waking up at night"),
    (Mind, "thoughts of self-harm", r"suicid(?:al|e)|harm(?:ing)? yourself|hurt(?:ing)? yourself|harming myself|hurt(?:ing)? myself|thoughts of (?:self[- ]harm|hurting (?:your|my|him|her|them|one)sel(?:f|ves))|better off dead|thoughts of (?:death|dying|suicide|ending (?:it|your life))|ending (?:your|my) (?:own )?life|end(?:ing)? it all|kill(?:ing)? (?:yourself|myself)|(?:wish(?:ed)?|wishing) (?:you|i) (?:were|was) dead|(?:not|n't) want(?:ing)? to live|not wanting to be here|(?:don't|do not) want to be here any ?more|(?:easier|better) (?:just )?(?:not to|if i (?:didn't|don't|never)) (?:wake|woke) up|wanting to (?:harm|hurt) (?:yourself|myself)"),
];
