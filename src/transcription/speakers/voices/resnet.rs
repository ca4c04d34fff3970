//! The WeSpeaker ResNet34 (Wang et al. 2023, <https://arxiv.org/abs/2210.17016>), trained on VoxCeleb with a large margin,
//! with the weights that pyannote publishes as `pyannote/wespeaker-voxceleb-resnet34-LM` on the hub (CC BY 4.0): 33
//! convolutions over 80 mel bands, whose means and deviations over time become the embedding by a linear layer.
//!
//! A convolution is a product of matrices: the surroundings of each place, side by side, by the weights. Maps are kept with
//! their channels side by side, so that surroundings are copied in runs: candle's own convolution, which keeps them apart,
//! takes almost three times as long.

use std::{collections::HashMap, ops::Range};

use candle_core::{Device, Error, Result, Tensor};
use rayon::prelude::*;

use super::{
    Embedding, Thresholds, VoiceEncoder, VoiceError,
    fbank::{BANDS, FilterBank},
};
use crate::domain::ModelRef;

/// What the names of its tensors begin with.
const PREFIX: &str = "resnet.";
/// Residual blocks of each stage. A stage has twice the channels of the one before and half its bands and frames.
const STAGES: [usize; 4] = [3, 4, 6, 3];
/// Channels of the first stage.
const CHANNELS: usize = 32;
/// Channels and bands after the last stage.
const LAST: [usize; 2] = [CHANNELS << 3, BANDS >> 3];
/// Size of the embedding.
const SIZE: usize = 256;
/// Added to a variance before its root is taken, by PyTorch's batch norm.
const EPSILON: f64 = 1e-5;
/// Numbers of surroundings that are multiplied at a time: few enough for the cache. Half and twice as many are no faster.
const TILE: usize = 1 << 18;

/// The network's weights.
pub struct ResNet {
    bank: FilterBank,
    stem: Convolution,
    blocks: Vec<Block>,
    /// `[5120, 256]`, `[1, 256]`
    output: (Tensor, Tensor),
    model: ModelRef,
}

/// Two convolutions, to whose result the input is added; through a third where the shape changes.
struct Block {
    first: Convolution,
    second: Convolution,
    shortcut: Option<Convolution>,
}

/// A convolution with its batch norm.
struct Convolution {
    /// `[width × width × in, out]`, the first width along time.
    weights: Tensor,
    /// `[out]`
    bias: Vec<f32>,
    /// Places that it sees along time and along the bands: 1 or 3.
    width: usize,
    stride: usize,
}

/// `[frames, bands, channels]`
struct Map {
    values: Vec<f32>,
    frames: usize,
    bands: usize,
}

/// Tensors of a checkpoint, by name.
type Tensors = HashMap<String, Tensor>;

impl ResNet {
    /// Whether `tensors` are those of such a network.
    pub fn is_in(tensors: &Tensors) -> bool {
        tensors.keys().any(|name| name.starts_with(PREFIX))
    }

    /// Takes the weights out of `tensors`; `model` is what the transcript will say about them.
    pub fn new(tensors: &Tensors, model: ModelRef) -> Result<Self> {
        let stem = Convolution::new(tensors, ["conv1", "bn1"], [1, CHANNELS], 3, 1)?;
        let mut blocks = Vec::new();
        for (stage, &count) in STAGES.iter().enumerate() {
            let outputs = CHANNELS << stage;
            for block in 0..count {
                let inputs = if block == 0 { CHANNELS << stage.saturating_sub(1) } else { outputs };
                blocks.push(Block::new(tensors, &format!("layer{}.{block}", stage + 1), [inputs, outputs])?);
            }
        }
        Ok(Self { bank: FilterBank::new(), stem, blocks, output: output(tensors)?, model })
    }

    fn window(&self, samples: &[i16]) -> Result<Embedding> {
        let values = self.bank.frames(samples)?;
        let mut map = Map { frames: values.len() / BANDS, bands: BANDS, values };
        map = self.stem.run(&map)?.rectified();
        for block in &self.blocks {
            map = block.run(&map)?;
        }
        let pooled = Tensor::from_vec(map.statistics(), (1, ()), &Device::Cpu)?;
        let embedded = (pooled.matmul(&self.output.0)? + &self.output.1)?;
        Ok(Embedding::new(embedded.flatten_all()?.to_vec1()?))
    }
}

impl VoiceEncoder for ResNet {
    fn model_ref(&self) -> &ModelRef {
        &self.model
    }

    fn thresholds(&self) -> Thresholds {
        Thresholds::RESNET
    }

    fn embed(&self, samples: &[i16], windows: &[Range<usize>]) -> std::result::Result<Vec<Embedding>, VoiceError> {
        // One window is enough work for products of matrices at full speed: nothing is gained by putting several together.
        let embedded: Result<Vec<Embedding>> =
            windows.into_par_iter().map(|window| self.window(&samples[window.clone()])).collect();
        embedded.map_err(|error| VoiceError::Failed(error.to_string()))
    }
}

impl Block {
    fn new(tensors: &Tensors, name: &str, [inputs, outputs]: [usize; 2]) -> Result<Self> {
        let part = |convolution: &str, norm: &str, inputs: usize, width: usize, stride: usize| {
            let names = [convolution, norm].map(|part| format!("{name}.{part}"));
            Convolution::new(tensors, [&names[0], &names[1]], [inputs, outputs], width, stride)
        };
        let narrows = inputs != outputs;
        let stride = if narrows { 2 } else { 1 };
        Ok(Self {
            first: part("conv1", "bn1", inputs, 3, stride)?,
            second: part("conv2", "bn2", outputs, 3, 1)?,
            shortcut: narrows.then(|| part("shortcut.0", "shortcut.1", inputs, 1, stride)).transpose()?,
        })
    }

    fn run(&self, input: &Map) -> Result<Map> {
        let mut map = self.second.run(&self.first.run(input)?.rectified())?;
        let shortened = self.shortcut.as_ref().map(|shortcut| shortcut.run(input)).transpose()?;
        let kept = &shortened.as_ref().unwrap_or(input).values;
        map.values.iter_mut().zip(kept).for_each(|(value, kept)| *value += kept);
        Ok(map.rectified())
    }
}

impl Convolution {
    /// The convolution and the batch norm of these names, the one folded into the other.
    fn new(
        tensors: &Tensors,
        [convolution, norm]: [&str; 2],
        [inputs, outputs]: [usize; 2],
        width: usize,
        stride: usize,
    ) -> Result<Self> {
        let of_norm = |part: &str| tensor(tensors, &format!("{norm}.{part}"))?.reshape(outputs);
        let scale = (of_norm("weight")? / (of_norm("running_var")? + EPSILON)?.sqrt()?)?;
        let bias = (of_norm("bias")? - (of_norm("running_mean")? * &scale)?)?;
        // PyTorch has the bands before time, and channels first.
        let weights = tensor(tensors, &format!("{convolution}.weight"))?.reshape((outputs, inputs, width, width))?;
        let weights = weights.permute((3, 2, 1, 0))?.broadcast_mul(&scale)?.reshape(((), outputs))?;
        Ok(Self { weights, bias: bias.to_vec1()?, width, stride })
    }

    fn run(&self, input: &Map) -> Result<Map> {
        let (frames, bands) = (input.frames.div_ceil(self.stride), input.bands.div_ceil(self.stride));
        let (inputs, outputs) = self.weights.dims2()?;
        let mut values = Vec::with_capacity(frames * bands * outputs);
        let tile = (TILE / (inputs * bands)).max(1);
        for first in (0..frames).step_by(tile) {
            let frames = first..frames.min(first + tile);
            let places = frames.len() * bands;
            let surroundings =
                Tensor::from_vec(self.surroundings(input, frames, bands), (places, inputs), &Device::Cpu)?;
            values.extend(surroundings.matmul(&self.weights)?.flatten_all()?.to_vec1::<f32>()?);
        }
        for place in values.chunks_exact_mut(outputs) {
            place.iter_mut().zip(&self.bias).for_each(|(value, bias)| *value += bias);
        }
        Ok(Map { values, frames, bands })
    }

    /// What the convolution sees at each place of some frames of its result, with zeros beyond the edges.
    fn surroundings(&self, input: &Map, frames: Range<usize>, bands: usize) -> Vec<f32> {
        let (reach, channels) = (self.width / 2, input.channels());
        let mut found = vec![0f32; frames.len() * bands * self.width * self.width * channels];
        let mut rows = found.chunks_exact_mut(self.width * channels);
        for frame in frames {
            for band in 0..bands {
                // What there is of the bands around the middle, and how many are beyond the edge before it.
                let middle = band * self.stride;
                let seen = middle.saturating_sub(reach)..input.bands.min(middle + reach + 1);
                let beyond = seen.start + reach - middle;
                for along in 0..self.width {
                    let Some(row) = rows.next() else { return found };
                    let Some(frame) = (frame * self.stride + along).checked_sub(reach) else { continue };
                    if frame < input.frames {
                        let values = &input.values[(frame * input.bands + seen.start) * channels..];
                        let values = &values[..seen.len() * channels];
                        row[beyond * channels..][..values.len()].copy_from_slice(values);
                    }
                }
            }
        }
        found
    }
}

impl Map {
    fn channels(&self) -> usize {
        self.values.len() / (self.frames * self.bands)
    }

    fn rectified(mut self) -> Self {
        self.values.iter_mut().for_each(|value| *value = value.max(0.0));
        self
    }

    /// `[2 × bands × channels]`: the means over time, then the deviations, which are taken from a sample of the frames.
    fn statistics(&self) -> Vec<f32> {
        let size = self.values.len() / self.frames;
        let mut means = vec![0f32; size];
        let mut squares = vec![0f32; size];
        for frame in self.values.chunks_exact(size) {
            means.iter_mut().zip(frame).for_each(|(mean, value)| *mean += value / self.frames as f32);
        }
        for frame in self.values.chunks_exact(size) {
            let off = frame.iter().zip(&means).map(|(value, mean)| value - mean);
            squares.iter_mut().zip(off).for_each(|(sum, off)| *sum += off * off);
        }
        // One frame deviates from nothing; the reference has no number for it.
        let others = self.frames.saturating_sub(1).max(1) as f32;
        means.into_iter().chain(squares.into_iter().map(|sum| (sum / others).sqrt())).collect()
    }
}

fn tensor<'t>(tensors: &'t Tensors, name: &str) -> Result<&'t Tensor> {
    let name = format!("{PREFIX}{name}");
    tensors.get(&name).ok_or_else(|| Error::Msg(format!("it has no {name}")))
}

/// The last layer, its inputs in the order of [`Map::statistics`]: PyTorch has the channels before the bands.
fn output(tensors: &Tensors) -> Result<(Tensor, Tensor)> {
    let [channels, bands] = LAST;
    let weights = tensor(tensors, "seg_1.weight")?.reshape((SIZE, 2, channels, bands))?;
    let weights = weights.permute((1, 3, 2, 0))?.reshape(((), SIZE))?;
    Ok((weights, tensor(tensors, "seg_1.bias")?.reshape((1, SIZE))?))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{
        audio::{self, AudioSource},
        domain::no_progress,
    };

    /// Weights that `tests/data/voices/reference.py` computes, too: a hash of the name and of the place.
    fn weights(name: &str, dims: &[usize]) -> Tensor {
        let seed =
            name.bytes().fold(2_166_136_261, |seed: u32, byte| (seed ^ u32::from(byte)).wrapping_mul(16_777_619));
        let scale = (6.0 / dims[1..].iter().product::<usize>() as f64).sqrt() as f32;
        let value = |place: u32| {
            let mut hash = place ^ seed;
            for (shift, factor) in [(16, 0x7FEB_352D), (15, 0x846C_A68B), (16, 1)] {
                hash = (hash ^ (hash >> shift)).wrapping_mul(factor);
            }
            let value = (hash >> 8) as f32 / 8_388_608.0 - 1.0;
            match name {
                _ if dims.len() > 1 => value * scale,
                _ if name.ends_with("weight") || name.ends_with("var") => value * 0.5 + 1.0,
                _ => value * 0.1,
            }
        };
        let count = dims.iter().product::<usize>() as u32;
        Tensor::from_vec((0..count).map(value).collect::<Vec<f32>>(), dims, &Device::Cpu).expect("as many as said")
    }

    fn tensors() -> Tensors {
        let mut tensors = Tensors::new();
        let mut add = |name: String, dims: &[usize]| {
            let name = format!("resnet.{name}");
            tensors.insert(name.clone(), weights(&name, dims));
        };
        let mut convolution = |convolution: String, norm: String, dims: [usize; 4]| {
            add(format!("{convolution}.weight"), &dims);
            for part in ["weight", "bias", "running_mean", "running_var"] {
                add(format!("{norm}.{part}"), &dims[..1]);
            }
        };
        convolution("conv1".to_owned(), "bn1".to_owned(), [32, 1, 3, 3]);
        let mut inputs = 32;
        for (stage, blocks) in [(1, 3), (2, 4), (3, 6), (4, 3)] {
            let outputs = 16 << stage;
            for block in 0..blocks {
                let name = |part: &str| format!("layer{stage}.{block}.{part}");
                convolution(name("conv1"), name("bn1"), [outputs, inputs, 3, 3]);
                convolution(name("conv2"), name("bn2"), [outputs, outputs, 3, 3]);
                if inputs != outputs {
                    convolution(name("shortcut.0"), name("shortcut.1"), [outputs, inputs, 1, 1]);
                }
                inputs = outputs;
            }
        }
        add("seg_1.weight".to_owned(), &[256, 5120]);
        add("seg_1.bias".to_owned(), &[256]);
        tensors
    }

    fn model() -> ModelRef {
        ModelRef { task: "speakers".to_owned(), name: "voice".to_owned(), sha256: String::new() }
    }

    #[test]
    fn embeddings_are_those_of_the_reference() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let reference = std::fs::read_to_string(root.join("tests/data/voices/visit-01.txt")).expect("it is there");
        let number = |text: &str| text.parse::<usize>().expect("a number");
        let lines: Vec<Vec<&str>> = reference.lines().map(|line| line.split(' ').collect()).collect();
        let windows: Vec<Range<usize>> =
            lines.iter().map(|line| number(line[0])..number(line[0]) + number(line[1])).collect();
        let config = crate::config::Config::default().recognition;
        let path = root.join("audio-fixtures/visit-01-hypertension.flac");
        let recording = audio::decode(AudioSource::File(&path), &config, &no_progress).expect("it decodes");
        let encoder = ResNet::new(&tensors(), model()).expect("they are all there");
        let found = encoder.embed(&recording.channels[0], &windows).expect("it computes");
        assert_eq!(found.len(), 4);
        for (line, embedding) in lines.iter().zip(&found) {
            let values: Vec<f32> =
                serde_json::from_value(serde_json::to_value(embedding).expect("numbers")).expect("numbers");
            assert_eq!(values.len(), 16 * (line.len() - 2));
            for (value, expected) in values.iter().step_by(16).zip(&line[2..]) {
                let expected: f32 = expected.parse().expect("a number");
                assert!((value - expected).abs() < 5e-6, "{} at {}: {value} instead of {expected}", line[1], line[0]);
            }
        }
    }

    #[test]
    fn the_shortest_window_has_an_embedding() {
        let encoder = ResNet::new(&tensors(), model()).expect("they are all there");
        let found = encoder.embed(&[0; 400], &[0..0, 0..400]).expect("it computes");
        assert!(found.iter().all(Embedding::is_valid));
    }

    #[test]
    fn what_is_missing_is_said() {
        let mut tensors = tensors();
        tensors.remove("resnet.layer3.5.bn2.running_var");
        let error = ResNet::new(&tensors, model()).err().expect("refused").to_string();
        assert!(error.contains("it has no resnet.layer3.5.bn2.running_var"), "{error}");
    }
}
