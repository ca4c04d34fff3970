//! What a line of the model's turns round although every word of it was said: a question that was answered no, what the
//! patient told as if it had been examined, what is over as if it were now.

use std::sync::LazyLock;

use regex::Regex;

use crate::{
    domain::{Evidence, Role, SectionKind},
    language::questions::is_question,
    structuring::{
        facts::{context, diagnoses},
        text::{self, pattern},
        visit::{Line, Visit},
    },
    terminology::is_lasting,
};

static ALLERGY: LazyLock<Regex> = LazyLock::new(|| pattern(r"\ballerg(?:y|ies|ic)\b"));

/// Words that a line about the patient has whatever it says.
const OF_ANY_LINE: [&str; 4] = ["experienc", "current", "continu", "go"];

/// Why `line`, written for section `kind` and found in `evidence`, must not stand.
pub fn fault(line: &str, kind: SectionKind, evidence: &[Evidence], visit: &Visit) -> Option<&'static str> {
    use SectionKind::{Assessment, HistoryOfPresentIllness, PastHistory, PhysicalExam, SocialHistory};
    let cited = cited(evidence, visit);
    match kind {
        _ if is_of_another_owner(line, visit) => Some("nobody said that of whom it says so"),
        _ if feels_what_nobody_said(line, &cited) => Some("nobody said that the patient feels so"),
        _ if turns_improvement(line, &cited) => Some("it was said to be better, or not to be"),
        PhysicalExam if ALLERGY.is_match(line) => Some("an allergy is no finding"),
        PhysicalExam if told_and_not_found(evidence, visit) => {
            Some("the patient's side told this; nobody found it on examination")
        }
        PastHistory if was_never_had(&cited) => Some("nobody said that the patient has or had this"),
        HistoryOfPresentIllness | PastHistory | SocialHistory if was_answered_no(line, visit) => {
            Some("this was asked and answered no")
        }
        HistoryOfPresentIllness | PastHistory | Assessment if is_ruled_out(line, visit) => {
            Some("the clinician said that the patient does not have this")
        }
        _ => None,
    }
}

/// Whether only the clinician speaks of it, and not as of what the patient has or had: a device that is talked over, a
/// procedure that is planned.
fn was_never_had(cited: &[&Line]) -> bool {
    static HAD: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:ha[sd]|have|having|history|diagnos\w+|known|since|ago|last|previous\w*|prior|past|chart|records?|list|status|after|was|were|went|got|gave|took|placed|removed|years?|old|still|is|are|your)\b|'(?:ve|s|re)\b|\b(?:19|20)\d\d\b",
        )
    });
    static PLANNED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:i'd like to|i want to|let's|we'll|i'll|going to) (?:\w+ )?(?:refer|talk|discuss|get|order|schedule|consider|send|set up|see|do|book)\b",
        )
    });
    let by_clinician = |line: &&&Line| line.by_clinician();
    !cited.is_empty()
        && cited.iter().filter(by_clinician).count() == cited.len()
        && cited.iter().all(|line| PLANNED.is_match(line.text()) || !HAD.is_match(line.text()))
}

/// The turns that a line is made from, each with the one after it where that answers.
fn cited<'v>(evidence: &[Evidence], visit: &'v Visit<'v>) -> Vec<&'v Line<'v>> {
    let of_line = |line: &&Line| evidence.iter().any(|one| one.utterance == line.utterance.id);
    let mut found: Vec<&Line> = visit.lines.iter().filter(of_line).collect();
    let answers: Vec<&Line> =
        found.iter().filter(|line| line.asks()).filter_map(|line| visit.answer_to(line.index)).collect();
    found.extend(answers);
    found
}

/// "The baby's heartburn", where nobody spoke of the two together.
fn is_of_another_owner(line: &str, visit: &Visit) -> bool {
    static OWNED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(baby|infant|fetus|son|daughter|child|mother|father|wife|husband|sister|brother|parent|grandmother|grandfather|friend)(?:'s|s') (\w+)(?: (\w+))?\b",
        )
    });
    OWNED.captures_iter(line).any(|found| {
        let owner = text::stem(&found[1].to_lowercase());
        let owned = text::content_stems(&[2, 3].map(|at| found.get(at).map_or("", |word| word.as_str())).join(" "));
        let together = |sentence: &str| {
            let stems = text::content_stems(sentence);
            stems.contains(&owner) && owned.iter().any(|word| stems.contains(word))
        };
        !visit.lines.iter().flat_map(sentences).any(together)
    })
}

/// What people feel, by words of which one is as good as another.
static FEELINGS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r"anxi\w+|worr\w+|nervous\w*|scar(?:ed|es?|y)|afraid|fear\w*|concern(?:ed|s)|panic\w*|stress\w*|uneasy|apprehensi\w+|frighten\w*|on edge",
        r"sad(?:ness)?|depress\w*|low mood|hopeless\w*|cry(?:ing)?|tearful|unhappy|miserable|down|blue|low",
        r"angry|anger|irritab\w+|frustrat\w+|annoy\w*|upset|mad|fed up|hates?|hated",
        r"happy|happi\w+|glad|pleased|excited|relieved|delighted|grateful|good|great|thank\w*|better|brighter|god",
        r"embarrass\w*|asham\w+|guilt\w*",
        r"lonel\w+|isolated|alone",
    ]
    .map(|words| pattern(&format!(r"\b(?:{words})\b")))
    .into()
});
/// Words of a note that say so outright.
static FEELS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:anxious|worried|nervous|scared|afraid|fearful|concerned|stressed|uneasy|apprehensive|sad|unhappy|miserable|tearful|angry|irritable|frustrated|annoyed|happy|glad|pleased|excited|relieved|delighted|embarrassed|ashamed|guilty|lonely)\b",
    )
});

/// Whether `line` tells a feeling of which none of the turns that it is made from speaks.
fn feels_what_nobody_said(line: &str, cited: &[&Line]) -> bool {
    FEELS.find_iter(line).any(|felt| {
        let kin = FEELINGS.iter().filter(|words| words.is_match(felt.as_str()));
        !context::negates(&line[..felt.start()])
            && kin.into_iter().all(|words| !cited.iter().any(|said| words.is_match(said.text())))
    })
}

/// Whether `line` says that something is not better where it was said to be, or the reverse.
fn turns_improvement(line: &str, cited: &[&Line]) -> bool {
    static BETTER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:better|improv\w+|reliev\w+|relief|help(?:s|ed|ing|ful)?|eas(?:ed|es|ier)|less)\b")
    });
    static NOTHING: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:(?:did|does|do) (?:nothing|anything|no good)|useless|worse|(?:no|not a) (?:difference|change)|the same|still bad)\b",
        )
    });
    static A_LITTLE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"^\W*(?:a (?:little|bit)|a (?:little|tiny) bit|some(?:what)?|kind of|yes|yeah|sort of)\b")
    });
    let Some(claimed) = BETTER.find(line) else { return false };
    let claims = !context::negates(&line[..claimed.start()]);
    let mut said = Vec::new();
    for (at, turn) in cited.iter().enumerate().filter(|(_, turn)| turn.by_patient_side()) {
        for sentence in sentences(turn).filter(|sentence| !is_question(sentence)) {
            let named = BETTER.find_iter(sentence).map(|found| !context::negates(&sentence[..found.start()]));
            said.extend(named);
            said.extend(NOTHING.find(sentence).map(|_| false));
        }
        let asked = cited[..at].iter().any(|asked| asked.asks() && BETTER.is_match(asked.text()));
        said.extend((asked && A_LITTLE.is_match(turn.text())).then_some(true));
    }
    !said.is_empty() && !said.contains(&claims)
}

/// Whether all that a finding is made from are words of the patient's side, and questions put to it.
fn told_and_not_found(evidence: &[Evidence], visit: &Visit) -> bool {
    let told = |one: &Evidence| {
        let said = visit.lines.iter().find(|line| *line.utterance.id == *one.utterance);
        let quote = one.quote.as_ref().map(|quote| quote.as_str()).unwrap_or_default();
        said.is_some_and(|line| match line.utterance.role {
            Role::Patient | Role::Other => true,
            Role::Clinician => is_question(quote),
            Role::Unknown => false,
        })
    };
    !evidence.is_empty() && evidence.iter().all(told)
}

/// "Are you still driving?" "No, I gave that up.": whether `line` affirms nothing but what such a question asks.
fn was_answered_no(line: &str, visit: &Visit) -> bool {
    static GIVEN_UP: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:(?:oh|well|uh|um|actually)\W+)*(?:i|we|he|she)(?:'ve| have|'s| has)? (?:gave|given|quit|stopped|had to (?:stop|give))\b",
        )
    });
    if context::has_negation(line) {
        return false;
    }
    let own: Vec<String> =
        text::content_stems(line).into_iter().filter(|stem| !OF_ANY_LINE.contains(&stem.as_str())).collect();
    let names_all = |said: &str| {
        let stems = text::content_stems(said);
        !own.is_empty() && own.iter().all(|stem| stems.contains(stem))
    };
    let asked_in_vain = |asked: &&Line| {
        let question = asked.sentences.last().map(|range| &asked.text()[range.clone()]);
        let answer = visit.answer_to(asked.index).filter(|answer| answer.by_patient_side());
        let denied = answer.is_some_and(|answer| context::denies(answer.text()) || GIVEN_UP.is_match(answer.text()));
        denied && question.is_some_and(|question| is_question(question) && names_all(question))
    };
    // The same told elsewhere is told; "my son drives me" is not.
    let done_to = |sentence: &str| {
        static OBJECT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^ (?:me|us|him|her|them)\b"));
        let of_line = |token: &&text::Token| own.contains(&text::stem(&token.lower));
        let tokens = text::tokens(sentence);
        tokens.iter().filter(of_line).any(|token| OBJECT.is_match(&sentence[token.range.end..]))
    };
    let told = |said: &Line| {
        let affirms = |one: &str| names_all(one) && !is_question(one) && !context::has_negation(one) && !done_to(one);
        sentences(said).any(affirms)
    };
    visit.lines.iter().any(|asked| asked_in_vain(&asked)) && !visit.lines.iter().any(told)
}

/// "You don't have diabetes.": whether the clinician denies an illness of `line`, and nobody says it of the patient.
fn is_ruled_out(line: &str, visit: &Visit) -> bool {
    static THE_PATIENT: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:you|he|she)\b"));
    if context::has_negation(line) {
        return false;
    }
    diagnoses::illnesses(line).into_iter().any(|illness| {
        let found: Vec<Mention> = visit.lines.iter().flat_map(|said| mentions(said, &illness)).collect();
        let denied =
            |one: &Mention| one.said.by_clinician() && context::negates(one.before) && THE_PATIENT.is_match(one.before);
        let of_another = |one: &Mention| match one.said.utterance.role {
            Role::Patient => context::of_another_person(one.before) || HIS.is_match(one.before),
            Role::Other => context::of_the_speaker(one.before, ""),
            _ => false,
        };
        found.iter().any(denied) && found.iter().all(|one| context::negates(one.before) || of_another(one))
    })
}

/// "For his diabetes", said by the patient.
static HIS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:his|her|their) (?:\w+ )?$"));

/// Whether all that was said of the illness in `line` is that the patient has a history of it: "with your history of
/// pancreatitis". What stays with a patient is a problem of today all the same.
pub fn is_history(line: &str, visit: &Visit) -> bool {
    static OVER: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:history of|had|previous|prior|past|old|(?:years?|months) ago)\b"));
    static HISTORY_OF: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bhistory of (?:\w+ ){0,4}$"));
    let illnesses = diagnoses::illnesses(line);
    let is_over = |illness: &String| {
        let found: Vec<Mention> = visit.lines.iter().flat_map(|said| mentions(said, illness)).collect();
        let clause = |one: &Mention| OVER.is_match(one.before.rsplit([',', ';']).next().unwrap_or_default());
        let over = |one: &Mention| clause(one) || !one.said.by_clinician() && OVER.is_match(one.sentence);
        found.iter().any(|one| HISTORY_OF.is_match(one.before)) && found.iter().all(over)
    };
    !illnesses.is_empty() && !is_lasting(line) && illnesses.iter().all(is_over)
}

/// Whether the clinician alone names the illness that was told in `evidence`, and as what is concluded now: "I think this is
/// postnatal depression". "It's your asthma" is known.
pub fn is_found_now(evidence: &[Evidence], visit: &Visit) -> bool {
    static CONCLUDES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:i (?:really |do |would )?(?:think|believe|suspect|say)(?: that)? (?:this|that|it|you|what|we)|i'd (?:say|call)|i'm (?:going to |gonna )?(?:call|calling|diagnos\w+)|(?:this|that|it|what you(?: have|'re (?:describing|telling me|having)))(?:'s| is| looks?| sounds?| seems?)|consistent with|(?:fits?|goes) with|points? to|meets? the criteria|diagnos(?:is|e|ing))\b",
        )
    });
    static KNOWN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:your|his|her|my|known|history|since|still|always|longstanding|for (?:\w+ )?years|already|you've had|you had)\b",
        )
    });
    let by_clinician = |one: &Evidence| {
        visit.line_of(&one.utterance).is_some_and(|at| visit.lines[at].utterance.role == Role::Clinician)
    };
    let concluded = |one: &Evidence| {
        let quote = one.quote.as_ref().map_or("", |quote| quote.as_str());
        CONCLUDES.is_match(quote) && !KNOWN.is_match(quote) && !is_question(quote) && !context::has_negation(quote)
    };
    evidence.iter().all(by_clinician) && evidence.iter().any(concluded)
}

/// Where an illness is named.
struct Mention<'v> {
    said: &'v Line<'v>,
    sentence: &'v str,
    before: &'v str,
}

/// Where `said` names the illness with the stem `illness`, but in questions.
fn mentions<'v>(said: &'v Line<'v>, illness: &str) -> Vec<Mention<'v>> {
    let in_sentence = |sentence: &'v str| {
        let named = text::tokens(sentence).into_iter().filter(|token| text::stem(&token.lower) == illness);
        named.map(|token| Mention { said, sentence, before: &sentence[..token.range.start] }).collect::<Vec<_>>()
    };
    sentences(said).filter(|sentence| !is_question(sentence)).flat_map(in_sentence).collect()
}

fn sentences<'v>(said: &'v Line<'v>) -> impl Iterator<Item = &'v str> {
    said.sentences.iter().map(|range| &said.text()[range.clone()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structuring::{evidence, testing::transcript};

    fn faulty(line: &str, kind: SectionKind, lines: &str) -> bool {
        let transcript = transcript(lines);
        fault(line, kind, &[], &Visit::new(&transcript)).is_some()
    }

    #[test]
    fn what_was_answered_no_is_not_told() {
        let kind = SectionKind::HistoryOfPresentIllness;
        for (line, lines) in [
            ("She has been gardening.", "D: Are you still gardening?\nP: No, my back won't let me."),
            ("He has been driving.", "D: Are you driving?\nP: No, I gave that up. My wife drives me."),
            ("He lives alone.", "D: Do you live alone?\nP: No, with my son."),
            ("She is working.", "D: Are you working at the moment?\nP: I gave it up in spring."),
        ] {
            assert!(faulty(line, kind, lines), "{line}");
        }
        for (line, lines) in [
            ("He has been gardening.", "D: Are you gardening?\nP: Yes, every day."),
            ("He does not drive.", "D: Do you drive?\nP: No."),
            ("He has been driving.", "D: Any trouble driving?\nP: No. I'm driving as ever."),
            ("He has knee pain on the stairs.", "D: Any pain on the stairs?\nP: No.\nP: My knee hurts."),
        ] {
            assert!(!faulty(line, kind, lines), "{line}");
        }
    }

    #[test]
    fn a_line_says_no_more_than_its_turns() {
        let kind = SectionKind::HistoryOfPresentIllness;
        let fault_of = |line: &str, lines: &str, from: &[usize]| {
            let said = transcript(lines);
            let visit = Visit::new(&said);
            let evidence: Vec<Evidence> = from.iter().map(|at| evidence::whole(visit.lines[*at].utterance)).collect();
            fault(line, kind, &evidence, &visit).is_some()
        };
        let cream = "D: Did the cream help?\nP: A bit. The itching is better, the spots aren't gone.";
        assert!(fault_of("There has not been any improvement.", cream, &[0, 1]));
        assert!(!fault_of("The cream has helped a bit.", cream, &[0, 1]));
        let pills = "D: Did the tablets help?\nP: No, they did nothing.";
        assert!(fault_of("The tablets have improved it.", pills, &[0, 1]));
        assert!(!fault_of("The tablets have not helped.", pills, &[0, 1]));
        let work = "P: Can I drive again next week?\nD: Yes.";
        assert!(fault_of("Feels anxious about driving again.", work, &[0]));
        assert!(!fault_of("Worried about driving.", "P: I'm scared of driving again.", &[0]));
        let baby = "D: The baby is fine. Take this for the heartburn.";
        assert!(fault_of("Something for the baby's heartburn.", baby, &[0]));
        assert!(!fault_of("The baby's heart is fine.", "D: The baby's heart sounds good.", &[0]));
    }

    #[test]
    fn what_the_patient_tells_is_no_finding() {
        let said =
            transcript("D: Any weakness in the arm?\nP: a little weakness in the hand no pain\nD: The arm is strong.");
        let visit = Visit::new(&said);
        let of = |lines: &[usize]| -> Vec<Evidence> {
            lines.iter().map(|at| evidence::whole(visit.lines[*at].utterance)).collect()
        };
        let stands = |lines: &[usize]| fault("A line.", SectionKind::PhysicalExam, &of(lines), &visit).is_none();
        assert!(!stands(&[1]) && !stands(&[0, 1]) && stands(&[2]) && stands(&[1, 2]));
    }

    #[test]
    fn an_illness_of_somebody_else_is_ruled_out() {
        let said = "P: My cousin takes that for his gout.\nD: You don't have gout.";
        assert!(faulty("Chronic gout.", SectionKind::PastHistory, said));
        for said in [
            "P: My cousin takes that for his gout.\nD: You don't have gout today.\nP: I had gout last year.",
            "P: My cousin takes that for his gout.",
            "D: You have gout. You don't have arthritis.",
        ] {
            assert!(!faulty("Gout.", SectionKind::PastHistory, said), "{said}");
        }
    }

    #[test]
    fn a_history_is_no_problem_of_today() {
        let past = |line: &str, lines: &str| {
            let transcript = transcript(lines);
            is_history(line, &Visit::new(&transcript))
        };
        assert!(past("Diverticulitis.", "D: With your history of diverticulitis I'd leave the nuts."));
        assert!(past(
            "Diverticulitis.",
            "P: I had diverticulitis once.\nD: Given the history of bad diverticulitis, no."
        ));
        for (line, lines) in [
            ("Diverticulitis.", "D: You have a history of diverticulitis, and this looks like diverticulitis again."),
            ("Diverticulitis.", "D: This is diverticulitis."),
            ("Asthma.", "D: With your history of asthma we avoid it."),
            ("Tiredness.", "D: With your history of diverticulitis, no."),
        ] {
            assert!(!past(line, lines), "{lines}");
        }
    }

    #[test]
    fn what_is_concluded_today_is_told_from_what_is_known() {
        let found_now = |lines: &str| {
            let said = transcript(lines);
            let visit = Visit::new(&said);
            let whole = |line: &Line| crate::structuring::evidence::evidence(line.utterance, line.sentences[0].clone());
            is_found_now(&visit.lines.iter().map(whole).collect::<Vec<_>>(), &visit)
        };
        for now in ["D: I think this is gout.", "D: That sounds like asthma.", "D: It's consistent with a migraine."] {
            assert!(found_now(now), "{now}");
        }
        for known in [
            "D: I think it's your asthma.",
            "D: You have gout.",
            "D: I think this is gout.\nP: I have gout.",
            "D: I don't think this is gout.",
            "D: Is it gout?",
        ] {
            assert!(!found_now(known), "{known}");
        }
    }
}
