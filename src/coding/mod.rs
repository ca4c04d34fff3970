//! ICD-10-CM codes for problems: candidates come from the published list, and the model only picks a letter among them,
//! or none. It never writes a code.

mod candidates;
pub mod decision_making;
mod said;

pub use candidates::{Candidate, Patient, for_problem};

use crate::{
    domain::{Coding, Evidence, Problem, Progress, PromptRef, Section, evidence_of},
    inference::{InferenceError, Prompt, TextModel},
    structuring::facts::diagnoses::is_supposed,
    terminology::Icd10Cm,
};

const CHOOSE: &str = include_str!("../../prompts/coding/1/choose.txt");

/// Candidates that the model is shown, at most; what comes later in the ranking is hardly ever right.
const MOST_CANDIDATES: usize = 8;

/// Tokens that the answer to an [`Ask`] may have: a letter.
pub const ANSWER_TOKENS: usize = 8;

/// Codes proposed for one problem, at most.
const MOST_CODES: usize = 3;

/// A code less probable than this is not worth proposing beside a likelier one.
const LEAST_PROBABILITY: f32 = 0.15;

/// What the provenance of a note says about the prompt used here.
pub fn prompt_ref() -> PromptRef {
    PromptRef { task: "coding".to_owned(), version: "1".to_owned() }
}

/// Puts a question about the visit to a model: the evidence first, then the question. Coding shares its beginning with
/// the questions that were asked before it, and does not know how that is written.
pub type Ask<'a> = &'a dyn Fn(&[Evidence], &str) -> Result<Prompt, InferenceError>;

/// Who proposes codes, and from what.
pub struct Coder<'a> {
    /// Chooses among candidates.
    pub model: &'a dyn TextModel,
    /// Where candidates come from.
    pub icd: &'a Icd10Cm,
    /// How the choice is put to the model.
    pub ask: Ask<'a>,
}

impl Coder<'_> {
    /// Proposes ICD-10-CM codes for each of `problems`, the likeliest first, by the evidence of their statements in
    /// `sections`; a problem that none of the candidates fits keeps none. Medicines and allergies carry their RxNorm
    /// codes from the drug table already.
    pub fn code(
        &self,
        problems: &mut [Problem],
        sections: &[Section],
        patient: &Patient,
        progress: Progress<'_>,
    ) -> Result<(), InferenceError> {
        let total = problems.len();
        for (at, problem) in problems.iter_mut().enumerate() {
            // "Probable", "suspected" and the like are not coded as if they were established (ICD-10-CM guidelines, IV.H).
            if is_supposed(&problem.name) {
                continue;
            }
            let evidence = evidence_of(sections, &problem.statements);
            let found = for_problem(self.icd, &problem.name, &evidence, patient, MOST_CANDIDATES);
            problem.codes = self.choose(problem, found, evidence)?;
            if let Some(best) = problem.codes.first().map(|coding| coding.display.clone()) {
                let mut is_best = true;
                problem.codes.retain(|coding| {
                    std::mem::take(&mut is_best) || patient.said_beyond(&coding.display, &best, &problem.name)
                });
            }
            progress((at + 1) as f32 / total as f32);
        }
        Ok(())
    }

    /// Lets the model choose among `found` and "none of these".
    fn choose(
        &self,
        problem: &Problem,
        found: Vec<Candidate>,
        evidence: Vec<Evidence>,
    ) -> Result<Vec<Coding>, InferenceError> {
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let letters: Vec<String> = ('A'..).take(found.len() + 1).map(String::from).collect();
        let titles = found.iter().map(|candidate| candidate.title.as_str()).chain(["None of these"]);
        let list: Vec<String> =
            letters.iter().zip(titles).map(|(letter, title)| format!("{letter}. {title}")).collect();
        let question = CHOOSE.trim().replace("{problem}", &problem.name).replace("{candidates}", &list.join("\n"));
        let by_model = self.model.choose(&(self.ask)(&evidence, &question)?, &letters)?;
        Ok(ranked(found, &by_model, &evidence))
    }
}

/// The choice of the model weighed by how well each candidate's words fit, and by its rank: a small model spreads its
/// choice thin over long titles, so it moves the ranking only where it is sure.
fn ranked(found: Vec<Candidate>, by_model: &[f32], evidence: &[Evidence]) -> Vec<Coding> {
    let none = by_model.last().copied().unwrap_or_default();
    let weigh =
        |(rank, (candidate, chosen)): (usize, (&Candidate, &f32))| candidate.score * chosen.sqrt() / (rank + 1) as f32;
    let weights: Vec<f32> = found.iter().zip(by_model).enumerate().map(weigh).collect();
    // "None" competes with the fit of the best candidate: it must be likelier than a candidate that fits that well.
    let best_score = found.iter().map(|candidate| candidate.score).fold(0.0, f32::max);
    let none_weight = none.sqrt() * (1.0 - best_score).max(0.1);
    let total = weights.iter().sum::<f32>() + none_weight;
    if total <= 0.0 || weights.iter().all(|weight| *weight < none_weight) {
        return Vec::new();
    }
    let mut ranked: Vec<(Candidate, f32)> =
        found.into_iter().zip(weights.iter().map(|weight| weight / total)).collect();
    ranked.sort_by(|one, other| other.1.total_cmp(&one.1));
    let proposed = ranked.into_iter().enumerate().filter(|(place, (_, p))| *place == 0 || *p >= LEAST_PROBABILITY);
    let coding = |(_, (candidate, probability)): (usize, (Candidate, f32))| Coding {
        system: Coding::ICD_10_CM.to_owned(),
        code: candidate.code,
        display: candidate.title,
        probability: Some(probability),
        evidence: evidence.to_vec(),
    };
    proposed.take(MOST_CODES).map(coding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(code: &str, score: f32) -> Candidate {
        Candidate { code: code.to_owned(), title: format!("title of {code}"), score }
    }

    fn codes(found: Vec<Candidate>, by_model: &[f32]) -> Vec<String> {
        ranked(found, by_model, &[]).into_iter().map(|coding| coding.code).collect()
    }

    #[test]
    fn a_sure_choice_of_the_model_leads() {
        let found = vec![candidate("I10", 0.9), candidate("I11.9", 0.7)];
        assert_eq!(codes(found.clone(), &[0.1, 0.85, 0.05])[0], "I11.9");
        assert_eq!(codes(found.clone(), &[0.6, 0.35, 0.05])[0], "I10");
        assert_eq!(codes(found, &[0.3, 0.4, 0.3])[0], "I10", "a spread choice moves nothing");
    }

    #[test]
    fn none_of_these_is_an_answer() {
        assert!(codes(vec![candidate("I10", 0.3)], &[0.1, 0.9]).is_empty());
    }

    #[test]
    fn probabilities_sum_to_at_most_one() {
        let found = vec![candidate("I10", 0.9), candidate("I11.9", 0.9)];
        let sum: f32 = ranked(found, &[0.5, 0.3, 0.2], &[]).iter().filter_map(|coding| coding.probability).sum();
        assert!(sum > 0.5 && sum <= 1.0, "{sum}");
    }
}
