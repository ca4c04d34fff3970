//! Products, attention and what lies between them, for processors with AVX2, and faster with AVX-512 VNNI.
//!
//! Why not candle's: on the machine that soapstone is measured on (2 cores, `docs/PERFORMANCE.md`), candle 0.11 reads a prompt
//! at 65 tokens a second with a 1.5B model in Q4_K_M, which is a tenth of what the cores can multiply, and then writes 7 tokens a
//! second where memory would allow 20: it copies the attention cache at every token, keeps the weights twice, and starts
//! 200 loops a token in a thread pool made for long ones. What is here instead:
//!
//! - [`weights`]: matrices stay in the mapped file; for a prompt, 32 rows at a time are unpacked to bytes and multiplied with
//!   all its tokens while they are in the cache;
//! - [`gemm`]: that multiplication, 32 rows by 6 tokens in registers, VPDPBUSD on bytes;
//! - [`gemv`]: one token, straight from the packed rows, as fast as memory delivers them;
//! - [`narrow`]: both with AVX2 alone, VPMADDUBSW on bytes;
//! - [`attention`]: over a cache in half floats, for blocks of tokens as in FlashAttention (arXiv 2205.14135), so that no
//!   matrix of all scores is ever written;
//! - [`pool`]: the threads.
//!
//! Activations are rounded to 8 bits, 32 with a scale, as llama.cpp does (it shares one among 256).
//! Everything else of a processor runs `models::plain`, which these are also tested against.

mod activations;
mod attention;
mod gemm;
mod gemv;
mod narrow;
mod pool;
mod simd;
mod weights;

pub(super) use activations::Activations;
pub(super) use attention::{Attention, Cache};
pub(super) use gemm::multiply;
pub(super) use pool::Pool;
pub(super) use simd::Pieces;
pub(super) use weights::Weights;

/// Proof that this processor has the instructions: [`Instructions::detect`] alone makes one. [`Activations`] and [`Cache`]
/// hold one, so that whoever computes with them has it too.
#[derive(Clone, Copy)]
pub(super) struct Instructions {
    /// Whether it has AVX-512 VNNI beside AVX2.
    wide: bool,
}

impl Instructions {
    /// `None` where this processor has not even AVX2.
    pub fn detect() -> Option<Self> {
        let narrow =
            is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") && is_x86_feature_detected!("f16c");
        let wide = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vnni");
        narrow.then_some(Self { wide })
    }

    /// Every set of instructions that this processor has and the kernels have code for.
    #[cfg(test)]
    fn all() -> Vec<Self> {
        let best = Self::detect();
        let narrow = best.filter(|best| best.wide).map(|_| Self { wide: false });
        best.into_iter().chain(narrow).collect()
    }

    /// RMS norm of `values` in place; their number is a multiple of 8.
    pub fn rms_norm(self, values: &mut [f32], weight: &[f32], epsilon: f32) {
        // SAFETY: `self` proves the instructions.
        unsafe { simd::rms_norm(values, weight, epsilon) }
    }

    /// SiLU or the approximate GELU of `values`, times `others`, in place; their number is a multiple of 8.
    pub fn gate(self, values: &mut [f32], others: &[f32], gelu: bool) {
        // SAFETY: `self` proves the instructions.
        unsafe { simd::gate(values, others, gelu) }
    }
}

#[cfg(test)]
mod tests;
