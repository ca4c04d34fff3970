//! The left-hand sides of products: activations in 8 bits, with a scale for every 32 of them.
//!
//! Tokens are packed six and six, four values of each side by side, in the order in which the products read them.

use super::{Instructions, Pieces, Pool};

/// Tokens of a panel: with two vectors of weights, as many sums as fit into the registers.
pub(super) const PANEL: usize = 6;
/// Values that share a scale.
pub(super) const BLOCK: usize = 32;

/// `tokens` rows of `columns` values.
pub(in crate::inference) struct Activations {
    /// Whether a single token may go a faster way, on which it is rounded differently than among others.
    pub alone: bool,
    tokens: usize,
    columns: usize,
    quants: Vec<i8>,
    scales: Vec<f32>,
    /// Sums of 16 values, scaled.
    halves: Vec<f32>,
    /// Sums of 32 values, scaled.
    sums: Vec<f32>,
    pub(super) instructions: Instructions,
}

/// The tokens that one pass over the weights multiplies.
pub(super) struct Panel<'a> {
    pub tokens: usize,
    /// `[columns / 4][tokens][4]`
    pub quants: &'a [i8],
    /// `[columns / 32][tokens]`
    pub scales: &'a [f32],
    /// `[columns / 16][tokens]`
    pub halves: &'a [f32],
    /// `[columns / 32][tokens]`
    pub sums: &'a [f32],
}

impl Activations {
    /// No tokens yet. Whoever multiplies activations relies on their having been made with proof of the instructions.
    pub fn new(instructions: Instructions) -> Self {
        Self {
            alone: false,
            tokens: 0,
            columns: 0,
            quants: Vec::new(),
            scales: Vec::new(),
            halves: Vec::new(),
            sums: Vec::new(),
            instructions,
        }
    }

    /// Quantizes `tokens` rows, each written by `row` into the slice of `columns` values that it is given.
    pub fn fill(&mut self, pool: &mut Pool, tokens: usize, columns: usize, row: &(dyn Fn(usize, &mut [f32]) + Sync)) {
        assert!(columns.is_multiple_of(BLOCK));
        (self.tokens, self.columns) = (tokens, columns);
        self.quants.resize(tokens * columns, 0);
        self.scales.resize(tokens * columns / BLOCK, 0.0);
        self.sums.resize(tokens * columns / BLOCK, 0.0);
        self.halves.resize(tokens * columns / (BLOCK / 2), 0.0);
        let quants = Pieces::new(&mut self.quants);
        let scales = Pieces::new(&mut self.scales);
        let sums = Pieces::new(&mut self.sums);
        let halves = Pieces::new(&mut self.halves);
        pool.run(tokens.div_ceil(PANEL), &|panel| {
            let first = panel * PANEL;
            let count = PANEL.min(tokens - first);
            let range = |per_token: usize| first * per_token..(first + count) * per_token;
            // SAFETY: every panel is a range of its own in each of the four.
            let (quants, scales, sums, halves) = unsafe {
                (
                    quants.get(range(columns)),
                    scales.get(range(columns / BLOCK)),
                    sums.get(range(columns / BLOCK)),
                    halves.get(range(columns / BLOCK * 2)),
                )
            };
            let mut values = vec![0.0; columns];
            for token in 0..count {
                row(first + token, &mut values);
                // SAFETY: activations are made with proof of the instructions.
                unsafe { quantize(&values, count, token, quants, scales, sums, halves) };
            }
        });
    }

    pub fn tokens(&self) -> usize {
        self.tokens
    }

    pub fn columns(&self) -> usize {
        self.columns
    }

    pub(super) fn panels(&self) -> usize {
        self.tokens.div_ceil(PANEL)
    }

    pub(super) fn panel(&self, index: usize) -> Panel<'_> {
        let first = index * PANEL;
        let tokens = PANEL.min(self.tokens - first);
        let range = |per_token: usize| first * per_token..(first + tokens) * per_token;
        Panel {
            tokens,
            quants: &self.quants[range(self.columns)],
            scales: &self.scales[range(self.columns / BLOCK)],
            halves: &self.halves[range(self.columns / BLOCK * 2)],
            sums: &self.sums[range(self.columns / BLOCK)],
        }
    }
}

/// Puts `values` into a panel of `tokens` as its row `token`.
#[target_feature(enable = "avx2,fma")]
fn quantize(
    values: &[f32],
    tokens: usize,
    token: usize,
    quants: &mut [i8],
    scales: &mut [f32],
    sums: &mut [f32],
    halves: &mut [f32],
) {
    for (block, values) in values.as_chunks::<BLOCK>().0.iter().enumerate() {
        // Of numbers without a sign, the larger has the larger bits.
        let largest = values.iter().fold(0, |largest: u32, value| largest.max(value.abs().to_bits()));
        let scale = f32::from_bits(largest) / 127.0;
        let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
        let bytes = values.map(|value| (value * inverse).round_ties_even() as i32 as i8);
        let sum = |bytes: &[i8]| bytes.iter().map(|byte| i32::from(*byte)).sum::<i32>() as f32;
        let (first, second) = (sum(&bytes[..BLOCK / 2]), sum(&bytes[BLOCK / 2..]));
        scales[block * tokens + token] = scale;
        sums[block * tokens + token] = scale * (first + second);
        halves[2 * block * tokens + token] = scale * first;
        halves[(2 * block + 1) * tokens + token] = scale * second;
        for (group, bytes) in bytes.as_chunks::<4>().0.iter().enumerate() {
            let at = ((block * BLOCK / 4 + group) * tokens + token) * 4;
            quants[at..at + 4].copy_from_slice(bytes);
        }
    }
}
