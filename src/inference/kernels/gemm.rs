//! Weights times activations, with AVX-512 VNNI or as `narrow` does it.

use std::{arch::x86_64::*, cell::RefCell};

use candle_core::quantized::GgmlDType;

use super::{
    Activations, Pieces, Pool,
    activations::{PANEL, Panel},
    gemv, narrow,
    weights::{TILE, Tile, Weights},
};

/// Rows that a thread takes at a time when there is one token: some 50 KB of weights.
const GEMV_ROWS: usize = 64;

thread_local! {
    /// Where this thread unpacks tiles: as large as the largest it has seen, some 500 KB.
    static TILES: RefCell<Tile> = RefCell::default();
}

/// Multiplies each of `weights` with the same activations. The outputs are `[tokens][rows]`.
pub(in crate::inference) fn multiply(
    pool: &mut Pool,
    activations: &Activations,
    products: &mut [(&Weights, &mut [f32])],
) {
    let alone = activations.alone && activations.tokens() == 1;
    let direct = |weights: &Weights| alone && matches!(weights.dtype(), GgmlDType::Q4K | GgmlDType::Q6K);
    let step = |weights: &Weights| if direct(weights) { GEMV_ROWS } else { TILE };
    // Where each product's pieces begin.
    let mut ends = Vec::with_capacity(products.len());
    let mut pieces = 0;
    for (weights, output) in products.iter() {
        assert_eq!(weights.columns, activations.columns(), "a product of {} columns", weights.columns);
        assert_eq!(output.len(), activations.tokens() * weights.rows);
        pieces += weights.rows.div_ceil(step(weights));
        ends.push(pieces);
    }
    let outputs: Vec<_> = products.iter_mut().map(|(weights, output)| (&**weights, Pieces::new(output))).collect();
    pool.run(pieces, &|piece| {
        let product = ends.partition_point(|end| *end <= piece);
        let (weights, output) = &outputs[product];
        let first = (piece - product.checked_sub(1).map_or(0, |before| ends[before])) * step(weights);
        // SAFETY of all calls: the activations were made with proof of the instructions.
        if direct(weights) {
            let end = weights.rows.min(first + GEMV_ROWS);
            // SAFETY: each piece writes its own rows of the only token.
            let output = unsafe { output.get(first..end) };
            gemv::multiply(activations.instructions, weights, first, &activations.panel(0), output);
        } else {
            TILES.with_borrow_mut(|tile| unsafe { multiply_tile(weights, first, activations, tile, output) });
        }
    });
}

/// One tile of `weights` times all tokens.
///
/// # Safety
/// The processor has the instructions of `activations`.
unsafe fn multiply_tile(
    weights: &Weights,
    first: usize,
    activations: &Activations,
    tile: &mut Tile,
    output: &Pieces<'_, f32>,
) {
    let wide = activations.instructions.wide;
    // SAFETY of all calls: as the caller promises.
    match wide {
        true => unsafe { weights.unpack_wide(first, tile) },
        false => weights.unpack(first, tile),
    }
    let count = TILE.min(weights.rows - first);
    let mut sums = [[0.0; TILE]; PANEL];
    for index in 0..activations.panels() {
        let panel = activations.panel(index);
        match (wide, weights.values_per_scale()) {
            (true, 16) => unsafe { by_tokens::<4>(tile, &panel, &mut sums) },
            (true, _) => unsafe { by_tokens::<8>(tile, &panel, &mut sums) },
            (false, _) => unsafe { narrow::multiply(weights.dtype(), tile, &panel, &mut sums) },
        }
        for (token, sums) in sums[..panel.tokens].iter().enumerate() {
            let at = (index * PANEL + token) * weights.rows + first;
            // SAFETY: each piece writes its own rows of every token.
            unsafe { output.get(at..at + count) }.copy_from_slice(&sums[..count]);
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn by_tokens<const GROUPS: usize>(tile: &Tile, panel: &Panel<'_>, sums: &mut [[f32; TILE]; PANEL]) {
    match panel.tokens {
        1 => multiply_panel::<1, GROUPS>(tile, panel, sums),
        2 => multiply_panel::<2, GROUPS>(tile, panel, sums),
        3 => multiply_panel::<3, GROUPS>(tile, panel, sums),
        4 => multiply_panel::<4, GROUPS>(tile, panel, sums),
        5 => multiply_panel::<5, GROUPS>(tile, panel, sums),
        _ => multiply_panel::<PANEL, GROUPS>(tile, panel, sums),
    }
}

/// How many blocks of `GROUPS` groups of four values a tile and a panel of `TOKENS` have, and the sums of the panel's values that
/// the offsets of a block are multiplied with. Panics where one of them is shorter than that.
pub(super) fn checked<'p, const TOKENS: usize, const GROUPS: usize>(
    tile: &Tile,
    panel: &Panel<'p>,
) -> (usize, &'p [f32]) {
    let groups = panel.quants.len() / (4 * TOKENS);
    let blocks = groups / GROUPS;
    let sums = if GROUPS == 4 { panel.halves } else { panel.sums };
    assert!(tile.quants.len() >= groups * TILE * 4 && panel.quants.len() == groups * TOKENS * 4);
    assert!(tile.scales.len() >= blocks * TILE && tile.offsets.len() >= blocks * TILE);
    assert!(sums.len() == blocks * TOKENS && panel.scales.len() == groups / 8 * TOKENS);
    (blocks, sums)
}

/// A tile times a panel of `TOKENS`. `GROUPS` of four values share a scale.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn multiply_panel<const TOKENS: usize, const GROUPS: usize>(
    tile: &Tile,
    panel: &Panel<'_>,
    sums: &mut [[f32; TILE]; PANEL],
) {
    let (blocks, panel_sums) = checked::<TOKENS, GROUPS>(tile, panel);
    let mut totals = [[_mm512_setzero_ps(); 2]; TOKENS];
    for block in 0..blocks {
        let mut products = [[_mm512_setzero_si512(); 2]; TOKENS];
        for group in block * GROUPS..(block + 1) * GROUPS {
            // SAFETY: `group` is in a block; the lengths were checked above.
            unsafe {
                let rows = tile.quants.as_ptr().add(group * TILE * 4);
                let (first, second) = (_mm512_loadu_si512(rows.cast()), _mm512_loadu_si512(rows.add(64).cast()));
                for (token, products) in products.iter_mut().enumerate() {
                    let values = panel.quants.as_ptr().add((group * TOKENS + token) * 4).cast::<i32>();
                    let values = _mm512_set1_epi32(values.read_unaligned());
                    products[0] = _mm512_dpbusd_epi32(products[0], first, values);
                    products[1] = _mm512_dpbusd_epi32(products[1], second, values);
                }
            }
        }
        // SAFETY: `block` is below `blocks`; the lengths were checked above.
        unsafe {
            for half in 0..2 {
                let scales = _mm512_loadu_ps(tile.scales.as_ptr().add(block * TILE + half * 16));
                let offsets = _mm512_loadu_ps(tile.offsets.as_ptr().add(block * TILE + half * 16));
                for token in 0..TOKENS {
                    let scale = _mm512_set1_ps(*panel.scales.get_unchecked(block * GROUPS / 8 * TOKENS + token));
                    let sum = _mm512_set1_ps(*panel_sums.get_unchecked(block * TOKENS + token));
                    let product = _mm512_mul_ps(_mm512_cvtepi32_ps(products[token][half]), scale);
                    let total = _mm512_fmadd_ps(product, scales, totals[token][half]);
                    totals[token][half] = _mm512_fnmadd_ps(offsets, sum, total);
                }
            }
        }
    }
    for (sums, totals) in sums.iter_mut().zip(totals) {
        // SAFETY: a row of sums has 32 values.
        unsafe {
            _mm512_storeu_ps(sums.as_mut_ptr(), totals[0]);
            _mm512_storeu_ps(sums.as_mut_ptr().add(16), totals[1]);
        }
    }
}
