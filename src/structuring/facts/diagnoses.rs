//! What the clinician says that the patient has.

use std::sync::LazyLock;

use regex::Regex;

use super::{context, findings::sentence_case};
use crate::{
    language::questions::is_question,
    structuring::text::{self, pattern},
};

/// Words of an illness that is named without a verb, at most.
const LONGEST_NAME: usize = 6;

static ARTICLE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:(?:an?|the|some|your) )?(?:(?:hair|touch|bit|little bit) (?:into|of) )?"));

/// Words before an illness that make it a kind of its own, at most.
const WORDS_OF_A_KIND: usize = 3;

/// What somebody is who has an illness, by how the word begins, and the illness.
const IS_CALLED: [(&str, &str); 8] = [
    ("an", "Anemia."),
    ("dehydr", "Dehydration."),
    ("obes", "Obesity."),
    ("diab", "Diabetes."),
    ("hypothyr", "Hypothyroidism."),
    ("hyperthyr", "Hyperthyroidism."),
    ("hypertens", "Hypertension."),
    ("menop", "Menopause."),
];

static VERB: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:is|are|was|were|be|has|have|had|do|does|did|will|would|can|could|should|let's|take|takes|help\w*|means|causes?|runs?|comes?|goes|went|started|about|how|what|with (?:my|your)|since|ago|set off|last|next|any|'s|steady|better|worse|means|see|check\w*|test\w*|clinic|nurse|pills?|shot|risk|prevent\w*|avoid|watch|when|where|who|like|for|and (?:i|we|you|so))\b",
    )
});

/// Words of a diagnosis, at most.
const LONGEST_DIAGNOSIS: usize = 12;

static ILL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:\w{3,}(?:itis|osis|emia|opathy|algia|plasia|ectasis)|an(?:a)?emia|infections?|strain|sprain|tear|flare(?:-?up)?|exacerbation|syndrome|disorder|disease|failure|deficiency|bph|copd|gerd|uti|cancer|fracture|hypertension|high blood pressure|diabetes|neuropathy|asthma|depression|anxiety|migraines?|gout|pneumonia|croup|virus|eczema|psoriasis|shingles|hernia|ulcer|reflux|obstruction|fibrillation|enlarged prostate|(?:under|over)-?active thyroid|thyroid (?:is )?(?:under|over)-?active|hyp(?:o|er)thyroid\w*|high cholesterol|carpal tunnel|tinnitus|vertigo|concussion|stroke|obesity|chicken ?pox|measles|mumps|scabies|impetigo|ringworm|thrush|hives|hay fever|flu|covid|sciatica|angina|(?:sleep )?apn(?:o)?ea|h(?:a)?emorrhoids|piles|(?:kidney|gall)stones?|cyst|abscess|blood clot|embolism|arrhythmia|menopause|insomnia|pregnancy|keratos[ei]s|deviated septum|pre-?diabetes|(?:carcin|melan|lip|aden|lymph|myel|glauc|hemat)oma|polyps?|fibroids?|warts?|cataracts?|acne|rosacea|ear ?wax|(?:common|head|chest) cold)\b",
    )
});

/// Whether `text` names an illness.
pub fn names_an_illness(text: &str) -> bool {
    ILL.is_match(text)
}

/// The stems of the words by which `text` names illnesses, the last word of each: "heart failure" is a failure.
pub fn illnesses(text: &str) -> Vec<String> {
    let last = |named: regex::Match| text::tokens(named.as_str()).pop().map(|token| text::stem(&token.lower));
    ILL.find_iter(text).filter_map(last).collect()
}

/// "I think this is an enlarged prostate, BPH" as "Enlarged prostate, BPH", "your thyroid is underactive" as "Underactive
/// thyroid".
pub fn diagnosed(sentence: &str) -> Option<String> {
    // "A moderate flare" is one of nothing.
    static OF_NOTHING: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?:(?:mild|moderate|severe|bad|little|small|slight|new|another|acute|chronic) )*(?:flare(?:-?up)?|exacerbation|deficiency|failure|disease|disorder|syndrome|obstruction|tear)\W*$",
        )
    });
    called(sentence).filter(|name| !OF_NOTHING.is_match(name))
}

/// "This could be gout" as "Possible gout", "I'm thinking it's probably a sinus infection" as "Probable sinus infection": what
/// the clinician only supposes, named as that.
pub fn suspected(sentence: &str) -> Option<String> {
    static SUPPOSES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:(?P<possible>(?:this|that|it|you|he|she|we)(?: \w+)? (?:could|might|may)(?: (?:well|also|just|very well|still))? (?:be|have)(?: dealing with)?|(?:this|that|it)(?:'s| is) (?:possibly|maybe)|i wonder (?:if|whether) (?:this|that|it|you)(?:'s| is|'ve got| have))|(?P<suspected>i (?:do |really |would )?suspect(?: that)?(?: (?:this|that|it|you)(?:'s| is|'ve got| have))?|i'm (?:a bit |a little )?(?:suspicious|concerned) (?:of|for|about)|suspicious for)|(?P<probable>(?:i (?:do |really )?think |i'm thinking |i'd say |my guess is )?(?:this|that|it|you|what you(?:'ve got| have))(?:'s| is|'ve got| have)?(?: just)? (?:probably|(?:most )?likely|almost certainly)|i'm thinking(?: of| about| (?:this|that|it)(?:'s| is))?|i'm (?:fairly|pretty) sure (?:this|that|it)(?:'s| is)|(?:this|that|it)(?:'s| is) most likely)) (?:(?:is|be|have|an?|the|some|just|early|mild|a bit of|probably|likely|most likely|a touch of|(?:a )?case of|more) )*(?P<name>[^.?!;]+)",
        )
    });
    static REFUTES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:not|\w+n't|no|never|if|unless|history|from|because|worse|better|good|about|whether)\b")
    });
    if is_question(sentence) || context::hypothetical(sentence) || context::safety_net(sentence) {
        return None;
    }
    let found = SUPPOSES.captures(sentence)?;
    let before = &sentence[..found.get(0)?.start()];
    let named = as_called(found.name("name")?.as_str().trim());
    let end = [
        ",",
        " and ",
        " or ",
        " but ",
        " because ",
        " which ",
        " from ",
        " so ",
        " that ",
        " rather ",
        " there",
        " here",
    ];
    let end = end.iter().filter_map(|stop| named.find(stop)).min().unwrap_or(named.len());
    let named = ARTICLE.replace(&named[..end], "");
    let ill = ILL.find(&named).filter(|ill| !context::is_prevented(&named[ill.end()..]))?;
    let refuted = context::negates(before) || REFUTES.is_match(&named[..ill.start()]) || begins_with_if(before);
    if refuted || named.split_whitespace().count() > LONGEST_NAME {
        return None;
    }
    let how = if found.name("possible").is_some() {
        "Possible"
    } else if found.name("suspected").is_some() {
        "Suspected"
    } else {
        "Probable"
    };
    Some(sentence_case(&format!("{how} {}", named.trim())))
}

fn begins_with_if(before: &str) -> bool {
    static IF: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:if|unless|in case|worried|afraid)\b"));
    IF.is_match(before)
}

/// Whether `name` says of itself that the illness is only supposed: "Probable gout".
pub fn is_supposed(name: &str) -> bool {
    static SUPPOSED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:(?:an? |the )?(?:most |very )?(?:likely|possibl[ey]|probabl[ey]|suspected|presumed|questionable)|rule[- ]out|concern for|\?|r/o)\b|\b(?:(?:versus|vs\.?) )|\b(?:likely|probable|possible|suspected)\W*$",
        )
    });
    SUPPOSED.is_match(name)
}

fn called(sentence: &str) -> Option<String> {
    static NAMES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:i (?:do |really )?think (?:this|that|it|you)(?:'s| is|'ve got| have)|(?:this|that|it) (?:looks|sounds|seems) like|looks like|(?:this|that|it) is|(?:this|that|it)'s|consistent with|the diagnosis is|what you have is|you have|you've got|(?:he|she) has|(?:he|she)'s got|(?-i:[A-Z]\w+) has(?: got)?) (?:(?:a|an|the|probably|likely|most likely|just|some|something called|more than \w+ \w+ \w+, i think it's) )*([^.?!;]+)",
        )
    });
    static AILS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:your|his|her|the) ((?:(?:left|right) )?\w+) (?:is|are) (?:\w+ )?((?:under|over)-?active|infected|blocked|broken|torn|dislocated|fractured)\b",
        )
    });
    static DOUBTED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:not|\w+n't|no|never|doubt\w*|unlikely|if|unless|worried|could|might|may|can|rule out|history|had|was|were|from the|why|good|great|tough|mother|father|brother|sister|wife|husband)\b",
        )
    });
    // "You're a bit anemic": an illness said as what somebody is.
    static IS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:you|he|she)(?:'re|'s| are| is) (?:(?:a bit|a little|slightly|quite|very|still|also|mildly) )*(an(?:a)?emic|dehydrated|obese|diabetic|hypothyroid|hyperthyroid|hypertensive|menopausal)\b",
        )
    });
    // "So moderate depression, getting better, and …": a list of illnesses with no verb.
    static LISTED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:(?:so|okay|ok|all right|then|overall|in short|and|plus|also)\b,? )*((?:(?:an?|the|your|some|mild|moderate|severe|acute|chronic|recurrent|poorly|well|controlled|uncontrolled|type|\w+(?:al|ic|ar|ous|ive|ed)) )*[^.?!]*)",
        )
    });
    // "It's all just from your asthma": what is said is not the illness that it names.
    static TALK: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:i|you|your|any|maybe|is|it|in|from|to|for|that|of|or|like|quite|very|all|got|get|worth|since|months?|weeks?|years?|set|the)\b|,",
        )
    });
    // "His blood pressure drops when he stands": said as it shows, not as it is called.
    static DROPS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:pressure|it)(?:'s| is| does)? (?:\w+ )?(?:drop|fall|dip|go(?:es|ing)? down|went down|fell)\w*(?: \w+){0,4} (?:when|as|on|after) (?:you |he |she |they |the patient )?(?:stand|stood|get(?:s|ting)? up|sit(?:s|ting)? up)",
        )
    });
    // "No, I think this is chickenpox" answers, and denies something else.
    static ANSWERS: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\W*no[,.] "));
    let sentence = &sentence[ANSWERS.find(sentence).map_or(0, |lead| lead.end())..];
    if DROPS.is_match(sentence) && !context::hypothetical(sentence) && !is_question(sentence) {
        return (!context::has_negation(sentence)).then(|| "Orthostatic drop in blood pressure.".to_owned());
    }
    // "And the pneumonia one, I've got you down for that."
    let prevented = ILL.find_iter(sentence).any(|ill| context::is_prevented(&sentence[ill.end()..]));
    if prevented || DOUBTED.is_match(sentence) || context::hypothetical(sentence) || is_question(sentence) {
        return None;
    }
    if let Some(ails) = AILS.captures(sentence) {
        return Some(sentence_case(&format!("{} {}", &ails[2], &ails[1])));
    }
    if let Some(state) = IS.captures(sentence) {
        let state = state[1].to_lowercase();
        let name = IS_CALLED.iter().find(|(said, _)| state.starts_with(said)).map(|(_, name)| *name);
        return name.map(str::to_owned);
    }
    let listed = || {
        let list = LISTED.captures(sentence)?.get(1)?.as_str();
        let first = &list[..list.find(',').unwrap_or(list.len())];
        let begins =
            ILL.find(first).is_some_and(|ill| first[..ill.start()].split_whitespace().count() <= WORDS_OF_A_KIND);
        // "And a deviated septum.": nothing but the name.
        let first = ARTICLE.replace(first, "");
        let only_named =
            !TALK.is_match(&first) && !VERB.is_match(&first) && first.split_whitespace().count() <= LONGEST_NAME;
        (begins && only_named).then(|| sentence_case(&ARTICLE.replace(list, "")))
    };
    let Some(named) = NAMES.captures(sentence).and_then(|found| found.get(1)) else { return listed() };
    let named = named.as_str().trim();
    let end = [
        ", so",
        ", and",
        ", but",
        ", it",
        ", i ",
        " from your",
        " from the",
        " and it",
        " and that",
        " so ",
        " because",
        " which",
        " that ",
        " on top of",
    ]
    .iter()
    .filter_map(|stop| named.find(stop))
    .min();
    let named = as_called(&named[..end.unwrap_or(named.len())]);
    let lead = &named[..ILL.find(named)?.start()];
    (!TALK.is_match(lead) && named.split_whitespace().count() <= LONGEST_DIAGNOSIS)
        .then(|| sentence_case(&ARTICLE.replace(named, "")))
}

/// "A pinched nerve, what we call sciatica" as "sciatica": the name and not its explanation.
fn as_called(named: &str) -> &str {
    static CALLED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?:^|,? (?:or )?)(?:(?:what|which) (?:we|they|people|doctors) (?:also |sometimes )?call|(?:which is |that is |it's |also |otherwise )?(?:called|known as)) (?:an? |the )?",
        )
    });
    let called = CALLED.find(named).map(|called| &named[called.end()..]);
    called.filter(|called| ILL.is_match(called)).unwrap_or(named)
}

/// A line that names several illnesses as one each: each has its own code. Those that `together` says were spoken of in one
/// breath stay so where "with" joins them: "diabetes with neuropathy" is one.
pub fn one_by_one(line: &str, together: &dyn Fn(&str, &str) -> bool) -> Vec<String> {
    static JOINT: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?:, (?:and )?|; (?:and )?| and | with | plus | as well as )"));
    static OF_THE_SAME: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^(?:likely|probabl[ey]|possibl[ey]|suspected|versus|or|most|due|secondary)\b"));
    let joints: Vec<_> = JOINT.find_iter(line).map(|joint| joint.range()).collect();
    let mut found = Vec::new();
    let mut start = 0;
    for (at, joint) in joints.iter().enumerate() {
        let (left, end) = (&line[start..joint.start], joints.get(at + 1).map_or(line.len(), |next| next.start));
        let right = &line[joint.end..end];
        let two = ILL.is_match(left) && ILL.is_match(right) && !OF_THE_SAME.is_match(right);
        if two && !(line[joint.clone()].contains("with") && together(left, right)) {
            found.push(sentence_case(left));
            start = joint.end;
        }
    }
    found.push(sentence_case(&line[start..]));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vaccine_is_no_illness_and_a_hair_into_one_is_one() {
        assert_eq!(diagnosed("And the pneumonia one, I've got you down for that in twenty nineteen."), None);
        assert_eq!(
            diagnosed("A1c five point nine, so that's a hair into prediabetes.").as_deref(),
            Some("Prediabetes.")
        );
    }

    #[test]
    fn a_diagnosis_is_what_the_clinician_calls_it() {
        for (said, diagnosis) in [
            ("I think this is an enlarged prostate, BPH.", "Enlarged prostate, BPH."),
            ("That looks like early neuropathy.", "Early neuropathy."),
            ("I think this is a flare of your COPD.", "Flare of your COPD."),
            ("It means that your thyroid is underactive and the dose is too small.", "Underactive thyroid."),
            ("You've got an iron deficiency anemia.", "Iron deficiency anemia."),
            ("It's a virus.", "Virus."),
            ("No, I think this is chickenpox.", "Chickenpox."),
            ("I think you have a trapped nerve, what we call carpal tunnel on the left.", "Carpal tunnel on the left."),
            ("It's called plantar fasciitis.", "Plantar fasciitis."),
            ("So Tim has an acute ear infection on the left side.", "Acute ear infection on the left side."),
            ("He's got croup.", "Croup."),
            ("Your hemoglobin is ten, so you're a bit anemic.", "Anemia."),
            (
                "So moderate depression, getting better, and panic disorder.",
                "Moderate depression, getting better, and panic disorder.",
            ),
            ("Chronic gastritis, both halves.", "Chronic gastritis, both halves."),
            ("And a deviated septum.", "Deviated septum."),
            ("And her blood pressure drops when she stands up.", "Orthostatic drop in blood pressure."),
            ("Your pressure is falling a lot when you stand.", "Orthostatic drop in blood pressure."),
            ("It drops when you stand up, that's your dizziness.", "Orthostatic drop in blood pressure."),
        ] {
            assert_eq!(diagnosed(said).as_deref(), Some(diagnosis));
        }
        for said in [
            "I don't think this is pneumonia.",
            "I doubt it's an ulcer.",
            "If it looks like an infection, call us.",
            "Is your ear infected?",
            "Your thyroid is fine.",
            "So the infection is gone.",
            "So it's ten months now since the stroke.",
            "Diabetes clinic next week.",
            "So about the infection, take the pills.",
            "This is a moderate flare.",
            "So how is the depression?",
            "That's good.",
            "It's all just from your asthma.",
            "You have to think about diabetes.",
            "If your blood pressure drops when you stand, call me.",
            "Your blood pressure doesn't drop when you stand.",
        ] {
            assert_eq!(diagnosed(said), None, "{said}");
        }
    }

    #[test]
    fn what_is_only_supposed_is_named_as_that() {
        for (said, named) in [
            ("This could be gout.", "Possible gout."),
            ("It might well be an ear infection, I can't see.", "Possible ear infection."),
            ("I'm thinking it's probably a sinus infection, bacterial.", "Probable sinus infection."),
            ("I suspect it's a bladder infection, we'll see what the culture says.", "Suspected bladder infection."),
            ("That's most likely a pinched nerve, what we call sciatica.", "Probable sciatica."),
            ("I think this is most likely eczema, the thickened kind.", "Probable eczema."),
            ("I'm fairly sure it's carpal tunnel, yes.", "Probable carpal tunnel."),
            ("It could be sleep apnea.", "Possible sleep apnea."),
        ] {
            assert_eq!(suspected(said).as_deref(), Some(named), "{said}");
        }
        for said in [
            "I don't think this could be gout.",
            "If it spreads, it could be an infection.",
            "Could it be gout?",
            "It could be worse.",
            "It's probably fluid.",
            "That might be from your asthma.",
            "This is gout.",
        ] {
            assert_eq!(suspected(said), None, "{said}");
        }
        assert!(is_supposed("Probable gout") && is_supposed("Gout, likely") && !is_supposed("Gout"));
    }

    #[test]
    fn each_illness_is_a_problem_of_its_own() {
        let apart = |line: &str| one_by_one(line, &|_, _| false);
        for (line, problems) in [
            (
                "Thyroid underactive with iron deficiency anemia.",
                &["Thyroid underactive.", "Iron deficiency anemia."][..],
            ),
            ("Hypertension, type 2 diabetes and gout.", &["Hypertension.", "Type 2 diabetes.", "Gout."]),
            ("Hypertension, not at goal.", &["Hypertension, not at goal."]),
            ("Cough and fever.", &["Cough and fever."]),
            ("Bronchitis, likely a viral infection.", &["Bronchitis, likely a viral infection."]),
        ] {
            assert_eq!(apart(line), problems);
        }
        assert_eq!(one_by_one("Diabetes with neuropathy.", &|_, _| true), ["Diabetes with neuropathy."]);
    }
}
