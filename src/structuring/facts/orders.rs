//! What the clinician orders: tests, imaging, referrals, procedures and the next visit.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::context;
use crate::{
    domain::{Order, OrderKind},
    language::{numbers, questions::is_question},
    structuring::{
        evidence,
        text::{self, pattern},
        visit::{Line, Visit},
    },
};

/// Words by which a clinician orders, as against reporting what is done already.
static ORDERING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(order\w*|also like an?|we (?:re)?check|let's (?:get|do|check|send|have|repeat|recheck|set|go ahead)|(?:i'd|i would) (?:also )?like|i (?:also )?want(?: to)?|wan ?na|i'm (?:also )?(?:gonna|going to)|i am going to|we're (?:gonna|going to)|gon na|gonna|we'll|we will|i'll|i will|need to (?:get|check|do|repeat|have)|(?:we|you|he|she)(?:'ll| will| also)? need|you(?:'re| are) due|schedul\w+|refer\w*|set (?:you |that |this )?up|send you|sending|send (?:off|your|a)|arrange|book|repeat|recheck|should (?:get|have)|recommend\w*|get (?:a|an|some|you)|please)\b|^for (?:the|your|that|his|her) \w+, |^\W*(?:(?:and|so|okay)\W+)*(?:labs?|bloods|tests|imaging)(?: today)?: ",
    )
});
static DONE_ALREADY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(came back|show(?:s|ed)|was (?:normal|fine|good|negative)|were (?:normal|fine|good|negative)|last (?:week|month|year|time)|results? of|looking at|look at (?:your|some|the)|your results|reviewed|we did|had (?:a|an|your)|looks (?:good|fine|normal)|is (?:normal|negative|elevated)|ago|show me|pull up)\b",
    )
});

/// "You're due for the scan, but I'm not ordering it today."
static PUT_OFF: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:but|so|and) (?:i'm|we're|i am|we are|i|we|that's|it's)(?: \w+)? ?(?:not|n't|won't|don't) (?:be )?(?:order|do|get|repeat|need|want|schedul|send|for today)\w*(?: (?:it|that|one|them|this))?(?: (?:today|now|yet|right now|this time))?\W*$",
    )
});

/// The kinds of test and service, and how they are named. Longer names first where one holds another.
static TARGETS: LazyLock<Vec<(OrderKind, Regex)>> = LazyLock::new(|| {
    use OrderKind::{Imaging, Laboratory, Procedure, Referral};
    [
        (Laboratory, r"\b((?:basic|comprehensive) metabolic panel|metabolic panel|bmp|cmp|complete blood count|blood count|cbc|lipid (?:panel|profile)|cholesterol (?:test|panel|check)|(?:hemoglobin )?a1c|a one c|hba1c|thyroid (?:panel|function(?: tests?)?|tests?|levels?|labs?)|tsh|liver (?:function tests?|panel|tests?|enzymes)|kidney function(?: tests?)?|renal function|urinalysis|urine (?:albumin|culture|test|sample|microalbumin|drug screen|analysis)|(?:strep|covid|flu|pregnancy|hiv|hepatitis c?|std|sti|mono|tb|tuberculosis) (?:test|swab|screen)|quantiferon|hepatitis (?:[abc] )?panel|throat (?:culture|swab)|blood cultures?|stool (?:antigen )?(?:test|culture|sample|studies|antigen)|h\.? pylori (?:test|antigen)|breath test|psa|inr|troponins?|d-?dimer|bnp|vitamin (?:d|b12|b twelve) level|b12 level|iron (?:studies|level|panel)|ferritin|sed rate|esr|crp|c-reactive protein|rheumatoid factor|ana|uric acid(?: level)?|blood (?:work|tests?)|bloods|labs|lab work|autoimmune panel|electrolytes|magnesium level|potassium level|(?:one|two|three|[123])[- ]hour (?:fasting )?(?:glucose|sugar)?(?: tolerance)? ?tests?|glucose tolerance test|fasting (?:glucose|blood sugar|labs))\b"),
        (Imaging, r"\b((?:(?:chest|knee|hip|hand|wrist|foot|ankle|shoulder|spine|back|neck|elbow|finger|rib|abdominal|right|left) )*x-?rays?(?: of (?:your|the|that|his|her)(?: (?:right|left|lower|upper))? \w+)?|(?:\w+ )?mri(?: of (?:your|the|that|his|her)(?: (?:right|left|lower|upper))? \w+)?|(?:\w+ )?ct(?: scan| angiogram)?(?: of (?:your|the|that)(?: (?:right|left|lower|upper))? \w+)?|cat scan|(?:\w+ )?ultrasounds?(?: of (?:your|the|that|his|her)(?: (?:right|left|lower|upper))? \w+)?|echo(?:cardiogram)?|mammogram|dexa(?: scan)?|bone density(?: scan| test)?|doppler|pet scan|carotid \w+)\b"),
        (Procedure, r"\b(e[ck]g|electrocardiogram|stress test|holter(?: monitor)?|(?:event|heart|cardiac) monitors?|(?:\w+[- ])?(?:day|week|hour)[- ](?:heart |holter )?monitors?|colonoscopy|endoscopy|egd|biopsy|pap(?: smear)?|spirometry|pulmonary function tests?|pfts?|sleep study|(?:steroid|cortisone|joint) injections?|nerve conduction (?:stud(?:y|ies)|tests?)|emg|skin (?:test|scraping)|cystoscopy|cardiac cath\w*|flu shot|(?:flu|pneumonia|shingles|tetanus|covid) (?:vaccine|shot|booster)|wound care|hearing test)\b"),
        (Referral, r"\b(physical therap(?:y|ist)|physiotherap(?:y|ist)|occupational therapy|cardiolog(?:y|ist)|dermatolog(?:y|ist)|neurolog(?:y|ist)|gastroenterolog(?:y|ist)|orthop(?:a)?edic(?:s|\w*)?(?: surge(?:on|ry))?|urolog(?:y|ist)|endocrinolog(?:y|ist)|rheumatolog(?:y|ist)|pulmonolog(?:y|ist)|psychiatr(?:y|ist)|psycholog(?:y|ist)|ophthalmolog(?:y|ist)|optometr\w+|podiatr(?:y|ist)|nephrolog(?:y|ist)|hematolog(?:y|ist)|oncolog(?:y|ist)|allergist|ent(?: doctor| specialist)?|ear,? nose,? and throat|nutrition(?:ist)?|dietit?ian|dietician|counsel(?:l)?(?:ing|or)|therapist|pain (?:clinic|management|specialist)|(?:diabetic |diabetes |yearly |annual )*eye (?:exam|doctor)|sleep (?:clinic|specialist)|(?:cardiac|pulmonary) rehab(?:ilitation)?\w*|speech therap\w+|diabetes educat\w+|surgeon|general surgery|gynecolog(?:y|ist)|obstetric\w*|vascular surg\w+|social work(?:er)?|emergency (?:room|department))\b"),
    ]
    .map(|(kind, text)| (kind, pattern(text)))
    .into()
});

static FOLLOW_UP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:(?:see|check|talk to|have) (?:you|him|her|them) (?:back |again )?(?:here |back )?|follow(?:ing)?[- ]up(?: with (?:me|us))? |come back(?: and see (?:me|us))?(?: to see (?:me|us))? |(?:back|return|recheck|visit|appointment)(?: here| with me| to (?:the )?(?:clinic|office))? |be back |see me (?:back |again )?|check back |follow up |see (?:how \w+ \w+ )?)(?:in|within|after) (?:about |around )?((?:an? |one |two |three |four |five |six |seven |eight |ten |twelve |a couple(?: of)? |a few |another |\d+ |to |or |- ?|few )+(?:days?|weeks?|months?|years?))\b",
    )
});

/// How a call that is to follow stands in the note.
const BY_TELEPHONE: &str = "Follow up by telephone ";

/// "I'd like to see him back on Friday", "my nurse will call you on Friday".
static FOLLOW_UP_DAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:(?:see|check|have) (?:you|him|her|them) (?:back |again )*(?:here )?|come back (?:and see (?:me|us) )?|follow(?:ing)?[- ]up |(?P<call>(?:(?:the|a) (?:phone )?call|(?:call|phone|ring) (?:you|me|us)) ))(?P<day>on (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)|tomorrow|next (?:week|month|monday|tuesday|wednesday|thursday|friday))\b",
    )
});

/// The orders of the visit, each once, in the order in which they were given.
pub fn orders(visit: &Visit) -> Vec<Order> {
    let mut found: Vec<Order> = Vec::new();
    for line in visit.lines.iter().filter(|line| line.by_clinician()) {
        if let Some(order) = answered_follow_up(visit, line) {
            add(&mut found, order);
        }
        for range in &line.sentences {
            for order in sentence_orders(line, range) {
                add(&mut found, order);
            }
        }
    }
    found
}

/// Whether `line` begins with the name of a test, an imaging study or a procedure.
pub fn begins_with_a_test(line: &str) -> bool {
    let mut tests = TARGETS.iter().filter(|(kind, _)| *kind != OrderKind::Referral);
    tests.any(|(_, names)| names.find(line).is_some_and(|found| found.start() == 0))
}

/// The tests, imaging studies and procedures that `text` names.
pub fn tests(text: &str) -> Vec<String> {
    let tests = TARGETS.iter().filter(|(kind, _)| *kind != OrderKind::Referral);
    tests.flat_map(|(_, names)| names.find_iter(text)).map(|found| bare(found.as_str()).to_owned()).collect()
}

/// Whether `sentence` orders something, as against reporting it.
pub fn orders_something(sentence: &str) -> bool {
    ORDERING.is_match(sentence) && !DONE_ALREADY.is_match(sentence)
}

/// What is ordered, without the words that say how.
pub fn matter(order: &Order) -> &str {
    let text = order.text.as_str();
    ["Referral: ", "Repeat ", BY_TELEPHONE, "Follow up "]
        .iter()
        .find_map(|lead| text.strip_prefix(lead))
        .unwrap_or(text)
}

/// Whether `text` names what `order` orders, with as many of what it counts: "in two weeks" is not in "at thirty-two weeks".
pub fn is_named_in(order: &Order, text: &str) -> bool {
    static COMES_BACK: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:follow\w*|see|seen|come|comes|back|return\w*|visit|appointment|recheck|check|calls?|called|calling|phone\w*|telephone\w*|ring)\b",
        )
    });
    let matter = matter(order);
    let counted = numbers::counted(text);
    let values = numbers::said_values(text);
    let has = |wanted: &numbers::Counted| match wanted.unit.is_empty() {
        true => numbers::contains_value(&values, wanted.value),
        false => counted.iter().any(|one| one.same(wanted)),
    };
    let stems = text::content_stems(text);
    let is_number = |word: &String| numbers::numbers(word).len() == 1;
    text::content_stems(matter).iter().filter(|word| !is_number(word)).all(|word| stems.contains(word))
        && numbers::counted(matter).iter().all(has)
        && (order.kind != OrderKind::FollowUp || COMES_BACK.is_match(text))
}

fn add(found: &mut Vec<Order>, order: Order) {
    let key = |text: &str| text.to_lowercase().trim_start_matches("repeat ").to_owned();
    match found.iter_mut().find(|known| known.kind == order.kind && key(&known.text) == key(&order.text)) {
        Some(known) => evidence::merge(&mut known.evidence, order.evidence),
        None => found.push(order),
    }
}

/// Words of an order that is nothing but its name and when, at most.
const BARE_ORDER: usize = 16;
/// Words before its name, at most: "It also like a", misheard for "I'd also like a".
const BARE_LEAD: usize = 6;

/// "Blood tests today, potassium and creatinine." "Cardiac rehab referral."
fn is_bare_order(sentence: &str, target: usize) -> bool {
    static TOLD: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:is|are|was|were|be|shows?|showed|came|looks?|looked|normal|negative|positive|fine|good|clear|had|has|have|did|says?|said|go over|look(?:ing)? at|talk about)\b|\d",
        )
    });
    static WHEN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:today|tomorrow|now|this week|next (?:week|month|visit)|in (?:\w+ )?(?:\w+ )?(?:days?|weeks?|months?)|before (?:the|your|our) next \w+|referral|please|first)\b",
        )
    });
    let leads = sentence[..target].split_whitespace().count() <= BARE_LEAD;
    leads
        && WHEN.is_match(sentence)
        && !TOLD.is_match(&WHEN.replace_all(sentence, ""))
        && sentence.split_whitespace().count() <= BARE_ORDER
}

/// "When do I come back?" "In two weeks."
fn answered_follow_up(visit: &Visit, line: &Line) -> Option<Order> {
    static ASKS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:when|how soon)\b.*\b(?:come back|see (?:you|me|us|him|her)|come in|next (?:visit|appointment)|be back|check back)\b",
        )
    });
    static IN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:(?:oh|well|let's say|say|about|probably)\W+)*in (?:about |around )?((?:an? |one |two |three |four |five |six |eight |ten |twelve |a couple(?: of)? |a few |\d+ |to |or )+(?:days?|weeks?|months?|years?))\b",
        )
    });
    let question = visit.question_before(line.index).filter(|question| question.by_patient_side())?;
    let asked = question.sentences.last()?;
    let range = line.sentences.first().filter(|_| ASKS.is_match(&question.text()[asked.clone()]))?;
    let time = IN.captures(&line.text()[range.clone()])?;
    Some(order(line, range, OrderKind::FollowUp, format!("Follow up in {}", time[1].trim().to_lowercase())))
}

fn sentence_orders(line: &Line, range: &Range<usize>) -> Vec<Order> {
    let sentence = &line.text()[range.clone()];
    let mut found = Vec::new();
    if let Some(captures) = FOLLOW_UP.captures(sentence)
        && !is_conditional(&sentence[..captures.get(0).map_or(0, |whole| whole.start())])
    {
        let text = format!("Follow up in {}", captures[1].trim().to_lowercase());
        found.push(order(line, range, OrderKind::FollowUp, text));
    }
    if let Some(captures) = FOLLOW_UP_DAY.captures(sentence)
        && !is_conditional(&sentence[..captures.get(0).map_or(0, |whole| whole.start())])
    {
        // A call is no visit.
        let by = if captures.name("call").is_some() { BY_TELEPHONE } else { "Follow up " };
        let text = format!("{by}{}", &captures["day"]);
        found.push(order(line, range, OrderKind::FollowUp, text));
    }
    if let Some(captures) = REFERS.captures(sentence)
        && !is_conditional(&sentence[..captures.get(0).map_or(0, |whole| whole.start())])
        && !TARGETS.iter().any(|(kind, names)| *kind == OrderKind::Referral && names.is_match(sentence))
    {
        found.push(order(line, range, OrderKind::Referral, format!("Referral: {}", &captures[1])));
    }
    found.extend(tested(sentence).into_iter().map(|text| order(line, range, OrderKind::Laboratory, text)));
    found.extend(check_again(sentence).map(|text| order(line, range, OrderKind::Laboratory, text)));
    if is_question(sentence) && !sentence.to_lowercase().contains("okay?") {
        return found;
    }
    for (kind, target) in TARGETS.iter() {
        for mention in target.find_iter(sentence) {
            let before = &sentence[..mention.start()];
            let ordered = ORDERING.find_iter(before).last();
            if ordered.is_none() && !is_bare_order(sentence, mention.start()) {
                continue;
            }
            let verb = ordered.map_or("", |ordered| ordered.as_str());
            let tail = &sentence[ordered.map_or(0, |ordered| ordered.end())..];
            let offered = OFFERED.is_match(&sentence[mention.end()..]);
            let refused = offered
                || context::negates(before)
                || before.to_lowercase().contains("n't need")
                || is_conditional(before);
            let put_off = PUT_OFF.is_match(&sentence[mention.end()..]);
            if refused || put_off || DONE_ALREADY.is_match(tail) {
                continue;
            }
            let another = ARTICLE
                .is_match(tail.get(..mention.start().saturating_sub(sentence.len() - tail.len())).unwrap_or_default());
            let again = if verb.to_lowercase().starts_with("repeat") && !another
                || before.trim_end().to_lowercase().ends_with("repeat")
                || before.trim_end().to_lowercase().ends_with("another")
            {
                "Repeat "
            } else {
                ""
            };
            let lead = if *kind == OrderKind::Referral { "Referral: " } else { again };
            found.push(order(line, range, *kind, format!("{lead}{}", bare(mention.as_str()))));
        }
    }
    found
}

/// "I'll refer you to the heart failure nurse."
static REFERS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\brefer(?:ring)? (?:you|him|her|them) (?:over )?to (?:the |a |an |our |your )?((?:[\w-]+ ){1,3}(?:nurse|clinic|team|specialist|doctor|consultant|service|group))\b",
    )
});
/// "I'll send you to physical therapy if you want."
static OFFERED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^[^.?!,;]{0,15}\bif (?:you|he|she) (?:want|wants|like|likes|wish|wishes|would like|'d like)\b|^[^.?!,;]{0,15}\bif (?:you'd|he'd|she'd) like\b",
    )
});
/// "Repeat kidney function, and an echo": what has an article of its own is not repeated.
static ARTICLE: LazyLock<Regex> = LazyLock::new(|| pattern(r",? and an? $"));

/// "We'll check the thyroid again in eight weeks" as "thyroid test": an organ or a substance whose blood values are meant,
/// since it is checked at a later time.
fn check_again(sentence: &str) -> Option<String> {
    static AGAIN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:re)?check(?:ing)? (?:on )?(?:the|your|his|her|that|those) (thyroid|kidney|liver|cholesterol|sugar|iron|vitamin d|blood)s?(?: (?:levels?|tests?|numbers?|function))?(?: again)?,? (?:again|in|next|at|before|after)\b",
        )
    });
    let found = AGAIN.captures(sentence)?;
    let before = &sentence[..found.get(0)?.start()];
    let meant = !is_conditional(before) && !context::negates(before) && !before.to_lowercase().contains("let me");
    meant.then(|| format!("{} test", found[1].to_lowercase()))
}

/// "We'll check potassium and creatinine in a week", "we'll repeat the kidney tests": values of the blood that are to be tested, each
/// by its name.
fn tested(sentence: &str) -> Vec<String> {
    static TESTED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(&format!(
            r"\b(?:let's|(?:we|i)(?:'ll| will|'d like to| want to|'re going to|'m going to|'re gonna|'m gonna| need to))(?: also| just| then)? (?P<verb>check|recheck|re-check|repeat|measure|test|draw|get|send)(?: (?:the|your|his|her|a|another|both))? (?P<names>{ANALYTE}(?:(?:,|,? and|,? or)(?: (?:the|your|his|her))? {ANALYTE})*)\b"
        ))
    });
    static NAME: LazyLock<Regex> = LazyLock::new(|| pattern(ANALYTE));
    let Some(found) = TESTED.captures(sentence) else { return Vec::new() };
    let whole = found.get(0).map_or(0..0, |whole| whole.range());
    static TO_A_PHARMACY: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:pharmacy|refills?|prescription)\b"));
    let before = &sentence[..whole.start];
    let refused = is_conditional(before) || context::negates(before) || PUT_OFF.is_match(&sentence[whole.end..]);
    if refused || is_question(sentence) || TO_A_PHARMACY.is_match(sentence) {
        return Vec::new();
    }
    let again = found["verb"].to_lowercase().starts_with('r') || found[0].to_lowercase().contains("another");
    let lead = if again { "Repeat " } else { "" };
    NAME.find_iter(&found["names"]).map(|name| format!("{lead}{}", name.as_str().to_lowercase())).collect()
}

/// What is tested in the blood and often spoken of otherwise, too: by its name alone it is no order.
const ANALYTE: &str = r"(?:potassium|creatinine|sodium|calcium|magnesium|phosph(?:ate|orus)|lactate|h(?:a)?emoglobin|platelets|white count|bilirubin|kidney (?:blood )?tests?|kidney numbers|liver numbers|blood count)";

/// A name without the small words that its pattern took along: "the mri", "by ultrasound".
fn bare(name: &str) -> &str {
    static SMALL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"^(?:(?:the|your|a|an|by|that|this|some|another|of|for|with|and|or|to|her|his|get|order|do) )+")
    });
    SMALL.find(name).map_or(name, |small| &name[small.end()..])
}

fn order(line: &Line, range: &Range<usize>, kind: OrderKind, text: String) -> Order {
    Order { kind, text: text.into(), evidence: vec![evidence::evidence(line.utterance, range.clone())] }
}

/// "If it doesn't get better, we'll get an MRI" orders nothing today.
fn is_conditional(before: &str) -> bool {
    static CONDITION: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(if|unless|might|may|could|consider(?:ed)?|thinking about|think about|thought about|should (?:it|that|this))\b",
        )
    });
    CONDITION.is_match(before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structuring::testing::transcript;

    fn said(lines: &str) -> Vec<(OrderKind, String)> {
        let transcript = transcript(lines);
        orders(&Visit::new(&transcript)).into_iter().map(|order| (order.kind, order.text.into_string())).collect()
    }

    #[test]
    fn several_orders_in_one_sentence() {
        assert_eq!(
            said(
                "D: I'd also like a basic metabolic panel and a urine albumin today, and I'll refer you for your yearly eye exam."
            ),
            [
                (OrderKind::Laboratory, "basic metabolic panel".to_owned()),
                (OrderKind::Laboratory, "urine albumin".to_owned()),
                (OrderKind::Referral, "Referral: yearly eye exam".to_owned()),
            ]
        );
    }

    #[test]
    fn what_is_named_for_a_complaint_is_ordered() {
        assert_eq!(
            said("D: For the knee, physical therapy."),
            [(OrderKind::Referral, "Referral: physical therapy".to_owned())]
        );
    }

    #[test]
    fn what_is_listed_after_labs_is_ordered() {
        let ordered: Vec<String> = said("D: Labs: a TSH and liver tests. I want a fourteen-day monitor.")
            .into_iter()
            .map(|(_, text)| text)
            .collect();
        assert_eq!(ordered, ["TSH", "liver tests", "fourteen-day monitor"]);
    }

    #[test]
    fn when_to_come_back_may_be_asked() {
        let said = said("P: When do I come back?\nD: In two weeks and bring me your readings.");
        assert_eq!(said, [(OrderKind::FollowUp, "Follow up in two weeks".to_owned())]);
    }

    #[test]
    fn a_call_is_no_visit() {
        let ordered = |lines: &str| said(lines).into_iter().map(|(_, text)| text).collect::<Vec<_>>();
        assert_eq!(
            ordered("D: I'll see you in three weeks, and the nurse will call you on Monday about the patch."),
            ["Follow up in three weeks", "Follow up by telephone on Monday"]
        );
        assert_eq!(ordered("D: Call me on Thursday with the readings."), ["Follow up by telephone on Thursday"]);
        assert_eq!(ordered("D: I'd like to see you back on Thursday."), ["Follow up on Thursday"]);
    }

    #[test]
    fn the_next_visit_is_an_order() {
        assert_eq!(
            said("D: And I'll see you again in four weeks."),
            [(OrderKind::FollowUp, "Follow up in four weeks".to_owned())]
        );
        assert_eq!(
            said("D: Come back and see me in 3 months."),
            [(OrderKind::FollowUp, "Follow up in 3 months".to_owned())]
        );
    }

    #[test]
    fn an_order_needs_no_verb() {
        let ordered = |lines: &str| {
            let transcript = transcript(lines);
            orders(&Visit::new(&transcript)).into_iter().map(|order| order.text.into_string()).collect::<Vec<_>>()
        };
        assert_eq!(ordered("D: Blood tests today, potassium and creatinine."), ["Blood tests"]);
        assert!(
            ordered("D: I want an answer, I thought about a biopsy but we'll hold off on that for now.").is_empty()
        );
        assert_eq!(ordered("D: Cardiac rehab referral."), ["Referral: Cardiac rehab"]);
        assert!(ordered("D: Your blood tests today are normal.").is_empty());
        assert!(ordered("D: The x-ray was fine.").is_empty());
        assert_eq!(ordered("D: Let's get a chest x-ray, and we don't need antibiotics yet."), ["chest x-ray"]);
        assert!(ordered("D: I'd want the CT after this clears up, so I'm not ordering it today.").is_empty());
    }

    #[test]
    fn what_is_needed_and_who_is_to_see_is_ordered() {
        let ordered = |lines: &str| said(lines).into_iter().map(|(_, text)| text).collect::<Vec<_>>();
        assert_eq!(ordered("D: We need bloods, kidney function and an HbA1c."), ["bloods", "kidney function", "HbA1c"]);
        assert_eq!(
            ordered("D: Repeat kidney function in two weeks, and an echo next month."),
            ["Repeat kidney function", "echo"]
        );
        assert_eq!(ordered("D: And I'll refer you to the heart failure nurse."), ["Referral: heart failure nurse"]);
        assert_eq!(ordered("D: I'll send you for nerve conduction studies."), ["nerve conduction studies"]);
    }

    #[test]
    fn a_misheard_lead_hides_no_order() {
        let ordered = |lines: &str| said(lines).into_iter().map(|(_, text)| text).collect::<Vec<_>>();
        assert_eq!(
            ordered("D: It also like a basic metabolic panel and a urine albumin today."),
            ["basic metabolic panel", "urine albumin"]
        );
        assert_eq!(ordered("D: Should I say we check the thyroid again in six weeks."), ["thyroid test"]);
        assert_eq!(ordered("D: Bloods again in 6 weeks."), ["Bloods"]);
        assert_eq!(
            ordered("D: It'd like a phone call tomorrow to hear how the night was."),
            ["Follow up by telephone tomorrow"]
        );
        for lines in ["D: Let me check your thyroid again.", "D: The blood count today is fine.", "D: Bloods today."] {
            assert!(ordered(lines).len() <= usize::from(lines.contains("Bloods")), "{lines}");
        }
    }

    #[test]
    fn results_conditions_and_questions_order_nothing() {
        for lines in [
            "D: Your A1c from last week came back at seven point eight.",
            "D: Let's look at the results of your chest x-ray.",
            "D: If it isn't better, we'll get an MRI.",
            "D: You don't need an x-ray.",
            "P: I want an MRI.",
        ] {
            assert!(said(lines).is_empty(), "{lines}: {:?}", said(lines));
        }
    }

    #[test]
    fn an_order_is_named_with_as_many_of_what_it_counts() {
        let order = |kind, text: &str| Order { kind, text: text.into(), evidence: Vec::new() };
        let visit = order(OrderKind::FollowUp, "Follow up in two weeks");
        assert!(!is_named_in(&visit, "Ultrasound at thirty-two weeks."));
        assert!(!is_named_in(&visit, "Take it for 2 weeks."));
        assert!(is_named_in(&visit, "Return in 2 weeks."));
        assert!(is_named_in(&order(OrderKind::Laboratory, "TSH"), "Check the TSH in two weeks."));
    }

    #[test]
    fn values_of_the_blood_that_are_to_be_tested_are_ordered() {
        for (lines, expected) in [
            ("D: We'll check potassium and creatinine in one week.", &["potassium", "creatinine"][..]),
            ("D: We'll check the potassium again in two weeks.", &["potassium"]),
            ("D: Let's recheck the potassium in a month.", &["Repeat potassium"]),
            ("D: And I'll refer you to pulmonary rehab.", &["Referral: pulmonary rehab"]),
            ("D: We'll repeat the kidney tests in two weeks.", &["Repeat kidney tests"]),
            ("D: Blood cultures are pending, we'll repeat the lactate at six.", &["Repeat lactate"]),
        ] {
            let named: Vec<String> = said(lines).into_iter().map(|(_, text)| text).collect();
            assert_eq!(named, expected, "{lines}");
        }
        for lines in [
            "D: If you cramp we'll check the potassium.",
            "D: I'd like the potassium a bit higher.",
            "D: The potassium was fine.",
            "D: I don't think we need to check the potassium.",
            "D: I'll send the calcium to your pharmacy.",
        ] {
            assert!(said(lines).is_empty(), "{lines}: {:?}", said(lines));
        }
        let back = said("D: Back here in two weeks with the nurse.");
        assert_eq!(back, [(OrderKind::FollowUp, "Follow up in two weeks".to_owned())]);
    }

    #[test]
    fn what_is_only_offered_is_not_ordered() {
        assert!(said("D: I'll send you to physical therapy if you want.").is_empty());
        let named: Vec<String> =
            said("D: I'll get the TB test and the hepatitis panel now.").into_iter().map(|one| one.1).collect();
        assert_eq!(named, ["TB test", "hepatitis panel"]);
        assert_eq!(said("D: It means you need the three hour test.").len(), 1);
    }
}
