//! Who said it: a first version for two people, from what is said alone.

mod roles;
mod sentences;

use sentences::Sentence;

use crate::domain::{Role, Utterance, Word};

/// Makes utterances of the words of a recording in which everybody is in one channel.
pub fn of_one_channel(words: Vec<Word>) -> Vec<Utterance> {
    let sentences = sentences::split(0, words);
    let roles = roles::by_sentence(&sentences);
    // Without voices a role is as much of a speaker as can be told; they are numbered as they come.
    let mut met: Vec<Role> = Vec::new();
    let mut speaker = |role: Role| {
        let number = met.iter().position(|&known| known == role).unwrap_or_else(|| {
            met.push(role);
            met.len() - 1
        });
        (format!("S{}", number + 1), role)
    };
    let speakers: Vec<_> = roles.into_iter().map(&mut speaker).collect();
    sentences::join(sentences, &speakers)
}

/// Makes utterances of the words of two channels with one person each.
pub fn of_two_channels(words: [Vec<Word>; 2]) -> Vec<Utterance> {
    let mut sentences: Vec<Sentence> =
        words.into_iter().enumerate().flat_map(|(channel, words)| sentences::split(channel, words)).collect();
    sentences.sort_by_key(Sentence::start_ms);
    let roles = roles::by_channel(&sentences);
    let speakers: Vec<_> =
        sentences.iter().map(|sentence| (format!("S{}", sentence.channel + 1), roles[sentence.channel])).collect();
    sentences::join(sentences, &speakers)
}
