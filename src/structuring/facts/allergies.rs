//! Allergies and intolerances said aloud, with what happened.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{
    allergens::{self, Substance, substances},
    context, intolerances,
    reactions::{self, REACTION},
    relatives,
};
use crate::{
    domain::{Allergy, Evidence, Role},
    language::{patterns::patterns, questions::is_question},
    structuring::{
        evidence,
        text::pattern,
        visit::{Line, Visit},
    },
    terminology::DrugTable,
};

patterns! {
    // Words by which a clause speaks of a reaction.
    CUE = r"\b(allergic(?: (?:to|reactions?))?|anaphyla\w+|intoleran(?:t|ce)|(?:bad |severe |awful |terrible |had (?:\w+ ){1,3})reactions? to|(?:can't|cannot|can not|couldn't) (?:take|have|tolerate|use|wear)|react(?:s|ed)? (?:badly |terribly |really badly )?to|break out|broke out|comes? out in|came (?:up|out) in|(?:doesn't|don't|didn't|did not|never) (?:agree|sit (?:well|right)|get on|go (?:down )?well) with|(?:not supposed|told (?:me |him |her |us )?(?:not|never)) to (?:take|have|use|be given)|told (?:me |him |her |us )?no more|never (?:to )?(?:take|have) (?:\w+ )?again|sensitive to|(?:bad|terrible|awful|rough|hard) (?:time|experience)s? (?:with|on)|nearly killed|(?:don't|didn't|never) (?:get along|mix)|(?:don't|doesn't|didn't|never|not) (?:do|did|does|done) (?:so |too |very |real |really )?(?:well|good) (?:with|on)|(?:can't|cannot|couldn't|don't|didn't) (?:handle|stand))\b";
    // "I can't eat strawberries, my mouth gets itchy."
    CANNOT_EAT = r"\b(?:can't|cannot|can not|couldn't) (?:eat|drink|have|touch|be (?:near|around)) (?:any |the |those |that |anything with |\w+ or )*$";
    // "No changes in allergies, penicillin and latex?" reads out what is known.
    NO_CHANGE = r"\b(?:no|any|without) (?:new )?changes? (?:in|to|with|of)\b|\b(?:nothing|anything) new (?:in|to|with|for)\b|\b(?:same|usual) allergies\b";
    // "… and lisinopril cough.", read from the list.
    LISTED_REACTION = r"^ (?:coughs?|angio-?edema|swelling|itching|nausea|vomiting|diarrh(?:o)?ea)\W*(?:$|[.,;?]|and\b)";
    // "And Compazine locked my jaw.": the list goes on.
    GOES_ON = r"^\W*(?:(?:and|also|oh|then|plus)\W+)+(?:the |that |some )?$";
    AFFECTS = r"^,? (?:it )?(?:really |just |also |always |completely )?\w+(?:ed|s|ade|ave|ut|ocked|it) (?:me|him|her|my|his)\b";
    RELIEVES = r"\b(?:help|work|fix|sav|reliev|eas|clear|calm|keep|kept|cur)\w*|\bwent (?:down|away)\b|\bgot better\b";
    // "I take Zyrtec for my allergies", "allergic to cats, so I take Zyrtec": what helps against them.
    AGAINST = r"\b(?:tak(?:e|es|ing)|took|us(?:e|es|ed|ing)|put|prescribed|needs?) (?:me |him |her |it |my |his |the |a |some |on )*(?:\w+ )?$";
    HELPS = r"\b(?:carr(?:y|ies)|keeps?|treated (?:\w+ )?with|gave (?:me|him|her)|got) (?:an? |the |some |my |his |her )?(?:\w+ )?$";
    HELPED = r"^ (?:fixed|helped|helps|cleared|calmed|took care|works?|worked)\b";
    FOR_ALLERGIES = r"^[^.?!,]{0,25}\b(?:for|when|because of|helps?|against) (?:my |the |his |her |those )?(?:\w+ )?allerg";
    ALLERGIC_ILLNESS = r"\ballergic (?:rhinitis|asthma|conjunctivitis|eczema|dermatitis|march)\b";
    CANNOT_TAKE = r"\b(?:can't|cannot|can not|couldn't|not supposed to|(?:not|never) to) (?:take|have|tolerate|use|wear|touch|stand|do|handle|be (?:near|around|given)|go near|eat|drink) (?:any |any of |the |those |that |anything with |\w+ing )*$|\bno more $";
    // "I can't take ibuprofen with my kidneys": why somebody with a disease must not.
    FOR_A_DISEASE = r"\b(?:kidneys?|ulcers?|blood thinners?|warfarin|coumadin|eliquis|xarelto|heart|blood pressure|pregnan\w+|breast-?feed\w*|nursing|surgery|afford|costs?|insurance|empty stomach|swallow|work|driv\w+|bypass|stents?|transplant\w*|sleeve|bleed\w*|cardiologist|lithium|liver)\b";
    // "Lisinopril made me cough, that's why we changed to losartan": what came instead did no harm.
    pub(super) REPLACED_BY = r"\b(?:chang|switch|mov|swapp)\w* (?:me |him |her |it )?(?:over )?to (?:the |\w+ )?$|\b(?:so|now) (?:i|we|he|she|they) (?:now )?(?:takes?|uses?|got|have|has|started|gave|give|put|use|used|prescribed) (?:me |him |her |us )?(?:on )?(?:the |some )?$|\binstead (?:i|we|he|she|they) \w+ (?:me |him |her )?(?:on )?(?:the |some )?$";
    // "You are allergic to", "an allergy to sulfa and", "allergies, I have", right before the name.
    NAMED_BEFORE = r"\b(?:allergic|allerg(?:y|ies)|reactions?|react(?:s|ed)?|intolerant|intolerance|anaphyla\w+)\W*(?:to|are|is|of|with|from|i|we|it|the chart|you)?(?:'ve| have| see| says| got| still)*\W*(?:it says(?: here)?\W*)?(?:(?:the|any|your|still|just|only|to|is it|it's|got|a|an|have|has|listed|down|as) |\w+(?:,| and| or) )*$";
    // "Because of the amoxicillin rash", "your penicillin allergy".
    LISTED_AFTER = r"^(?:,? (?:and |or )?\w+){0,4},? (?:down |listed |here )*as (?:an? |your )?(?:allerg|intoleran)";
    REACTED = r"^(?:'s)?,? (?:is |are |was |being )?(?:(?:the|still|only|one|an?|down|listed|here|noted|on (?:the|your|his|her|my) (?:list|chart|record)|as|under) )*(?:rash|hives|allergy|allergies|allergen|reaction|intolerance|anaphylaxis)\b";
    // "… and I'm taking Lipitor", in an answer about allergies.
    TAKEN = r"\b(?:i'm (?:on|taking)|i (?:still )?take|i use|taking|takes|he's on|she's on)\b";
    // "Itching with the methylprednisolone", "hives from sulfa".
    REACTION_TO = r"\b(?:itching|itched|itchy|hives|rash|wheezing|wheezed|anaphyla\w+|(?:swelling of|swollen|swelled) (?:(?:the|my|your|his|her) )?(?:lips?|face|tongue|throat|mouth|eyes)|(?:lips?|face|tongue|throat|mouth|eyes) (?:swell|swelled|swelling|swollen|closing|closed|puffed)(?: up)?)(?: (?:that )?(?:you|i|he|she) (?:got|had|get|gets))? (?:with|from|to|after|on) (?:the |any |taking |some |that )*$";
    // "They gave me Bactrim and my face blew up", "I took it and came out in hives".
    AND_REACTED = r"^,? (?:(?:once|yesterday|then|before|years ago|for \w+|(?:back )?in (?:the )?\w+|as an? \w+|last \w+|when (?:i|he|she|we) (?:was|were)(?: \w+){1,4}) )?,?(?:and|so|when) (?:then )?(?:i|he|she|we|it|my|his|her)\b[^.?!,]{0,30}\b(?:hives|rash|swell\w*|swollen|swelled|blew up|puffed up|itch\w*|anaphyla\w+|blister\w*|couldn't breathe|clos(?:ed|ing)|wheez\w+)\b";
    // "Lisinopril can give you a cough": what may happen has not.
    pub(super) MAY = r"\b(?:if|may|might|can|could|will|would|should|sometimes)\b|\w'(?:ll|d)\b";
    BROUGHT = r"^,? (?:it )?(?:\w+ )?(?:gives?|gave|makes?|made|caused|causes) (?:me|him|her|my|his)\b";
    // "What are you putting on it?" "Hydrocortisone. He gets a rash."
    OF_USE = r"\b(?:tak(?:e|es|ing)|us(?:e|es|ed|ing)|put(?:ting)?|tried|try|giv(?:e|en|ing)|help\w*)\b";
    // "My legs ached so I stopped." "So muscle aches on atorvastatin."
    GAVE_UP = r"\b(?:so|that's why|and) (?:i|they|he|she|we|you) (?:just |had to )?(?:stop(?:ped)?|quit|came off|took (?:me|him|her) off)\b";
    // "We have two dogs and a cat."
    OWNED = r"\b(?:we|i|they)(?:'ve)? (?:have|got|own|had)(?: (?:two|three|four|five|\d|an?|the|some|dogs?|cats?|horses?|birds?|and|also))* $";
    ONLY_NAMED = r"^\W*(?:(?:yes|yeah|yep|oh|well|just|only|and|also|to|the|a|an|any|some|so|uh|um|there's|there is|maybe|mainly|actually|wait)\b\W*)*$";
    // "Aspirin, no, not aspirin, Aleve."
    NOT_THAT_BUT = r"\bnot (?:the )?[\w-]+, (?:it's |it was |the |but )*$";
    pub(super) NOT_ONE = r"\bnot (?:really |actually )?an allergy\b";
    NAMED_CUE = r"\b(allerg(?:y|ies|ic)|reactions? to|(?:bad|any|had a|other|drug|allergic) reactions?|react(?:s|ed)?(?: badly)? to)\b";
    // Other ways to ask for allergies: "anything that doesn't agree with you?", "any trouble with medicines?"
    OTHERWISE_ASKED = r"\breact to\b|\b(?:medicines?|medications?|drugs?|antibiotics?|anything|something|foods?|pills?|tablets?|one|which)\b[^.?!]{0,25}\b(?:can't|cannot|can not|couldn't|shouldn't|not supposed to|mustn't|must not|not able to|told not to|told never to) (?:take|have|eat|tolerate|use|touch|be given)\b|\b(?:trouble|troubles?|problems?|issues?|difficult\w+|bad (?:time|experiences?)) with (?:any |other |certain |some |antibiotics? or )?(?:medicines?|medications?|drugs?|antibiotics?|pills|tablets|latex|tapes?)\b|\b(?:doesn't|don't|didn't|not|ever|never|disagrees?) (?:agree(?:d|s)?|sit well|get on|gotten? on|with)(?: with)? (?:you|him|her|\w+)\b|\b(?:made|makes|make) (?:you|him|her) (?:ill|sick|poorly|bad|unwell)\b|\b(?:have to|need to|you) (?:stay away from|avoid)\b[^.?!]*\?|\b(?:medicines?|medications?|drugs?|antibiotics?|tablets) (?:that |which )?(?:\w+ )?(?:upset|bother|disagree)\w*\b";
    SEVERE = r"\b(?:hives|welts|swell\w*|swoll?en|swelled|puffed|clos(?:e|es|ed|ing)|anaphyla\w+|epi-?pen|breath\w*|wheez\w*)\b";
    ELSE = r"^\W*(?:(?:okay|ok|right|and|good|all right|so|any|is there|are there|was there)\W+)*(?:anything else|any others?|others?|foods?|food allergies|latex|insects?|bee stings?|any more|something else|no others?|what else|and|(?:what|how) about (?:you|him|her|yourself|[\w-]+)|to (?:any )?(?:medicines?|medications?|drugs?|foods?|anything))\b[^.!]{0,40}\?";
    // "No sulfa for you, I've got that here. Anything else you react to?", "no allergies besides the tape?"
    BESIDE = r"\b(?:else|other|besides?|apart from|aside from|other than|except(?: for)?|still just|still only)\b";
    ON_RECORD = r"\b(?:got|have|see|saw|down|list\w*|charts?|record\w*|noted|wrote|written|here|know|remember|no|avoid|stay away|off)\b";
    BESIDES_THAT = r"\b(?:besides?|apart from|aside from|other than|except(?: for)?|still just|still only) (?:the |your |that |his |her )?(?:\w+ )?$";
    ONLY = r"\b(?:just|only|except|besides|other than|apart from|but|well|maybe|although|though)\b";
    DECLARES = r"^\W*(?:(?:and|so|okay|right|now|but|well)\W+)*(?:(?:i (?:have|see|'ve got)|you(?:'re| are)|he(?:'s| is)|she(?:'s| is)|it's|still|just|only|the|your|allerg\w+,?)\b)[^?]*\ballerg|^\W*(?:(?:and|so|okay)\W+)*[\w-]+(?: allergy| is the only|'s the only)\b";
    OPENS_A_QUESTION = r"^\W*(?:(?:and|so|but|well|oh)\W+)*(?:is|are|am|do|does|did|can|could|should|would|will|what|why|how|isn't|aren't|can't|shouldn't)\b";
    // "I'll put that as a bad reaction", "that's not an allergy": said of what was named, not of what comes.
    CLOSES = r"\b(?:write|put|note|add|list|mark|record|chart|document|count|enter|call)\w* (?:that|it|this|them|those)\b|\b(?:that's|that is|that was|it's|it was|those are) (?:just |only |more |really |probably )*(?:not )?an? \b|\bnot an? (?:\w+ )?allerg";
    // "She saw cats", "I saw your dog": what is seen is no allergen.
    SEEN = r"\b(?:saw|sees?|seeing|seen|heard|hears?|hearing|dream\w*|imagin\w*) (?:\w+ )?$";
    NEW_ONES = r"\b(?:new|other|else|that's (?:it|all)|just that|nothing more)\b";
    // "Sulfa gives me hives": a reaction of the allergic kind, told of a substance.
    BRINGS_ON = r"\b(?:gives?|giving|gave|brings?|brought|makes?|made) (?:me|you|him|her)\b.*\b(?:cough\w*|hives|rash|swell\w*|swollen|itch\w*|wheez\w*|anaphyla\w+|breathe|breathing|blister\w*|seizures?|fits?|throw(?:ing)? up|threw up|vomit\w*|hallucinat\w+)\b|\b(?:makes?|made|gives?|gave) (?:my|your|his|her) (?:\w+ )?(?:lips?|face|throat|tongue|skin|eyes|mouth)\b|\b(?:swell(?:ed|s)|puff(?:ed|s)|blew|blister(?:ed|s)) (?:up )?(?:me|him|her|my|his|her)\b|\bgot (?:\w+ ){1,5}(?:with|from|after|on) (?:it|that|them)\b";
    NONE_KNOWN = r"\b(no (?:known )?(?:drug |medication |medicine )?allergies|not allergic to (?:anything|any)|nkda|don't have any (?:\w+ )?allergies|no allergies)\b";
    KIN_OF_THE_PATIENT = r"\b(?:his|her|their) (?:\w+ )?(?:brother|sister|dad|father|mom|mum|mother|cousin|twin|grand\w+|aunt|uncle)(?:'s)?\b[^,.;]*$";
    // "Can he have amoxicillin, with his brother being allergic?"
    KIN_IS_ALLERGIC = r"\b(?:my|his|her|their|your) (?:\w+ )?(?:brother|sister|dad|father|mom|mum|mother|cousin|twin|grand\w+|aunt|uncle|niece|nephew|husband|wife)(?:'s| is| was| being| are)? (?:so |very |also |really )*allergic\b|\b(?:brother|sister|dad|father|mom|mum|mother|cousin|aunt|uncle)'s allerg(?:y|ies)\b";
    INHALED = r"^(?:pollens?|ragweed|grass|birch|dust(?: mites)?|mou?ld|cats?|dogs?|horses?|(?:pet|animal) dander)$";
    CLAUSE_END = r",? (?:but|although|though|however|whereas|while)\b|;";
}

mod borne;
mod governs;
mod repeats;
mod whose;

/// Words of a sentence that only names another substance: "And she says shellfish."
const LONGEST_NAMING: usize = 5;
/// Words of a sentence that only brings allergies up: "Remind me about allergies."
const LONGEST_HEADING: usize = 7;
/// Turns of the patient's side, or about more of the same, between a question about allergies and an answer to it, at most.
const ASKED_REACH: usize = 4;

/// What was said about allergies.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Allergies {
    /// Those affirmed.
    pub known: Vec<Allergy>,
    /// Where it was said that there are none.
    pub none_known: Option<Vec<Evidence>>,
    /// Where a reaction was told and it was not understood to what.
    pub unnamed: Vec<Evidence>,
}

/// Whether the mention at `range` of `line` speaks of an allergy, or that there is none, and not of use.
pub fn is_allergy_context(visit: &Visit, line: &Line, range: &Range<usize>) -> bool {
    let of_medicine = || !DrugTable::bundled().mentions(&line.text()[range.clone()]).is_empty();
    let spared =
        line.by_patient_side() && borne::was_borne(line, range) && of_medicine() && is_in_exchange(visit, line);
    spared || is_reacted_to(visit, line, range)
}

/// Whether `between`, the words between "allergic to" and a name, turn to what is taken: "allergic to codeine, and I'm on …"
pub(super) fn turns_to_use(between: &str) -> bool {
    governs::turns_to_use(between)
}

/// Whether `before`, the sentence up to a name, says that it cannot be taken: "so I can't have aspirin".
pub(super) fn cannot_take(before: &str) -> bool {
    CANNOT_TAKE.is_match(before)
}

/// Whether the mention at `range` of `line` is of what somebody reacts to.
fn is_reacted_to(visit: &Visit, line: &Line, range: &Range<usize>) -> bool {
    let text = line.text();
    let sentence = line.sentence_at(range.start);
    let (before, after) = (&text[sentence.start..range.start], &text[range.end..sentence.end]);
    let clause = clause_of(line, range);
    if is_presupposed(line, range) {
        return true;
    }
    if line.by_clinician() && CANNOT_TAKE.is_match(before)
        || repeats::is_an_order(visit, line, range)
        || REPLACED_BY.is_match(before) && !governs::reacted_then(after)
        || borne::is_borne(line, range)
        || NOT_ONE.is_match(&text[sentence.start..])
    {
        return false;
    }
    let headed = is_headed(line, &sentence) && !AGAINST.is_match(before) && !TAKEN.is_match(before);
    if line.utterance.role == Role::Clinician && is_concluded(visit, line, range) {
        return true;
    }
    // What a clinician chooses because of an allergy stands in the same sentence as the allergy.
    let spoken = &text[clause.clone()];
    if line.by_clinician() && (CUE.is_match(spoken) || NAMED_CUE.is_match(spoken)) && !headed {
        return REACTED.is_match(after)
            || LISTED_REACTION.is_match(after)
            || LISTED_AFTER.is_match(after)
            || NAMED_BEFORE.is_match(before);
    }
    let for_a_disease = CANNOT_TAKE.is_match(before)
        && (FOR_A_DISEASE.is_match(after) || FOR_A_DISEASE.is_match(text) && !REACTION.is_match(text));
    REACTED.is_match(after)
        || REACTION_TO.is_match(before)
        || NAMED_BEFORE.is_match(before) && !AGAINST.is_match(before)
        || governs::reacted_then(after) && line.by_patient_side()
        || whose::is_own(before) && borne::tells_a_reaction(borne::said_of(line, range))
        || is_cued(line, range, &clause) && !for_a_disease
        || BRINGS_ON.is_match(governs::own_part(line, range, &clause)) && !(line.by_clinician() && MAY.is_match(spoken))
        || headed
        || reacts_to_it(visit, line, range)
        || CANNOT_EAT.is_match(before) && REACTION.is_match(after) && !for_a_disease
        || line.utterance.role != Role::Clinician && tells_what_it_did(visit, line, range)
        || line.utterance.role == Role::Clinician && is_asked_by_name(visit, line, range)
        || answers(visit, line, range)
}

/// Whether the clause of a mention speaks of a reaction to it, and not of what is taken against one.
fn is_cued(line: &Line, range: &Range<usize>, clause: &Range<usize>) -> bool {
    let text = line.text();
    let (before, after) = (&text[clause.start..range.start], &text[range.end..clause.end]);
    let taken = AGAINST.is_match(before) && !CANNOT_TAKE.is_match(before) && !governs::points_back(after);
    let against = taken || FOR_ALLERGIES.is_match(after);
    (governs::from_before(before) || governs::from_after(before, after) || CANNOT_TAKE.is_match(before)) && !against
}

/// The clause of its sentence in which a mention stands.
fn clause_of(line: &Line, range: &Range<usize>) -> Range<usize> {
    let text = line.text();
    let sentence = line.sentence_at(range.start);
    let start = CLAUSE_END.find_iter(&text[sentence.start..range.start]).last();
    let end = CLAUSE_END.find(&text[range.end..sentence.end]);
    start.map_or(sentence.start, |found| sentence.start + found.end())
        ..end.map_or(sentence.end, |found| range.end + found.start())
}

/// Whether a heading stands before `sentence`: "Now, allergies. I've got penicillin here."
fn is_headed(line: &Line, sentence: &Range<usize>) -> bool {
    line.sentences.iter().take_while(|earlier| earlier.end <= sentence.start).last().is_some_and(|heading| {
        let heading = &line.text()[heading.clone()];
        NAMED_CUE.is_match(heading)
            && !CLOSES.is_match(heading)
            && heading.split_whitespace().count() <= LONGEST_HEADING
            && !AGAINST.is_match(heading)
    })
}

/// Whether a clinician who asks for more takes the substance as known: "No sulfa for you, I've got that here. Anything else
/// you react to?", "And no allergies besides the tape?"
fn is_presupposed(line: &Line, range: &Range<usize>) -> bool {
    let text = line.text();
    let sentence = line.sentence_at(range.start);
    if !line.by_clinician() {
        return false;
    }
    let before = &text[sentence.start..range.start];
    if NO_CHANGE.is_match(before) && NAMED_CUE.is_match(before) {
        return true;
    }
    if BESIDES_THAT.is_match(before) && NAMED_CUE.is_match(&text[sentence.clone()]) {
        return true;
    }
    let next = line.sentences.iter().find(|next| next.start >= sentence.end).map(|next| &text[next.clone()]);
    let asks_for_more = next.is_some_and(|next| asks(next) && is_question(next) && BESIDE.is_match(next));
    asks_for_more && ON_RECORD.is_match(&text[sentence.clone()]) && !TAKEN.is_match(before)
}

/// Whether the mention answers a question about allergies by what it names.
fn answers(visit: &Visit, line: &Line, range: &Range<usize>) -> bool {
    let text = line.text();
    let sentence = line.sentence_at(range.start);
    let in_first = line.sentences.get(1).or(line.sentences.first()).is_some_and(|second| range.start < second.end);
    let own = whose::is_own(&text[sentence.start..range.start]);
    if !(in_first || own) || !asked_about(visit, line) || TAKEN.is_match(&text[sentence.start..range.start]) {
        return false;
    }
    // "No. I have the Tylenol at home.", but "no, just penicillin".
    let first = line.sentences.first().map(|first| &text[first.clone()]).unwrap_or_default();
    let spoken = &text[sentence.clone()];
    // "Bee stings. I carry an EpiPen.": what helps against it.
    if borne::is_only_taken(line, range) {
        return false;
    }
    let helps = HELPED.is_match(&text[range.end..sentence.end])
        || HELPS.is_match(&text[sentence.start..range.start])
        || sentence.start > line.sentences[0].start && AGAINST.is_match(&text[sentence.start..range.start]);
    if helps {
        return false;
    }
    let excepted = ONLY.is_match(&text[..range.start])
        || REACTION.is_match(spoken)
        || spoken.split_whitespace().count() <= LONGEST_NAMING;
    !context::denies(first) || excepted || own
}

/// Whether `sentence` asks what somebody reacts to.
fn asks(sentence: &str) -> bool {
    NAMED_CUE.is_match(sentence) || OTHERWISE_ASKED.is_match(sentence)
}

/// Whether the question `sentence` asks for more of the same: "Anything else?", and not "And what do you take?"
fn goes_on(sentence: &str) -> bool {
    ELSE.is_match(sentence) && (!OF_USE.is_match(sentence) || BESIDE.is_match(sentence))
}

/// Whether `line` answers a question about allergies: "I have two allergies written down. The dye for scans?" Others of the
/// patient's side may have answered before, and more may have been asked for.
fn asked_about(visit: &Visit, line: &Line) -> bool {
    for earlier in visit.lines[..line.index].iter().rev().take(ASKED_REACH) {
        if earlier.utterance.role == line.utterance.role && earlier.utterance.role == Role::Unknown {
            return false;
        }
        if !earlier.by_clinician() {
            continue;
        }
        let last = || earlier.sentences.iter().rev().take(2).map(|range| &earlier.text()[range.clone()]);
        let brought_up = |sentence: &str| match is_question(sentence) {
            true => asks(sentence),
            false => NAMED_CUE.is_match(sentence) && sentence.split_whitespace().count() <= LONGEST_HEADING,
        };
        if line.utterance.role != earlier.utterance.role && last().any(brought_up) {
            return true;
        }
        if !last().next().is_some_and(goes_on) {
            return false;
        }
    }
    false
}

/// Whether allergies came up in the turns right before `line`.
fn is_in_exchange(visit: &Visit, line: &Line) -> bool {
    let before = visit.lines[..line.index].iter().rev().take(ASKED_REACH);
    before.flat_map(|line| line.sentences.iter().map(|range| &line.text()[range.clone()])).any(asks)
}

/// Whether the patient's side, asked about allergies, goes on with what else did harm: "And Compazine locked my jaw", "the
/// second one, the Feraheme, I couldn't breathe".
fn tells_what_it_did(visit: &Visit, line: &Line, range: &Range<usize>) -> bool {
    let text = line.text();
    let sentence = line.sentence_at(range.start);
    let (before, after) = (&text[sentence.start..range.start], &text[range.end..sentence.end]);
    let others = substances(after, DrugTable::bundled());
    let own = &after[..others.first().map_or(after.len(), |other| other.range.start)];
    let helps = AGAINST.is_match(before) || HELPS.is_match(before) || TAKEN.is_match(before) || RELIEVES.is_match(own);
    let lists = GOES_ON.is_match(before) && AFFECTS.is_match(own);
    let reacted = REACTION.find_iter(own).any(|found| {
        let told = !context::negates(&own[..found.start()]);
        told && (reactions::is_allergic(found.as_str()) || BROUGHT.is_match(&own[..found.start()]))
    });
    let asked_else = visit.question_before(line.index).is_some_and(|question| {
        let question = last_sentence(question);
        !asks(question) && !goes_on(question)
    });
    let alone = !asked_else && ONLY_NAMED.is_match(before) && own.chars().all(|letter| !letter.is_alphanumeric());
    let then = alone && borne::tells_a_reaction(borne::said_of(line, range));
    !helps && (lists || reacted || then) && is_in_exchange(visit, line)
}

/// "And Cipro?", among questions about allergies; the answer must tell what it did.
fn is_asked_by_name(visit: &Visit, line: &Line, range: &Range<usize>) -> bool {
    let text = line.text();
    let sentence = line.sentence_at(range.start);
    let is_last = line.sentences.last() == Some(&sentence);
    let answer = visit.answer_to(line.index).map(|answer| answer.text()).unwrap_or_default();
    is_last
        && text[sentence.clone()].ends_with('?')
        && text[sentence].split_whitespace().count() <= LONGEST_NAMING
        && !context::denies(answer)
        && REACTION.is_match(answer)
        && is_in_exchange(visit, line)
}

/// "So confusion on tramadol": what the clinician takes down of what was told.
fn is_concluded(visit: &Visit, line: &Line, range: &Range<usize>) -> bool {
    static ON: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^ (?:with|from|on|to|after) (?:the |that |your |his |her )?$"));
    let text = line.text();
    let sentence = line.sentence_at(range.start);
    let before = &text[sentence.start..range.start];
    let reaction = REACTION.find_iter(before).last();
    let told = reaction
        .is_some_and(|found| ON.is_match(&before[found.end()..]) && !context::negates(&before[..found.start()]));
    let given_up = || {
        let earlier = line.index.checked_sub(1).map(|at| &visit.lines[at]);
        earlier.is_some_and(|earlier| earlier.by_patient_side() && GAVE_UP.is_match(earlier.text()))
    };
    // "So erythromycin for you, vomiting and rash."
    let after = &text[range.end..sentence.end];
    let given = whose::is_given_to_the_patient(after) && borne::tells_a_reaction(borne::said_of(line, range));
    (told || given && is_in_exchange(visit, line))
        && !text[sentence].ends_with('?')
        && !MAY.is_match(before)
        && (is_in_exchange(visit, line) || given_up())
}

/// "Peanuts. He gets hives.", "The contrast, I came up in hives": hardly more than a name, and then what it brings on.
fn reacts_to_it(visit: &Visit, line: &Line, range: &Range<usize>) -> bool {
    static REACTS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^[\s.,;:]*(?:(?:and|because|that|yes|well|oh|though|definitely|also)\b\W*)*(?:(?:i|he|she|we|you|it|they|that) (?:\w+ )?(?:gets?|got|had|has|have|broke|breaks?|br(?:ings?|ought)|c[oa]mes?|goes|went|gives?|gave|makes?|made|swells?|swelled|itch\w*|threw|throws|turn(?:s|ed))|(?:my|his|her|your) (?:whole )?(?:face|lips?|throat|tongue|eyes|mouth|skin))\b[^.?!]{0,30}?\b(?:hives|rash|swell\w*|swollen|itch\w*|anaphyla\w+|wheez\w*|clos(?:ed|es|ing))\b",
        )
    });
    let sentence = line.sentence_at(range.start);
    let asked_of_use =
        visit.question_before(line.index).is_some_and(|question| OF_USE.is_match(last_sentence(question)));
    line.by_patient_side()
        && !asked_of_use
        && ONLY_NAMED.is_match(&line.text()[sentence.start..range.start])
        && REACTS.is_match(&line.text()[range.end..])
}

/// The allergies of the visit.
pub fn allergies(visit: &Visit, table: &DrugTable) -> Allergies {
    let mut found = Allergies::default();
    let others = relatives::names(visit);
    for line in &visit.lines {
        for allergy in line_allergies(visit, line, &others, table) {
            add(&mut found.known, allergy);
        }
        for intolerance in intolerances::of_line(visit, line, table) {
            add(&mut found.known, intolerance);
        }
        if found.none_known.is_none() {
            found.none_known = denial(visit, line);
        }
    }
    found.known.retain(|allergy| !borne::is_withdrawn(visit, allergy, table));
    found.unnamed = unnamed(visit, &found.known);
    if !found.known.is_empty() || !found.unnamed.is_empty() {
        found.none_known = None;
    }
    found
}

/// Reactions that were told among allergies, of which nobody understood to what: "Yes, my throat swelled up."
fn unnamed(visit: &Visit, known: &[Allergy]) -> Vec<Evidence> {
    let named = |line: &Line| {
        let near = &visit.lines[line.index.saturating_sub(1)..=line.index];
        let ids: Vec<&str> = near.iter().map(|line| line.utterance.id.as_str()).collect();
        known.iter().flat_map(|one| &one.evidence).any(|one| ids.contains(&one.utterance.as_str()))
    };
    let lines = visit.lines.iter().filter(|line| line.by_patient_side() && is_in_exchange(visit, line) && !named(line));
    let of_whom = visit.lines.iter().flat_map(|line| {
        let doubtful = |range: &Range<usize>| {
            let named = substances(line.text(), DrugTable::bundled()).into_iter().map(|one| one.range);
            named.filter(|one| range.contains(&one.start)).any(|one| whose::is_unsure(visit, line, &one))
        };
        let unsure = line.sentences.iter().filter(move |range| {
            is_the_one(line, range) && is_bad_for(&line.text()[(*range).clone()]) || doubtful(range)
        });
        unsure.map(|range| evidence::evidence(line.utterance, range.clone()))
    });
    let told = lines
        .flat_map(|line| line.sentences.iter().map(move |range| (line, range)))
        .filter(|(line, range)| {
            let sentence = &line.text()[(*range).clone()];
            let told =
                |found: &regex::Match| SEVERE.is_match(found.as_str()) && !context::negates(&sentence[..found.start()]);
            !context::of_another_person(sentence) && REACTION.find_iter(sentence).any(|found| told(&found))
        })
        .map(|(line, range)| evidence::evidence(line.utterance, range.clone()));
    of_whom.chain(told).collect()
}

/// "I'm the one who can't take aspirin", of which recognisers lose the "I'm": somebody with the patient means themselves, most likely.
fn is_the_one(line: &Line, sentence: &Range<usize>) -> bool {
    static THE_ONE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"^\W*(?:(?:and|but|so|no|well|yeah|oh)\b\W*)*(?:i'm |i am )?the one (?:who|that|with)\b")
    });
    line.utterance.role == Role::Other && THE_ONE.is_match(&line.text()[sentence.clone()])
}

/// Whether `sentence` tells that something is not borne.
fn is_bad_for(sentence: &str) -> bool {
    CUE.is_match(sentence) || NAMED_CUE.is_match(sentence)
}

/// Adds an allergy, or what it says more of one that is known. Its kind follows from its reaction.
fn add(known: &mut Vec<Allergy>, allergy: Allergy) {
    match known.iter_mut().find(|one| allergens::is_same(one, &allergy)) {
        Some(one) => {
            if one.codes.is_empty() && allergy.codes.is_empty() && allergy.substance.len() > one.substance.len() {
                one.substance = allergy.substance;
            }
            one.reaction = one.reaction.take().or(allergy.reaction);
            one.kind = reactions::kind_of(one.reaction.as_deref());
            evidence::merge(&mut one.evidence, allergy.evidence);
        }
        None => known.push(allergy),
    }
}

fn allergy_to(line: &Line, substance: &Substance) -> Allergy {
    Allergy {
        substance: allergens::named(&line.text()[substance.range.clone()]).into(),
        kind: Default::default(),
        reaction: None,
        codes: substance.codes.clone(),
        evidence: Vec::new(),
    }
}

fn line_allergies(visit: &Visit, line: &Line, others: &[&str], table: &DrugTable) -> Vec<Allergy> {
    let text = line.text();
    let mut found = Vec::new();
    for substance in substances(text, table) {
        let range = substance.range.clone();
        let sentence = line.sentence_at(range.start);
        if is_the_one(line, &sentence) {
            continue;
        }
        let before = &text[sentence.start..range.start];
        let presupposed = is_presupposed(line, &range);
        let instead = NOT_THAT_BUT.is_match(before) && borne::tells_a_reaction(borne::said_of(line, &range));
        let denied = is_denied(before) && !presupposed && !instead
            || whose::is_anothers(visit, line, &sentence, &range)
            || whose::is_unsure(visit, line, &range)
            || relatives::is_subject(others, line, &sentence, before);
        if denied || is_stray(line, &substance) || !is_reacted_to(visit, line, &range) {
            continue;
        }
        // "Pollen allergy" is the name of an illness.
        let of_the_air = INHALED.is_match(&text[range.clone()]) && REACTED.is_match(&text[range.end..sentence.end]);
        if !presupposed && (of_the_air || !is_confirmed(visit, line, &sentence, &range)) {
            continue;
        }
        let (reaction, more) = reactions::reaction(visit, line, &range);
        let mut evidence = vec![evidence::evidence(line.utterance, sentence)];
        evidence::merge(&mut evidence, more);
        let kind = reactions::kind_of(reaction.as_deref());
        found.push(Allergy { reaction, kind, evidence, ..allergy_to(line, &substance) });
    }
    if found.is_empty() {
        found.extend(unlisted(visit, line, table));
    }
    found
}

/// Whether `before`, the sentence up to a substance, denies it. "I don't do well with" and "can't take" deny nothing.
fn is_denied(before: &str) -> bool {
    let harmed = CUE.find_iter(before).last().is_some_and(|cue| {
        context::has_negation(cue.as_str())
            && !context::negates(&before[..cue.start()])
            && before[cue.end()..].len() < 20
    });
    context::negates(before) && !CANNOT_TAKE.is_match(before) && !CANNOT_EAT.is_match(before) && !harmed
}

/// Whether the answer lets a clinician's word stand: a question must be affirmed, a statement not be denied.
fn is_confirmed(visit: &Visit, line: &Line, sentence: &Range<usize>, range: &Range<usize>) -> bool {
    let asked = is_question(&line.text()[sentence.clone()]) && line.asks();
    if !(line.by_clinician() || asked && OPENS_A_QUESTION.is_match(&line.text()[sentence.clone()])) {
        return true;
    }
    let answer = visit.answer_to(line.index).map(|answer| answer.text()).unwrap_or_default();
    if borne::is_disputed(line, answer, range, DrugTable::bundled()) {
        return false;
    }
    let asks_for_more = line.sentences.last().is_some_and(|last| {
        let last = &line.text()[last.clone()];
        NEW_ONES.is_match(last) || BESIDE.is_match(last)
    });
    let another = !substances(answer, DrugTable::bundled()).is_empty();
    let told = REACTION.is_match(answer) && !context::denies(answer) && !another;
    let spoken = &line.text()[sentence.clone()];
    match asked {
        // "Still penicillin and codeine?" "Not codeine.": the other one stands.
        true if !OPENS_A_QUESTION.is_match(spoken) && borne::is_about_another(line, answer, range) => true,
        // "And you're allergic to sulfa?" takes it for known.
        true if DECLARES.is_match(spoken) => !answer.is_empty() && (asks_for_more || !context::denies(answer)),
        true => context::affirms(answer) || told,
        false => asks_for_more || !context::denies(answer) || NEW_ONES.is_match(answer) || ONLY.is_match(answer),
    }
}

/// Whether a food, an animal or a material is only named in passing: not in the first words of a turn, and not beside a
/// reaction.
fn is_stray(line: &Line, substance: &Substance) -> bool {
    static POSSESSED: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:my|our|the|this|that|we have|i have|i've got) (?:an? )?(?:\w+ )?$"));
    let text = line.text();
    let sentence = line.sentence_at(substance.range.start);
    let spoken = &text[sentence.clone()];
    let before = &text[sentence.start..substance.range.start];
    let owned = INHALED.is_match(&text[substance.range.clone()]) && OWNED.is_match(before);
    if !substance.is_medicine && (owned || SEEN.is_match(before)) {
        return true;
    }
    if substance.is_medicine || CUE.is_match(spoken) || BRINGS_ON.is_match(spoken) || REACTION.is_match(spoken) {
        return false;
    }
    let names = spoken.split_whitespace().count() <= LONGEST_NAMING;
    let is_first = sentence.start == line.sentences[0].start;
    !(names
        || is_first && !POSSESSED.is_match(&text[sentence.start..substance.range.start])
        || is_headed(line, &sentence)
        || is_presupposed(line, &substance.range))
}

/// "Elastoplast brings me out in a rash", said when asked: what no list has, by the words before the verb.
fn unlisted(visit: &Visit, line: &Line, table: &DrugTable) -> Option<Allergy> {
    static SUBJECT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:(?:yes|yeah|just|only|and|well|oh|but|no)\b\W*)*((?:[\w-]+ ){0,2}[\w-]+) (?:brings?|brought|makes?|made|gives?|gave) (?:me|him|her|my)\b",
        )
    });
    static PRONOUN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:it|that|this|they|them|those|which|i|you|he|she|we|anything|nothing|something|what|none|not|sure|okay|ok|right|sometimes|once|one|two|medicines?|all|both|maybe)\b",
        )
    });
    // "Kohlrabi. My mouth itches."
    static ALONE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:(?:yes|yeah|just|only|and|well|oh|to|the|any)\b\W*)*([\w-]+(?: [\w-]+)?)[.,] (?:it|i|he|she|they|my|his|her)\b",
        )
    });
    let asked = line.by_patient_side() && asked_about(visit, line);
    let sentence = line.sentences.first().filter(|_| asked)?;
    let text = line.text();
    let found = SUBJECT.captures(&text[sentence.clone()]).or_else(|| ALONE.captures(text))?;
    let substance = found.get(1)?;
    let named = !PRONOUN.is_match(substance.as_str())
        && !context::denies(text)
        && !context::affirms(substance.as_str())
        && substances(substance.as_str(), table).is_empty()
        && !REACTION.is_match(substance.as_str());
    let other = substances(&text[substance.end()..], table).first().map(|one| substance.end() + one.range.start);
    let reaction = REACTION.find(&text[substance.end()..other.unwrap_or(text.len())]).filter(|_| named)?;
    let said = line.sentence_at(substance.end() + reaction.start());
    let mut evidence = vec![evidence::evidence(line.utterance, sentence.clone())];
    evidence::merge(&mut evidence, [evidence::evidence(line.utterance, said)]);
    Some(Allergy {
        substance: substance.as_str().to_lowercase().into(),
        kind: reactions::kind_of(Some(reaction.as_str())),
        reaction: Some(reaction.as_str().into()),
        codes: Vec::new(),
        evidence,
    })
}

/// "No known drug allergies", or "no" to the question about them.
fn denial(visit: &Visit, line: &Line) -> Option<Vec<Evidence>> {
    let text = line.text();
    let stated = NONE_KNOWN.find(text).filter(|found| !text[line.sentence_at(found.start())].ends_with('?'));
    if let Some(found) = stated {
        return Some(vec![evidence::evidence(line.utterance, line.sentence_at(found.start()))]);
    }
    let question = line.sentences.last().filter(|_| line.asks() && NAMED_CUE.is_match(last_sentence(line)))?;
    let answer = visit.answer_to(line.index)?;
    (context::denies(answer.text()) && line.by_clinician()).then(|| {
        vec![
            evidence::evidence(line.utterance, question.clone()),
            evidence::evidence(answer.utterance, answer.sentences[0].clone()),
        ]
    })
}

fn last_sentence<'a>(line: &Line<'a>) -> &'a str {
    line.sentences.last().map(|range| &line.text()[range.clone()]).unwrap_or_default()
}

#[cfg(test)]
mod tests;
