//! A recogniser that has lost its way says the same few words over and over: collapse them to one time.

/// The longest phrase looked at, in words.
const LONGEST_PHRASE: usize = 12;

/// How often a phrase of `words` words must follow itself to be a loop and not a person repeating it: people say "no,
/// no, no, no", and "I don't know, I don't know", but not a whole sentence three times.
fn repetitions_of_a_loop(words: usize) -> usize {
    match words {
        1 => 6,
        2 => 4,
        _ => 3,
    }
}

/// Which of `words` to keep, in order; all of them where nothing loops. Words are compared by their letters and digits.
pub fn without_loops(words: &[&str]) -> Vec<usize> {
    let words: Vec<String> = words.iter().map(|word| letters(word)).collect();
    let mut kept = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < words.len() {
        let looped = (1..=LONGEST_PHRASE).find_map(|length| {
            let times = repetitions(&words[at..], length);
            (times >= repetitions_of_a_loop(length)).then_some((length, times))
        });
        let (length, times) = looped.unwrap_or((1, 1));
        kept.extend(at..at + length);
        at += length * times;
    }
    kept
}

/// How often the first `length` words stand one after the other at the beginning.
fn repetitions(words: &[String], length: usize) -> usize {
    let Some(phrase) = words.get(..length) else { return 0 };
    words.chunks_exact(length).take_while(|chunk| *chunk == phrase).count()
}

fn letters(word: &str) -> String {
    word.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collapsed(text: &str) -> String {
        let words: Vec<&str> = text.split_whitespace().collect();
        without_loops(&words).into_iter().map(|index| words[index]).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn ordinary_speech_is_left_alone() {
        let said = "No, no, no, I don't know. I don't know. It hurts when I walk, and it hurts when I sit.";
        assert_eq!(collapsed(said), said);
    }

    #[test]
    fn a_sentence_said_over_and_over_is_said_once() {
        let looped = format!("So. {}And then?", "I'll take two of the pills. ".repeat(5));
        assert_eq!(collapsed(&looped), "So. I'll take two of the pills. And then?");
    }

    #[test]
    fn a_word_said_over_and_over_is_said_once() {
        assert_eq!(collapsed(&"the ".repeat(40)), "the");
    }

    #[test]
    fn punctuation_and_case_do_not_hide_a_loop() {
        assert_eq!(collapsed("Thank you. thank you, Thank you! Thank you. Bye."), "Thank you. Bye.");
    }

    #[test]
    fn a_loop_that_breaks_off_in_the_middle_keeps_its_end() {
        assert_eq!(collapsed("we will see we will see we will see we will"), "we will see we will");
    }
}
