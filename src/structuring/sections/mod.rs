//! The sections that the language model writes, each asked for by itself and only where the transcript touches on it.
//!
//! The model is not asked where a line comes from: naming utterances first made a small model copy them, and numbers
//! that it names afterwards are guesses. `verify` finds what supports each line, or takes it out.

mod answers;
mod course;
mod gates;
mod parts;
mod prompts;

use course::{Course, writing};
use parts::Part;
pub use prompts::prompt_refs;
use prompts::{PROMPTS, SectionPrompt};

use super::{Style, facts::Facts, text};
use crate::{
    domain::{Evidence, Progress, SectionKind, Transcript},
    inference::{Generated, InferenceError, Prompt, TextModel},
    language::numbers,
};

/// Tokens for what the chat template adds around a prompt.
const TEMPLATE_TOKENS: usize = 64;

/// A line that the model wrote, not yet checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The section it was written for.
    pub kind: SectionKind,
    /// One sentence or list line.
    pub text: crate::domain::PatientText,
}

/// All that the model wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sections {
    /// In the order of the note.
    pub written: Vec<Written>,
    /// Whether an answer was cut off, so that something may be missing.
    pub truncated: bool,
}

/// Asks `model` for each section of the note about `transcript` that `facts` leave anything to say in, in the words of
/// `style`.
pub fn write(
    transcript: &Transcript,
    facts: &Facts,
    style: &Style<'_>,
    model: &dyn TextModel,
    progress: Progress<'_>,
) -> Result<Sections, InferenceError> {
    let form = style.examples.map(|examples| examples.form(transcript, model)).transpose()?.flatten();
    let questions = questions(style, form.as_deref());
    let budget = budget(model, &questions)?;
    let mut writer = Writer { model, questions, truncated: false, course: Course::new(progress) };
    let parts = parts::parts(transcript, model, budget)?;
    let worth_asking = |part: &Part| -> Vec<usize> {
        let said = &transcript.utterances[part.utterances.clone()];
        (0..PROMPTS.len()).filter(|at| gates::worth_asking(PROMPTS[*at].kind, said, facts)).collect()
    };
    let asked: Vec<Vec<usize>> = parts.iter().map(worth_asking).collect();
    for (part, asked) in parts.iter().zip(&asked) {
        writer.expect(part, asked)?;
    }
    for (part, asked) in parts.iter().zip(asked) {
        writer.part(part, asked)?;
    }
    Ok(writer.sections())
}

/// A question of one note.
struct Question {
    prompt: &'static SectionPrompt,
    /// Its words.
    text: String,
    /// The clean items of its answers.
    items: Vec<String>,
}

/// The questions of a note in `style`, with the `form` of a history that the clinician wrote.
fn questions(style: &Style<'_>, form: Option<&str>) -> Vec<Question> {
    let question = |prompt: &'static SectionPrompt| {
        let text = prompt.question(style.template, form);
        Question { prompt, text, items: Vec::new() }
    };
    PROMPTS.iter().map(question).collect()
}

/// Asks the questions, and keeps the answers.
struct Writer<'a> {
    model: &'a dyn TextModel,
    questions: Vec<Question>,
    truncated: bool,
    course: Course<'a>,
}

impl Writer<'_> {
    /// The questions `asked` will be put about `part`, and some perhaps again.
    fn expect(&mut self, part: &Part, asked: &[usize]) -> Result<(), InferenceError> {
        let again = self.reading(part)?;
        self.course.expect(again);
        self.expect_once(part, asked)
    }

    fn expect_once(&mut self, part: &Part, asked: &[usize]) -> Result<(), InferenceError> {
        let written = asked.iter().map(|at| self.questions[*at].prompt.max_tokens).sum();
        let reading = self.reading(part)?;
        self.course.expect(reading + writing(written));
        Ok(())
    }

    /// What reading `part` costs.
    fn reading(&self, part: &Part) -> Result<usize, InferenceError> {
        self.model.count_tokens(&part.text())
    }

    /// Puts the questions `asked` about `part`, and then those whose answer was cut off about its halves, once: text by
    /// text, so that the model reads each once for all its questions.
    fn part(&mut self, part: &Part, asked: Vec<usize>) -> Result<(), InferenceError> {
        // Why the patient came is said at the beginning.
        let is_answered =
            |question: &Question| question.prompt.kind == SectionKind::ChiefComplaint && !question.items.is_empty();
        let (answered, open): (Vec<usize>, Vec<usize>) =
            asked.into_iter().partition(|at| is_answered(&self.questions[*at]));
        for at in answered {
            self.course.skip(writing(self.questions[at].prompt.max_tokens));
        }
        let cut_off = self.ask(part, &open)?;
        let halves = part.halves().filter(|_| !cut_off.is_empty());
        for half in halves.iter().flatten() {
            self.expect_once(half, &cut_off)?;
        }
        let again = self.reading(part)?;
        self.course.skip(again);
        let Some(halves) = halves else {
            self.truncated |= !cut_off.is_empty();
            return Ok(());
        };
        for half in &halves {
            self.truncated |= !self.ask(half, &cut_off)?.is_empty();
        }
        Ok(())
    }

    /// Puts the questions `asked` about `part`, keeps what is new in the answers, and returns the questions whose answer was
    /// cut off.
    fn ask(&mut self, part: &Part, asked: &[usize]) -> Result<Vec<usize>, InferenceError> {
        let text = part.text();
        let mut unread = self.reading(part)?;
        let mut cut_off = Vec::new();
        for at in asked {
            let Question { prompt, text: question, items } = &mut self.questions[*at];
            let request = prompt.request(&text, question);
            let cost = std::mem::take(&mut unread) + writing(prompt.max_tokens);
            let answer = self.course.go(cost, |progress| self.model.generate(&request, progress))?;
            let (found, whole) = clean(&answer, prompt, &text);
            merge(items, found);
            if !whole {
                cut_off.push(*at);
            }
        }
        Ok(cut_off)
    }

    fn sections(self) -> Sections {
        let written = |Question { prompt, items, .. }: Question| {
            items.into_iter().map(move |item| Written { kind: prompt.kind, text: item.into() })
        };
        Sections { written: self.questions.into_iter().flat_map(written).collect(), truncated: self.truncated }
    }
}

/// The clean items of an answer about what was `said`, each once, and whether it was whole.
fn clean(answer: &Generated, prompt: &SectionPrompt, said: &str) -> (Vec<String>, bool) {
    let kind = prompt.kind;
    let raw = answers::one_by_one(answers::items(&answer.text, prompt.longest()), kind);
    let readable = raw.iter().filter(|item| answers::is_readable(item, said));
    let mut items = Vec::new();
    merge(&mut items, readable.filter_map(|item| answers::tidy(item, kind)).collect());
    // An answer that ran on because it repeats itself had nothing more to say.
    let looped = items.len() < raw.len();
    (items, answer.complete || looped)
}

/// Puts further questions about one transcript, with the same beginning as those of the sections.
pub struct Questions<'a> {
    model: &'a dyn TextModel,
    /// The transcript as the model reads it; `None` where it does not fit into one prompt.
    whole: Option<String>,
}

impl<'a> Questions<'a> {
    /// Questions to `model` about `transcript`.
    pub fn about(transcript: &Transcript, model: &'a dyn TextModel) -> Result<Self, InferenceError> {
        let whole = parts::whole(transcript).text();
        let fits = model.count_tokens(&whole)? <= budget(model, &questions(&Style::default(), None))?;
        Ok(Self { model, whole: fits.then_some(whole) })
    }

    /// One more question. Where the transcript does not fit beside it and `answer_tokens`, the quotes of `evidence` stand
    /// for it.
    pub fn prompt(
        &self,
        evidence: &[Evidence],
        question: &str,
        answer_tokens: usize,
    ) -> Result<Prompt, InferenceError> {
        if let Some(whole) = &self.whole {
            let prompt = prompts::prompt(whole, question);
            let tokens = self.model.count_tokens(&format!("{}{}{}", prompt.system, prompt.shared, prompt.question))?;
            if tokens + answer_tokens + TEMPLATE_TOKENS <= self.model.context_tokens() {
                return Ok(prompt);
            }
        }
        let quotes: Vec<&str> =
            evidence.iter().filter_map(|one| one.quote.as_ref()).map(|quote| quote.as_str()).take(12).collect();
        Ok(prompts::prompt(&quotes.join("\n"), question))
    }
}

/// Tokens that a part of the transcript may have: what the longest question and its answer leave of the context.
fn budget(model: &dyn TextModel, questions: &[Question]) -> Result<usize, InferenceError> {
    let mut frame = 0;
    for Question { prompt, text, .. } in questions {
        frame = frame.max(model.count_tokens(&prompts::frame(text))? + prompt.max_tokens);
    }
    Ok(model.context_tokens().saturating_sub(frame + TEMPLATE_TOKENS).max(1))
}

/// Adds the items that say something new.
fn merge(known: &mut Vec<String>, items: Vec<String>) {
    for item in items {
        if !known.iter().any(|one| says_the_same(one, &item)) {
            known.push(item);
        }
    }
}

/// Whether two lines have the same content words and the same numbers.
pub(crate) fn says_the_same(one: &str, other: &str) -> bool {
    let key = |line: &str| {
        let mut words = text::content_stems(line);
        words.extend(numbers::numbers(line).iter().map(|number| format!("{}", number.value)));
        words.extend(super::facts::context::has_negation(line).then(|| "not".to_owned()));
        words.sort();
        words.dedup();
        words
    };
    key(one) == key(other)
}
