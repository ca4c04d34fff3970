//! The decoder on the kernels: plain slices, weights in the mapped file.

use candle_core::{
    Device, Result,
    quantized::{GgmlDType, QStorage, QTensor},
};

use super::{Hyper, LanguageModel, Part, hyper::Activation};
use crate::inference::{
    gguf::{GgufFile, RawTensor},
    kernels::{self, Activations, Attention, Cache, Instructions, Pieces, Pool, Weights},
};

/// Tokens whose rows one thread turns and stores at a time.
const PIECE: usize = 4;

/// A decoder on this processor.
pub(in crate::inference) struct FastModel {
    hyper: Hyper,
    pool: Pool,
    embedding: RawTensor,
    layers: Vec<Layer>,
    norm: Vec<f32>,
    output: Weights,
    buffers: Buffers,
}

struct Layer {
    attention_norm: Vec<f32>,
    query: Linear,
    key: Linear,
    value: Linear,
    query_norm: Option<Vec<f32>>,
    key_norm: Option<Vec<f32>>,
    output: Weights,
    after_attention: Option<Vec<f32>>,
    feed_forward_norm: Vec<f32>,
    gate: Weights,
    up: Weights,
    down: Weights,
    after_feed_forward: Option<Vec<f32>>,
    window: Option<usize>,
    rope_speeds: Vec<f32>,
    cache: Cache,
}

struct Linear {
    weights: Weights,
    bias: Option<Vec<f32>>,
}

/// What stands between two steps, for the tokens that are read together.
struct Buffers {
    instructions: Instructions,
    /// The stream that layers add to: `[tokens][hidden]`.
    stream: Vec<f32>,
    activations: Activations,
    queries: Vec<f32>,
    keys: Vec<f32>,
    values: Vec<f32>,
    attended: Vec<f32>,
    added: Vec<f32>,
    gate: Vec<f32>,
    up: Vec<f32>,
}

struct Loader<'a> {
    file: &'a GgufFile,
    instructions: Instructions,
}

impl Loader<'_> {
    fn weights(&self, name: &str) -> Result<Option<Weights>> {
        Ok(Weights::new(self.file.raw_tensor(name)?))
    }

    fn vector(&self, name: &str) -> Result<Vec<f32>> {
        self.file.tensor(name, &Device::Cpu)?.dequantize(&Device::Cpu)?.flatten_all()?.to_vec1()
    }

    fn optional(&self, name: &str) -> Result<Option<Vec<f32>>> {
        if self.file.has_tensor(name) { self.vector(name).map(Some) } else { Ok(None) }
    }

    fn linear(&self, name: &str) -> Result<Option<Linear>> {
        let bias = self.optional(&format!("{name}.bias"))?;
        Ok(self.weights(&format!("{name}.weight"))?.map(|weights| Linear { weights, bias }))
    }

    /// `None` where a matrix is coded in a way that the kernels do not know.
    fn layer(&self, hyper: &Hyper, index: usize, context: usize) -> Result<Option<Layer>> {
        let name = |part: &str| format!("blk.{index}.{part}");
        let matrix = |part: &str| self.weights(&name(&format!("{part}.weight")));
        let (Some(query), Some(key), Some(value)) =
            (self.linear(&name("attn_q"))?, self.linear(&name("attn_k"))?, self.linear(&name("attn_v"))?)
        else {
            return Ok(None);
        };
        let (Some(output), Some(gate), Some(up), Some(down)) =
            (matrix("attn_output")?, matrix("ffn_gate")?, matrix("ffn_up")?, matrix("ffn_down")?)
        else {
            return Ok(None);
        };
        let factors = self.optional("rope_freqs.weight")?;
        Ok(Some(Layer {
            attention_norm: self.vector(&name("attn_norm.weight"))?,
            query,
            key,
            value,
            query_norm: self.optional(&name("attn_q_norm.weight"))?,
            key_norm: self.optional(&name("attn_k_norm.weight"))?,
            output,
            after_attention: self.optional(&name("post_attention_norm.weight"))?,
            feed_forward_norm: self.vector(&name("ffn_norm.weight"))?,
            gate,
            up,
            down,
            after_feed_forward: self.optional(&name("post_ffw_norm.weight"))?,
            window: hyper.window_of(index),
            rope_speeds: hyper.rope_speeds(index, factors.as_deref()),
            cache: Cache::new(self.instructions, hyper.kv_heads, context, hyper.head_dim),
        }))
    }
}

impl FastModel {
    /// The model in `file` with a cache for `context` tokens; `None` where this processor lacks the instructions, or the
    /// file has a shape or coding that the kernels do not know.
    pub fn load(file: &GgufFile, hyper: &Hyper, context: usize, threads: usize) -> Result<Option<Self>> {
        let fits = [hyper.hidden, hyper.head_dim].iter().all(|size| size.is_multiple_of(16));
        let Some(instructions) = Instructions::detect().filter(|_| fits) else { return Ok(None) };
        let loader = Loader { file, instructions };
        let name = if file.has_tensor("output.weight") { "output.weight" } else { "token_embd.weight" };
        let Some(output) = loader.weights(name)? else { return Ok(None) };
        let mut layers = Vec::with_capacity(hyper.layers);
        for index in 0..hyper.layers {
            let Some(layer) = loader.layer(hyper, index, context)? else { return Ok(None) };
            layers.push(layer);
        }
        Ok(Some(Self {
            pool: Pool::new(threads),
            embedding: file.raw_tensor("token_embd.weight")?,
            layers,
            norm: loader.vector("output_norm.weight")?,
            output,
            buffers: Buffers::new(instructions),
            hyper: hyper.clone(),
        }))
    }

    fn embed(&mut self, tokens: &[u32]) -> Result<()> {
        self.buffers.stream.clear();
        for token in tokens {
            let row = embedding_row(&self.embedding, *token as usize)?;
            self.buffers.stream.extend(row.iter().map(|value| value * self.hyper.embedding_scale));
        }
        Ok(())
    }
}

impl LanguageModel for FastModel {
    fn forward(&mut self, tokens: &[u32], start: usize, part: Part) -> Result<Vec<f32>> {
        self.embed(tokens)?;
        self.buffers.activations.alone = part == Part::Answer;
        for layer in &mut self.layers {
            layer.attention(&self.hyper, &mut self.pool, &mut self.buffers, start, tokens.len());
            layer.feed_forward(&self.hyper, &mut self.pool, &mut self.buffers, tokens.len());
        }
        let hidden = self.hyper.hidden;
        let instructions = self.buffers.instructions;
        let last = &self.buffers.stream[(tokens.len() - 1) * hidden..];
        self.buffers.activations.fill(&mut self.pool, 1, hidden, &|_, row| {
            row.copy_from_slice(last);
            instructions.rms_norm(row, &self.norm, self.hyper.norm_epsilon);
        });
        // Always one token, so always the same way.
        self.buffers.activations.alone = true;
        let mut logits = vec![0.0; self.output.rows];
        kernels::multiply(&mut self.pool, &self.buffers.activations, &mut [(&self.output, &mut logits)]);
        Ok(logits)
    }
}

impl Layer {
    fn attention(&mut self, hyper: &Hyper, pool: &mut Pool, buffers: &mut Buffers, start: usize, tokens: usize) {
        let query_width = hyper.heads * hyper.head_dim;
        let key_width = hyper.kv_heads * hyper.head_dim;
        normalize(pool, buffers, &self.attention_norm, hyper, tokens);
        buffers.queries.resize(tokens * query_width, 0.0);
        buffers.keys.resize(tokens * key_width, 0.0);
        buffers.values.resize(tokens * key_width, 0.0);
        buffers.attended.resize(tokens * query_width, 0.0);
        kernels::multiply(
            pool,
            &buffers.activations,
            &mut [
                (&self.query.weights, &mut buffers.queries),
                (&self.key.weights, &mut buffers.keys),
                (&self.value.weights, &mut buffers.values),
            ],
        );
        self.place(hyper, pool, buffers, start, tokens);
        let attention = Attention {
            cache: &self.cache,
            queries: &buffers.queries,
            tokens,
            start,
            heads: hyper.heads,
            kv_heads: hyper.kv_heads,
            scale: hyper.attention_scale,
            window: self.window,
        };
        attention.run(pool, &mut buffers.attended);
        let attended = &buffers.attended;
        buffers.activations.fill(pool, tokens, query_width, &|token, row| {
            row.copy_from_slice(&attended[token * query_width..(token + 1) * query_width]);
        });
        buffers.add(pool, &self.output, self.after_attention.as_deref(), hyper, tokens);
    }

    /// Adds biases, normalizes heads, turns queries and keys to their positions, and stores keys and values.
    fn place(&mut self, hyper: &Hyper, pool: &mut Pool, buffers: &mut Buffers, start: usize, tokens: usize) {
        let (instructions, dim, speeds) = (buffers.instructions, hyper.head_dim, &self.rope_speeds);
        let finish = |row: &mut [f32], bias: &Option<Vec<f32>>| {
            if let Some(bias) = bias {
                row.iter_mut().zip(bias).for_each(|(value, bias)| *value += bias);
            }
        };
        let turn = |row: &mut [f32], norm: &Option<Vec<f32>>, angles: &[(f32, f32)]| {
            for head in row.chunks_exact_mut(dim) {
                if let Some(norm) = norm {
                    instructions.rms_norm(head, norm, hyper.norm_epsilon);
                }
                rotate(head, angles, hyper.rope.neighbours);
            }
        };
        let (queries, keys) = (Pieces::new(&mut buffers.queries), Pieces::new(&mut buffers.keys));
        let values = Pieces::new(&mut buffers.values);
        pool.run(tokens.div_ceil(PIECE), &|piece| {
            for token in piece * PIECE..tokens.min((piece + 1) * PIECE) {
                let range = |heads: usize| token * heads * dim..(token + 1) * heads * dim;
                // SAFETY: each piece has tokens of its own.
                let (query, key, value) = unsafe {
                    (
                        queries.get(range(hyper.heads)),
                        keys.get(range(hyper.kv_heads)),
                        values.get(range(hyper.kv_heads)),
                    )
                };
                let angles: Vec<_> = speeds.iter().map(|speed| ((start + token) as f32 * speed).sin_cos()).collect();
                finish(query, &self.query.bias);
                finish(key, &self.key.bias);
                finish(value, &self.value.bias);
                turn(query, &self.query_norm, &angles);
                turn(key, &self.key_norm, &angles);
            }
        });
        let rows = |heads: usize| heads * dim;
        let keys = buffers.keys.chunks_exact(rows(hyper.kv_heads));
        for (token, (keys, values)) in keys.zip(buffers.values.chunks_exact(rows(hyper.kv_heads))).enumerate() {
            for (head, (key, value)) in keys.chunks_exact(dim).zip(values.chunks_exact(dim)).enumerate() {
                self.cache.put(head, start + token, key, value);
            }
        }
    }

    fn feed_forward(&mut self, hyper: &Hyper, pool: &mut Pool, buffers: &mut Buffers, tokens: usize) {
        normalize(pool, buffers, &self.feed_forward_norm, hyper, tokens);
        let width = self.gate.rows;
        buffers.gate.resize(tokens * width, 0.0);
        buffers.up.resize(tokens * width, 0.0);
        let products = &mut [(&self.gate, &mut buffers.gate[..]), (&self.up, &mut buffers.up[..])];
        kernels::multiply(pool, &buffers.activations, products);
        let (instructions, gate, up) = (buffers.instructions, &buffers.gate, &buffers.up);
        buffers.activations.fill(pool, tokens, width, &|token, row| {
            let range = token * width..(token + 1) * width;
            row.copy_from_slice(&gate[range.clone()]);
            instructions.gate(row, &up[range], hyper.activation == Activation::Gelu);
        });
        buffers.add(pool, &self.down, self.after_feed_forward.as_deref(), hyper, tokens);
    }
}

impl Buffers {
    fn new(instructions: Instructions) -> Self {
        Self {
            instructions,
            stream: Vec::new(),
            activations: Activations::new(instructions),
            queries: Vec::new(),
            keys: Vec::new(),
            values: Vec::new(),
            attended: Vec::new(),
            added: Vec::new(),
            gate: Vec::new(),
            up: Vec::new(),
        }
    }

    /// Adds what `weights` make of the activations, normalized where there is a norm, to the stream.
    fn add(&mut self, pool: &mut Pool, weights: &Weights, norm: Option<&[f32]>, hyper: &Hyper, tokens: usize) {
        self.added.resize(tokens * hyper.hidden, 0.0);
        kernels::multiply(pool, &self.activations, &mut [(weights, &mut self.added[..])]);
        if let Some(norm) = norm {
            for row in self.added.chunks_exact_mut(hyper.hidden) {
                self.instructions.rms_norm(row, norm, hyper.norm_epsilon);
            }
        }
        self.stream.iter_mut().zip(&self.added).for_each(|(value, added)| *value += added);
    }
}

/// Takes the stream, normalized, as activations.
fn normalize(pool: &mut Pool, buffers: &mut Buffers, weight: &[f32], hyper: &Hyper, tokens: usize) {
    let (instructions, stream, hidden) = (buffers.instructions, &buffers.stream, hyper.hidden);
    buffers.activations.fill(pool, tokens, hidden, &|token, row| {
        row.copy_from_slice(&stream[token * hidden..(token + 1) * hidden]);
        instructions.rms_norm(row, weight, hyper.norm_epsilon);
    });
}

/// Turns each pair of `head` by its angle, given as sine and cosine.
fn rotate(head: &mut [f32], angles: &[(f32, f32)], neighbours: bool) {
    let mut turn = |first: usize, second: usize, (sine, cosine): (f32, f32)| {
        let (a, b) = (head[first], head[second]);
        head[first] = a * cosine - b * sine;
        head[second] = a * sine + b * cosine;
    };
    for (pair, angle) in angles.iter().enumerate() {
        match neighbours {
            true => turn(2 * pair, 2 * pair + 1, *angle),
            false => turn(pair, pair + angles.len(), *angle),
        }
    }
}

fn embedding_row(embedding: &RawTensor, token: usize) -> Result<Vec<f32>> {
    let &[rows, columns] = embedding.dims.as_slice() else { candle_core::bail!("the embedding is no matrix") };
    if token >= rows {
        candle_core::bail!("token {token} is not in the vocabulary")
    }
    let dtype: GgmlDType = embedding.dtype;
    let bytes = columns / dtype.block_size() * dtype.type_size();
    let row = &embedding.data()[token * bytes..(token + 1) * bytes];
    let storage = QStorage::from_data(row.into(), &Device::Cpu, dtype)?;
    QTensor::new(storage, (1, columns))?.dequantize(&Device::Cpu)?.flatten_all()?.to_vec1()
}
