//! Lines that the language model wrote: it joins what was said apart into what nobody said, so they are asked for more than
//! another's note.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{
    Checker, OF_RISK, OPENING, Verdict, checks, concepts, joined, known, ordered, overlooked, support, turned,
};
use crate::{
    domain::{Evidence, Medication, SectionKind},
    language::{numbers, questions::is_question},
    structuring::{
        facts::{self, context, findings::BODY_PARTS, orders},
        text::{self, pattern},
        visit::Line,
    },
    terminology::DrugTable,
};

/// Turns from which one line of the model's may be made.
const STRETCH: usize = 6;

/// The same of a line of the plan: what is planned is said at once, or after one answer.
const PLAN_STRETCH: usize = 3;

/// The part of such a line that must be found there.
const WRITTEN_COVERAGE: f64 = 0.75;

/// Content words beside a symptom by which a clause tells more than that it is there.
const LEAST_SAID_OF_A_SYMPTOM: usize = 2;

/// Letters of a word that can be told from others, at least.
const LEAST_WORD: usize = 5;

/// The same of a name in an assessment, which is short.
const LEAST_NAME: usize = 3;

/// The same of what a relative has: one word decides who has what.
const OF_KIN_COVERAGE: f64 = 0.9;

impl Checker<'_, '_> {
    /// The same for a line of the language model's. It joins what was said apart into what nobody said, so that hardly a
    /// word of a line may be missing where the line is from.
    pub fn check_written(&self, statement: &str, kind: SectionKind) -> Verdict {
        let verdict = self.check(statement, Some(kind));
        let (Verdict::Supported(evidence) | Verdict::Uncertain(evidence, _)) = &verdict else { return verdict };
        let open = || self.of_open_words(statement, Some(kind)).map(|(_, reason)| reason);
        let of_risk = || overlooked::RISK.is_match(statement).then(|| OF_RISK.to_owned());
        match self.fault_of_writing(statement, kind, evidence).or_else(open).or_else(of_risk) {
            Some(reason) => Verdict::Unsupported(evidence.clone(), reason),
            None => verdict,
        }
    }

    /// What is wrong with a line that the model wrote from `evidence`, although it would do in another's note.
    fn fault_of_writing(&self, statement: &str, kind: SectionKind, evidence: &[Evidence]) -> Option<String> {
        use SectionKind::{Assessment, HistoryOfPresentIllness, PhysicalExam, Results};
        let of_history = kind == HistoryOfPresentIllness;
        let misread = || {
            let number = numbers::numbers(statement).into_iter().find(|number| !self.is_read(number.value))?;
            Some(format!("number {} was not said", number.value))
        };
        let scattered =
            || (!self.is_from_one_place(statement, kind)).then(|| "nobody said all of this in one place".to_owned());
        let part = || self.part_not_said(statement);
        let unnamed = || {
            let said = |keys: &[String]| self.index.units.iter().any(|unit| keys.iter().any(|key| unit.names(key)));
            let (_, range) = concepts::illnesses(statement).into_iter().find(|(keys, _)| !said(keys))?;
            Some(format!("{} was not said", &statement[range]))
        };
        let denied = || {
            let states = matches!(kind, PhysicalExam | Results | Assessment);
            states.then(|| self.only_denied(statement, kind)).flatten().map(|word| format!("{word} was denied"))
        };
        let cut_off = || (kind == SectionKind::Plan).then(|| self.dose_cut_off(statement)).flatten();
        let not_complained = || {
            (kind == SectionKind::ChiefComplaint && !self.is_of_the_patient(evidence))
                .then(|| "the patient did not come for this".to_owned())
        };
        let for_another =
            || (kind == SectionKind::Plan).then(|| self.for_somebody_not_named(statement, evidence)).flatten();
        let not_given = || (kind == SectionKind::Plan).then(|| checks::not_given(statement, self.facts)).flatten();
        let unnamed_medicine = || (kind == SectionKind::Plan).then(|| ordered::without_a_name(statement)).flatten();
        let only_tested = || (kind == Assessment).then(|| ordered::only_tested_for(statement, &self.index)).flatten();
        let for_no_reason = || joined::reason_not_said(statement, &self.index);
        let of_another_exchange = || of_history.then(|| self.symptom_of_another_exchange(statement)).flatten();
        let of_another_turn = || of_history.then(|| self.medicine_of_another_turn(statement, evidence)).flatten();
        let unplanned =
            || (kind == SectionKind::Plan && !is_planned(evidence)).then(|| "nobody planned this".to_owned());
        let unfinished = || UNFINISHED.is_match(statement).then(|| "it ends in the middle".to_owned());
        let no_cut_off = || self.without_its_no(statement).then(|| "the no before it is left out".to_owned());
        let not_to_be = || {
            (kind == SectionKind::Plan && plans_what_is_not(statement, evidence)).then(|| "this was denied".to_owned())
        };
        let joins =
            || (of_history && joins_what_was_not_joined(statement)).then(|| "nobody said that of it".to_owned());
        let of_oneself = of_history || kind == SectionKind::PastHistory;
        let of_kin =
            || (of_oneself && context::names_a_relative(statement)).then(|| "this is about somebody else".to_owned());
        let turned = || turned::fault(statement, kind, evidence, self.index.visit()).map(str::to_owned);
        misread()
            .or_else(unfinished)
            .or_else(not_complained)
            .or_else(cut_off)
            .or_else(not_given)
            .or_else(unnamed_medicine)
            .or_else(only_tested)
            .or_else(for_another)
            .or_else(unplanned)
            .or_else(not_to_be)
            .or_else(of_another_turn)
            .or_else(of_another_exchange)
            .or_else(scattered)
            .or_else(unnamed)
            .or_else(part)
            .or_else(denied)
            .or_else(for_no_reason)
            .or_else(joins)
            .or_else(of_kin)
            .or_else(turned)
            .or_else(no_cut_off)
    }

    /// "Bone as far as I can tell", of "not down to the bone as far as I can tell": word for word, but for the no before it.
    fn without_its_no(&self, statement: &str) -> bool {
        static NO: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:no|not|never|without|\w+n't)\b[^,;.?!]*$"));
        let bare = statement.trim_end_matches('.');
        self.index.visit().lines.iter().any(|line| {
            let said = line.text();
            let at = known::place(said, bare).filter(|place| place.start > 0);
            at.is_some_and(|place| NO.is_match(&said[line.sentence_at(place.start).start..place.start]))
        })
    }

    /// "White stuff in his lungs", of what was only coughed up: a part of the body that nobody named.
    fn part_not_said(&self, statement: &str) -> Option<String> {
        static PART: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"\b(?:{BODY_PARTS})\b")));
        let said = |part: &str| {
            let stem = text::stem(&part.to_lowercase());
            self.index.visit().lines.iter().flat_map(|line| text::tokens(line.text())).any(|token| {
                token.lower.starts_with(&stem)
                    || stem.starts_with(&text::stem(&token.lower)) && token.lower.len() > LEAST_NAME
            })
        };
        // An illness by its name ("heart failure") has a part in it that need not have been called so.
        let illnesses = concepts::illnesses(statement);
        let of_illness = |part: &Range<usize>| illnesses.iter().any(|(_, range)| range.contains(&part.start));
        let mut parts = PART.find_iter(statement).filter(|part| !of_illness(&part.range()) && !said(part.as_str()));
        parts.next().map(|part| format!("{} was not said", part.as_str().to_lowercase()))
    }

    /// "Dizzy after starting chlorthalidone and losartan", where losartan came up turns later: a medicine that `statement` names
    /// and that is named in no turn of its `evidence`, nor right before or after one.
    fn medicine_of_another_turn(&self, statement: &str, evidence: &[Evidence]) -> Option<String> {
        let lines: Vec<usize> = evidence.iter().filter_map(|one| self.index.visit().line_of(&one.utterance)).collect();
        let near = |unit: &support::Unit, name: &str| {
            unit.drugs.contains(&name) && lines.iter().any(|line| unit.line.abs_diff(*line) <= 1)
        };
        let mentions = DrugTable::bundled().mentions(statement);
        let far = mentions.iter().find(|one| !self.index.units.iter().any(|unit| near(unit, one.drug.name)))?;
        Some(format!("{} was spoken of elsewhere", &statement[far.range.clone()]))
    }

    /// "Iron tablets for the baby" of what the mother is to take: somebody whom no turn of the line names.
    fn for_somebody_not_named(&self, statement: &str, evidence: &[Evidence]) -> Option<String> {
        static FOR: LazyLock<Regex> = LazyLock::new(|| {
            pattern(
                r"\bfor (?:the|your|her|his|their|a) (baby|child|son|daughter|wife|husband|mother|father|kids?|family)\b",
            )
        });
        let visit = self.index.visit();
        let lines = evidence.iter().filter_map(|one| visit.line_of(&one.utterance));
        let said: Vec<String> = lines
            .flat_map(|at| [at.checked_sub(1), Some(at)].into_iter().flatten())
            .flat_map(|at| text::content_stems(visit.lines[at].text()))
            .collect();
        FOR.captures_iter(statement).find_map(|found| {
            let stems = text::content_stems(&found[1]);
            let is_said = stems.iter().all(|stem| said.contains(stem));
            (!is_said).then(|| format!("for the {} was not said", found[1].to_lowercase()))
        })
    }

    /// Whether some of `evidence` is the patient's side, or what a clinician begins with.
    fn is_of_the_patient(&self, evidence: &[Evidence]) -> bool {
        let visit = self.index.visit();
        let lines = evidence.iter().filter_map(|one| visit.line_of(&one.utterance));
        lines.map(|at| &visit.lines[at]).any(|line| line.by_patient_side() || line.index < OPENING)
    }

    /// "Mirtazapine at 7." of seven and a half: a bare number at the end that is no dose of the one medicine that is named.
    fn dose_cut_off(&self, statement: &str) -> Option<String> {
        static ENDS_BARE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:at|to|of|with) \d+\.?$"));
        let named = DrugTable::bundled().mentions(statement);
        let [mention] = &named[..] else { return None };
        let of_it = |one: &&Medication| one.name == mention.drug.name;
        let dose = self.facts.medications.iter().find(of_it)?.dose.as_ref()?;
        let bare = ENDS_BARE.find(statement).filter(|bare| bare.start() <= mention.range.end + 1)?;
        let number = numbers::numbers(bare.as_str()).first()?.value;
        (number != dose.value).then(|| format!("{number} is no dose of {} here", mention.drug.name))
    }

    /// "Lightheaded on the second flight of stairs", where the breath was short there and the head light elsewhere: a symptom of
    /// which a clause says more than that it is there, and that is named nowhere near what it says.
    fn symptom_of_another_exchange(&self, statement: &str) -> Option<String> {
        let named = clauses(statement).flat_map(|clause| {
            facts::symptoms::mentions(clause).into_iter().map(move |(entry, range)| (clause, entry, range))
        });
        let mut named = named.filter(|(clause, entry, range)| {
            let beside = format!("{} {}", &clause[..range.start], &clause[range.end..]);
            self.is_said_elsewhere(entry, &text::content_stems(&beside))
        });
        named.next().map(|(clause, _, range)| format!("{} was spoken of elsewhere", clause[range].to_lowercase()))
    }

    /// Whether `symptom` is named, and less than half of `said_of_it`, if that is much, beside any place that names it.
    fn is_said_elsewhere(&self, symptom: &facts::symptoms::Entry, said_of_it: &[String]) -> bool {
        let lines = &self.index.visit().lines;
        let shared = |line: &Line| {
            let near = &lines[line.index.saturating_sub(1)..(line.index + 2).min(lines.len())];
            let stems: Vec<String> = near.iter().flat_map(|line| text::content_stems(line.text())).collect();
            said_of_it.iter().filter(|stem| stems.contains(stem)).count()
        };
        let best = lines.iter().filter(|line| symptom.pattern.is_match(line.text())).map(shared).max();
        said_of_it.len() >= LEAST_SAID_OF_A_SYMPTOM && best.is_some_and(|best| 2 * best < said_of_it.len())
    }

    /// A word that `statement` affirms and that was only ever said with a "no" before it.
    fn only_denied(&self, statement: &str, kind: SectionKind) -> Option<String> {
        // A diagnosis is the clinician's to affirm: "No ham", to a patient who ate some.
        let of_assessment = kind == SectionKind::Assessment;
        let least = if of_assessment { LEAST_NAME } else { LEAST_WORD };
        let negated = |text: &str, at: usize| context::negates(&text[..at]);
        let tokens = || text::tokens(statement).into_iter().filter(|token| !token.digits && token.lower.len() >= least);
        let affirmed = tokens().filter(|token| !negated(statement, token.range.start));
        let denied = |word: &str| {
            let stem = text::stem(word);
            let asks = |unit: &&support::Unit| {
                is_question(self.index.sentence(unit)) && !self.index.line(unit.line).by_clinician()
            };
            let counts =
                |unit: &&support::Unit| !(asks(unit) || of_assessment && self.index.line(unit.line).by_patient_side());
            let mut said = self.index.units.iter().filter(counts).flat_map(|unit| {
                let sentence = self.index.sentence(unit);
                let same = text::tokens(sentence).into_iter().filter(|token| text::stem(&token.lower) == stem);
                same.map(|token| negated(sentence, token.range.start)).collect::<Vec<_>>()
            });
            said.next().is_some_and(|first| first) && said.all(|also| also)
        };
        affirmed.map(|token| token.lower).find(|word| !text::content_stems(word).is_empty() && denied(word))
    }

    /// Whether somebody said `value`, read as people mean numbers: "one eighteen" is 118 and not 18.
    fn is_read(&self, value: f64) -> bool {
        self.index.units.iter().any(|unit| {
            numbers::numbers(self.index.sentence(unit)).iter().any(|number| (number.value - value).abs() < 1e-6)
        })
    }

    /// Whether a stretch of the visit has nearly all of `statement`.
    fn is_from_one_place(&self, statement: &str, kind: SectionKind) -> bool {
        let beginning = |unit: &support::Unit| unit.line < OPENING && kind != SectionKind::FamilyHistory;
        let asserted = |unit: &support::Unit| {
            let sentence = self.index.sentence(unit);
            match kind {
                SectionKind::Assessment => !context::hypothetical(sentence) && !is_question(sentence),
                // What the patient asks about, or is tested for, is not what the patient had.
                SectionKind::PastHistory => {
                    let asks = is_question(sentence) && !self.index.line(unit.line).by_clinician();
                    !unit.of_another && !context::hypothetical(sentence) && !orders::orders_something(sentence) && !asks
                }
                SectionKind::HistoryOfPresentIllness if unit.of_another => false,
                SectionKind::HistoryOfPresentIllness => {
                    self.index.line(unit.line).by_patient_side() || unit.line < OPENING || is_question(sentence)
                }
                _ => true,
            }
        };
        let least = if kind == SectionKind::FamilyHistory { OF_KIN_COVERAGE } else { WRITTEN_COVERAGE };
        let found = self.index.support(statement, &asserted).units.into_iter().map(|at| self.index.units[at].line);
        let turns = if kind == SectionKind::Plan { PLAN_STRETCH } else { STRETCH };
        found.flat_map(|line| line.saturating_sub(turns - 1)..=line).any(|start| {
            let stretch = start..start + turns;
            let near = |unit: &support::Unit| stretch.contains(&unit.line) || beginning(unit);
            self.index.coverage(statement, &|unit| near(unit) && asserted(unit)) >= least
        })
    }
}

/// "… 10 milligrams in the morning, F."
static UNFINISHED: LazyLock<Regex> = LazyLock::new(|| pattern(r", \w\.?$"));

/// What is said not to be, at the beginning of a sentence; "don't" forbids, and may stand in a plan.
static BEGINS_WITH_NO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\W*(?:(?:and|so|but|okay|well)\b,? )?(?:there(?:'s| is| are|'re) (?:no|not)\b|no\b|i (?:don't|do not|didn't) (?:see|hear|feel|find|think)\b)",
    )
});

/// The parts of `statement` that say one thing each.
fn clauses(statement: &str) -> impl Iterator<Item = &str> {
    static CLAUSE_END: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"[,;.]|\b(?:and|but) (?:(?:he|she|they|it|the patient|had|has|was|is|also)\b)"));
    CLAUSE_END.split(statement)
}

/// Whether a sentence of `evidence` plans anything.
fn is_planned(evidence: &[Evidence]) -> bool {
    let quotes = evidence.iter().filter_map(|one| one.quote.as_ref());
    quotes.into_iter().any(|quote| text::sentences(quote).into_iter().any(|range| overlooked::plans(&quote[range])))
}

/// "Check for signs of a pinched nerve", of "there's no sign of a pinched nerve": nothing that a line of the plan is made from
/// says it without a no.
fn plans_what_is_not(statement: &str, evidence: &[Evidence]) -> bool {
    let own = text::content_stems(statement);
    let shares = |sentence: &str| {
        let said = text::content_stems(sentence);
        own.iter().filter(|stem| said.contains(stem)).count()
    };
    let quotes = evidence.iter().filter_map(|one| one.quote.as_ref());
    let sentences: Vec<&str> =
        quotes.flat_map(|quote| text::sentences(quote).into_iter().map(|range| &quote.as_str()[range])).collect();
    let best = sentences.iter().max_by_key(|sentence| shares(sentence));
    !context::has_negation(statement) && best.is_some_and(|best| BEGINS_WITH_NO.is_match(best))
}

/// "He has been taking a wedding", "… but it has not helped": what a small model likes to add to what it has read.
fn joins_what_was_not_joined(statement: &str) -> bool {
    static HELPED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\bbut (?:it|they|that|this|these) (?:has|have|had|did|does|do|was|were|is)(?: not|n't) (?:been )?(?:help|work|effective)\w*",
        )
    });
    static TAKES: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:has|have|had|was|were|is) (?:been )?taking\b"));
    static OF_MEDICINES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:medic\w+|pills?|tablets?|vitamins?|supplements?|antibiotics?|painkillers?|it|them)\b")
    });
    let nothing_to_take = DrugTable::bundled().mentions(statement).is_empty() && !OF_MEDICINES.is_match(statement);
    HELPED.is_match(statement) || TAKES.is_match(statement) && nothing_to_take
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structuring::{Visit, testing::transcript};

    /// What becomes of a line of the model's.
    fn written(lines: &str, statement: &str, kind: SectionKind) -> String {
        let transcript = transcript(lines);
        let facts = facts::facts(&transcript, DrugTable::bundled());
        let visit = Visit::new(&transcript);
        match Checker::new(&visit, &facts, None).check_written(statement, kind) {
            Verdict::Unsupported(_, reason) => reason,
            _ => "stands".to_owned(),
        }
    }

    #[test]
    fn a_symptom_is_told_with_what_was_said_of_it() {
        let visit = "D: Any chest pain with it? Lightheaded?\nP: A little lightheaded the first time.\n\
            D: Short of breath?\nP: On the second flight of stairs, yes.\nD: Swelling?\nP: My legs, in the evening.";
        let kind = SectionKind::HistoryOfPresentIllness;
        let joined = "He had lightheadedness on the second flight of stairs.";
        assert_eq!(written(visit, joined, kind), "lightheadedness was spoken of elsewhere");
        for line in ["He was short of breath on the second flight of stairs.", "A little lightheaded the first time."] {
            assert_eq!(written(visit, line, kind), "stands");
        }
    }

    #[test]
    fn what_was_only_found_now_is_not_of_the_past() {
        let visit = "P: I have the COPD and sugar.\nD: The X-ray shows a left lower lobe pneumonia.\n\
            D: So he has pneumonia with sepsis, and a COPD flare.";
        for line in ["COPD flare.", "Pneumonia.", "Pneumonia with sepsis."] {
            let reason = written(visit, line, SectionKind::PastHistory);
            assert!(reason.ends_with("was not said of the patient's past"), "{line} {reason}");
        }
        assert_eq!(written(visit, "COPD.", SectionKind::PastHistory), "stands");
    }

    #[test]
    fn a_dose_is_not_cut_off() {
        let visit = "P: I sleep seven hours.\nD: For sleep, start mirtazapine, seven and a half milligrams at bedtime.";
        let cut = "Also recommend mirtazapine at 7.";
        assert_eq!(written(visit, cut, SectionKind::Plan), "7 is no dose of mirtazapine here");
        let visit = "P: I take losartan, a hundred milligrams.\nD: Keep the losartan at 100.";
        assert_eq!(written(visit, "Keep losartan at 100.", SectionKind::Plan), "stands");
    }

    #[test]
    fn a_dose_does_not_rise_to_less() {
        let visit =
            "P: I take prednisone, forty milligrams.\nD: Bring the prednisone down from forty to ten milligrams.";
        let turned = "Increase prednisone from forty to ten milligrams.";
        assert_eq!(written(visit, turned, SectionKind::Plan), "from 40 to 10 is the other way");
        let right = written(visit, "Decrease prednisone from forty to ten milligrams.", SectionKind::Plan);
        assert!(!right.contains("other way"), "{right}");
    }

    #[test]
    fn a_plan_is_made_from_what_was_planned_at_once() {
        let said = "D: Your temperature is normal and the blood pressure is 120 over 70.\nP: Good.\nD: Let me look for dinosaurs in \
                    that left ear.\nP: Ha.\nD: Order a lipid panel today.\nP: Okay.\nD: And the cough?\nP: Gone.\n\
                    D: Keep checking at home, twice a week.";
        for (statement, reason) in [
            ("Monitor the patient's temperature and blood pressure.", "nobody planned this"),
            ("Look for dinosaurs in the left ear.", "nobody planned this"),
            ("Keep checking the lipid panel at home, twice a week.", "nobody said all of this in one place"),
            ("Order a lipid panel.", "stands"),
            ("Keep checking at home twice a week.", "stands"),
        ] {
            assert_eq!(written(said, statement, SectionKind::Plan), reason, "{statement}");
        }
    }

    #[test]
    fn a_history_names_the_medicines_of_its_turns() {
        let said = "D: Good morning, Mrs. Tanaka. And this is Mr. Tanaka, I take it.\nO: Yes, I'm her husband.\nD: What brings you in?\n\
                    P: I've been dizzy when I stand up. It started two weeks ago. After the new water pill.\n\
                    D: That's the chlorthalidone. You're taking 25 milligrams.\nP: Every morning.\nO: I put it in the box.\n\
                    P: 25 then.\nD: And the losartan, 100 once a day.\nP: Yes.";
        let line =
            |end: &str| format!("Mrs. Tanaka has been dizzy for two weeks after starting the new water pill{end}.");
        let hpi = SectionKind::HistoryOfPresentIllness;
        let wrong = written(said, &line(", chlorthalidone, and losartan"), hpi);
        assert_eq!(wrong, "losartan was spoken of elsewhere");
        assert_eq!(written(said, &line(", chlorthalidone"), hpi), "stands");
    }

    #[test]
    fn a_side_of_the_lungs_is_a_side() {
        let said = "D: Lungs, crackles at the left base.";
        let wrong = "Crackles at the right base.";
        assert_eq!(written(said, wrong, SectionKind::PhysicalExam), "right base was not said");
    }

    #[test]
    fn an_amount_keeps_its_unit() {
        let said = "D: Are you taking the lansoprazole?\nP: Yes, 30. And digoxin, 125 micrograms, and two puffs of albuterol.\n\
                    D: Go on taking the lansoprazole, 30.";
        for (statement, reason) in [
            ("Take lansoprazole 30 tablets daily.", "30 was not said in tablets"),
            ("Continue digoxin 125 mg.", "125 was not said in mg"),
        ] {
            assert_eq!(written(said, statement, SectionKind::Plan), reason, "{statement}");
        }
        for statement in ["Continue lansoprazole 30 mg.", "Continue digoxin 125 mcg.", "Two puffs of albuterol."] {
            let reason = written(said, statement, SectionKind::Plan);
            assert!(!reason.contains("was not said in"), "{statement}: {reason}");
        }
    }

    #[test]
    fn what_a_medicine_is_for_is_not_taken_from_another() {
        use SectionKind::HistoryOfPresentIllness as Hpi;
        let visit = "D: How are you taking the warfarin?\nP: Five milligrams every day.\nD: Any new medicines?\n\
            P: My dentist gave me metronidazole. Five hundred milligrams, three times a day, for an abscess.\n\
            D: And the ibuprofen?\nP: For my shoulder.\nD: Warfarin for the mechanical valve, then.";
        let reason = written(visit, "The patient takes warfarin for an abscess.", Hpi);
        assert_eq!(reason, "warfarin was not said to be for abscess");
        for line in [
            "The patient takes metronidazole for an abscess.",
            "The patient takes ibuprofen for the shoulder.",
            "The patient takes warfarin for the mechanical valve.",
        ] {
            assert!(!written(visit, line, Hpi).contains("said to be for"), "{line}");
        }
    }

    #[test]
    fn a_line_of_the_models_takes_nothing_from_another_medicine_or_from_a_plan() {
        use SectionKind::{Assessment, PastHistory, Plan};
        let visit = "P: I had ham for like four days.\nD: So ceftriaxone, one gram, here. No ham.\nP: Okay.\n\
            D: Take Tylenol, 650 milligrams every six hours. But the defibrillator. I'd like to refer you to talk about it.";
        let ceftriaxone = "Take ceftriaxone, one gram, every six hours.";
        assert_eq!(written(visit, ceftriaxone, Plan), "every 6 hours was not said of ceftriaxone");
        assert_eq!(written(visit, "Take Tylenol 650 milligrams every six hours.", Plan), "stands");
        assert_eq!(written(visit, "Defibrillator.", PastHistory), "nobody said that the patient has or had this");
        assert_eq!(written(visit, "Ham.", Assessment), "ham was denied");
    }

    #[test]
    fn a_line_of_the_models_is_from_one_place_and_joins_nothing() {
        use SectionKind::{Assessment, FamilyHistory, HistoryOfPresentIllness, PhysicalExam, Results};
        let visit = "D: What brings you in?\nP: My heart was racing, I was in the emergency room two weeks ago.\n\
            D: Have you had it before?\nP: Once, in the spring.\nD: Any trouble with the sleep?\nP: A little.\n\
            D: What do you do?\nP: I drive a van.\nD: And at home?\nP: My brother lives with me, he has asthma.\n\
            D: And the weekend?\nP: I have a wedding on Saturday.\n\
            D: Your urine has no infection, but there is a trace of blood. Weight one eighteen.";
        for (statement, kind, expected) in [
            ("He was in the emergency room two weeks ago with his heart racing.", HistoryOfPresentIllness, "stands"),
            ("He was in the emergency room with a heart attack.", HistoryOfPresentIllness, "heart attack was not said"),
            ("He has been at home with his brother's asthma.", HistoryOfPresentIllness, "this is about somebody else"),
            ("The urine has a trace of blood, a sign of infection.", PhysicalExam, "infection was denied"),
            ("Weight: 18.", Results, "number 18 was not said"),
            ("Heart disease.", Assessment, "the clinician did not say this"),
            ("Smith, Brother.", FamilyHistory, "nobody said all of this in one place"),
        ] {
            assert_eq!(written(visit, statement, kind), expected, "{statement}");
        }
        for joined in ["He has been taking a wedding on Saturday.", "He takes losartan, but it has not helped."] {
            assert!(joins_what_was_not_joined(joined), "{joined}");
        }
        assert!(!joins_what_was_not_joined("He has been taking losartan for a year."));
    }

    #[test]
    fn all_allergies_are_not_denied_where_one_was_told() {
        let history = SectionKind::HistoryOfPresentIllness;
        let asked = "D: Is she allergic to anything?\nP: Amoxicillin. She got a rash from it. Not to latex.";
        for wrong in [
            "She is not allergic to anything.",
            "No known drug allergies.",
            "Denies allergies.",
            "She has not had any allergies to medicines.",
        ] {
            assert_eq!(written(asked, wrong, history), "an allergy was told: amoxicillin", "{wrong}");
        }
        let told = "an allergy was told: amoxicillin";
        for right in ["No allergies to latex.", "Allergic to amoxicillin, which gives her a rash."] {
            assert_ne!(written(asked, right, history), told, "{right}");
        }
        assert_ne!(written("D: Any allergies?\nP: No.", "No known allergies.", history), told);
    }

    #[test]
    fn what_an_answer_denies_at_its_end_is_not_of_the_past() {
        let visit =
            "D: Stroke, mini stroke, bleeding, ulcers?\nP: I had an ulcer in my fifties that bled. Never a stroke.";
        for line in ["Stroke.", "Mini stroke."] {
            assert_ne!(written(visit, line, SectionKind::PastHistory), "stands", "{line}");
        }
        assert_eq!(written(visit, "Ulcer.", SectionKind::PastHistory), "stands");
    }

    #[test]
    fn a_complaint_is_the_patients() {
        let visit = "D: Hello.\nP: Hello.\nD: The right hip on the ninth?\nP: Yes.\nD: Good.\nP: Okay.\n\
            D: I see you have atrial fibrillation. Do you feel it?\nP: Never.";
        let line = "The patient has atrial fibrillation.";
        assert_eq!(written(visit, line, SectionKind::ChiefComplaint), "the patient did not come for this");
    }

    #[test]
    fn a_line_that_ends_in_the_middle_is_taken_out() {
        let visit = "D: What are you taking?\nP: Lisinopril, 10 milligrams in the morning. Furosemide, 20 milligrams.";
        let line = "The patient takes Lisinopril, 10 milligrams in the morning, F.";
        assert_eq!(written(visit, line, SectionKind::HistoryOfPresentIllness), "it ends in the middle");
    }

    #[test]
    fn a_no_is_not_cut_off() {
        let visit = "P: My foot's sore.\nD: It's not down to the bone as far as I can tell, but I want an X-ray of that foot today.";
        let line = "Bone as far as I can tell, but I want an X-ray of that foot today.";
        assert_eq!(written(visit, line, SectionKind::Plan), "the no before it is left out");
        assert_eq!(written(visit, "X-ray of that foot today.", SectionKind::Plan), "stands");
    }

    #[test]
    fn what_is_not_there_is_not_to_be_looked_for() {
        let visit = "P: My back hurts.\nD: There's no sign of a pinched nerve, so let's try a muscle strain program.";
        let line = "Check for any sign of a pinched nerve or muscle strain.";
        assert_eq!(written(visit, line, SectionKind::Plan), "this was denied");
    }

    #[test]
    fn whom_something_is_for_was_said_there() {
        let visit = "P: Is that bad for the baby?\nD: Not if we fix it.\nP: Okay.\nD: So, the back.\nP: Yes.\n\
            D: For the anemia, start one iron tablet every other day, and take it with orange juice.";
        let line = "Start one iron tablet every other day for the baby, and take it with orange juice.";
        assert_eq!(written(visit, line, SectionKind::Plan), "for the baby was not said");
        let line = "Start one iron tablet every other day for the anemia, and take it with orange juice.";
        assert_eq!(written(visit, line, SectionKind::Plan), "stands");
    }

    #[test]
    fn what_others_are_asked_to_give_is_not_advised() {
        let visit = "P: What about pain afterwards?\nD: I'll ask them for Tylenol around the clock and a small dose of oxycodone if needed.";
        let line = "Advise the patient to take Tylenol around the clock and a small dose of oxycodone if needed.";
        assert!(written(visit, line, SectionKind::Plan).contains("is not given or taken"));
    }

    #[test]
    fn a_part_of_the_body_was_named() {
        let visit =
            "D: How's the breathing?\nP: I still cough in the mornings. White stuff, no blood. My ankles swell.";
        let kind = SectionKind::HistoryOfPresentIllness;
        assert_eq!(
            written(visit, "He coughs in the mornings and has white stuff in his lungs.", kind),
            "lungs was not said"
        );
        assert_eq!(written(visit, "He coughs in the mornings, with swelling of the ankle.", kind), "stands");
    }

    #[test]
    fn a_shot_is_no_illness() {
        let visit = "P: Should I have the pneumonia shot?\nD: Yes, we'll do that today.";
        assert!(written(visit, "Pneumonia.", SectionKind::Assessment).starts_with("pneumonia was not"));
    }

    #[test]
    fn an_order_names_its_medicine() {
        let visit = "D: The Xarelto, I need you to take it every evening, twenty milligrams. And an antibiotic for the skin, \
            cephalexin, five hundred milligrams four times a day.\nP: With food?\n\
            D: Yes. Walk twice a day, put ice on it three times a day, and check your blood pressure every morning. Keep salt \
            under two grams. Carry on with your other medicines.";
        let why = "it names no medicine; each has a line of its own or is quoted";
        for line in [
            "Take the blood thinner every evening, twenty milligrams.",
            "Prescribe an antibiotic for the skin.",
            "The patient should take it every evening.",
            "Twenty milligrams every evening.",
            "Start the appropriate antibiotic four times a day.",
        ] {
            assert_eq!(written(visit, line, SectionKind::Plan), why, "{line}");
        }
        for line in [
            "Take Xarelto 20 mg every evening.",
            "Walk twice a day.",
            "Put ice on it three times a day.",
            "Check blood pressure every morning.",
            "Keep salt under two grams.",
            "Carry on with the other medicines.",
        ] {
            assert_ne!(written(visit, line, SectionKind::Plan), why, "{line}");
        }
    }

    #[test]
    fn what_is_only_tested_for_is_no_diagnosis() {
        let visit = "P: My throat hurts and I'm so tired.\nD: The throat is red. I'd like a mono test, and a thyroid panel. \
            We'll take a chest X-ray to rule out pneumonia. You have a sinus infection, I think, and your anemia is a bit \
            worse, so an iron level. And blood work for your gout.";
        let only =
            |line: &str| written(visit, line, SectionKind::Assessment).contains("only named as what is to be tested");
        assert_ne!(written(visit, "Pneumonia.", SectionKind::Assessment), "stands");
        for line in ["Mono.", "Mono throat infection.", "Thyroid disease."] {
            assert!(only(line), "{line}: {}", written(visit, line, SectionKind::Assessment));
        }
        for line in ["Sinus infection.", "Anemia.", "Red throat.", "Gout."] {
            assert!(!only(line), "{line}");
        }
    }

    #[test]
    fn a_medicine_is_for_what_somebody_said() {
        use SectionKind::HistoryOfPresentIllness as Hpi;
        let visit = "P: My hip hurts, and I take clopidogrel once a day. My head aches too.\nD: What do you take for the head?\n\
            P: Naproxen.\nD: And the gabapentin?\nP: That's for my feet. I get heartburn.\n\
            D: What have you tried for it?\nP: Famotidine.";
        let why = |line: &str| written(visit, line, Hpi);
        assert_eq!(
            why("The patient has been taking clopidogrel for his hip."),
            "clopidogrel was not said to be for hip"
        );
        assert_eq!(why("Takes clopidogrel due to hip pain."), "clopidogrel was not said to be for hip pain");
        for line in [
            "The patient takes naproxen for the head.",
            "The patient takes gabapentin for the feet.",
            "The patient tried famotidine for heartburn.",
            "The patient takes clopidogrel once a day.",
        ] {
            assert!(!why(line).contains("not said to be for"), "{line}: {}", why(line));
        }
    }
}
