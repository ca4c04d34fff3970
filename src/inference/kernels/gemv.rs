//! One token: rows of weights straight from the file, each read once, here with AVX-512 VNNI and in `narrow` with AVX2.
//!
//! Nothing is gained from unpacking here: what limits is how fast memory delivers the rows, some 11 bytes in the time of one
//! clock cycle of each core at best, and a block takes fewer cycles than that.

use std::arch::x86_64::*;

use candle_core::quantized::GgmlDType;

use super::{Instructions, activations::Panel, narrow, weights::Weights};

/// How far ahead of its use a row is asked for, in bytes.
const AHEAD: usize = 1024;

/// The rows of `weights`, in Q4_K or Q6_K, from `first` on, as many as `output` takes, times the one token of `panel`.
pub(super) fn multiply(
    instructions: Instructions,
    weights: &Weights,
    first: usize,
    panel: &Panel<'_>,
    output: &mut [f32],
) {
    assert!(panel.tokens == 1 && panel.quants.len() == weights.columns);
    let is_q4k = weights.dtype() == GgmlDType::Q4K;
    for (row, output) in output.iter_mut().enumerate() {
        let row = weights.row(first + row);
        // SAFETY: `instructions` prove them.
        *output = unsafe {
            match (is_q4k, instructions.wide) {
                (true, true) => row_q4k(row, panel),
                (false, true) => row_q6k(row, panel),
                (true, false) => narrow::row_q4k(row, panel),
                (false, false) => narrow::row_q6k(row, panel),
            }
        };
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,fma")]
fn row_q4k(row: &[u8], panel: &Panel<'_>) -> f32 {
    let blocks = row.as_chunks::<144>().0;
    let quants = panel.quants.as_chunks::<256>().0;
    let scales = panel.scales.as_chunks::<8>().0;
    let sums = panel.sums.as_chunks::<8>().0;
    let low = _mm512_set1_epi8(15);
    // Which of a block's eight scales each lane takes: eight lanes one scale, the other eight the next but one.
    let spread: [__m512i; 4] = [
        _mm512_setr_epi32(0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2),
        _mm512_setr_epi32(1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 3, 3, 3, 3, 3, 3),
        _mm512_setr_epi32(4, 4, 4, 4, 4, 4, 4, 4, 6, 6, 6, 6, 6, 6, 6, 6),
        _mm512_setr_epi32(5, 5, 5, 5, 5, 5, 5, 5, 7, 7, 7, 7, 7, 7, 7, 7),
    ];
    let mut totals = [_mm512_setzero_ps(); 2];
    let mut offset_total = _mm256_setzero_ps();
    for (((block, quants), scales), sums) in blocks.iter().zip(quants).zip(scales).zip(sums) {
        prefetch(block.as_ptr(), 3);
        let d = half::f16::from_le_bytes([block[0], block[1]]).to_f32();
        let dmin = half::f16::from_le_bytes([block[2], block[3]]).to_f32();
        let (block_scales, block_offsets) = scales_q4k(block);
        // SAFETY: each array is as long as what is read from it: 8 floats, and in `block` and `quants` the offsets and lengths
        // below stay inside 144 and 256 bytes.
        unsafe {
            let scales =
                _mm256_mul_ps(_mm256_mul_ps(block_scales, _mm256_loadu_ps(scales.as_ptr())), _mm256_set1_ps(d));
            let sums = _mm256_mul_ps(_mm256_loadu_ps(sums.as_ptr()), _mm256_set1_ps(dmin));
            offset_total = _mm256_fmadd_ps(block_offsets, sums, offset_total);
            let scales = _mm512_castps256_ps512(scales);
            for part in 0..2 {
                let packed = _mm512_loadu_si512(block.as_ptr().add(16 + part * 64).cast());
                let uppers = _mm512_and_si512(_mm512_srli_epi16::<4>(packed), low);
                for (index, values) in [_mm512_and_si512(packed, low), uppers].into_iter().enumerate() {
                    let at = quants.as_ptr().add(part * 128 + index * 32);
                    let near = _mm512_castsi256_si512(_mm256_loadu_si256(at.cast()));
                    let both = _mm512_inserti64x4::<1>(near, _mm256_loadu_si256(at.add(64).cast()));
                    let product = _mm512_dpbusd_epi32(_mm512_setzero_si512(), values, both);
                    let scale = _mm512_permutexvar_ps(spread[part * 2 + index], scales);
                    totals[index] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(product), scale, totals[index]);
                }
            }
        }
    }
    let offset = _mm512_reduce_add_ps(_mm512_zextps256_ps512(offset_total));
    _mm512_reduce_add_ps(_mm512_add_ps(totals[0], totals[1])) - offset
}

/// The eight scales and offsets of a block of Q4_K.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn scales_q4k(block: &[u8; 144]) -> (__m256, __m256) {
    let word = |at: usize| u32::from_le_bytes([block[at], block[at + 1], block[at + 2], block[at + 3]]);
    let (first, second, third) = (word(4), word(8), word(12));
    let both = |low: u32, high: u32| (u64::from(high) << 32 | u64::from(low)) as i64;
    let scales = both(first & 0x3f3f_3f3f, (third & 0x0f0f_0f0f) | (first >> 6 & 0x0303_0303) << 4);
    let offsets = both(second & 0x3f3f_3f3f, (third >> 4 & 0x0f0f_0f0f) | (second >> 6 & 0x0303_0303) << 4);
    let floats = |bytes: i64| _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_cvtsi64_si128(bytes)));
    (floats(scales), floats(offsets))
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,fma")]
fn row_q6k(row: &[u8], panel: &Panel<'_>) -> f32 {
    let blocks = row.as_chunks::<210>().0;
    let quants = panel.quants.as_chunks::<256>().0;
    let scales = panel.scales.as_chunks::<8>().0;
    let sums = panel.halves.as_chunks::<16>().0;
    let (low, two) = (_mm512_set1_epi8(15), _mm512_set1_epi8(3));
    // The upper half of the lanes takes the next two of the high bits.
    let shift = _mm512_setr_epi64(0, 0, 0, 0, 2, 2, 2, 2);
    // Four lanes share a scale of 16 values, eight a scale of 32 activations.
    let spread = _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
    let twice = _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
    let mut totals = [_mm512_setzero_ps(); 2];
    let mut offset_total = _mm512_setzero_ps();
    for (((block, quants), scales), sums) in blocks.iter().zip(quants).zip(scales).zip(sums) {
        prefetch(block.as_ptr(), 4);
        let d = half::f16::from_le_bytes([block[208], block[209]]).to_f32();
        // SAFETY: each array is as long as what is read from it: 8 and 16 floats, and in `block` and `quants` the offsets and
        // lengths below stay inside 210 and 256 bytes.
        unsafe {
            let own = _mm512_cvtepi8_epi32(_mm_loadu_si128(block.as_ptr().add(192).cast()));
            let own = _mm512_mul_ps(_mm512_cvtepi32_ps(own), _mm512_set1_ps(d));
            offset_total = _mm512_fmadd_ps(own, _mm512_loadu_ps(sums.as_ptr()), offset_total);
            let theirs = _mm512_castps256_ps512(_mm256_loadu_ps(scales.as_ptr()));
            let scales = _mm512_mul_ps(own, _mm512_permutexvar_ps(twice, theirs));
            for part in 0..2 {
                let packed = _mm512_loadu_si512(block.as_ptr().add(part * 64).cast());
                let high = _mm256_loadu_si256(block.as_ptr().add(128 + part * 32).cast());
                let high = _mm512_srlv_epi64(_mm512_broadcast_i64x4(high), shift);
                let uppers = _mm512_and_si512(_mm512_srli_epi16::<4>(packed), low);
                let bits = |high: __m512i| _mm512_slli_epi16::<4>(_mm512_and_si512(high, two));
                let lowers = _mm512_or_si512(_mm512_and_si512(packed, low), bits(high));
                let uppers = _mm512_or_si512(uppers, bits(_mm512_srli_epi16::<4>(high)));
                for (index, values) in [lowers, uppers].into_iter().enumerate() {
                    let activations = _mm512_loadu_si512(quants.as_ptr().add(part * 128 + index * 64).cast());
                    let product = _mm512_dpbusd_epi32(_mm512_setzero_si512(), values, activations);
                    let first = _mm512_set1_epi32((part * 8 + index * 4) as i32);
                    let scale = _mm512_permutexvar_ps(_mm512_add_epi32(spread, first), scales);
                    totals[index] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(product), scale, totals[index]);
                }
            }
        }
    }
    let offset = _mm512_mul_ps(offset_total, _mm512_set1_ps(32.0));
    _mm512_reduce_add_ps(_mm512_sub_ps(_mm512_add_ps(totals[0], totals[1]), offset))
}

/// Asks for `lines` cache lines that will be needed soon. Past the end of the matrix nothing happens.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn prefetch(at: *const u8, lines: usize) {
    for line in 0..lines {
        _mm_prefetch::<_MM_HINT_T0>(at.wrapping_add(AHEAD + line * 64).cast());
    }
}
