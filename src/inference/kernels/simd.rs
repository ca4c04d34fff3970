//! Small things that the kernels share: vectors of either width, the exponential, and slices that threads split.

use std::{arch::x86_64::*, marker::PhantomData, ops::Range};

use super::weights::transpose;

/// A slice of which several threads write different parts.
pub(in crate::inference) struct Pieces<'a, T> {
    start: *mut T,
    len: usize,
    slice: PhantomData<&'a mut [T]>,
}

// SAFETY: it gives out exclusive parts only, as its user promises in `get`, which is like sending each part to its thread.
unsafe impl<T: Send> Sync for Pieces<'_, T> {}

impl<'a, T> Pieces<'a, T> {
    pub fn new(slice: &'a mut [T]) -> Self {
        Self { start: slice.as_mut_ptr(), len: slice.len(), slice: PhantomData }
    }

    /// The part in `range`.
    ///
    /// # Safety
    /// No two parts that are in use at the same time may overlap.
    #[expect(clippy::mut_from_ref, reason = "the parts are exclusive, as the caller promises")]
    pub unsafe fn get(&self, range: Range<usize>) -> &mut [T] {
        assert!(range.start <= range.end && range.end <= self.len);
        // SAFETY: the range is inside the slice, which is borrowed for 'a, and nobody else uses it, as the caller promises.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(range.start), range.len()) }
    }
}

/// A vector of floats and what the kernels do with it: the widest that a processor has.
///
/// Everything is inlined into a function that has the instructions, which is why it is written with loops.
///
/// # Safety
/// Of all of them: the processor has the instructions, and pointers have the values that are read or written.
pub(super) trait Lanes {
    /// The vector.
    type V: Copy;
    /// Its floats.
    const WIDTH: usize;
    unsafe fn set(value: f32) -> Self::V;
    unsafe fn load(from: *const f32) -> Self::V;
    unsafe fn store(to: *mut f32, values: Self::V);
    /// Reads half floats.
    unsafe fn load_half(from: *const u16) -> Self::V;
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn sub(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn mul(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn div(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn max(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn min(a: Self::V, b: Self::V) -> Self::V;
    /// a b + c
    unsafe fn fmadd(a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// c - a b
    unsafe fn fnmadd(a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    unsafe fn round(a: Self::V) -> Self::V;
    /// a times 2 to the power of the whole number n.
    unsafe fn times_power_of_two(a: Self::V, n: Self::V) -> Self::V;
    /// `a` where `of` is a number, 0 where it is minus infinity.
    unsafe fn where_finite(of: Self::V, a: Self::V) -> Self::V;
    unsafe fn sum(a: Self::V) -> f32;
    unsafe fn largest(a: Self::V) -> f32;
    /// Writes as many columns as rows of half floats, `stride` apart, of which `rows` are there and the rest is zero.
    unsafe fn transpose_halves(from: *const u16, stride: usize, rows: usize, to: *mut f32, to_stride: usize);
}

/// 16 floats.
pub(super) struct Wide;

/// 8 floats.
pub(super) struct Narrow;

impl Lanes for Wide {
    type V = __m512;
    const WIDTH: usize = 16;

    #[inline(always)]
    unsafe fn set(value: f32) -> __m512 {
        unsafe { _mm512_set1_ps(value) }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> __m512 {
        unsafe { _mm512_loadu_ps(from) }
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, values: __m512) {
        unsafe { _mm512_storeu_ps(to, values) }
    }
    #[inline(always)]
    unsafe fn load_half(from: *const u16) -> __m512 {
        unsafe { _mm512_cvtph_ps(_mm256_loadu_si256(from.cast())) }
    }
    #[inline(always)]
    unsafe fn add(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_add_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn sub(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_sub_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn mul(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_mul_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn div(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_div_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn max(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_max_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn min(a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_min_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn fmadd(a: __m512, b: __m512, c: __m512) -> __m512 {
        unsafe { _mm512_fmadd_ps(a, b, c) }
    }
    #[inline(always)]
    unsafe fn fnmadd(a: __m512, b: __m512, c: __m512) -> __m512 {
        unsafe { _mm512_fnmadd_ps(a, b, c) }
    }
    #[inline(always)]
    unsafe fn round(a: __m512) -> __m512 {
        unsafe { _mm512_roundscale_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(a) }
    }
    #[inline(always)]
    unsafe fn times_power_of_two(a: __m512, n: __m512) -> __m512 {
        unsafe { _mm512_scalef_ps(a, n) }
    }
    #[inline(always)]
    unsafe fn where_finite(of: __m512, a: __m512) -> __m512 {
        unsafe { _mm512_maskz_mov_ps(_mm512_cmp_ps_mask::<_CMP_GT_OQ>(of, _mm512_set1_ps(f32::NEG_INFINITY)), a) }
    }
    #[inline(always)]
    unsafe fn sum(a: __m512) -> f32 {
        unsafe { _mm512_reduce_add_ps(a) }
    }
    #[inline(always)]
    unsafe fn largest(a: __m512) -> f32 {
        unsafe { _mm512_reduce_max_ps(a) }
    }
    #[inline(always)]
    unsafe fn transpose_halves(from: *const u16, stride: usize, rows: usize, to: *mut f32, to_stride: usize) {
        unsafe {
            let mut square = [_mm512_setzero_si512(); 16];
            for (row, values) in square.iter_mut().enumerate().take(rows) {
                *values = _mm512_castps_si512(Self::load_half(from.add(row * stride)));
            }
            for (column, values) in transpose(square).into_iter().enumerate() {
                Self::store(to.add(column * to_stride), _mm512_castsi512_ps(values));
            }
        }
    }
}

impl Lanes for Narrow {
    type V = __m256;
    const WIDTH: usize = 8;

    #[inline(always)]
    unsafe fn set(value: f32) -> __m256 {
        unsafe { _mm256_set1_ps(value) }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> __m256 {
        unsafe { _mm256_loadu_ps(from) }
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, values: __m256) {
        unsafe { _mm256_storeu_ps(to, values) }
    }
    #[inline(always)]
    unsafe fn load_half(from: *const u16) -> __m256 {
        unsafe { _mm256_cvtph_ps(_mm_loadu_si128(from.cast())) }
    }
    #[inline(always)]
    unsafe fn add(a: __m256, b: __m256) -> __m256 {
        unsafe { _mm256_add_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn sub(a: __m256, b: __m256) -> __m256 {
        unsafe { _mm256_sub_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn mul(a: __m256, b: __m256) -> __m256 {
        unsafe { _mm256_mul_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn div(a: __m256, b: __m256) -> __m256 {
        unsafe { _mm256_div_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn max(a: __m256, b: __m256) -> __m256 {
        unsafe { _mm256_max_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn min(a: __m256, b: __m256) -> __m256 {
        unsafe { _mm256_min_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn fmadd(a: __m256, b: __m256, c: __m256) -> __m256 {
        unsafe { _mm256_fmadd_ps(a, b, c) }
    }
    #[inline(always)]
    unsafe fn fnmadd(a: __m256, b: __m256, c: __m256) -> __m256 {
        unsafe { _mm256_fnmadd_ps(a, b, c) }
    }
    #[inline(always)]
    unsafe fn round(a: __m256) -> __m256 {
        unsafe { _mm256_round_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(a) }
    }
    #[inline(always)]
    unsafe fn times_power_of_two(a: __m256, n: __m256) -> __m256 {
        // In two steps, because 2^-150 has no float of its own.
        unsafe {
            let half =
                _mm256_round_ps::<{ _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC }>(_mm256_mul_ps(n, _mm256_set1_ps(0.5)));
            _mm256_mul_ps(_mm256_mul_ps(a, power_of_two(half)), power_of_two(_mm256_sub_ps(n, half)))
        }
    }
    #[inline(always)]
    unsafe fn where_finite(of: __m256, a: __m256) -> __m256 {
        unsafe { _mm256_and_ps(_mm256_cmp_ps::<_CMP_GT_OQ>(of, _mm256_set1_ps(f32::NEG_INFINITY)), a) }
    }
    #[inline(always)]
    unsafe fn sum(a: __m256) -> f32 {
        unsafe {
            let four = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps::<1>(a));
            let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
            _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)))
        }
    }
    #[inline(always)]
    unsafe fn largest(a: __m256) -> f32 {
        unsafe {
            let four = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps::<1>(a));
            let two = _mm_max_ps(four, _mm_movehl_ps(four, four));
            _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)))
        }
    }
    #[inline(always)]
    unsafe fn transpose_halves(from: *const u16, stride: usize, rows: usize, to: *mut f32, to_stride: usize) {
        unsafe {
            let mut square = [_mm256_setzero_ps(); 8];
            for (row, values) in square.iter_mut().enumerate().take(rows) {
                *values = Self::load_half(from.add(row * stride));
            }
            for (column, values) in transpose_8(square).into_iter().enumerate() {
                Self::store(to.add(column * to_stride), values);
            }
        }
    }
}

/// 2 to the power of the whole number n, from -126 to 127.
#[inline(always)]
unsafe fn power_of_two(n: __m256) -> __m256 {
    unsafe {
        let exponent = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
        _mm256_castsi256_ps(_mm256_slli_epi32::<23>(exponent))
    }
}

/// Exchanges rows and columns of 8 times 8 floats.
#[inline(always)]
unsafe fn transpose_8(rows: [__m256; 8]) -> [__m256; 8] {
    unsafe {
        let mut fours = rows;
        for row in (0..8).step_by(4) {
            let (a, b) = (_mm256_unpacklo_ps(rows[row], rows[row + 1]), _mm256_unpackhi_ps(rows[row], rows[row + 1]));
            let (c, d) =
                (_mm256_unpacklo_ps(rows[row + 2], rows[row + 3]), _mm256_unpackhi_ps(rows[row + 2], rows[row + 3]));
            fours[row] = _mm256_shuffle_ps::<0x44>(a, c);
            fours[row + 1] = _mm256_shuffle_ps::<0xee>(a, c);
            fours[row + 2] = _mm256_shuffle_ps::<0x44>(b, d);
            fours[row + 3] = _mm256_shuffle_ps::<0xee>(b, d);
        }
        let mut columns = fours;
        for column in 0..4 {
            columns[column] = _mm256_permute2f128_ps::<0x20>(fours[column], fours[column + 4]);
            columns[column + 4] = _mm256_permute2f128_ps::<0x31>(fours[column], fours[column + 4]);
        }
        columns
    }
}

/// Writes `values` as half floats; their number is a multiple of 8.
#[target_feature(enable = "avx2,f16c")]
pub(super) fn store_halves(target: &mut [u16], values: &[f32]) {
    assert!(target.len() == values.len() && values.len().is_multiple_of(8));
    for (target, values) in target.as_chunks_mut::<8>().0.iter_mut().zip(values.as_chunks::<8>().0) {
        // SAFETY: both have eight values.
        unsafe {
            let values = _mm256_loadu_ps(values.as_ptr());
            let halves = _mm256_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(values);
            _mm_storeu_si128(target.as_mut_ptr().cast(), halves);
        }
    }
}

/// e to the power of `x`, to 2e-7 of its value; 0 far below, and infinity far above.
///
/// # Safety
/// The processor has the instructions.
#[inline(always)]
pub(super) unsafe fn exp<L: Lanes>(x: L::V) -> L::V {
    // x = n ln 2 + r with |r| <= ln 2 / 2, ln 2 in two parts (Cody and Waite); e^r by its Taylor series to the 6th power.
    unsafe {
        let x = L::min(L::max(x, L::set(-104.0)), L::set(104.0));
        let n = L::round(L::mul(x, L::set(std::f32::consts::LOG2_E)));
        let r = L::fnmadd(n, L::set(0.693_359_4), x);
        let r = L::fnmadd(n, L::set(-2.121_944_4e-4), r);
        let mut sum = L::set(1.0 / 720.0);
        for term in [1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
            sum = L::fmadd(sum, r, L::set(term));
        }
        L::times_power_of_two(sum, n)
    }
}

/// RMS norm of `values` in place; their number is a multiple of 8.
#[target_feature(enable = "avx2,fma")]
pub(super) fn rms_norm(values: &mut [f32], weight: &[f32], epsilon: f32) {
    assert!(values.len() == weight.len() && values.len().is_multiple_of(8));
    // SAFETY: chunks have eight values.
    unsafe {
        let mut sum = Narrow::set(0.0);
        for values in values.as_chunks::<8>().0 {
            let values = Narrow::load(values.as_ptr());
            sum = Narrow::fmadd(values, values, sum);
        }
        let scale = (Narrow::sum(sum) / values.len() as f32 + epsilon).sqrt().recip();
        let scale = Narrow::set(scale);
        for (values, weight) in values.as_chunks_mut::<8>().0.iter_mut().zip(weight.as_chunks::<8>().0) {
            let scaled = Narrow::mul(Narrow::load(values.as_ptr()), scale);
            Narrow::store(values.as_mut_ptr(), Narrow::mul(scaled, Narrow::load(weight.as_ptr())));
        }
    }
}

/// SiLU or, with `gelu`, the approximate GELU of `values`, times `others`, in place; their number is a multiple of 8.
#[target_feature(enable = "avx2,fma")]
pub(super) fn gate(values: &mut [f32], others: &[f32], gelu: bool) {
    let twice_root = std::f32::consts::FRAC_2_SQRT_PI * std::f32::consts::SQRT_2;
    for (values, others) in values.as_chunks_mut::<8>().0.iter_mut().zip(others.as_chunks::<8>().0) {
        // SAFETY: chunks have eight values.
        unsafe {
            let x = Narrow::load(values.as_ptr());
            // 0.5 (1 + tanh z) is sigmoid(2 z), with z = sqrt(2 / pi) (x + 0.044715 x^3).
            let cubic = Narrow::fmadd(Narrow::mul(x, x), Narrow::set(0.044715 * twice_root), Narrow::set(twice_root));
            let inner = if gelu { Narrow::mul(x, cubic) } else { x };
            let denominator = Narrow::add(Narrow::set(1.0), exp::<Narrow>(Narrow::sub(Narrow::set(0.0), inner)));
            let gated = Narrow::mul(Narrow::div(x, denominator), Narrow::load(others.as_ptr()));
            Narrow::store(values.as_mut_ptr(), gated);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::kernels::Instructions;

    /// # Safety
    /// The processor has the instructions.
    unsafe fn check_exp<L: Lanes>() {
        for step in -870..880 {
            let x = step as f32 / 10.0;
            let mut values = [0.0; 16];
            // SAFETY: as the caller promises.
            unsafe { L::store(values.as_mut_ptr(), exp::<L>(L::set(x))) };
            assert!((values[3] / x.exp() - 1.0).abs() < 3e-7, "{x}: {} {}", values[3], x.exp());
        }
    }

    #[test]
    fn the_exponential_is_close_to_the_library_s() {
        let Some(instructions) = Instructions::detect() else { return };
        // SAFETY: the instructions were just found to be there.
        unsafe { check_exp::<Narrow>() };
        if instructions.wide {
            // SAFETY: the same.
            unsafe { check_exp::<Wide>() };
        }
    }
}
