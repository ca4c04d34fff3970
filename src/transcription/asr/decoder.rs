//! One whisper.cpp state: a window in, tokens out (<https://github.com/ggml-org/whisper.cpp>).

use std::{
    ffi::{c_int, c_void},
    fs::File,
    io::Read,
    path::Path,
    slice,
};

use whisper_rs::{
    DtwMode, DtwModelPreset, DtwParameters, FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters,
    WhisperState, WhisperTokenId,
};

use super::{AsrError, words::Token};
use crate::audio::SAMPLE_RATE_HZ;

/// Samples that one position of the encoder stands for: 20 ms.
const SAMPLES_PER_POSITION: usize = 320;
/// Positions encoded beyond the window's end: Whisper was trained on sound followed by silence.
const POSITIONS_AFTER: usize = 64;
/// Positions that a window is given at least to be read: 10 s. With fewer Whisper misreads short sentences.
const LEAST_POSITIONS: i32 = 512;
/// Positions come in multiples of this, which the matrix kernels like.
const POSITION_STEP: usize = 64;
/// Whisper's 30 s.
const MOST_POSITIONS: usize = 1500;
/// Samples of a centisecond, whisper.cpp's unit of time.
const SAMPLES_PER_CS: usize = SAMPLE_RATE_HZ as usize / 100;
/// What whisper.cpp may use to align one window, in bytes: 20 s at most need a third of it.
const ALIGNMENT_MEMORY: usize = 128 << 20;
/// A window whose tokens have a lower mean log-probability is decoded again at a higher temperature.
const LOG_PROBABILITY: f32 = -1.0;
/// So is one whose last 32 tokens are as predictable as this (nats): whisper.cpp's form of the compression ratio.
const ENTROPY: f32 = 2.4;
/// With at least this probability of "no speech", a window of low log-probability has no words.
const NO_SPEECH: f32 = 0.6;

/// What the decoder made of one window.
#[derive(Debug, Clone, Default)]
pub struct Decoded {
    /// Text tokens, in order.
    pub tokens: Vec<Token>,
    /// Their ids, to prompt the next window with.
    pub ids: Vec<WhisperTokenId>,
    /// The last timestamp written, in samples from the start of the window: so far the decoder believes it has read.
    pub read_to: usize,
}

impl Decoded {
    /// The mean log-probability of the tokens; 0 where there are none.
    pub fn log_probability(&self) -> f32 {
        let sum: f32 = self.tokens.iter().map(|token| token.probability.max(1e-6).ln()).sum();
        sum / self.tokens.len().max(1) as f32
    }
}

/// Loads the weights with the alignment heads of their size.
pub fn load(path: &Path) -> Result<WhisperContext, String> {
    whisper_rs::install_logging_hooks();
    let header = Header::read(path).map_err(|error| error.to_string())?;
    let mode = match header.alignment_heads() {
        Some(model_preset) => DtwMode::ModelPreset { model_preset },
        None => DtwMode::TopMost { n_top: (header.text_layers / 2).max(1) },
    };
    let mut parameters = WhisperContextParameters::default();
    parameters.dtw_parameters(DtwParameters { mode, dtw_mem_size: ALIGNMENT_MEMORY });
    WhisperContext::new_with_params(path, parameters).map_err(|error| error.to_string())
}

/// Reads one window. Timestamps are decoded although the alignment gives finer ones: without them Whisper leaves out
/// whole sentences of a conversation.
pub fn decode(
    context: &WhisperContext,
    state: &mut WhisperState,
    sound: &[f32],
    prompt: &[WhisperTokenId],
) -> Result<Decoded, AsrError> {
    let mut end = End::of(context);
    let mut parameters = FullParams::new(SamplingStrategy::Greedy { best_of: 2 });
    parameters.set_n_threads(1);
    parameters.set_language(Some("en"));
    parameters.set_no_context(true);
    parameters.set_tokens(prompt);
    parameters.set_single_segment(true);
    parameters.set_suppress_nst(true);
    parameters.set_print_progress(false);
    parameters.set_logprob_thold(LOG_PROBABILITY);
    parameters.set_entropy_thold(ENTROPY);
    parameters.set_no_speech_thold(NO_SPEECH);
    parameters.set_audio_ctx(positions(sound.len()).max(LEAST_POSITIONS));
    // SAFETY: `end` is what the callback takes, and lives until `full` returns, which alone calls it.
    unsafe {
        parameters.set_filter_logits_callback_user_data((&raw mut end).cast());
        parameters.set_filter_logits_callback(Some(end_without_text));
    }
    state.full(parameters, sound).map_err(super::failed)?;
    Ok(collect(state))
}

/// How the longest sequences end. The alignment of whisper.cpp 1.8 looks for a segment after the last where that ends in
/// text, beyond the end of its list, and some of those looks end the process. Of whole windows, only those end in text that
/// are in a loop at every temperature: so the last token that they may have is made one without text.
struct End {
    /// Tokens of a sequence at most, as whisper.cpp has it.
    most: usize,
    vocabulary: usize,
    token: WhisperTokenId,
}

impl End {
    fn of(context: &WhisperContext) -> Self {
        Self {
            most: (context.n_text_ctx() / 2 - 4) as usize,
            vocabulary: context.n_vocab() as usize,
            token: context.token_sot(),
        }
    }

    /// Leaves nothing but its token to choose from after `tokens` tokens, if only one more may come.
    fn filter(&self, tokens: usize, logits: &mut [f32]) {
        if tokens + 1 >= self.most {
            logits.fill(f32::NEG_INFINITY);
            logits[self.token as usize] = 0.0;
        }
    }
}

/// The callback for [`End::filter`].
///
/// # Safety
/// `end` must point to an [`End`], and `logits` to as many numbers as its vocabulary has tokens.
unsafe extern "C" fn end_without_text<C, S, T>(
    _context: *mut C,
    _state: *mut S,
    _tokens: *const T,
    tokens: c_int,
    logits: *mut f32,
    end: *mut c_void,
) {
    // SAFETY: what the caller guarantees.
    let end = unsafe { &*end.cast::<End>() };
    // SAFETY: likewise; nobody else holds them while the callback runs.
    let logits = unsafe { slice::from_raw_parts_mut(logits, end.vocabulary) };
    end.filter(tokens as usize, logits);
}

/// Leaves the encoding of `sound` in `state`. Only a whole run can be told to encode no more than the sound's length, so
/// this is one that ends after its first tokens. What it would make of them counts as no speech whatever it is: aligning a
/// segment that ends in text is not safe ([`End`]), and nobody asks for it.
pub fn encode(state: &mut WhisperState, sound: &[f32]) -> Result<(), AsrError> {
    let mut parameters = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
    parameters.set_n_threads(1);
    parameters.set_language(Some("en"));
    parameters.set_no_context(true);
    parameters.set_single_segment(true);
    parameters.set_print_progress(false);
    parameters.set_max_tokens(1);
    parameters.set_no_speech_thold(-1.0);
    parameters.set_logprob_thold(f32::MAX);
    parameters.set_temperature_inc(0.0);
    parameters.set_audio_ctx(positions(sound.len()));
    state.full(parameters, sound).map_err(super::failed)
}

/// The tokens before the first word of an English text with timestamps.
pub fn opening(context: &WhisperContext) -> Vec<WhisperTokenId> {
    let language = whisper_rs::get_lang_id("en").unwrap_or_default();
    let named = [context.token_lang(language), context.token_transcribe()];
    let of_many = named.into_iter().filter(|_| context.is_multilingual());
    std::iter::once(context.token_sot()).chain(of_many).chain([context.token_beg()]).collect()
}

/// Encoder positions for so many samples.
fn positions(samples: usize) -> i32 {
    let needed = samples.div_ceil(SAMPLES_PER_POSITION) + POSITIONS_AFTER;
    needed.next_multiple_of(POSITION_STEP).min(MOST_POSITIONS) as i32
}

/// The text tokens of the state's segments, without timestamps and other marks.
fn collect(state: &WhisperState) -> Decoded {
    let mut decoded = Decoded::default();
    for segment in state.as_iter() {
        for token in (0..segment.n_tokens()).filter_map(|index| segment.get_token(index)) {
            let data = token.token_data();
            let text = token.to_bytes().unwrap_or_default();
            if let Some(position) = timestamp(text) {
                decoded.read_to = position * SAMPLES_PER_POSITION;
            }
            if text.starts_with(b"[_") || text.starts_with(b"<|") {
                continue;
            }
            let end = usize::try_from(data.t_dtw).ok().map(|centiseconds| centiseconds * SAMPLES_PER_CS);
            decoded.tokens.push(Token { text: text.to_owned(), probability: data.p, end });
            decoded.ids.push(data.id);
        }
    }
    decoded
}

/// The encoder position that a timestamp token, `[_TT_250]`, stands for.
fn timestamp(token: &[u8]) -> Option<usize> {
    std::str::from_utf8(token).ok()?.strip_prefix("[_TT_")?.strip_suffix(']')?.parse().ok()
}

/// The beginning of a ggml file, which tells the sizes of the model.
struct Header {
    vocabulary: i32,
    audio_layers: i32,
    text_layers: i32,
    mels: i32,
}

impl Header {
    fn read(path: &Path) -> std::io::Result<Self> {
        let mut bytes = [0u8; 44];
        File::open(path)?.read_exact(&mut bytes)?;
        let field = |index: usize| {
            let at = index * 4;
            i32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
        };
        Ok(Self { vocabulary: field(1), audio_layers: field(5), text_layers: field(9), mels: field(10) })
    }

    /// Which attention heads follow the sound, by the sizes that OpenAI published heads for.
    fn alignment_heads(&self) -> Option<DtwModelPreset> {
        let english = self.vocabulary == 51_864;
        Some(match (self.audio_layers, self.text_layers) {
            (4, 4) if english => DtwModelPreset::TinyEn,
            (4, 4) => DtwModelPreset::Tiny,
            (6, 6) if english => DtwModelPreset::BaseEn,
            (6, 6) => DtwModelPreset::Base,
            (12, 12) if english => DtwModelPreset::SmallEn,
            (12, 12) => DtwModelPreset::Small,
            (24, 24) if english => DtwModelPreset::MediumEn,
            (24, 24) => DtwModelPreset::Medium,
            (32, 4) => DtwModelPreset::LargeV3Turbo,
            (32, 32) if self.mels == 128 => DtwModelPreset::LargeV3,
            (32, 32) => DtwModelPreset::LargeV2,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        audio::{AudioSource, decode as read},
        config::{Config, RecognitionConfig},
        domain::no_progress,
        model_files::ModelStore,
    };

    #[test]
    fn encoding_leaves_no_segment_to_be_aligned() {
        let model = ModelStore::new(&Config::default().paths).locate("whisper-tiny.en").expect("it is here");
        let visit = Path::new(env!("CARGO_MANIFEST_DIR")).join("audio-fixtures/visit-01-hypertension.flac");
        let recording = read(AudioSource::File(&visit), &RecognitionConfig::default(), &no_progress).expect("reads");
        let sound: Vec<f32> = recording.channels[0].iter().map(|&sample| f32::from(sample) / 32_768.0).collect();
        let context = load(&model.path).expect("loads");
        let mut state = context.create_state().expect("a state");
        for second in 0..6 {
            encode(&mut state, &sound[second * 16_000..][..3 * 16_000]).expect("encodes");
            assert_eq!(state.full_n_segments(), 0, "from second {second}");
        }
        assert!(!decode(&context, &mut state, &sound[..10 * 16_000], &[]).expect("decodes").tokens.is_empty());
    }

    #[test]
    fn the_longest_sequence_ends_without_text() {
        let end = End { most: 220, vocabulary: 4, token: 2 };
        let mut logits = [1.0, 3.0, f32::NEG_INFINITY, 2.0];
        end.filter(218, &mut logits);
        assert_eq!(logits, [1.0, 3.0, f32::NEG_INFINITY, 2.0]);
        end.filter(219, &mut logits);
        assert_eq!(logits.map(|logit| logit > f32::NEG_INFINITY), [false, false, true, false]);
    }
}
