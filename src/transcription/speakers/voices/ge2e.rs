//! The GE2E voice encoder (<https://arxiv.org/abs/1710.10467>) with the weights that Resemblyzer brings
//! (<https://github.com/resemble-ai/Resemblyzer>, Apache-2.0): three LSTM layers over 40 mel bands, whose last state
//! becomes the embedding by a linear layer and a rectifier.
//!
//! Windows of one length are stepped through the network together, so that each step is a product of matrices, and
//! several such batches are computed at a time.

use std::{collections::HashMap, ops::Range};

use candle_core::{Device, Error, Result, Tensor};
use rayon::prelude::*;

use super::{
    Embedding, Thresholds, VoiceEncoder, VoiceError,
    mel::{BANDS, HOP, MelSpectrum},
};
use crate::domain::ModelRef;

/// Size of a layer's state and of the embedding.
const STATE: usize = 256;
const LAYERS: usize = 3;
/// Windows stepped together: enough for a product of matrices, few enough for the cache.
const BATCH: usize = 32;
/// Every window is brought to this level: -30 dB of full scale, as in training.
const LEVEL: f32 = 0.031_622_78;

/// The network's weights.
pub struct Ge2e {
    spectrum: MelSpectrum,
    layers: Vec<Layer>,
    /// `[256, 256]`, `[256]`
    output: (Tensor, Tensor),
    model: ModelRef,
}

struct Layer {
    /// `[in, 1024]`
    input: Tensor,
    /// `[256, 1024]`
    state: Tensor,
    /// `[1024]`: the sum of both biases.
    bias: Tensor,
}

impl Ge2e {
    /// Takes the weights out of `tensors`; `model` is what the transcript will say about them.
    pub fn new(tensors: &HashMap<String, Tensor>, model: ModelRef) -> Result<Self> {
        let tensor = |name: String| tensors.get(&name).ok_or_else(|| Error::Msg(format!("it has no {name}")));
        let matrix =
            |name: String, rows: usize, columns: usize| tensor(name)?.reshape((columns, rows))?.t()?.contiguous();
        let layer = |index: usize| -> Result<Layer> {
            let inputs = if index == 0 { BANDS } else { STATE };
            let bias = (tensor(format!("lstm.bias_ih_l{index}"))? + tensor(format!("lstm.bias_hh_l{index}"))?)?;
            Ok(Layer {
                input: matrix(format!("lstm.weight_ih_l{index}"), inputs, 4 * STATE)?,
                state: matrix(format!("lstm.weight_hh_l{index}"), STATE, 4 * STATE)?,
                bias: bias.reshape(4 * STATE)?,
            })
        };
        let output = matrix("linear.weight".to_owned(), STATE, STATE)?;
        Ok(Self {
            spectrum: MelSpectrum::new()?,
            layers: (0..LAYERS).map(layer).collect::<Result<_>>()?,
            output: (output, tensor("linear.bias".to_owned())?.reshape(STATE)?),
            model,
        })
    }

    /// The embeddings of `windows`, all of one number of frames.
    fn batch(&self, samples: &[i16], windows: &[Range<usize>]) -> Result<Vec<Embedding>> {
        let frames = windows.first().map_or(0, frames);
        let mut features = self.features(samples, windows, frames)?;
        for layer in &self.layers {
            features = layer.run(&features, frames, windows.len())?;
        }
        let last = features.narrow(0, frames - 1, 1)?.squeeze(0)?;
        let embedded = last.matmul(&self.output.0)?.broadcast_add(&self.output.1)?.relu()?;
        Ok(embedded.to_vec2()?.into_iter().map(Embedding::new).collect())
    }

    /// `[frames, windows, 40]`: the bands of every window at the level of training.
    fn features(&self, samples: &[i16], windows: &[Range<usize>], frames: usize) -> Result<Tensor> {
        let first = windows.iter().map(|window| window.start / HOP).min().unwrap_or_default();
        let last = windows.iter().map(|window| window.start / HOP + frames).max().unwrap_or_default();
        let bands = self.spectrum.frames(samples, first..last)?;
        let gains: Vec<f32> = windows.iter().map(|window| power_gain(&samples[window.clone()])).collect();
        let mut features = Vec::with_capacity(frames * windows.len() * BANDS);
        for frame in 0..frames {
            for (window, gain) in windows.iter().zip(&gains) {
                let at = (window.start / HOP - first + frame) * BANDS;
                features.extend(bands[at..at + BANDS].iter().map(|band| band * gain));
            }
        }
        Tensor::from_vec(features, (frames, windows.len(), BANDS), &Device::Cpu)
    }
}

impl VoiceEncoder for Ge2e {
    fn model_ref(&self) -> &ModelRef {
        &self.model
    }

    fn thresholds(&self) -> Thresholds {
        Thresholds::GE2E
    }

    fn embed(&self, samples: &[i16], windows: &[Range<usize>]) -> std::result::Result<Vec<Embedding>, VoiceError> {
        let batches = windows.chunk_by(|a, b| frames(a) == frames(b)).flat_map(|alike| alike.chunks(BATCH));
        let batches: Vec<&[Range<usize>]> = batches.collect();
        let embedded: Result<Vec<Vec<Embedding>>> =
            batches.into_par_iter().map(|batch| self.batch(samples, batch)).collect();
        Ok(embedded.map_err(|error| VoiceError::Failed(error.to_string()))?.concat())
    }
}

impl Layer {
    /// `[frames, windows, 256]`: the states after each frame of `[frames, windows, in]`.
    fn run(&self, features: &Tensor, frames: usize, windows: usize) -> Result<Tensor> {
        let inputs = features.reshape((frames * windows, ()))?.matmul(&self.input)?.broadcast_add(&self.bias)?;
        let mut gates: Vec<f32> = inputs.flatten_all()?.to_vec1()?;
        let mut hidden = vec![0f32; windows * STATE];
        let mut cell = vec![0f32; windows * STATE];
        let mut states = Vec::with_capacity(frames * windows * STATE);
        for gates in gates.chunks_exact_mut(windows * 4 * STATE) {
            let fed_back = Tensor::from_slice(&hidden, (windows, STATE), &Device::Cpu)?.matmul(&self.state)?;
            let fed_back: Vec<f32> = fed_back.flatten_all()?.to_vec1()?;
            gates.iter_mut().zip(&fed_back).for_each(|(gate, more)| *gate += more);
            let rows = gates.chunks_exact(4 * STATE).zip(cell.chunks_exact_mut(STATE));
            rows.zip(hidden.chunks_exact_mut(STATE)).for_each(|((gates, cell), hidden)| step(gates, cell, hidden));
            states.extend_from_slice(&hidden);
        }
        Tensor::from_vec(states, (frames, windows, STATE), &Device::Cpu)
    }
}

/// One step of one LSTM cell; the gates are in PyTorch's order: input, forget, candidate, output.
fn step(gates: &[f32], cell: &mut [f32], hidden: &mut [f32]) {
    let (input, gates) = gates.split_at(STATE);
    let (forget, gates) = gates.split_at(STATE);
    let (candidate, output) = gates.split_at(STATE);
    for element in 0..STATE {
        let kept = sigmoid(forget[element]) * cell[element];
        cell[element] = kept + sigmoid(input[element]) * tanh(candidate[element]);
        hidden[element] = sigmoid(output[element]) * tanh(cell[element]);
    }
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

fn tanh(x: f32) -> f32 {
    2.0 * sigmoid(2.0 * x) - 1.0
}

/// e to the `x`, to 2 in 10 million. The library's takes a tenth of the time of all speaker work; this one the compiler
/// turns into vector instructions.
fn exp(x: f32) -> f32 {
    /// Adding it leaves no room for a fraction: what is added is rounded.
    const ROUND: f32 = 12_582_912.0;
    let exponent = x.clamp(-87.0, 87.0) * std::f32::consts::LOG2_E;
    let whole = (exponent + ROUND) - ROUND;
    let rest = (exponent - whole) * std::f32::consts::LN_2;
    let series = 1.0 / 720.0;
    let series = series * rest + 1.0 / 120.0;
    let series = series * rest + 1.0 / 24.0;
    let series = series * rest + 1.0 / 6.0;
    let series = series * rest + 0.5;
    let series = series * rest + 1.0;
    let series = series * rest + 1.0;
    // A power of two is a float with only its exponent set.
    let power = f32::from_bits(((whole as i32 + 127) as u32) << 23);
    series * power
}

/// Frames of a window.
fn frames(window: &Range<usize>) -> usize {
    (window.len() / HOP).max(1)
}

/// What the energies of a window are multiplied by to bring it to [`LEVEL`].
fn power_gain(samples: &[i16]) -> f32 {
    let squares: f64 = samples.iter().map(|&sample| f64::from(sample).powi(2)).sum();
    let mean = squares / samples.len().max(1) as f64 / (32_768.0 * 32_768.0);
    (f64::from(LEVEL * LEVEL) / mean.max(1e-12)) as f32
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{
        audio::{self, AudioSource},
        domain::no_progress,
    };

    /// The largest values of three windows of `visit-01-hypertension.flac` with their places, and how alike the windows
    /// are, as another implementation of the network (NumPy, on librosa's mel bands) has them.
    #[test]
    fn embeddings_are_those_of_the_reference() {
        let config = crate::config::Config::default();
        let file = crate::model_files::ModelStore::new(&config.paths)
            .locate(&config.recognition.voice_model)
            .expect("run `soapstone models pull ge2e-voice` first");
        let encoder = crate::transcription::speakers::voices::load(&file.path, file.model_ref).expect("it loads");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("audio-fixtures/visit-01-hypertension.flac");
        let recording = audio::decode(AudioSource::File(&path), &config.recognition, &no_progress).expect("it decodes");
        let windows = [(50, 160), (2000, 160), (50, 80)].map(|(at, frames)| at * HOP..(at + frames) * HOP);
        let found = encoder.embed(&recording.channels[0], &windows).expect("it computes");
        let expected = [(197, 0.2517), (166, 0.2336), (159, 0.1945), (45, 0.1921), (199, 0.1868), (102, 0.1813)];
        let values: Vec<f32> =
            serde_json::from_value(serde_json::to_value(&found[0]).expect("numbers")).expect("numbers");
        for (place, value) in expected {
            assert!((values[place] - value).abs() < 5e-4, "{place}: {} instead of {value}", values[place]);
        }
        for (one, other, cosine) in [(0, 1, 0.4616), (0, 2, 0.7659), (1, 2, 0.4802)] {
            assert!((found[one].cosine(&found[other]) - cosine).abs() < 5e-4, "{one} and {other}");
        }
    }

    #[test]
    fn the_quick_exponential_is_exact_enough() {
        for tenth in -800..=800 {
            let x = tenth as f32 / 10.0;
            let (quick, exact) = (f64::from(exp(x)), f64::from(x).exp());
            assert!((quick / exact - 1.0).abs() < 6e-6, "{x}: {quick} instead of {exact}");
        }
        assert!((tanh(0.5) - 0.5f32.tanh()).abs() < 1e-6 && sigmoid(-200.0) >= 0.0 && tanh(200.0) == 1.0);
    }
}
