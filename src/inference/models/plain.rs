//! The decoder in candle's tensors: what runs on a GPU and on processors without kernels of ours, and what the kernels are
//! tested against.
//!
//! The attention cache is allocated once. Query heads that share a head of keys are laid one after another, so that no
//! key is copied.

use candle_core::{D, DType, Device, Result, Tensor, quantized::QMatMul};
use candle_nn::{Module, ops, rotary_emb};

use super::{Hyper, LanguageModel, Part, hyper::Activation};
use crate::inference::gguf::GgufFile;

/// A decoder on `device`.
pub(in crate::inference) struct PlainModel {
    hyper: Hyper,
    device: Device,
    embedding: QMatMul,
    layers: Vec<Layer>,
    norm: Tensor,
    output: QMatMul,
}

struct Layer {
    attention_norm: Tensor,
    query: Linear,
    key: Linear,
    value: Linear,
    query_norm: Option<Tensor>,
    key_norm: Option<Tensor>,
    output: QMatMul,
    after_attention: Option<Tensor>,
    feed_forward_norm: Tensor,
    gate: QMatMul,
    up: QMatMul,
    down: QMatMul,
    after_feed_forward: Option<Tensor>,
    window: Option<usize>,
    /// For each position of the context, the angle of each pair: `[context, pairs]`.
    cosines: Tensor,
    sines: Tensor,
    /// `[kv_heads, context, head_dim]`
    keys: Tensor,
    values: Tensor,
}

struct Linear {
    weight: QMatMul,
    bias: Option<Tensor>,
}

impl Linear {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let y = self.weight.forward(x)?;
        match &self.bias {
            Some(bias) => y.broadcast_add(bias),
            None => Ok(y),
        }
    }
}

struct Loader<'a> {
    file: &'a GgufFile,
    device: &'a Device,
}

impl Loader<'_> {
    fn matrix(&self, name: &str) -> Result<QMatMul> {
        QMatMul::from_qtensor(self.file.tensor(name, self.device)?)
    }

    fn vector(&self, name: &str) -> Result<Tensor> {
        self.file.tensor(name, self.device)?.dequantize(self.device)
    }

    fn optional(&self, name: &str) -> Result<Option<Tensor>> {
        if self.file.has_tensor(name) { self.vector(name).map(Some) } else { Ok(None) }
    }

    fn linear(&self, name: &str) -> Result<Linear> {
        Ok(Linear { weight: self.matrix(&format!("{name}.weight"))?, bias: self.optional(&format!("{name}.bias"))? })
    }

    fn layer(&self, hyper: &Hyper, index: usize, context: usize) -> Result<Layer> {
        let name = |part: &str| format!("blk.{index}.{part}");
        let factors = self.optional("rope_freqs.weight")?.map(|factors| factors.to_vec1::<f32>()).transpose()?;
        let speeds = Tensor::new(hyper.rope_speeds(index, factors.as_deref()), self.device)?;
        let positions = Tensor::arange(0, context as u32, self.device)?.to_dtype(DType::F32)?;
        let angles = positions.unsqueeze(1)?.broadcast_mul(&speeds.unsqueeze(0)?)?;
        let cache = || Tensor::zeros((hyper.kv_heads, context, hyper.head_dim), DType::F32, self.device);
        Ok(Layer {
            attention_norm: self.vector(&name("attn_norm.weight"))?,
            query: self.linear(&name("attn_q"))?,
            key: self.linear(&name("attn_k"))?,
            value: self.linear(&name("attn_v"))?,
            query_norm: self.optional(&name("attn_q_norm.weight"))?,
            key_norm: self.optional(&name("attn_k_norm.weight"))?,
            output: self.matrix(&name("attn_output.weight"))?,
            after_attention: self.optional(&name("post_attention_norm.weight"))?,
            feed_forward_norm: self.vector(&name("ffn_norm.weight"))?,
            gate: self.matrix(&name("ffn_gate.weight"))?,
            up: self.matrix(&name("ffn_up.weight"))?,
            down: self.matrix(&name("ffn_down.weight"))?,
            after_feed_forward: self.optional(&name("post_ffw_norm.weight"))?,
            window: hyper.window_of(index),
            cosines: angles.cos()?,
            sines: angles.sin()?,
            keys: cache()?,
            values: cache()?,
        })
    }
}

impl PlainModel {
    /// Copies the weights of `file` to `device`, with a cache for `context` tokens.
    pub fn load(file: &GgufFile, hyper: Hyper, context: usize, device: &Device) -> Result<Self> {
        let loader = Loader { file, device };
        let embedding = loader.matrix("token_embd.weight")?;
        let tied = !file.has_tensor("output.weight");
        let output = if tied { embedding.clone() } else { loader.matrix("output.weight")? };
        let layers = (0..hyper.layers).map(|index| loader.layer(&hyper, index, context)).collect::<Result<_>>()?;
        let norm = loader.vector("output_norm.weight")?;
        Ok(Self { device: device.clone(), embedding, layers, norm, output, hyper })
    }
}

impl LanguageModel for PlainModel {
    fn forward(&mut self, tokens: &[u32], start: usize, _part: Part) -> Result<Vec<f32>> {
        let ids = Tensor::new(tokens, &self.device)?;
        let mut x = (self.embedding.embedding(&ids)?.to_dtype(DType::F32)? * f64::from(self.hyper.embedding_scale))?;
        for layer in &self.layers {
            x = layer.forward(&self.hyper, &x, start)?;
        }
        let last = x.narrow(0, tokens.len() - 1, 1)?.contiguous()?;
        let logits = self.output.forward(&norm(&self.hyper, &last, &self.norm)?)?;
        logits.squeeze(0)?.to_vec1()
    }
}

impl Layer {
    /// `x` is `[tokens, hidden]`.
    fn forward(&self, hyper: &Hyper, x: &Tensor, start: usize) -> Result<Tensor> {
        let mut attended = self.attention(hyper, &norm(hyper, x, &self.attention_norm)?, start)?;
        if let Some(weight) = &self.after_attention {
            attended = norm(hyper, &attended, weight)?;
        }
        let x = (x + attended)?;
        let inner = norm(hyper, &x, &self.feed_forward_norm)?;
        let gate = self.gate.forward(&inner)?;
        let gate = match hyper.activation {
            Activation::Silu => ops::silu(&gate)?,
            Activation::Gelu => gate.gelu()?,
        };
        let mut added = self.down.forward(&(gate * self.up.forward(&inner)?)?)?;
        if let Some(weight) = &self.after_feed_forward {
            added = norm(hyper, &added, weight)?;
        }
        x + added
    }

    fn attention(&self, hyper: &Hyper, x: &Tensor, start: usize) -> Result<Tensor> {
        let (tokens, groups, dim) = (x.dim(0)?, hyper.heads / hyper.kv_heads, hyper.head_dim);
        let query = heads(&self.query.forward(x)?, hyper.heads, dim)?;
        let key = heads(&self.key.forward(x)?, hyper.kv_heads, dim)?;
        let value = heads(&self.value.forward(x)?, hyper.kv_heads, dim)?;
        let query = self.turn(hyper, &normed(hyper, query, &self.query_norm)?, start)?;
        let key = self.turn(hyper, &normed(hyper, key, &self.key_norm)?, start)?;
        self.keys.slice_set(&key, 1, start)?;
        self.values.slice_set(&value, 1, start)?;
        let seen = start + tokens;
        let keys = self.keys.narrow(1, 0, seen)?.contiguous()?;
        let values = self.values.narrow(1, 0, seen)?.contiguous()?;
        let query = (query.reshape((hyper.kv_heads, groups * tokens, dim))? * f64::from(hyper.attention_scale))?;
        let scores = query.matmul(&keys.t()?)?.reshape((hyper.heads, tokens, seen))?;
        let scores = scores.broadcast_add(&self.mask(tokens, start, x.device())?)?;
        let weights = ops::softmax_last_dim(&scores)?.reshape((hyper.kv_heads, groups * tokens, seen))?;
        let mixed = weights.matmul(&values)?.reshape((hyper.heads, tokens, dim))?;
        self.output.forward(&mixed.transpose(0, 1)?.contiguous()?.reshape((tokens, hyper.heads * dim))?)
    }

    /// 0 where a token may look, minus infinity where not: `[tokens, start + tokens]`.
    fn mask(&self, tokens: usize, start: usize, device: &Device) -> Result<Tensor> {
        let seen = start + tokens;
        let window = self.window.unwrap_or(usize::MAX);
        let cell = |row: usize, column: usize| {
            let visible = column <= start + row && start + row - column < window;
            if visible { 0f32 } else { f32::NEG_INFINITY }
        };
        let mask: Vec<f32> = (0..tokens).flat_map(|row| (0..seen).map(move |column| cell(row, column))).collect();
        Tensor::from_vec(mask, (tokens, seen), device)
    }

    /// Rotary position embedding of `x`, which is `[heads, tokens, dim]`.
    fn turn(&self, hyper: &Hyper, x: &Tensor, start: usize) -> Result<Tensor> {
        let (tokens, dims) = (x.dim(1)?, hyper.rope.dims);
        let (cosines, sines) = (self.cosines.narrow(0, start, tokens)?, self.sines.narrow(0, start, tokens)?);
        let turned = x.narrow(D::Minus1, 0, dims)?.contiguous()?.unsqueeze(0)?;
        let rope = if hyper.rope.neighbours { rotary_emb::rope_i } else { rotary_emb::rope };
        let turned = rope(&turned, &cosines, &sines)?.squeeze(0)?;
        let still = hyper.head_dim - dims;
        if still == 0 {
            return Ok(turned);
        }
        Tensor::cat(&[&turned, &x.narrow(D::Minus1, dims, still)?], D::Minus1)
    }
}

/// `[tokens, heads * dim]` to `[heads, tokens, dim]`.
fn heads(x: &Tensor, heads: usize, dim: usize) -> Result<Tensor> {
    x.reshape((x.dim(0)?, heads, dim))?.transpose(0, 1)?.contiguous()
}

fn norm(hyper: &Hyper, x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    ops::rms_norm(x, weight, hyper.norm_epsilon)
}

fn normed(hyper: &Hyper, x: Tensor, weight: &Option<Tensor>) -> Result<Tensor> {
    match weight {
        Some(weight) => norm(hyper, &x, weight),
        None => Ok(x),
    }
}
