//! Silero VAD v6 at 16 kHz (<https://github.com/snakers4/silero-vad>, MIT), from its published safetensors.
//!
//! A chunk of 512 samples, with the 64 before it, becomes one feature vector by a short-time Fourier transform and four
//! convolutions, none of which looks at another chunk; an LSTM cell then runs from chunk to chunk. So the first part
//! is done for many chunks in one batch, where candle is fast, and only the small cell is stepped, by hand: stepping it
//! through candle would cost more in bookkeeping than in arithmetic.

use std::{collections::HashMap, path::Path};

use candle_core::{D, DType, Device, Result, Tensor};

/// Samples of one decision: 32 ms.
pub const CHUNK: usize = 512;
/// Samples of the previous chunk that the network sees again.
const CONTEXT: usize = 64;
/// Samples reflected at the end, so that the last window of the transform is whole.
const REFLECTED: usize = 64;
/// Windows of the transform in one chunk, their step and the number of frequencies kept of each.
const WINDOWS: usize = 4;
const WINDOW: usize = 256;
const HOP: usize = 128;
const FREQUENCIES: usize = 129;
/// Size of the LSTM's state.
const STATE: usize = 128;
/// Chunks computed in one batch: 8 s of audio, about 10 MB of activations.
const BATCH: usize = 256;

/// The network's weights.
pub struct Silero {
    /// `[256, 258]`: real and imaginary parts of the transform.
    transform: Tensor,
    /// `[out, in, 3]` with `[1, out, 1]`, and the stride of each.
    convolutions: Vec<(Tensor, Tensor, usize)>,
    /// `[128, 512]`, for a batch of feature vectors.
    input_weights: Tensor,
    /// `[512]`: the sum of both biases of the cell.
    gate_bias: Tensor,
    /// `[128][512]`: from the state to the gates, one row for each state element.
    state_weights: Vec<f32>,
    output_weights: Vec<f32>,
    output_bias: f32,
}

/// What the network remembers between chunks.
#[derive(Clone)]
pub struct State {
    hidden: [f32; STATE],
    cell: [f32; STATE],
    context: [f32; CONTEXT],
}

impl Default for State {
    fn default() -> Self {
        Self { hidden: [0.0; STATE], cell: [0.0; STATE], context: [0.0; CONTEXT] }
    }
}

impl Silero {
    /// Reads `silero_vad_16k.safetensors`.
    pub fn load(path: &Path) -> Result<Self> {
        let tensors = candle_core::safetensors::load(path, &Device::Cpu)?;
        let convolution = |name: &str, stride: usize| -> Result<_> {
            let bias = tensor(&tensors, &format!("{name}.bias"))?;
            Ok((tensor(&tensors, &format!("{name}.weight"))?, bias.reshape((1, (), 1))?, stride))
        };
        let transposed = |name: &str| tensor(&tensors, name)?.t()?.contiguous();
        Ok(Self {
            transform: tensor(&tensors, "stft_conv.weight")?.squeeze(1)?.t()?.contiguous()?,
            convolutions: vec![
                convolution("conv1", 1)?,
                convolution("conv2", 2)?,
                convolution("conv3", 2)?,
                convolution("conv4", 1)?,
            ],
            input_weights: transposed("lstm_cell.weight_ih")?,
            gate_bias: (tensor(&tensors, "lstm_cell.bias_ih")? + tensor(&tensors, "lstm_cell.bias_hh")?)?,
            state_weights: transposed("lstm_cell.weight_hh")?.flatten_all()?.to_vec1()?,
            output_weights: tensor(&tensors, "final_conv.weight")?.flatten_all()?.to_vec1()?,
            output_bias: tensor(&tensors, "final_conv.bias")?.to_vec1::<f32>()?[0],
        })
    }

    /// The probability of speech in each chunk of `samples`, whose length is a multiple of [`CHUNK`].
    pub fn probabilities(&self, samples: &[f32], state: &mut State) -> Result<Vec<f32>> {
        let mut probabilities = Vec::with_capacity(samples.len() / CHUNK);
        for batch in samples.chunks(BATCH * CHUNK) {
            let gates = self.gates(batch, &mut state.context)?;
            probabilities.extend(gates.chunks_exact(4 * STATE).map(|gates| self.step(gates, state)));
        }
        Ok(probabilities)
    }

    /// The part of the cell's gates that comes from the audio: `[chunks × 512]`.
    fn gates(&self, batch: &[f32], context: &mut [f32; CONTEXT]) -> Result<Vec<f32>> {
        let chunks = batch.len() / CHUNK;
        let windows = Tensor::from_vec(transform_windows(batch, context), (chunks * WINDOWS, WINDOW), &Device::Cpu)?;
        let spectrum = windows.matmul(&self.transform)?;
        let (real, imaginary) = (spectrum.narrow(1, 0, FREQUENCIES)?, spectrum.narrow(1, FREQUENCIES, FREQUENCIES)?);
        let magnitude = (real.sqr()? + imaginary.sqr()?)?.sqrt()?;
        let mut features = magnitude.reshape((chunks, WINDOWS, FREQUENCIES))?.transpose(1, 2)?.contiguous()?;
        for (weight, bias, stride) in &self.convolutions {
            features = features.conv1d(weight, 1, *stride, 1, 1)?.broadcast_add(bias)?.relu()?;
        }
        let gates = features.squeeze(D::Minus1)?.matmul(&self.input_weights)?.broadcast_add(&self.gate_bias)?;
        gates.flatten_all()?.to_vec1()
    }

    /// One step of the LSTM cell (gates in PyTorch's order: input, forget, candidate, output), then the output layer.
    fn step(&self, input_gates: &[f32], state: &mut State) -> f32 {
        let mut gates = [0f32; 4 * STATE];
        gates.copy_from_slice(input_gates);
        for (hidden, row) in state.hidden.iter().zip(self.state_weights.chunks_exact(4 * STATE)) {
            for (gate, weight) in gates.iter_mut().zip(row) {
                *gate += hidden * weight;
            }
        }
        let mut output = self.output_bias;
        for element in 0..STATE {
            let gate = |which: usize| gates[which * STATE + element];
            let kept = sigmoid(gate(1)) * state.cell[element];
            state.cell[element] = kept + sigmoid(gate(0)) * gate(2).tanh();
            state.hidden[element] = sigmoid(gate(3)) * state.cell[element].tanh();
            output += self.output_weights[element] * state.hidden[element].max(0.0);
        }
        sigmoid(output)
    }
}

fn tensor(tensors: &HashMap<String, Tensor>, name: &str) -> Result<Tensor> {
    let found = tensors.get(name).ok_or_else(|| candle_core::Error::Msg(format!("no tensor {name}")))?;
    found.to_dtype(DType::F32)
}

/// The overlapping windows of every chunk, one after the other; leaves the last samples in `context`.
fn transform_windows(batch: &[f32], context: &mut [f32; CONTEXT]) -> Vec<f32> {
    let mut windows = Vec::with_capacity(batch.len() / CHUNK * WINDOWS * WINDOW);
    let mut padded = [0f32; CONTEXT + CHUNK + REFLECTED];
    for chunk in batch.chunks_exact(CHUNK) {
        padded[..CONTEXT].copy_from_slice(context);
        padded[CONTEXT..CONTEXT + CHUNK].copy_from_slice(chunk);
        let end = CONTEXT + CHUNK;
        for offset in 0..REFLECTED {
            padded[end + offset] = padded[end - 2 - offset];
        }
        for window in 0..WINDOWS {
            windows.extend_from_slice(&padded[window * HOP..window * HOP + WINDOW]);
        }
        context.copy_from_slice(&chunk[CHUNK - CONTEXT..]);
    }
    windows
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}
