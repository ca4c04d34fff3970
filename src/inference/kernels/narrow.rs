//! Products for processors with AVX2 alone.
//!
//! VPMADDUBSW multiplies bytes without a sign with bytes that have one, and adds pairs of products to words. Several of them
//! are added before they are widened: as many as cannot overflow, by the largest value that a coding has.

use std::arch::x86_64::*;

use candle_core::quantized::GgmlDType;

use super::{
    activations::{PANEL, Panel},
    gemm::checked,
    gemv::{prefetch, scales_q4k},
    simd::{Lanes, Narrow},
    weights::{TILE, Tile},
};

/// A tile times a panel.
#[target_feature(enable = "avx2,fma")]
pub(super) fn multiply(dtype: GgmlDType, tile: &Tile, panel: &Panel<'_>, sums: &mut [[f32; TILE]; PANEL]) {
    use GgmlDType::*;
    match dtype {
        // Two products of 15 and 127, eight times: 30,480.
        Q4_0 | Q4_1 | Q4K => by_tokens::<8, 8, false>(tile, panel, sums),
        // Of 31 and 127, four times: 31,496.
        Q5_0 | Q5_1 | Q5K => by_tokens::<8, 4, false>(tile, panel, sums),
        // Of 63 and 127, twice: 32,004.
        Q6K => by_tokens::<4, 2, false>(tile, panel, sums),
        // Of 128 and 127, with their signs taken to the other side: 32,512.
        _ => by_tokens::<8, 1, true>(tile, panel, sums),
    }
}

#[target_feature(enable = "avx2,fma")]
fn by_tokens<const GROUPS: usize, const TOGETHER: usize, const SIGNED: bool>(
    tile: &Tile,
    panel: &Panel<'_>,
    sums: &mut [[f32; TILE]; PANEL],
) {
    match panel.tokens {
        1 => multiply_panel::<1, GROUPS, TOGETHER, SIGNED>(tile, panel, sums),
        2 => multiply_panel::<2, GROUPS, TOGETHER, SIGNED>(tile, panel, sums),
        3 => multiply_panel::<3, GROUPS, TOGETHER, SIGNED>(tile, panel, sums),
        4 => multiply_panel::<4, GROUPS, TOGETHER, SIGNED>(tile, panel, sums),
        5 => multiply_panel::<5, GROUPS, TOGETHER, SIGNED>(tile, panel, sums),
        _ => multiply_panel::<PANEL, GROUPS, TOGETHER, SIGNED>(tile, panel, sums),
    }
}

/// A tile times a panel of `TOKENS`. `GROUPS` of four values share a scale, the products of `TOGETHER` groups fit into a word,
/// and the bytes of the tile are moved up by 128 where they are `SIGNED`.
#[target_feature(enable = "avx2,fma")]
fn multiply_panel<const TOKENS: usize, const GROUPS: usize, const TOGETHER: usize, const SIGNED: bool>(
    tile: &Tile,
    panel: &Panel<'_>,
    sums: &mut [[f32; TILE]; PANEL],
) {
    let (blocks, panel_sums) = checked::<TOKENS, GROUPS>(tile, panel);
    let ones = _mm256_set1_epi16(1);
    // As many sums as fit into the registers: 16 rows of the 32 at a time.
    for half in [0, 16] {
        let mut totals = [[_mm256_setzero_ps(); 2]; TOKENS];
        for block in 0..blocks {
            let mut products = [[_mm256_setzero_si256(); 2]; TOKENS];
            for start in (block * GROUPS..(block + 1) * GROUPS).step_by(TOGETHER) {
                let mut words = [[_mm256_setzero_si256(); 2]; TOKENS];
                for group in start..start + TOGETHER {
                    // SAFETY: `group` is in a block; the lengths were checked above.
                    unsafe {
                        let rows = tile.quants.as_ptr().add((group * TILE + half) * 4);
                        let mut rows = [_mm256_loadu_si256(rows.cast()), _mm256_loadu_si256(rows.add(32).cast())];
                        if SIGNED {
                            rows = rows.map(|row| _mm256_xor_si256(row, _mm256_set1_epi8(-128)));
                        }
                        for (token, words) in words.iter_mut().enumerate() {
                            let values = panel.quants.as_ptr().add((group * TOKENS + token) * 4).cast::<i32>();
                            let values = _mm256_set1_epi32(values.read_unaligned());
                            for (word, row) in words.iter_mut().zip(rows) {
                                let product = match SIGNED {
                                    true => _mm256_maddubs_epi16(_mm256_abs_epi8(row), _mm256_sign_epi8(values, row)),
                                    false => _mm256_maddubs_epi16(row, values),
                                };
                                *word = _mm256_add_epi16(*word, product);
                            }
                        }
                    }
                }
                for (products, words) in products.iter_mut().zip(words) {
                    for (product, word) in products.iter_mut().zip(words) {
                        *product = _mm256_add_epi32(*product, _mm256_madd_epi16(word, ones));
                    }
                }
            }
            // SAFETY: the lengths were checked above.
            unsafe {
                for part in 0..2 {
                    let at = block * TILE + half + part * 8;
                    let scales = _mm256_loadu_ps(tile.scales.as_ptr().add(at));
                    let offsets = _mm256_loadu_ps(tile.offsets.as_ptr().add(at));
                    for token in 0..TOKENS {
                        let scale = _mm256_set1_ps(*panel.scales.get_unchecked(block * GROUPS / 8 * TOKENS + token));
                        let product = _mm256_mul_ps(_mm256_cvtepi32_ps(products[token][part]), scale);
                        let mut total = _mm256_fmadd_ps(product, scales, totals[token][part]);
                        if !SIGNED {
                            let sum = _mm256_set1_ps(*panel_sums.get_unchecked(block * TOKENS + token));
                            total = _mm256_fnmadd_ps(offsets, sum, total);
                        }
                        totals[token][part] = total;
                    }
                }
            }
        }
        for (sums, totals) in sums.iter_mut().zip(totals) {
            // SAFETY: a row of sums has 32 values.
            unsafe {
                _mm256_storeu_ps(sums.as_mut_ptr().add(half), totals[0]);
                _mm256_storeu_ps(sums.as_mut_ptr().add(half + 8), totals[1]);
            }
        }
    }
}

/// A row in Q4_K times the one token of `panel`.
#[target_feature(enable = "avx2,fma")]
pub(super) fn row_q4k(row: &[u8], panel: &Panel<'_>) -> f32 {
    let blocks = row.as_chunks::<144>().0;
    let quants = panel.quants.as_chunks::<256>().0;
    let scales = panel.scales.as_chunks::<8>().0;
    let sums = panel.sums.as_chunks::<8>().0;
    let (low, ones) = (_mm256_set1_epi8(15), _mm256_set1_epi16(1));
    let mut totals = [_mm256_setzero_ps(); 2];
    let mut offset_total = _mm256_setzero_ps();
    for (((block, quants), scales), sums) in blocks.iter().zip(quants).zip(scales).zip(sums) {
        prefetch(block.as_ptr(), 3);
        let d = half::f16::from_le_bytes([block[0], block[1]]).to_f32();
        let dmin = half::f16::from_le_bytes([block[2], block[3]]).to_f32();
        let (block_scales, block_offsets) = scales_q4k(block);
        // SAFETY: each array is as long as what is read from it: 8 floats, and in `block` and `quants` the offsets and lengths
        // below stay inside 144 and 256 bytes.
        unsafe {
            let sums = _mm256_mul_ps(_mm256_loadu_ps(sums.as_ptr()), _mm256_set1_ps(dmin));
            offset_total = _mm256_fmadd_ps(block_offsets, sums, offset_total);
            let scales =
                _mm256_mul_ps(_mm256_mul_ps(block_scales, _mm256_loadu_ps(scales.as_ptr())), _mm256_set1_ps(d));
            let mut each = [0.0; 8];
            _mm256_storeu_ps(each.as_mut_ptr(), scales);
            for part in 0..4 {
                let packed = _mm256_loadu_si256(block.as_ptr().add(16 + part * 32).cast());
                let uppers = _mm256_and_si256(_mm256_srli_epi16::<4>(packed), low);
                for (index, values) in [_mm256_and_si256(packed, low), uppers].into_iter().enumerate() {
                    let theirs = _mm256_loadu_si256(quants.as_ptr().add(part * 64 + index * 32).cast());
                    let product = _mm256_madd_epi16(_mm256_maddubs_epi16(values, theirs), ones);
                    let scale = _mm256_set1_ps(each[part * 2 + index]);
                    totals[index] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(product), scale, totals[index]);
                }
            }
        }
    }
    // SAFETY: this function has the instructions.
    unsafe { Narrow::sum(_mm256_sub_ps(_mm256_add_ps(totals[0], totals[1]), offset_total)) }
}

/// A row in Q6_K times the one token of `panel`.
#[target_feature(enable = "avx2,fma")]
pub(super) fn row_q6k(row: &[u8], panel: &Panel<'_>) -> f32 {
    let blocks = row.as_chunks::<210>().0;
    let quants = panel.quants.as_chunks::<256>().0;
    let scales = panel.scales.as_chunks::<8>().0;
    let sums = panel.halves.as_chunks::<16>().0;
    let (low, two, ones) = (_mm256_set1_epi8(15), _mm256_set1_epi8(3), _mm256_set1_epi16(1));
    let mut totals = [_mm256_setzero_ps(); 2];
    let mut offset_total = _mm256_setzero_ps();
    for (((block, quants), scales), sums) in blocks.iter().zip(quants).zip(scales).zip(sums) {
        prefetch(block.as_ptr(), 4);
        let d = _mm256_set1_ps(half::f16::from_le_bytes([block[208], block[209]]).to_f32());
        // SAFETY: each array is as long as what is read from it: 8 and 16 floats, and in `block` and `quants` the offsets and
        // lengths below stay inside 210 and 256 bytes.
        unsafe {
            let own = |at: usize| {
                let bytes = _mm_loadl_epi64(block.as_ptr().add(192 + at).cast());
                _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes)), d)
            };
            let own = [own(0), own(8)];
            offset_total = _mm256_fmadd_ps(own[0], _mm256_loadu_ps(sums.as_ptr()), offset_total);
            offset_total = _mm256_fmadd_ps(own[1], _mm256_loadu_ps(sums.as_ptr().add(8)), offset_total);
            let mut each = [0.0; 16];
            _mm256_storeu_ps(each.as_mut_ptr(), own[0]);
            _mm256_storeu_ps(each.as_mut_ptr().add(8), own[1]);
            for part in 0..2 {
                let high = _mm256_loadu_si256(block.as_ptr().add(128 + part * 32).cast());
                for side in 0..2 {
                    let packed = _mm256_loadu_si256(block.as_ptr().add(part * 64 + side * 32).cast());
                    // Two high bits of each value: the first 32 have the lowest, the last 32 the highest.
                    let (near, far) = match side {
                        0 => (high, _mm256_srli_epi16::<4>(high)),
                        _ => (_mm256_srli_epi16::<2>(high), _mm256_srli_epi16::<6>(high)),
                    };
                    let bits = |high: __m256i| _mm256_slli_epi16::<4>(_mm256_and_si256(high, two));
                    let uppers = _mm256_and_si256(_mm256_srli_epi16::<4>(packed), low);
                    let values = [
                        _mm256_or_si256(_mm256_and_si256(packed, low), bits(near)),
                        _mm256_or_si256(uppers, bits(far)),
                    ];
                    for (index, values) in values.into_iter().enumerate() {
                        let sub = part * 4 + index * 2 + side;
                        let theirs = _mm256_loadu_si256(quants.as_ptr().add(sub * 32).cast());
                        let product = _mm256_madd_epi16(_mm256_maddubs_epi16(values, theirs), ones);
                        // Each half of the lanes is 16 values, with a scale of their own.
                        let scale = _mm256_set_m128(_mm_set1_ps(each[sub * 2 + 1]), _mm_set1_ps(each[sub * 2]));
                        let scale = _mm256_mul_ps(scale, _mm256_set1_ps(scales[sub]));
                        totals[index] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(product), scale, totals[index]);
                    }
                }
            }
        }
    }
    let offset = _mm256_mul_ps(offset_total, _mm256_set1_ps(32.0));
    // SAFETY: this function has the instructions.
    unsafe { Narrow::sum(_mm256_sub_ps(_mm256_add_ps(totals[0], totals[1]), offset)) }
}
