//! Speech to text with Whisper (<https://arxiv.org/abs/2212.04356>), run by whisper.cpp.
//!
//! Speech is packed into windows ([`windows`]), and consecutive windows into passages. A passage is read by one
//! single-threaded whisper.cpp state, each window prompted with the words before it; several passages are read at a
//! time. Two threads in one state would wait for each other at every matrix product, which costs little on an idle
//! machine and a factor of ten beside a busy neighbour. Passages do not depend on the number of threads, so the same
//! recording gives the same text on every machine.

mod again;
mod decoder;
mod language;
mod loops;
mod vocabulary;
mod windows;
mod words;

use std::{
    panic::resume_unwind,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

pub use again::{Listener, Place};
use decoder::Decoded;
pub use language::Languages;
use whisper_rs::{WhisperContext, WhisperState, WhisperTokenId};
use windows::Window;

use super::{
    memory::{Memory, Recall, cause},
    vad::SpeechActivity,
};
use crate::{
    audio::SAMPLE_RATE_HZ,
    domain::{ModelRef, Progress, Word},
};

/// Speech read with one context, in samples: the longest after which a new passage begins at the next window.
const PASSAGE: usize = 60 * SAMPLE_RATE_HZ as usize;
/// Tokens of the text before a window that it is prompted with.
const CONTEXT_TOKENS: usize = 48;
/// If this much sound with speech remains after the last word, the decoder stopped too early: 1.6 s.
const UNREAD: usize = 1600 * SAMPLE_RATE_HZ as usize / 1000;

/// The recogniser, ready to read.
pub struct WhisperRecognizer {
    context: WhisperContext,
    model: ModelRef,
    threads: usize,
}

/// Why speech could not be recognised.
#[derive(Debug, thiserror::Error)]
pub enum AsrError {
    /// The weights are not a Whisper model in ggml form.
    #[error("cannot load the recogniser {name}: {reason}")]
    Load {
        /// The model.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The computation failed.
    #[error("the recogniser failed: {0}")]
    Failed(String),
}

impl WhisperRecognizer {
    /// Loads a ggml file; `threads` passages will be read at a time, and `model` is what the transcript will say.
    pub fn load(path: &Path, model: ModelRef, threads: usize) -> Result<Self, AsrError> {
        let context = decoder::load(path).map_err(|reason| AsrError::Load { name: model.name.clone(), reason })?;
        Ok(Self { context, model, threads: threads.max(1) })
    }

    /// Its name and the hash of its weights.
    pub fn model_ref(&self) -> &ModelRef {
        &self.model
    }

    /// Somebody to hear places again with.
    pub fn listener<'r>(&'r self, memory: &'r Memory) -> Listener<'r> {
        Listener::new(&self.context, &memory.places)
    }

    /// The words of one channel at 16 kHz. `bias` are names to expect,
    /// the most important first.
    pub fn recognize(
        &self,
        channel: &[i16],
        activity: &SpeechActivity,
        bias: &[String],
        goes_on: bool,
        memory: &Memory,
        progress: Progress,
    ) -> Result<Read, AsrError> {
        let mut windows = windows::plan(activity, channel);
        let settled = windows.last().and_then(|open| open.pieces.first()).map_or(channel.len(), |piece| piece.start);
        if let Some(last) = windows.pop_if(|_| goes_on) {
            windows.extend(windows::open(&last, activity, channel));
        }
        let passages = passages(windows);
        let glossary = vocabulary::prompt(&self.context, bias);
        let reader =
            Reader { context: &self.context, channel, activity, glossary: &glossary, memory: &memory.readings };
        let windows = passages.iter().map(Vec::len).sum::<usize>().max(1);
        let (next, read) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let results: Vec<Mutex<Option<PassageResult>>> = passages.iter().map(|_| Mutex::new(None)).collect();
        let work = || {
            while let Some((passage, result)) = take(&next, &passages, &results) {
                let passage = reader.read_passage(passage, &|| {
                    let done = read.fetch_add(1, Ordering::Relaxed) + 1;
                    progress(done as f32 / windows as f32);
                });
                *result.lock().expect("no reader panics while it holds the lock") = Some(passage);
            }
        };
        std::thread::scope(|scope| {
            let others = Vec::from_iter((1..self.threads.min(passages.len())).map(|_| scope.spawn(work)));
            work();
            // Who watches may end the work by unwinding, which goes on from here as it was.
            others.into_iter().for_each(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        });
        let read = results.into_iter().filter_map(|result| result.into_inner().expect("all readers have ended"));
        let (mut words, mut languages) = (Vec::new(), Languages::default());
        for passage in read {
            let (found, heard) = passage?;
            words.extend(found);
            languages.add(&heard);
        }
        Ok(Read { words: collapse_loops(words), languages, settled })
    }
}

/// What was read in one channel.
pub struct Read {
    /// In order.
    pub words: Vec<Word>,
    /// In which the words were heard.
    pub languages: Languages,
    /// The sample before which no word changes if the channel goes on: where the last window begins, which may grow.
    pub settled: usize,
}

fn failed(error: whisper_rs::WhisperError) -> AsrError {
    AsrError::Failed(error.to_string())
}

/// The words of a passage and their languages, or why there are none.
type PassageResult = Result<(Vec<Word>, Languages), AsrError>;

/// The next passage that nobody reads yet, with the place for its words.
fn take<'a, P, R>(next: &AtomicUsize, passages: &'a [P], results: &'a [R]) -> Option<(&'a P, &'a R)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    passages.get(index).zip(results.get(index))
}

/// Groups consecutive windows.
fn passages(windows: Vec<Window>) -> Vec<Vec<Window>> {
    let mut passages: Vec<Vec<Window>> = Vec::new();
    for window in windows {
        match passages.last_mut() {
            Some(passage) if passage.iter().map(Window::len).sum::<usize>() + window.len() <= PASSAGE => {
                passage.push(window);
            }
            _ => passages.push(vec![window]),
        }
    }
    passages
}

/// Everything that reading a passage needs.
struct Reader<'a> {
    context: &'a WhisperContext,
    channel: &'a [i16],
    activity: &'a SpeechActivity,
    glossary: &'a [WhisperTokenId],
    memory: &'a Recall<Reading>,
}

/// What is read in one window after the words before it.
#[derive(Clone)]
pub struct Reading {
    decoded: Decoded,
    languages: Languages,
}

impl Reader<'_> {
    /// Reads window after window, each prompted with the text before it. A window in which the decoder stopped early is
    /// read on from there.
    fn read_passage(&self, passage: &[Window], window_done: &dyn Fn()) -> PassageResult {
        let mut state = LazyState::new(self.context);
        let mut languages = Languages::default();
        let mut said: Vec<WhisperTokenId> = Vec::new();
        let mut words: Vec<Word> = Vec::new();
        for window in passage {
            let mut rest = Some(window.clone());
            while let Some(window) = rest.take() {
                let Reading { decoded, languages: heard } = self.read_window(&mut state, &window, &said)?;
                languages.add(&heard);
                let found = words::words(&decoded.tokens, &window, self.activity);
                rest = self.unread(&window, &decoded, &found);
                said = if is_lost(&decoded) { Vec::new() } else { decoded.ids };
                words.extend(found);
            }
            window_done();
        }
        Ok((words, languages))
    }

    fn read_window(
        &self,
        state: &mut LazyState,
        window: &Window,
        said: &[WhisperTokenId],
    ) -> Result<Reading, AsrError> {
        let prompt = [self.glossary, &said[said.len().saturating_sub(CONTEXT_TOKENS)..]].concat();
        let sound: Vec<&[i16]> = window.pieces.iter().map(|piece| &self.channel[piece.clone()]).collect();
        self.memory.find_or(cause((sound, &prompt)), || {
            let state = state.get()?;
            let decoded = self.decode(state, &window.sound(self.channel), &prompt)?;
            let languages = Languages::of_window(self.context, state, window.len())?;
            Ok(Reading { decoded, languages })
        })
    }

    /// Decodes with the text before it; if that leads astray, once more without, and keeps the likelier of the two.
    fn decode(&self, state: &mut WhisperState, sound: &[f32], prompt: &[WhisperTokenId]) -> Result<Decoded, AsrError> {
        let prompted = decoder::decode(self.context, state, sound, prompt)?;
        if !is_lost(&prompted) && !prompted.tokens.is_empty() {
            return Ok(prompted);
        }
        let plain = decoder::decode(self.context, state, sound, &[])?;
        let plain_is_better = prompted.tokens.is_empty() || plain.log_probability() > prompted.log_probability();
        Ok(if plain_is_better { plain } else { prompted })
    }

    /// The part of `window` that comes after the last word and the last timestamp, if much is said in it. It is shorter
    /// than the window, so that reading ends.
    fn unread(&self, window: &Window, decoded: &Decoded, found: &[Word]) -> Option<Window> {
        let last_word = (found.last()?.end_ms * u64::from(SAMPLE_RATE_HZ) / 1000) as usize;
        let read_to = window.in_recording(decoded.read_to, decoded.read_to).end.max(last_word);
        let rest = window.after(read_to + SAMPLE_RATE_HZ as usize / 10);
        let spoken = rest.pieces.iter().flat_map(|piece| self.activity.chunks(piece)).filter(|&&p| p > 0.5).count();
        (spoken * super::vad::CHUNK_SAMPLES > UNREAD && rest.len() < window.len()).then_some(rest)
    }
}

/// A state of the recogniser, made when it is first needed: it takes 100 MB and more.
struct LazyState<'c> {
    context: &'c WhisperContext,
    state: Option<WhisperState>,
}

impl<'c> LazyState<'c> {
    fn new(context: &'c WhisperContext) -> Self {
        Self { context, state: None }
    }

    fn get(&mut self) -> Result<&mut WhisperState, AsrError> {
        if self.state.is_none() {
            self.state = Some(self.context.create_state().map_err(failed)?);
        }
        Ok(self.state.as_mut().expect("it was made"))
    }
}

/// Whether the decoder has lost its way: improbable words, or the same over and over.
fn is_lost(decoded: &Decoded) -> bool {
    let text: Vec<u8> = decoded.tokens.iter().flat_map(|token| token.text.iter().copied()).collect();
    let text = String::from_utf8_lossy(&text);
    let words: Vec<&str> = text.split_whitespace().collect();
    decoded.log_probability() < -1.0 || loops::without_loops(&words).len() < words.len()
}

fn collapse_loops(words: Vec<Word>) -> Vec<Word> {
    let kept = loops::without_loops(&words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>());
    kept.into_iter().map(|index| words[index].clone()).collect()
}
