//! Which problem each line of the plan is for: by its words, or by the problem that the clinician was speaking of.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    problems::is_named,
    text::{self, pattern},
    visit::{Line, Visit},
};
use crate::domain::{Evidence, Problem, Section, SectionKind, Statement};

/// Turns over which a clinician goes on about a problem that was named, …
const REACH: usize = 4;
/// … and sentences, that of the line among them: further on it may be another.
const SENTENCES: usize = 3;

/// What is for the whole visit, whatever was spoken of right before it.
static OF_THE_VISIT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^\W*(?:advised:|follow[- ]?up\b|return\b|come back\b|call\b|schedule (?:a |the )?(?:follow|return|next))")
});

/// Adds to each of `problems` the lines of the plan in `sections` that are for it.
pub fn assign(problems: &mut [Problem], sections: &[Section], visit: &Visit) {
    let planned =
        sections.iter().filter(|section| section.id == SectionKind::Plan).flat_map(|section| &section.statements);
    for statement in planned {
        for at in problems_of(statement, problems, visit) {
            problems[at].statements.push(statement.id.clone());
        }
    }
}

fn problems_of(statement: &Statement, problems: &[Problem], visit: &Visit) -> Vec<usize> {
    let by_words = by_words(&statement.text, problems);
    if by_words.is_empty() && !OF_THE_VISIT.is_match(&statement.text) {
        by_place(&statement.evidence, problems, visit)
    } else {
        by_words
    }
}

/// The problems that `text` has most words of, if it has any.
fn by_words(text: &str, problems: &[Problem]) -> Vec<usize> {
    let own = text::content_stems(text);
    let shared =
        |problem: &Problem| text::content_stems(&problem.name).iter().filter(|stem| own.contains(stem)).count();
    let counts: Vec<usize> = problems.iter().map(shared).collect();
    let most = counts.iter().copied().max().unwrap_or_default();
    (0..counts.len()).filter(|at| most > 0 && counts[*at] == most).collect()
}

/// The problems that the clinician named last where the line was said: in its sentence, or before it.
fn by_place(evidence: &[Evidence], problems: &[Problem], visit: &Visit) -> Vec<usize> {
    let said = |one: &Evidence| visit.lines.iter().find(|line| line.utterance.id == one.utterance);
    let decided = evidence.iter().filter_map(|one| Some((said(one).filter(|line| line.by_clinician())?, one)));
    let Some((line, evidence)) = decided.max_by_key(|(line, _)| line.index) else { return Vec::new() };
    let quote = evidence.quote.as_deref().unwrap_or_default().trim_end_matches('…');
    let at = line.text().find(quote).unwrap_or_default();
    let own = line.sentences.iter().filter(|range| range.start <= at).rev().map(|range| &line.text()[range.clone()]);
    let before =
        visit.lines[line.index.saturating_sub(REACH)..line.index].iter().rev().filter(|line| line.by_clinician());
    let sentences =
        own.chain(before.flat_map(|line: &Line| line.sentences.iter().rev().map(|range| &line.text()[range.clone()])));
    let named = |sentence: &str| -> Vec<usize> {
        (0..problems.len()).filter(|at| is_named(&problems[*at].name, sentence)).collect()
    };
    sentences.take(SENTENCES).map(named).find(|named| !named.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::Support,
        structuring::{evidence, testing::transcript},
    };

    const VISIT: &str = "D: For your first problem, your congestive heart failure, I want to increase the lisinopril to 40.\n\
        P: Okay.\n\
        D: And I'd like to repeat the echocardiogram.\n\
        P: All right.\n\
        D: From a depression standpoint, it sounds like you're doing well. Keep seeing your therapist.\n\
        P: I will.\n\
        D: Then I'll see you again in three months. Get your flu shot, too.";

    /// The names of the problems of a line of the plan that was said as `quote` in utterance `index`.
    fn of(text: &str, index: usize, quote: &str) -> Vec<String> {
        let transcript = transcript(VISIT);
        let visit = Visit::new(&transcript);
        let utterance = visit.lines[index].utterance;
        let start = utterance.text.find(quote).expect("it was said");
        let evidence = vec![evidence::evidence(utterance, start..start + quote.len())];
        let statement = Statement { id: "s9".to_owned(), text: text.into(), evidence, support: Support::Supported };
        let problem =
            |name: &str| Problem { id: String::new(), name: name.into(), statements: Vec::new(), codes: Vec::new() };
        let mut problems = ["Congestive heart failure", "Depression", "Knee pain"].map(problem);
        assign(&mut problems, &[Section::new(SectionKind::Plan, vec![statement])], &visit);
        let of_it = problems.iter().filter(|problem| !problem.statements.is_empty());
        of_it.map(|problem| problem.name.as_str().to_owned()).collect()
    }

    #[test]
    fn a_line_is_for_the_problem_that_was_spoken_of() {
        assert_eq!(of("Increase lisinopril to 40 mg.", 0, "increase the lisinopril"), ["Congestive heart failure"]);
        assert_eq!(of("Repeat echocardiogram.", 2, "repeat the echocardiogram"), ["Congestive heart failure"]);
        assert_eq!(of("Continue therapy.", 4, "Keep seeing your therapist."), ["Depression"]);
    }

    #[test]
    fn its_own_words_go_before_its_place_and_the_visit_as_a_whole_has_none() {
        assert_eq!(of("Exercises for the knee.", 4, "Keep seeing"), ["Knee pain"]);
        assert!(of("Follow up in three months.", 6, "Then I'll see you again in three months.").is_empty());
    }
}
