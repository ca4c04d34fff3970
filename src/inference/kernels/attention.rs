//! Attention over a cache of half floats.
//!
//! A piece of work is one head of keys with some tokens of all the query heads it serves: their rows go over the keys 64 at a
//! time and keep a running maximum and sum (FlashAttention), so that keys are unpacked once for all of them.

use std::cell::RefCell;

use super::{
    Instructions, Pieces, Pool,
    simd::{Lanes, Narrow, Wide, exp, store_halves},
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
    instructions: Instructions,
}

impl Cache {
    /// An empty cache for `context` tokens.
    pub fn new(instructions: Instructions, kv_heads: usize, context: usize, dim: usize) -> Self {
        let len = kv_heads * context * dim;
        Self { keys: vec![0; len], values: vec![0; len], context, dim, instructions }
    }

    /// Writes the key and the value of `head` at `position`.
    pub fn put(&mut self, head: usize, position: usize, key: &[f32], value: &[f32]) {
        let at = (head * self.context + position) * self.dim;
        for (target, source) in [(&mut self.keys, key), (&mut self.values, value)] {
            // SAFETY: a cache is made with proof of the instructions.
            unsafe { store_halves(&mut target[at..at + self.dim], source) };
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
            SCRATCH.with_borrow_mut(|scratch| unsafe {
                match self.cache.instructions.wide {
                    true => self.part_wide(head, part, scratch, &output),
                    false => self.part_narrow(head, part, scratch, &output),
                }
            });
        });
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
    fn part_wide(&self, head: usize, part: usize, scratch: &mut Scratch, output: &Pieces<'_, f32>) {
        // SAFETY: this function has the instructions.
        unsafe { self.part::<Wide>(head, part, scratch, output) }
    }

    #[target_feature(enable = "avx2,fma,f16c")]
    fn part_narrow(&self, head: usize, part: usize, scratch: &mut Scratch, output: &Pieces<'_, f32>) {
        // SAFETY: this function has the instructions.
        unsafe { self.part::<Narrow>(head, part, scratch, output) }
    }

    /// # Safety
    /// The caller has the instructions of `L`.
    #[inline(always)]
    unsafe fn part<L: Lanes>(&self, head: usize, part: usize, scratch: &mut Scratch, output: &Pieces<'_, f32>) {
        let (groups, dim) = (self.heads / self.kv_heads, self.cache.dim);
        let first = part * TOKENS;
        let tokens = TOKENS.min(self.tokens - first);
        let rows = tokens * groups;
        self.prepare(head, first, rows, scratch);
        let last = self.start + first + tokens - 1;
        let begin = self.window.map_or(0, |window| (self.start + first + 1).saturating_sub(window));
        for block in (begin / KEYS * KEYS..=last).step_by(KEYS) {
            let count = KEYS.min(last + 1 - block);
            // SAFETY of all four: the caller has the instructions.
            unsafe { self.unpack::<L>(head, block, count, scratch) };
            for row in (0..rows).step_by(ROWS) {
                unsafe { scores::<L>(scratch, row, dim) };
            }
            for row in 0..rows {
                let position = self.start + first + row / groups;
                let visible = self.window.map_or(0, |window| (position + 1).saturating_sub(window));
                let from = visible.saturating_sub(block).min(KEYS);
                let to = (position + 1).saturating_sub(block).min(KEYS);
                unsafe { weigh::<L>(scratch, row, from..to.max(from), dim) };
            }
            for row in (0..rows).step_by(ROWS) {
                unsafe { add_values::<L>(scratch, row, dim) };
            }
        }
        for row in 0..rows {
            let at = ((first + row / groups) * self.heads + head * groups + row % groups) * dim;
            // SAFETY: each piece writes its own heads of its own tokens.
            let output = unsafe { output.get(at..at + dim) };
            let inverse = 1.0 / scratch.weights[row];
            for (output, sum) in output.iter_mut().zip(&scratch.sums[row * dim..(row + 1) * dim]) {
                *output = sum * inverse;
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
    ///
    /// # Safety
    /// The caller has the instructions of `L`.
    #[inline(always)]
    unsafe fn unpack<L: Lanes>(&self, head: usize, first: usize, count: usize, scratch: &mut Scratch) {
        let dim = self.cache.dim;
        let start = (head * self.cache.context + first) * dim;
        let (keys, values) =
            (&self.cache.keys[start..start + count * dim], &self.cache.values[start..start + count * dim]);
        assert!(scratch.values.len() == KEYS * dim && scratch.keys.len() == KEYS * dim && count <= KEYS);
        // SAFETY: the lengths were just checked, and `dim` and `KEYS` are multiples of the width.
        unsafe {
            for at in (0..count * dim).step_by(L::WIDTH) {
                L::store(scratch.values.as_mut_ptr().add(at), L::load_half(values.as_ptr().add(at)));
            }
            scratch.values[count * dim..].fill(0.0);
            for key in (0..KEYS).step_by(L::WIDTH) {
                let rows = count.saturating_sub(key).min(L::WIDTH);
                for column in (0..dim).step_by(L::WIDTH) {
                    // Where there are no rows, nothing is read.
                    let from = keys.as_ptr().wrapping_add(key * dim + column);
                    let to = scratch.keys.as_mut_ptr().add(column * KEYS + key);
                    L::transpose_halves(from, dim, rows, to, KEYS);
                }
            }
        }
    }
}

/// The scores of six rows, each query times each of the keys.
///
/// # Safety
/// The caller has the instructions of `L`.
#[inline(always)]
unsafe fn scores<L: Lanes>(scratch: &mut Scratch, row: usize, dim: usize) {
    let target = &mut scratch.scores[row * KEYS..(row + ROWS) * KEYS];
    target.fill(0.0);
    // SAFETY: as the caller promises.
    unsafe { add_wide_product::<L>(&scratch.queries[row * dim..(row + ROWS) * dim], dim, &scratch.keys, KEYS, target) }
}

/// Turns the scores of `row` into weights, 0 outside `visible`, and rescales what was summed before.
///
/// # Safety
/// The caller has the instructions of `L`.
#[inline(always)]
unsafe fn weigh<L: Lanes>(scratch: &mut Scratch, row: usize, visible: std::ops::Range<usize>, dim: usize) {
    let scores = &mut scratch.scores[row * KEYS..(row + 1) * KEYS];
    scores[..visible.start].fill(f32::NEG_INFINITY);
    scores[visible.end..].fill(f32::NEG_INFINITY);
    // SAFETY: the scores of a row are a multiple of the width.
    unsafe {
        let mut highest = L::set(scratch.highest[row]);
        for at in (0..KEYS).step_by(L::WIDTH) {
            highest = L::max(highest, L::load(scores.as_ptr().add(at)));
        }
        let highest = L::largest(highest);
        if highest == f32::NEG_INFINITY {
            // Nothing of this block, nor of those before, is in sight.
            return scores.fill(0.0);
        }
        let mut sum = L::set(0.0);
        for at in (0..KEYS).step_by(L::WIDTH) {
            let score = scores.as_mut_ptr().add(at);
            let shifted = L::sub(L::load(score), L::set(highest));
            let weights = L::where_finite(shifted, exp::<L>(shifted));
            sum = L::add(sum, weights);
            L::store(score, weights);
        }
        let before = if scratch.highest[row] == highest { 1.0 } else { (scratch.highest[row] - highest).exp() };
        scratch.weights[row] = scratch.weights[row] * before + L::sum(sum);
        scratch.highest[row] = highest;
        if before != 1.0 {
            scratch.sums[row * dim..(row + 1) * dim].iter_mut().for_each(|sum| *sum *= before);
        }
    }
}

/// Adds the weighted values to the sums of six rows.
///
/// # Safety
/// The caller has the instructions of `L`.
#[inline(always)]
unsafe fn add_values<L: Lanes>(scratch: &mut Scratch, row: usize, dim: usize) {
    let weights = &scratch.scores[row * KEYS..(row + ROWS) * KEYS];
    let sums = &mut scratch.sums[row * dim..(row + ROWS) * dim];
    // SAFETY: as the caller promises.
    unsafe { add_wide_product::<L>(weights, KEYS, &scratch.values, dim, sums) }
}

/// Adds six rows of `left`, `inner` long, times as many rows of `right`, `columns` long, to `target`: as many columns at a time
/// as sums fit into the registers. `columns` is a multiple of 16.
///
/// # Safety
/// The caller has the instructions of `L`.
#[inline(always)]
unsafe fn add_wide_product<L: Lanes>(left: &[f32], inner: usize, right: &[f32], columns: usize, target: &mut [f32]) {
    // 32 registers of the wide, 16 of the narrow.
    let together = if L::WIDTH == Wide::WIDTH { 64 } else { 16 };
    let whole = columns / together * together;
    // SAFETY: as the caller promises.
    unsafe {
        for column in (0..whole).step_by(together) {
            match together {
                64 => add_product::<L, 4>(left, inner, &right[column..], columns, &mut target[column..]),
                _ => add_product::<L, 2>(left, inner, &right[column..], columns, &mut target[column..]),
            }
        }
        for column in (whole..columns).step_by(L::WIDTH) {
            add_product::<L, 1>(left, inner, &right[column..], columns, &mut target[column..]);
        }
    }
}

/// Adds six rows of `left`, `inner` long, times as many rows of `right`, of which `VECTORS` vectors are taken, to `target`; rows
/// of both are `stride` apart.
///
/// # Safety
/// The caller has the instructions of `L`.
#[inline(always)]
unsafe fn add_product<L: Lanes, const VECTORS: usize>(
    left: &[f32],
    inner: usize,
    right: &[f32],
    stride: usize,
    target: &mut [f32],
) {
    assert!(left.len() >= ROWS * inner && right.len() >= (inner - 1) * stride + L::WIDTH * VECTORS);
    assert!(target.len() >= (ROWS - 1) * stride + L::WIDTH * VECTORS);
    // SAFETY: all offsets below are within the lengths just checked.
    unsafe {
        let target = target.as_mut_ptr();
        let mut sums = [[L::set(0.0); VECTORS]; ROWS];
        for (row, sums) in sums.iter_mut().enumerate() {
            for (vector, sum) in sums.iter_mut().enumerate() {
                *sum = L::load(target.add(row * stride + vector * L::WIDTH));
            }
        }
        for index in 0..inner {
            let right = right.as_ptr().add(index * stride);
            let mut vectors = [L::set(0.0); VECTORS];
            for (vector, values) in vectors.iter_mut().enumerate() {
                *values = L::load(right.add(vector * L::WIDTH));
            }
            for (row, sums) in sums.iter_mut().enumerate() {
                let factor = L::set(*left.get_unchecked(row * inner + index));
                for (sum, values) in sums.iter_mut().zip(vectors) {
                    *sum = L::fmadd(factor, values, *sum);
                }
            }
        }
        for (row, sums) in sums.iter().enumerate() {
            for (vector, sum) in sums.iter().enumerate() {
                L::store(target.add(row * stride + vector * L::WIDTH), *sum);
            }
        }
    }
}
