//! The sentence encoder: BERT (<https://arxiv.org/abs/1810.04805>) of six small layers, trained to put sentences of one meaning
//! near each other (<https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2>, Apache-2.0). A sentence's vector is the mean
//! of its tokens' last states, of length one.
//!
//! Sentences of one number of tokens go through the layers together: nothing is padded, and nothing needs a mask.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use candle_core::{CpuStorage, CustomOp1, D, DType, Device, Error, Layout, Result, Shape, Tensor};
use candle_nn::{Embedding, LayerNorm, Linear, Module, VarBuilder, ops::softmax_last_dim};
use rayon::prelude::*;
use tokenizers::{Tokenizer, TruncationParams};

use super::{EmbeddingError, MODEL, TOKENIZER};
use crate::domain::{ModelRef, Progress, no_progress};
use crate::model_files::ModelStore;

const LAYERS: usize = 6;
const HEADS: usize = 12;
const STATE: usize = 384;
const HIDDEN: usize = 1536;
const VOCABULARY: usize = 30_522;
const POSITIONS: usize = 512;
const NORM_EPSILON: f64 = 1e-12;
/// What the model was trained on is no longer.
const MOST_TOKENS: usize = 128;
/// Tokens that go through the layers together: enough for a product of matrices, few enough for the cache.
const BATCH_TOKENS: usize = 256;

/// The model, loaded.
pub struct SentenceEncoder {
    tokenizer: Tokenizer,
    words: Embedding,
    /// `[positions, state]`: what a token's place adds, and that it is of the first sentence.
    places: Tensor,
    norm: LayerNorm,
    layers: Vec<Layer>,
    model: ModelRef,
}

struct Layer {
    /// Queries, keys and values in one product.
    inputs: Linear,
    output: Linear,
    norm: LayerNorm,
    widen: Linear,
    narrow: Linear,
    last_norm: LayerNorm,
}

impl SentenceEncoder {
    /// Loads the model of the manifest.
    pub fn load(store: &ModelStore) -> std::result::Result<Self, EmbeddingError> {
        let (weights, vocabulary) = (store.locate(MODEL)?, store.locate(TOKENIZER)?);
        let unusable = |path: &Path, reason: String| EmbeddingError::Unusable { path: path.to_owned(), reason };
        let mut tokenizer =
            Tokenizer::from_file(&vocabulary.path).map_err(|error| unusable(&vocabulary.path, error.to_string()))?;
        let truncation = TruncationParams { max_length: MOST_TOKENS, ..TruncationParams::default() };
        tokenizer
            .with_padding(None)
            .with_truncation(Some(truncation))
            .map_err(|error| unusable(&vocabulary.path, error.to_string()))?;
        // SAFETY: the file was checked against the manifest; if someone shortens it meanwhile the process ends by signal.
        let tensors = unsafe { VarBuilder::from_mmaped_safetensors(&[&weights.path], DType::F32, &Device::Cpu) };
        let network = tensors.and_then(|tensors| Self::new(tokenizer, &tensors, weights.model_ref));
        network.map_err(|error| unusable(&weights.path, error.to_string()))
    }

    fn new(tokenizer: Tokenizer, tensors: &VarBuilder<'_>, model: ModelRef) -> Result<Self> {
        let start = tensors.pp("embeddings");
        let first = start.pp("token_type_embeddings").get((2, STATE), "weight")?.narrow(0, 0, 1)?;
        let places = start.pp("position_embeddings").get((POSITIONS, STATE), "weight")?.broadcast_add(&first)?;
        Ok(Self {
            tokenizer,
            words: candle_nn::embedding(VOCABULARY, STATE, start.pp("word_embeddings"))?,
            places,
            norm: candle_nn::layer_norm(STATE, NORM_EPSILON, start.pp("LayerNorm"))?,
            layers: (0..LAYERS).map(|at| Layer::new(&tensors.pp("encoder.layer").pp(at))).collect::<Result<_>>()?,
            model,
        })
    }

    /// What results say about the model.
    pub fn model_ref(&self) -> &ModelRef {
        &self.model
    }

    /// Values of a vector.
    pub fn dimension(&self) -> usize {
        STATE
    }

    /// The vector of one text.
    pub fn encode(&self, text: &str) -> std::result::Result<Vec<f32>, EmbeddingError> {
        Ok(self.encode_all(&[text], &no_progress)?.pop().unwrap_or_default())
    }

    /// The vectors of `texts`, in order.
    pub fn encode_all<T: AsRef<str> + Sync>(
        &self,
        texts: &[T],
        progress: Progress<'_>,
    ) -> std::result::Result<Vec<Vec<f32>>, EmbeddingError> {
        let tokens = texts.par_iter().map(|text| self.tokens(text.as_ref())).collect::<Result<Vec<_>>>()?;
        let mut of_length: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (index, tokens) in tokens.iter().enumerate() {
            of_length.entry(tokens.len()).or_default().push(index);
        }
        let batches: Vec<&[usize]> =
            of_length.iter().flat_map(|(length, indices)| indices.chunks((BATCH_TOKENS / length).max(1))).collect();
        let all = tokens.iter().map(Vec::len).sum::<usize>().max(1) as f32;
        let done = AtomicUsize::new(0);
        let encoded = batches.par_iter().map(|batch| {
            let batch_tokens: Vec<&[u32]> = batch.iter().map(|&index| tokens[index].as_slice()).collect();
            let vectors = self.batch(&batch_tokens)?;
            let new: usize = batch_tokens.iter().map(|tokens| tokens.len()).sum();
            progress((done.fetch_add(new, Ordering::Relaxed) + new) as f32 / all);
            Ok(batch.iter().copied().zip(vectors).collect::<Vec<_>>())
        });
        let mut encoded: Vec<(usize, Vec<f32>)> = encoded.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
        encoded.sort_by_key(|(index, _)| *index);
        Ok(encoded.into_iter().map(|(_, vector)| vector).collect())
    }

    fn tokens(&self, text: &str) -> Result<Vec<u32>> {
        let encoding = self.tokenizer.encode_fast(text, true).map_err(Error::wrap)?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The vectors of sentences that all have as many tokens.
    fn batch(&self, sentences: &[&[u32]]) -> Result<Vec<Vec<f32>>> {
        let (count, length) = (sentences.len(), sentences.first().map_or(0, |tokens| tokens.len()));
        let ids = Tensor::from_vec(sentences.concat(), (count, length), &Device::Cpu)?;
        let embedded = self.words.forward(&ids)?.broadcast_add(&self.places.narrow(0, 0, length)?)?;
        let mut states = self.norm.forward(&embedded)?.reshape((count * length, STATE))?;
        for layer in &self.layers {
            states = layer.forward(&states, count, length)?;
        }
        let means = states.reshape((count, length, STATE))?.mean(1)?;
        let lengths = means.sqr()?.sum_keepdim(D::Minus1)?.sqrt()?;
        means.broadcast_div(&lengths)?.to_vec2()
    }
}

impl Layer {
    fn new(tensors: &VarBuilder<'_>) -> Result<Self> {
        let attention = tensors.pp("attention");
        let parts = ["query", "key", "value"].map(|part| attention.pp("self").pp(part));
        let weights = parts.iter().map(|part| part.get((STATE, STATE), "weight")).collect::<Result<Vec<_>>>()?;
        let biases = parts.iter().map(|part| part.get(STATE, "bias")).collect::<Result<Vec<_>>>()?;
        let norm = |tensors: VarBuilder<'_>| candle_nn::layer_norm(STATE, NORM_EPSILON, tensors.pp("LayerNorm"));
        Ok(Self {
            inputs: Linear::new(Tensor::cat(&weights, 0)?, Some(Tensor::cat(&biases, 0)?)),
            output: candle_nn::linear(STATE, STATE, attention.pp("output.dense"))?,
            norm: norm(attention.pp("output"))?,
            widen: candle_nn::linear(STATE, HIDDEN, tensors.pp("intermediate.dense"))?,
            narrow: candle_nn::linear(HIDDEN, STATE, tensors.pp("output.dense"))?,
            last_norm: norm(tensors.pp("output"))?,
        })
    }

    /// `states` is `[count * length, state]`.
    fn forward(&self, states: &Tensor, count: usize, length: usize) -> Result<Tensor> {
        let size = STATE / HEADS;
        let inputs = self.inputs.forward(states)?.reshape((count, length, 3, HEADS, size))?;
        let part = |index: usize| inputs.narrow(2, index, 1)?.squeeze(2)?.transpose(1, 2)?.contiguous();
        let (queries, keys, values) = ((part(0)? / (size as f64).sqrt())?, part(1)?, part(2)?);
        let weights = softmax_last_dim(&queries.matmul(&keys.t()?)?)?;
        let attended = weights.matmul(&values)?.transpose(1, 2)?.reshape((count * length, STATE))?;
        let states = self.norm.forward(&(self.output.forward(&attended)? + states)?)?;
        let widened = self.widen.forward(&states)?.apply_op1_no_bwd(&Gelu)?;
        self.last_norm.forward(&(self.narrow.forward(&widened)? + states)?)
    }
}

/// x times the share of a normal distribution that lies below x. The library's own takes a third of all the time.
struct Gelu;

impl CustomOp1 for Gelu {
    fn name(&self) -> &'static str {
        "gelu"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (start, end) = layout.contiguous_offsets().ok_or_else(|| Error::Msg("not in one piece".to_owned()))?;
        let values = storage.as_slice::<f32>()?[start..end].iter().map(|&value| gelu(value)).collect();
        Ok((CpuStorage::F32(values), layout.shape().clone()))
    }
}

/// With the error function of Abramowitz and Stegun, 7.1.26, which is within 1.5e-7; without branches, so that several values
/// are computed at a time.
fn gelu(x: f32) -> f32 {
    const TERMS: [f32; 5] = [1.061_405_4, -1.453_152, 1.421_413_7, -0.284_496_74, 0.254_829_6];
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let tail = TERMS.iter().fold(0.0, |sum, term| sum * t + term) * t * exp_of_negative(-z * z);
    let below = 0.5 * (1.0 + (1.0 - tail).copysign(x));
    x * below
}

/// e to the power of `x`, which is 0 or less.
fn exp_of_negative(x: f32) -> f32 {
    /// Of 2 to the power of 0 to 1; within 2e-7.
    const TERMS: [f32; 6] = [0.001_877_577, 0.008_989_34, 0.055_826_318, 0.240_153_62, 0.693_153_1, 0.999_999_9];
    let power = (x * std::f32::consts::LOG2_E).max(-126.0);
    let whole = power as i32 - 1;
    let part = TERMS.iter().fold(0.0, |sum, term| sum * (power - whole as f32) + term);
    part * f32::from_bits(((whole + 127) as u32) << 23)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_gelu_is_the_exact_one() {
        let values: Vec<f32> = (-1200..=1200).map(|step| step as f32 / 100.0).collect();
        let tensor = Tensor::from_slice(&values, values.len(), &Device::Cpu).expect("a tensor");
        let exact = tensor.gelu_erf().and_then(|exact| exact.to_vec1::<f32>()).expect("computed");
        let quick = tensor.apply_op1_no_bwd(&Gelu).and_then(|quick| quick.to_vec1::<f32>()).expect("computed");
        for ((value, exact), quick) in values.iter().zip(exact).zip(quick) {
            assert!((exact - quick).abs() < 2e-6, "{value}: {exact}, {quick}");
        }
    }
}
