//! Small things that the kernels share: checked loads and stores, the exponential, and slices that threads split.

use std::{arch::x86_64::*, marker::PhantomData, ops::Range};

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

/// The first 16 of `values`.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn load(values: &[f32]) -> __m512 {
    let values = &values[..16];
    // SAFETY: 16 values were just checked to be there.
    unsafe { _mm512_loadu_ps(values.as_ptr()) }
}

/// Writes the first 16 of `values`.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn store(values: &mut [f32], vector: __m512) {
    let values = &mut values[..16];
    // SAFETY: 16 values were just checked to be there.
    unsafe { _mm512_storeu_ps(values.as_mut_ptr(), vector) }
}

/// Writes the first 16 of `values`.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn store_i8(values: &mut [i8], vector: __m128i) {
    let values = &mut values[..16];
    // SAFETY: 16 bytes were just checked to be there.
    unsafe { _mm_storeu_si128(values.as_mut_ptr().cast(), vector) }
}

/// The first 16 of `values`, which are half floats.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn load_half(values: &[u16]) -> __m512 {
    let values = &values[..16];
    // SAFETY: 16 values were just checked to be there.
    _mm512_cvtph_ps(unsafe { _mm256_loadu_si256(values.as_ptr().cast()) })
}

/// Writes the first 16 of `values` as half floats.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn store_half(values: &mut [u16], vector: __m512) {
    let values = &mut values[..16];
    let halves = _mm512_cvtps_ph::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(vector);
    // SAFETY: 16 values were just checked to be there.
    unsafe { _mm256_storeu_si256(values.as_mut_ptr().cast(), halves) }
}

/// e to the power of `x`, to 2e-7 of its value; 0 far below, and infinity far above.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn exp(x: __m512) -> __m512 {
    // x = n ln 2 + r with |r| <= ln 2 / 2, ln 2 in two parts (Cody and Waite); e^r by its Taylor series to the 6th power.
    let x = _mm512_min_ps(_mm512_max_ps(x, _mm512_set1_ps(-104.0)), _mm512_set1_ps(104.0));
    let n = _mm512_roundscale_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(_mm512_mul_ps(
        x,
        _mm512_set1_ps(std::f32::consts::LOG2_E),
    ));
    let r = _mm512_fnmadd_ps(n, _mm512_set1_ps(0.693_359_4), x);
    let r = _mm512_fnmadd_ps(n, _mm512_set1_ps(-2.121_944_4e-4), r);
    let mut sum = _mm512_set1_ps(1.0 / 720.0);
    for term in [1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        sum = _mm512_fmadd_ps(sum, r, _mm512_set1_ps(term));
    }
    _mm512_scalef_ps(sum, n)
}

/// The sum of `values` times themselves; their number is a multiple of 16.
#[target_feature(enable = "avx512f")]
fn sum_of_squares(values: &[f32]) -> f32 {
    let mut sum = _mm512_setzero_ps();
    for values in values.as_chunks::<16>().0 {
        let values = load(values);
        sum = _mm512_fmadd_ps(values, values, sum);
    }
    _mm512_reduce_add_ps(sum)
}

/// RMS norm of `values` in place; their number is a multiple of 16.
#[target_feature(enable = "avx512f")]
pub(super) fn rms_norm(values: &mut [f32], weight: &[f32], epsilon: f32) {
    assert!(values.len() == weight.len() && values.len().is_multiple_of(16));
    let scale = (sum_of_squares(values) / values.len() as f32 + epsilon).sqrt().recip();
    let scale = _mm512_set1_ps(scale);
    for (values, weight) in values.as_chunks_mut::<16>().0.iter_mut().zip(weight.as_chunks::<16>().0) {
        let scaled = _mm512_mul_ps(_mm512_mul_ps(load(values), scale), load(weight));
        store(values, scaled);
    }
}

/// SiLU or, with `gelu`, the approximate GELU of `values`, times `others`, in place; their number is a multiple of 16.
#[target_feature(enable = "avx512f")]
pub(super) fn gate(values: &mut [f32], others: &[f32], gelu: bool) {
    let one = _mm512_set1_ps(1.0);
    let twice_root = std::f32::consts::FRAC_2_SQRT_PI * std::f32::consts::SQRT_2;
    for (values, others) in values.as_chunks_mut::<16>().0.iter_mut().zip(others.as_chunks::<16>().0) {
        let x = load(values);
        // 0.5 (1 + tanh z) is sigmoid(2 z), with z = sqrt(2 / pi) (x + 0.044715 x^3).
        let cubic =
            _mm512_fmadd_ps(_mm512_mul_ps(x, x), _mm512_set1_ps(0.044715 * twice_root), _mm512_set1_ps(twice_root));
        let inner = if gelu { _mm512_mul_ps(x, cubic) } else { x };
        let denominator = _mm512_add_ps(one, exp(_mm512_sub_ps(_mm512_setzero_ps(), inner)));
        store(values, _mm512_mul_ps(_mm512_div_ps(x, denominator), load(others)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_is_close_to_the_library_s() {
        if crate::inference::kernels::Instructions::detect().is_none() {
            return;
        }
        for step in -870..880 {
            let x = step as f32 / 10.0;
            let mut values = [0.0; 16];
            // SAFETY: the instructions were just found to be there.
            unsafe { store(&mut values, exp(_mm512_set1_ps(x))) };
            assert!((values[3] / x.exp() - 1.0).abs() < 3e-7, "{x}: {} {}", values[3], x.exp());
        }
    }
}
