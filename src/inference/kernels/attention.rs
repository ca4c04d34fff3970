//! Attention over a cache of half floats.
//!
//! A piece of work is one head of keys with some tokens of all the query heads it serves: their rows go over the keys 64 at a
//! time and keep a running maximum and sum (FlashAttention), so that keys are unpacked once for all of them.

use std::{arch::x86_64::*, cell::RefCell};

use super::{
    Instructions, Pieces, Pool,
    simd::{exp, load, load_half, store, store_half},
    weights::transpose,
};

/// Keys that are looked at together.
const KEYS: usize = 64;
/// Rows that are multiplied together.
const ROWS: usize = 6;
/// Tokens of a piece of work.
const TOKENS: usize = 16;

/// The keys and values of one layer: `[kv_heads][context][head_dim]`, half floats. Memory is used as it is written.
pub(in crate::inference) struct Cache {
    keys: Vec<u16>,
    values: Vec<u16>,
    context: usize,
    dim: usize,
    _instructions: Instructions,
}

impl Cache {
    /// An empty cache for `context` tokens.
    pub fn new(instructions: Instructions, kv_heads: usize, context: usize, dim: usize) -> Self {
        let len = kv_heads * context * dim;
        Self { keys: vec![0; len], values: vec![0; len], context, dim, _instructions: instructions }
    }

    /// Writes the key and the value of `head` at `position`.
    pub fn put(&mut self, head: usize, position: usize, key: &[f32], value: &[f32]) {
        let at = (head * self.context + position) * self.dim;
        for (target, source) in [(&mut self.keys, key), (&mut self.values, value)] {
            let target = &mut target[at..at + self.dim];
            for (target, source) in target.as_chunks_mut::<16>().0.iter_mut().zip(source.as_chunks::<16>().0) {
                // SAFETY: a cache is made with proof of the instructions.
                unsafe { store_half(target, load(source)) };
            }
        }
    }
}

/// What attention is computed over.
pub(in crate::inference) struct Attention<'a> {
    pub cache: &'a Cache,
    /// `[tokens][heads][dim]`, the first token at position `start`; their keys and values are in the cache.
    pub queries: &'a [f32],
    pub tokens: usize,
    pub start: usize,
    pub heads: usize,
    pub kv_heads: usize,
    /// What query times key is multiplied by.
    pub scale: f32,
    /// How many tokens back a token looks, itself included.
    pub window: Option<usize>,
}

#[derive(Default)]
struct Scratch {
    queries: Vec<f32>,
    /// `[dim][KEYS]`
    keys: Vec<f32>,
    /// `[KEYS][dim]`
    values: Vec<f32>,
    /// `[rows][KEYS]`
    scores: Vec<f32>,
    /// `[rows][dim]`
    sums: Vec<f32>,
    highest: Vec<f32>,
    weights: Vec<f32>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

impl Attention<'_> {
    /// What each token sees, `[tokens][heads][dim]`.
    pub fn run(&self, pool: &mut Pool, output: &mut [f32]) {
        assert_eq!(self.queries.len(), self.tokens * self.heads * self.cache.dim);
        assert_eq!(self.queries.len(), output.len());
        assert!(self.start + self.tokens <= self.cache.context && self.cache.dim.is_multiple_of(16));
        let parts = self.tokens.div_ceil(TOKENS);
        let output = Pieces::new(output);
        pool.run(parts * self.kv_heads, &|piece| {
            // The last tokens have the most to look at; they go first, so that no thread ends up alone with them.
            let (head, part) = (piece % self.kv_heads, parts - 1 - piece / self.kv_heads);
            // SAFETY: the cache was made with proof of the instructions.
            SCRATCH.with_borrow_mut(|scratch| unsafe { self.part(head, part, scratch, &output) });
        });
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
    fn part(&self, head: usize, part: usize, scratch: &mut Scratch, output: &Pieces<'_, f32>) {
        let (groups, dim) = (self.heads / self.kv_heads, self.cache.dim);
        let first = part * TOKENS;
        let tokens = TOKENS.min(self.tokens - first);
        let rows = tokens * groups;
        self.prepare(head, first, rows, scratch);
        let last = self.start + first + tokens - 1;
        let begin = self.window.map_or(0, |window| (self.start + first + 1).saturating_sub(window));
        for block in (begin / KEYS * KEYS..=last).step_by(KEYS) {
            let count = KEYS.min(last + 1 - block);
            self.unpack(head, block, count, scratch);
            for row in (0..rows).step_by(ROWS) {
                scores(scratch, row, dim);
            }
            for row in 0..rows {
                let position = self.start + first + row / groups;
                let visible = self.window.map_or(0, |window| (position + 1).saturating_sub(window));
                let from = visible.saturating_sub(block).min(KEYS);
                let to = (position + 1).saturating_sub(block).min(KEYS);
                weigh(scratch, row, from..to.max(from), dim);
            }
            for row in (0..rows).step_by(ROWS) {
                add_values(scratch, row, dim);
            }
        }
        for row in 0..rows {
            let at = ((first + row / groups) * self.heads + head * groups + row % groups) * dim;
            // SAFETY: each piece writes its own heads of its own tokens.
            let output = unsafe { output.get(at..at + dim) };
            let inverse = _mm512_set1_ps(1.0 / scratch.weights[row]);
            let sums = &scratch.sums[row * dim..(row + 1) * dim];
            for (output, sums) in output.as_chunks_mut::<16>().0.iter_mut().zip(sums.as_chunks::<16>().0) {
                store(output, _mm512_mul_ps(load(sums), inverse));
            }
        }
    }

    /// Lays the query rows one after another, scaled, up to a multiple of [`ROWS`], and empties the sums.
    fn prepare(&self, head: usize, first: usize, rows: usize, scratch: &mut Scratch) {
        let (groups, dim) = (self.heads / self.kv_heads, self.cache.dim);
        let padded = rows.next_multiple_of(ROWS);
        scratch.queries.clear();
        for row in 0..rows {
            let at = ((first + row / groups) * self.heads + head * groups + row % groups) * dim;
            scratch.queries.extend(self.queries[at..at + dim].iter().map(|value| value * self.scale));
        }
        scratch.queries.resize(padded * dim, 0.0);
        scratch.scores.resize(padded * KEYS, 0.0);
        scratch.scores.fill(0.0);
        scratch.keys.resize(dim * KEYS, 0.0);
        scratch.values.resize(KEYS * dim, 0.0);
        for (target, len, value) in [
            (&mut scratch.sums, padded * dim, 0.0),
            (&mut scratch.highest, padded, f32::NEG_INFINITY),
            (&mut scratch.weights, padded, 0.0),
        ] {
            target.clear();
            target.resize(len, value);
        }
    }

    /// Unpacks `count` keys, transposed, and values from position `first` on; what is beyond is zero.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
    fn unpack(&self, head: usize, first: usize, count: usize, scratch: &mut Scratch) {
        let dim = self.cache.dim;
        let at = |key: usize| (head * self.cache.context + first + key) * dim;
        for (key, values) in scratch.values.chunks_exact_mut(dim).enumerate() {
            if key < count {
                let source = &self.cache.values[at(key)..at(key) + dim];
                for (target, source) in values.as_chunks_mut::<16>().0.iter_mut().zip(source.as_chunks::<16>().0) {
                    store(target, load_half(source));
                }
            } else {
                values.fill(0.0);
            }
        }
        for keys in (0..KEYS).step_by(16) {
            for column in (0..dim).step_by(16) {
                let mut square = [_mm512_setzero_si512(); 16];
                for (key, row) in square.iter_mut().enumerate().take(count.saturating_sub(keys)) {
                    *row = _mm512_castps_si512(load_half(&self.cache.keys[at(keys + key) + column..][..16]));
                }
                for (index, row) in transpose(square).into_iter().enumerate() {
                    store(&mut scratch.keys[(column + index) * KEYS + keys..], _mm512_castsi512_ps(row));
                }
            }
        }
    }
}

/// The scores of six rows, each query times each of the keys.
#[target_feature(enable = "avx512f")]
fn scores(scratch: &mut Scratch, row: usize, dim: usize) {
    let target = &mut scratch.scores[row * KEYS..(row + ROWS) * KEYS];
    target.fill(0.0);
    add_product::<4>(&scratch.queries[row * dim..(row + ROWS) * dim], dim, &scratch.keys, KEYS, target, KEYS);
}

/// Turns the scores of `row` into weights, 0 outside `visible`, and rescales what was summed before.
#[target_feature(enable = "avx512f")]
fn weigh(scratch: &mut Scratch, row: usize, visible: std::ops::Range<usize>, dim: usize) {
    let scores = &mut scratch.scores[row * KEYS..(row + 1) * KEYS];
    scores[..visible.start].fill(f32::NEG_INFINITY);
    scores[visible.end..].fill(f32::NEG_INFINITY);
    let mut highest = _mm512_set1_ps(scratch.highest[row]);
    for scores in scores.as_chunks::<16>().0 {
        highest = _mm512_max_ps(highest, load(scores));
    }
    let highest = _mm512_reduce_max_ps(highest);
    if highest == f32::NEG_INFINITY {
        // Nothing of this block, nor of those before, is in sight.
        return scores.fill(0.0);
    }
    let mut sum = _mm512_setzero_ps();
    for scores in scores.as_chunks_mut::<16>().0 {
        let shifted = _mm512_sub_ps(load(scores), _mm512_set1_ps(highest));
        let seen = _mm512_cmp_ps_mask::<_CMP_GT_OQ>(shifted, _mm512_set1_ps(f32::NEG_INFINITY));
        let weights = _mm512_maskz_mov_ps(seen, exp(shifted));
        sum = _mm512_add_ps(sum, weights);
        store(scores, weights);
    }
    let before = if scratch.highest[row] == highest { 1.0 } else { (scratch.highest[row] - highest).exp() };
    scratch.weights[row] = scratch.weights[row] * before + _mm512_reduce_add_ps(sum);
    scratch.highest[row] = highest;
    if before != 1.0 {
        for sums in scratch.sums[row * dim..(row + 1) * dim].as_chunks_mut::<16>().0 {
            let rescaled = _mm512_mul_ps(load(sums), _mm512_set1_ps(before));
            store(sums, rescaled);
        }
    }
}

/// Adds the weighted values to the sums of six rows.
#[target_feature(enable = "avx512f")]
fn add_values(scratch: &mut Scratch, row: usize, dim: usize) {
    let weights = &scratch.scores[row * KEYS..(row + ROWS) * KEYS];
    let sums = &mut scratch.sums[row * dim..(row + ROWS) * dim];
    let wide = dim / 64 * 64;
    for column in (0..wide).step_by(64) {
        add_product::<4>(weights, KEYS, &scratch.values[column..], dim, &mut sums[column..], dim);
    }
    for column in (wide..dim).step_by(16) {
        add_product::<1>(weights, KEYS, &scratch.values[column..], dim, &mut sums[column..], dim);
    }
}

/// Adds six rows of `left`, `inner` long, times as many rows of `right`, of which `16 * VECTORS` columns are taken, to
/// `target`.
#[inline]
#[target_feature(enable = "avx512f")]
fn add_product<const VECTORS: usize>(
    left: &[f32],
    inner: usize,
    right: &[f32],
    right_stride: usize,
    target: &mut [f32],
    target_stride: usize,
) {
    assert!(left.len() >= ROWS * inner && right.len() >= (inner - 1) * right_stride + 16 * VECTORS);
    assert!(target.len() >= (ROWS - 1) * target_stride + 16 * VECTORS);
    // SAFETY: all offsets below are within the lengths just checked.
    unsafe {
        let target = target.as_mut_ptr();
        let mut sums = [[_mm512_setzero_ps(); VECTORS]; ROWS];
        for (row, sums) in sums.iter_mut().enumerate() {
            for (vector, sum) in sums.iter_mut().enumerate() {
                *sum = _mm512_loadu_ps(target.add(row * target_stride + vector * 16));
            }
        }
        for index in 0..inner {
            let right = right.as_ptr().add(index * right_stride);
            let mut vectors = [_mm512_setzero_ps(); VECTORS];
            for (vector, values) in vectors.iter_mut().enumerate() {
                *values = _mm512_loadu_ps(right.add(vector * 16));
            }
            for (row, sums) in sums.iter_mut().enumerate() {
                let factor = _mm512_set1_ps(*left.get_unchecked(row * inner + index));
                for (sum, values) in sums.iter_mut().zip(vectors) {
                    *sum = _mm512_fmadd_ps(factor, values, *sum);
                }
            }
        }
        for (row, sums) in sums.iter().enumerate() {
            for (vector, sum) in sums.iter().enumerate() {
                _mm512_storeu_ps(target.add(row * target_stride + vector * 16), *sum);
            }
        }
    }
}
