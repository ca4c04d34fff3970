//! Who of several people is the patient: whom the clinician asks and who answers for themselves. A relative or a nurse
//! speaks of "him" and "her", says who they are, or tells of an illness of their own without having been asked.

use std::sync::LazyLock;

use regex::Regex;

use super::{roles::tokens, sentences::Sentence};
use crate::language::patterns::pattern;

/// What people say of themselves, of somebody else, and to whom they speak.
const OF_ONESELF: [&str; 8] = ["i", "i'm", "i've", "i'd", "i'll", "my", "me", "mine"];
const OF_ANOTHER: [&str; 8] = ["he", "she", "he's", "she's", "his", "her", "him", "hers"];
const TO_ANOTHER: [&str; 7] = ["you", "your", "you're", "you've", "you'd", "you'll", "yours"];

/// What each of it weighs. Chosen on the 71 dialogues of MTS-Dialog's train part with more than two people: in 65 the
/// patient is found (by words about oneself and others alone: in 63), and in all six of the valid part.
const ANSWERS: f32 = 2.0;
const FOR_ANOTHER: f32 = 1.5;
const FOR_ONESELF: f32 = 0.7;
const ASKED_OF_ANOTHER: f32 = 0.3;
const INTRODUCED: f32 = 3.0;
/// Answers about another person that count, at most.
const MOST_OF_ANOTHER: usize = 3;
/// Answers about another person from which on somebody is not the patient though nobody else answers, if the clinician speaks
/// of that person about as much as to them, and they do so more than of themselves or are asked about little else: the mother
/// of a child who says nothing. So are 25 of 103 in MTS-Dialog (train) who speak for the patient, and none of 1,125 patients
/// there, in ACI-BENCH and PriMock57.
const LEAST_OF_ANOTHER: usize = 2;
/// Words to somebody that are counted beyond what the clinician says: few words about another person tell little.
const FEW_WORDS: usize = 3;

/// Who comes with a patient.
pub(super) const COMPANIONS: &str = r"(?:wife|husband|spouse|partner|mother|mom|mum|father|dad|daughter|son|sister|brother|aunt|uncle|niece|nephew|grand\w+|cousin|girlfriend|boyfriend|fianc\w+|caregiver|carer|guardian|friend|neighbou?r|interpreter|translator)";

/// "I'm his daughter", "I'm Kevin, one of the nurses", "husband here".
static INTRODUCTION: LazyLock<Regex> = LazyLock::new(|| {
    const OTHERS: &str = r"nurse|assistant|resident|student|intern|scribe|aide|therapist";
    pattern(&format!(
        r"\b(?:i'm|i am)(?: \w+,)? (?:his|her|the|an?|one of (?:the|your|our)|your|their) (?:\w+ )?(?:{COMPANIONS}|{OTHERS})s?\b|\b(?:{COMPANIONS}|{OTHERS})s? here\b"
    ))
});

/// What one person says, as far as it tells whether they are the patient.
#[derive(Debug, Clone, Copy, Default)]
struct Said {
    words: usize,
    of_oneself: usize,
    of_another: usize,
    /// Sentences that answer the clinician's question about themselves, …
    answers: usize,
    /// … and one about somebody else.
    answers_of_another: usize,
    introduced: bool,
}

/// The voice of the patient among those of `voices` that are not the `clinician`'s and say anything in `sentences`; `None` if
/// it is none of them.
pub fn of_voices(sentences: &[Sentence], voices: usize, clinician: usize) -> Option<usize> {
    let mut said = vec![Said::default(); voices];
    let (mut spoken_to, mut spoken_of) = (0, 0);
    let mut asked: Option<&Sentence> = None;
    for sentence in sentences {
        if sentence.speaker == clinician {
            let words = tokens(&sentence.text);
            spoken_to += count(&words, &TO_ANOTHER);
            spoken_of += count(&words, &OF_ANOTHER);
        } else {
            said[sentence.speaker].add(sentence, asked);
        }
        asked = Some(sentence).filter(|one| one.speaker == clinician && one.text.ends_with('?'));
    }
    let of_another = spoken_of as f32 / (spoken_to + spoken_of + FEW_WORDS) as f32;
    let answers = said.iter().map(|one| one.answers).sum::<usize>().max(1) as f32;
    let score = |voice: &usize| said[*voice].score(answers, of_another);
    let speaks_for_another = |voice: usize| {
        let Said { of_oneself, of_another, answers, answers_of_another, .. } = said[voice];
        let is_asked_after_another = answers_of_another >= LEAST_OF_ANOTHER && 2 * spoken_of > spoken_to;
        is_asked_after_another && (of_another > of_oneself || answers_of_another > answers)
    };
    let others: Vec<usize> = (0..voices).filter(|&voice| voice != clinician && said[voice].words > 0).collect();
    if let [only] = others[..]
        && speaks_for_another(only)
    {
        return None;
    }
    others.into_iter().max_by(|a, b| score(a).total_cmp(&score(b)))
}

impl Said {
    /// `asked` is the question right before, if the clinician asked one.
    fn add(&mut self, sentence: &Sentence, asked: Option<&Sentence>) {
        let words = tokens(&sentence.text);
        self.words += words.len();
        self.of_oneself += count(&words, &OF_ONESELF);
        self.of_another += count(&words, &OF_ANOTHER);
        self.introduced |= INTRODUCTION.is_match(&sentence.text);
        match asked.map(|asked| count(&tokens(&asked.text), &OF_ANOTHER)) {
            Some(0) => self.answers += 1,
            Some(_) => self.answers_of_another += 1,
            None => {}
        }
    }

    /// How much speaks for the patient, where `answers` of all were about themselves and the clinician speaks of somebody
    /// else with the share `spoken_of`: a child is asked after, and the mother answers.
    fn score(self, answers: f32, spoken_of: f32) -> f32 {
        // Few words tell little.
        let words = (self.words.max(1) as f32).sqrt();
        ANSWERS * self.answers as f32 / answers * (1.0 - spoken_of) + FOR_ONESELF * self.of_oneself as f32 / words
            - FOR_ANOTHER * self.of_another as f32 / words
            - ASKED_OF_ANOTHER * self.answers_of_another.min(MOST_OF_ANOTHER) as f32
            - if self.introduced { INTRODUCED } else { 0.0 }
    }
}

fn count(words: &[String], of: &[&str]) -> usize {
    words.iter().filter(|word| of.contains(&word.as_str())).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcription::speakers::sentences::tests::spoken;

    const CLINICIAN: usize = 0;

    /// The patient among the speakers of `turns`, of whom the clinician is [`CLINICIAN`].
    fn patient(turns: &[(usize, &str)]) -> Option<usize> {
        let sentences: Vec<Sentence> = turns.iter().map(|(speaker, text)| spoken(text, *speaker)).collect();
        let voices = turns.iter().map(|turn| turn.0).max().unwrap_or_default() + 1;
        of_voices(&sentences, voices, CLINICIAN)
    }

    #[test]
    fn a_relative_who_tells_of_their_own_illness_is_not_the_patient() {
        let visit = [
            (0, "What brings you in?"),
            (1, "The cough."),
            (0, "Since when?"),
            (1, "Two weeks."),
            (2, "I had bronchitis myself in May, and I was on my inhaler for a month, so I know what that is."),
            (0, "Do you smoke?"),
            (1, "No."),
            (2, "I quit when I was forty."),
        ];
        assert_eq!(patient(&visit), Some(1));
    }

    #[test]
    fn who_says_that_they_are_somebody_else_is_not_the_patient() {
        let visit = [
            (2, "I'm Dana, one of the nurses."),
            (2, "I need to get my cuff, and then I take your pressure."),
            (1, "Fine."),
            (0, "Hello."),
            (0, "What can I do for you?"),
            (1, "It's the knee."),
        ];
        assert_eq!(patient(&visit), Some(1));
    }

    #[test]
    fn a_child_is_the_patient_though_the_mother_answers() {
        let visit = [
            (0, "How is he doing?"),
            (1, "He's up all night, and his nose runs."),
            (0, "Did he have a fever?"),
            (1, "Yes, I gave him his syrup."),
            (0, "And when did it start?"),
            (1, "On Sunday, when he came home."),
            (2, "My ear hurts."),
        ];
        assert_eq!(patient(&visit), Some(2));
    }

    #[test]
    fn a_mother_is_not_the_patient_though_her_child_says_nothing() {
        let mut visit = vec![
            (0, "What has been happening with her?"),
            (1, "She hardly slept, and she cries when she drinks."),
            (0, "How long has she had it?"),
            (1, "Since Monday, I think."),
            (0, "Is she eating?"),
            (1, "Yes, she eats."),
        ];
        assert_eq!(patient(&visit), None);
        visit.push((1, "I had that myself, and I'm worn out, and I took my syrup for weeks, I think."));
        assert_eq!(patient(&visit), None);
        visit.push((2, "My tummy hurts."));
        assert_eq!(patient(&visit), Some(2));
    }

    #[test]
    fn nobody_but_the_clinician_is_nobody() {
        assert_eq!(patient(&[(0, "Testing, one, two.")]), None);
    }
}
