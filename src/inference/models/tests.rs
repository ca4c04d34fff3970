//! Each architecture with small random weights, run in three ways: in candle's tensors, on the kernels, and by the plain
//! loops below, which follow the papers and share no code with either.

use std::{collections::HashMap, io::Cursor};

use candle_core::{
    Device, Tensor,
    quantized::{GgmlDType, QTensor, gguf_file, gguf_file::Value},
};

use super::{Hyper, LanguageModel, Part, PlainModel};
use crate::inference::gguf::GgufFile;

const HIDDEN: usize = 64;
const HEADS: usize = 4;
const KV_HEADS: usize = 2;
const FEED_FORWARD: usize = 96;
const LAYERS: usize = 3;
const VOCABULARY: usize = 48;
const CONTEXT: usize = 128;
const EPSILON: f32 = 1e-5;

/// What the reference needs to know.
#[derive(Clone)]
struct Case {
    architecture: &'static str,
    head_dim: usize,
    base: f32,
    neighbours: bool,
    bias: bool,
    head_norms: bool,
    rope_factors: bool,
    /// Window and period, positions scaled by 8 elsewhere, norms after each block, GELU, scaled embeddings, tied output.
    gemma: Option<(usize, usize)>,
}

fn cases() -> Vec<Case> {
    let plain = Case {
        architecture: "llama",
        head_dim: 16,
        base: 10_000.0,
        neighbours: true,
        bias: false,
        head_norms: false,
        rope_factors: false,
        gemma: None,
    };
    vec![
        plain.clone(),
        Case { base: 500_000.0, rope_factors: true, ..plain.clone() },
        Case { architecture: "qwen2", neighbours: false, bias: true, base: 1e6, ..plain.clone() },
        Case { architecture: "qwen3", neighbours: false, head_norms: true, head_dim: 32, base: 1e6, ..plain.clone() },
        Case {
            architecture: "gemma3",
            neighbours: false,
            head_norms: true,
            head_dim: 48,
            base: 1e6,
            gemma: Some((5, 2)),
            ..plain
        },
    ]
}

/// Numbers that are the same in every run (a linear congruential generator), between -1 and 1.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1 << 23) as f32 - 1.0
    }

    fn many(&mut self, count: usize, scale: f32, middle: f32) -> Vec<f32> {
        (0..count).map(|_| middle + scale * self.next()).collect()
    }
}

type Weights = HashMap<String, (Vec<f32>, Vec<usize>)>;

fn weights(case: &Case) -> Weights {
    let mut random = Random(7);
    let mut all = Weights::new();
    let (queries, keys) = (HEADS * case.head_dim, KV_HEADS * case.head_dim);
    let mut matrix = |name: String, rows: usize, columns: usize| {
        let values = random.many(rows * columns, 1.7 / (columns as f32).sqrt(), 0.0);
        all.insert(name, (values, vec![rows, columns]));
    };
    matrix("token_embd.weight".to_owned(), VOCABULARY, HIDDEN);
    if case.gemma.is_none() {
        matrix("output.weight".to_owned(), VOCABULARY, HIDDEN);
    }
    for layer in 0..LAYERS {
        let shapes = [
            ("attn_q", queries, HIDDEN),
            ("attn_k", keys, HIDDEN),
            ("attn_v", keys, HIDDEN),
            ("attn_output", HIDDEN, queries),
            ("ffn_gate", FEED_FORWARD, HIDDEN),
            ("ffn_up", FEED_FORWARD, HIDDEN),
            ("ffn_down", HIDDEN, FEED_FORWARD),
        ];
        for (name, rows, columns) in shapes {
            matrix(format!("blk.{layer}.{name}.weight"), rows, columns);
        }
    }
    let mut vector = |name: String, length: usize, middle: f32| {
        all.insert(name, (random.many(length, 0.4, middle), vec![length]));
    };
    vector("output_norm.weight".to_owned(), HIDDEN, 1.0);
    if case.rope_factors {
        vector("rope_freqs.weight".to_owned(), case.head_dim / 2, 2.0);
    }
    for layer in 0..LAYERS {
        let mut norm = |name: &str, length: usize, middle: f32| vector(format!("blk.{layer}.{name}"), length, middle);
        norm("attn_norm.weight", HIDDEN, 1.0);
        norm("ffn_norm.weight", HIDDEN, 1.0);
        if case.head_norms {
            norm("attn_q_norm.weight", case.head_dim, 1.0);
            norm("attn_k_norm.weight", case.head_dim, 1.0);
        }
        if case.gemma.is_some() {
            norm("post_attention_norm.weight", HIDDEN, 1.0);
            norm("post_ffw_norm.weight", HIDDEN, 1.0);
        }
        if case.bias {
            norm("attn_q.bias", queries, 0.0);
            norm("attn_k.bias", keys, 0.0);
            norm("attn_v.bias", keys, 0.0);
        }
    }
    all
}

/// Writes a GGUF file with `weights`, matrices in `dtype`, and puts into `weights` what they become in it.
fn file(case: &Case, weights: &mut Weights, dtype: GgmlDType) -> GgufFile {
    let key = |name: &str| format!("{}.{name}", case.architecture);
    let number = |value: usize| Value::U32(value as u32);
    let mut metadata = vec![
        ("general.architecture".to_owned(), Value::String(case.architecture.to_owned())),
        (key("block_count"), number(LAYERS)),
        (key("embedding_length"), number(HIDDEN)),
        (key("attention.head_count"), number(HEADS)),
        (key("attention.head_count_kv"), number(KV_HEADS)),
        (key("attention.key_length"), number(case.head_dim)),
        (key("context_length"), number(CONTEXT)),
        (key("attention.layer_norm_rms_epsilon"), Value::F32(EPSILON)),
        (key("rope.freq_base"), Value::F32(case.base)),
    ];
    if let Some((window, period)) = case.gemma {
        metadata.push((key("attention.sliding_window"), number(window)));
        metadata.push((key("attention.sliding_window_pattern"), number(period)));
        metadata.push((key("rope.scaling.type"), Value::String("linear".to_owned())));
        metadata.push((key("rope.scaling.factor"), Value::F32(8.0)));
    }
    let mut tensors = Vec::new();
    for (name, (values, shape)) in weights.iter_mut() {
        let tensor = Tensor::from_vec(values.clone(), shape.as_slice(), &Device::Cpu).expect("a tensor");
        let dtype = if shape.len() == 2 { dtype } else { GgmlDType::F32 };
        let tensor = QTensor::quantize(&tensor, dtype).expect("quantized");
        let back = tensor.dequantize(&Device::Cpu).expect("dequantized");
        *values = back.flatten_all().and_then(|flat| flat.to_vec1()).expect("values");
        tensors.push((name.clone(), tensor));
    }
    let metadata: Vec<_> = metadata.iter().map(|(key, value)| (key.as_str(), value)).collect();
    let tensors: Vec<_> = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
    let mut bytes = Cursor::new(Vec::new());
    gguf_file::write(&mut bytes, &metadata, &tensors).expect("written");
    let target = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(target.path(), bytes.into_inner()).expect("the file can be written");
    // Once mapped, the file needs no name.
    GgufFile::open(target.path()).expect("opened")
}

/// The logits after the last of `tokens`.
fn reference(case: &Case, weights: &Weights, tokens: &[u32]) -> Vec<f32> {
    let get = |name: &str| weights.get(name).map(|(values, _)| values.as_slice());
    let matrix = |name: &str, x: &[f32]| -> Vec<f32> {
        let rows = get(name).expect("a matrix").chunks_exact(x.len());
        rows.map(|row| row.iter().zip(x).map(|(a, b)| f64::from(a * b)).sum::<f64>() as f32).collect()
    };
    let norm = |x: &[f32], weight: &[f32]| -> Vec<f32> {
        let mean = x.iter().map(|x| x * x).sum::<f32>() / x.len() as f32;
        x.iter().zip(weight).map(|(x, weight)| x / (mean + EPSILON).sqrt() * weight).collect()
    };
    let embedding = get("token_embd.weight").expect("an embedding");
    let scale = if case.gemma.is_some() { (HIDDEN as f32).sqrt() } else { 1.0 };
    let row = |token: u32| embedding[token as usize * HIDDEN..][..HIDDEN].iter().map(|x| x * scale).collect();
    let mut stream: Vec<Vec<f32>> = tokens.iter().map(|token| row(*token)).collect();
    for layer in 0..LAYERS {
        let name = |part: &str| format!("blk.{layer}.{part}");
        let local = case.gemma.is_some_and(|(_, period)| (layer + 1) % period != 0);
        let project = |part: &str, heads: usize, turn: bool| -> Vec<Vec<Vec<f32>>> {
            let one = |position: usize, x: &Vec<f32>| {
                let mut y =
                    matrix(&name(&format!("{part}.weight")), &norm(x, get(&name("attn_norm.weight")).expect("a norm")));
                if let Some(bias) = get(&name(&format!("{part}.bias"))) {
                    y.iter_mut().zip(bias).for_each(|(y, bias)| *y += bias);
                }
                let head = |head: usize| {
                    let mut y = y[head * case.head_dim..(head + 1) * case.head_dim].to_vec();
                    if let Some(weight) = get(&name(&format!("{part}_norm.weight"))) {
                        y = norm(&y, weight);
                    }
                    if turn { turned(case, &y, position, local, get("rope_freqs.weight")) } else { y }
                };
                (0..heads).map(head).collect()
            };
            stream.iter().enumerate().map(|(position, x)| one(position, x)).collect()
        };
        let (queries, keys) = (project("attn_q", HEADS, true), project("attn_k", KV_HEADS, true));
        let values = project("attn_v", KV_HEADS, false);
        for (position, x) in stream.iter_mut().enumerate() {
            let first = case.gemma.filter(|_| local).map_or(0, |(window, _)| (position + 1).saturating_sub(window));
            let mut mixed = Vec::new();
            for (head, query) in queries[position].iter().enumerate() {
                let kv = head / (HEADS / KV_HEADS);
                let dot = |key: &[f32]| {
                    query.iter().zip(key).map(|(a, b)| a * b).sum::<f32>() / (case.head_dim as f32).sqrt()
                };
                let scores: Vec<f32> = (first..=position).map(|other| dot(&keys[other][kv]).exp()).collect();
                let sum: f32 = scores.iter().sum();
                mixed.extend((0..case.head_dim).map(|dim| {
                    scores.iter().zip(first..).map(|(score, other)| score / sum * values[other][kv][dim]).sum::<f32>()
                }));
            }
            let mut added = matrix(&name("attn_output.weight"), &mixed);
            if let Some(weight) = get(&name("post_attention_norm.weight")) {
                added = norm(&added, weight);
            }
            x.iter_mut().zip(added).for_each(|(x, added)| *x += added);
            let inner = norm(x, get(&name("ffn_norm.weight")).expect("a norm"));
            let gate = matrix(&name("ffn_gate.weight"), &inner).into_iter().map(|x| match case.gemma {
                Some(_) => 0.5 * x * (1.0 + ((2.0 / std::f32::consts::PI).sqrt() * (x + 0.044_715 * x * x * x)).tanh()),
                None => x / (1.0 + (-x).exp()),
            });
            let up = matrix(&name("ffn_up.weight"), &inner);
            let gated: Vec<f32> = gate.zip(up).map(|(gate, up)| gate * up).collect();
            let mut added = matrix(&name("ffn_down.weight"), &gated);
            if let Some(weight) = get(&name("post_ffw_norm.weight")) {
                added = norm(&added, weight);
            }
            x.iter_mut().zip(added).for_each(|(x, added)| *x += added);
        }
    }
    let last = norm(stream.last().expect("a token"), get("output_norm.weight").expect("a norm"));
    matrix(if case.gemma.is_some() { "token_embd.weight" } else { "output.weight" }, &last)
}

fn turned(case: &Case, x: &[f32], position: usize, local: bool, factors: Option<&[f32]>) -> Vec<f32> {
    let half = case.head_dim / 2;
    let (base, scale) = match case.gemma {
        Some(_) if local => (10_000.0, 1.0),
        Some(_) => (case.base, 8.0),
        None => (case.base, 1.0),
    };
    let mut y = x.to_vec();
    for pair in 0..half {
        let speed = 1.0 / f32::powf(base, 2.0 * pair as f32 / case.head_dim as f32) / factors.map_or(1.0, |f| f[pair]);
        let angle = position as f32 / scale * speed;
        let (first, second) = if case.neighbours { (2 * pair, 2 * pair + 1) } else { (pair, pair + half) };
        y[first] = x[first] * angle.cos() - x[second] * angle.sin();
        y[second] = x[first] * angle.sin() + x[second] * angle.cos();
    }
    y
}

/// How far apart the logits are, as a share of how large they are: the roots of the mean squares.
fn difference(logits: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(logits.len(), expected.len());
    let apart: f32 = logits.iter().zip(expected).map(|(a, b)| (a - b).powi(2)).sum();
    let size: f32 = expected.iter().map(|x| x.powi(2)).sum();
    (apart / size).sqrt()
}

fn tokens() -> Vec<u32> {
    (0..75).map(|index| index * 31 % VOCABULARY as u32).collect()
}

/// Reads the tokens in three parts, of which the second is wrong at first.
fn read(model: &mut dyn LanguageModel) -> Vec<f32> {
    let tokens = tokens();
    model.forward(&tokens[..17], 0, Part::Prompt).expect("read");
    model.forward(&[1, 2, 3], 17, Part::Prompt).expect("read");
    model.forward(&tokens[17..74], 17, Part::Prompt).expect("read");
    model.forward(&tokens[74..], 74, Part::Answer).expect("read")
}

#[test]
fn candle_s_tensors_do_what_the_papers_say() {
    for case in cases() {
        let mut weights = weights(&case);
        let file = file(&case, &mut weights, GgmlDType::F32);
        let hyper = Hyper::read(&file).expect("supported");
        let mut model = PlainModel::load(&file, hyper, CONTEXT, &Device::Cpu).expect("loaded");
        let apart = difference(&read(&mut model), &reference(&case, &weights, &tokens()));
        assert!(apart < 1e-4, "{}: {apart}", case.architecture);
    }
}

#[cfg(target_arch = "x86_64")]
#[test]
fn the_kernels_do_what_the_papers_say_within_their_rounding() {
    for case in cases() {
        let mut weights = weights(&case);
        let file = file(&case, &mut weights, GgmlDType::Q8_0);
        let hyper = Hyper::read(&file).expect("supported");
        let Some(mut model) = super::fast::FastModel::load(&file, &hyper, CONTEXT, 2).expect("loaded") else {
            // A processor without the instructions, where the model runs in candle's tensors.
            continue;
        };
        let apart = difference(&read(&mut model), &reference(&case, &weights, &tokens()));
        // Activations in 8 bits; a wrong turn, norm or window is at least ten times as far off.
        assert!(apart < 0.04, "{}: {apart}", case.architecture);
    }
}
