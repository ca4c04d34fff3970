//! The right-hand sides of products: quantized matrices where they lie in the file, and their unpacking into tiles.
//!
//! A tile is 32 rows, with four values of each row side by side, which is what one VPDPBUSD multiplies with four values of a
//! token. Values are unsigned bytes with a scale and an offset for every 16 or 32: `scale * byte - offset`.
//! The layouts of the blocks are ggml's (`ggml-common.h`).

use std::arch::x86_64::*;

use candle_core::quantized::GgmlDType;

use crate::inference::gguf::RawTensor;

/// Rows of a tile.
pub(super) const TILE: usize = 32;

/// A matrix that the kernels can multiply with.
pub(in crate::inference) struct Weights {
    raw: RawTensor,
    pub rows: usize,
    pub columns: usize,
    row_bytes: usize,
}

/// A tile unpacked.
#[derive(Default)]
pub(super) struct Tile {
    /// `[columns / 4][TILE][4]`
    pub quants: Vec<u8>,
    /// `[columns / values_per_scale][TILE]`
    pub scales: Vec<f32>,
    pub offsets: Vec<f32>,
}

impl Weights {
    /// Takes `raw` if its coding is one that the kernels know.
    pub fn new(raw: RawTensor) -> Option<Self> {
        use GgmlDType::*;
        let known = matches!(raw.dtype, Q4_0 | Q4_1 | Q5_0 | Q5_1 | Q8_0 | Q4K | Q5K | Q6K);
        let &[rows, columns] = raw.dims.as_slice() else { return None };
        let row_bytes = columns / raw.dtype.block_size() * raw.dtype.type_size();
        let whole = columns.is_multiple_of(raw.dtype.block_size());
        (known && whole).then_some(Self { raw, rows, columns, row_bytes })
    }

    pub fn dtype(&self) -> GgmlDType {
        self.raw.dtype
    }

    /// The coded values of `row`.
    pub fn row(&self, row: usize) -> &[u8] {
        &self.raw.data()[row * self.row_bytes..(row + 1) * self.row_bytes]
    }

    pub(super) fn values_per_scale(&self) -> usize {
        if self.raw.dtype == GgmlDType::Q6K { 16 } else { 32 }
    }

    /// Unpacks the rows from `first` on; rows that the matrix does not have are left as they are.
    pub(super) fn unpack(&self, first: usize, tile: &mut Tile) {
        self.fit(tile);
        for row in 0..TILE.min(self.rows - first) {
            let data = self.row(first + row);
            match self.raw.dtype {
                GgmlDType::Q6K => unpack_row_of_q6k(data, row, tile),
                dtype => unpack_row(dtype, data, row, tile),
            }
        }
    }

    fn fit(&self, tile: &mut Tile) {
        tile.quants.resize(self.columns * TILE, 0);
        let scales = self.columns / self.values_per_scale() * TILE;
        tile.scales.resize(scales, 0.0);
        tile.offsets.resize(scales, 0.0);
    }

    /// The same with wide vectors.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
    pub(super) fn unpack_wide(&self, first: usize, tile: &mut Tile) {
        self.fit(tile);
        let count = TILE.min(self.rows - first);
        for half in (0..count).step_by(16) {
            // A row too many is read again as the last, and its sums are thrown away.
            let rows: [&[u8]; 16] = std::array::from_fn(|row| self.row((first + half + row).min(self.rows - 1)));
            match self.raw.dtype {
                GgmlDType::Q4K => unpack_q4k(&rows, half, tile),
                GgmlDType::Q6K => unpack_q6k(&rows, half, tile),
                dtype => rows.iter().enumerate().for_each(|(row, data)| unpack_row(dtype, data, half + row, tile)),
            }
        }
    }
}

impl Tile {
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn put_quants(&mut self, group: usize, half: usize, values: __m512i) {
        let at = (group * TILE + half) * 4;
        let target = &mut self.quants[at..at + 64];
        // SAFETY: 64 bytes were just checked to be there.
        unsafe { _mm512_storeu_si512(target.as_mut_ptr().cast(), values) }
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn put_scales(&mut self, block: usize, half: usize, scales: __m512, offsets: __m512) {
        let at = block * TILE + half;
        for (target, values) in [(&mut self.scales, scales), (&mut self.offsets, offsets)] {
            let target = &mut target[at..at + 16];
            // SAFETY: 16 values were just checked to be there.
            unsafe { _mm512_storeu_ps(target.as_mut_ptr(), values) }
        }
    }
}

/// 16 rows of Q4_K, whose blocks are: d, dmin (f16), 12 bytes of 6-bit scales and offsets, 128 bytes of values.
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn unpack_q4k(rows: &[&[u8]; 16], half: usize, tile: &mut Tile) {
    const BYTES: usize = 144;
    let low = _mm512_set1_epi32(0x0f0f_0f0f);
    for block in 0..rows[0].len() / BYTES {
        let blocks: [&[u8; BYTES]; 16] = rows.map(|row| &row.as_chunks::<BYTES>().0[block]);
        let (d, dmin) =
            (halves(&blocks.map(|block| [block[0], block[1]])), halves(&blocks.map(|block| [block[2], block[3]])));
        let word = |at: usize| words(&blocks.map(|block| word_at(block, at)));
        let (first, second, third) = (word(4), word(8), word(12));
        let six = |words: __m512i| _mm512_and_si512(words, _mm512_set1_epi32(0x3f3f_3f3f));
        let top = |words: __m512i| {
            _mm512_slli_epi32::<4>(_mm512_and_si512(_mm512_srli_epi32::<6>(words), _mm512_set1_epi32(0x0303_0303)))
        };
        let scales = [six(first), _mm512_or_si512(_mm512_and_si512(third, low), top(first))];
        let offsets = [six(second), _mm512_or_si512(_mm512_and_si512(_mm512_srli_epi32::<4>(third), low), top(second))];
        for sub in 0..8 {
            let shift = _mm_cvtsi32_si128(8 * (sub as i32 % 4));
            let byte = |words: __m512i| {
                _mm512_cvtepi32_ps(_mm512_and_si512(_mm512_srl_epi32(words, shift), _mm512_set1_epi32(0xff)))
            };
            let (scale, offset) = (byte(scales[sub / 4]), byte(offsets[sub / 4]));
            tile.put_scales(block * 8 + sub, half, _mm512_mul_ps(scale, d), _mm512_mul_ps(offset, dmin));
        }
        for part in 0..2 {
            let words = transposed(&blocks.map(|block| &block[16 + part * 64..][..64]));
            for (index, words) in words.into_iter().enumerate() {
                // 32 bytes hold 32 values in their low halves and the next 32 in their high halves.
                let group = block * 64 + part * 32 + index / 8 * 16 + index % 8;
                tile.put_quants(group, half, _mm512_and_si512(words, low));
                tile.put_quants(group + 8, half, _mm512_and_si512(_mm512_srli_epi32::<4>(words), low));
            }
        }
    }
}

/// 16 rows of Q6_K, whose blocks are: 128 bytes of low halves, 64 bytes of two high bits, 16 scales (i8), d (f16).
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn unpack_q6k(rows: &[&[u8]; 16], half: usize, tile: &mut Tile) {
    const BYTES: usize = 210;
    let low = _mm512_set1_epi32(0x0f0f_0f0f);
    let two = _mm512_set1_epi32(0x0303_0303);
    for block in 0..rows[0].len() / BYTES {
        let blocks: [&[u8; BYTES]; 16] = rows.map(|row| &row.as_chunks::<BYTES>().0[block]);
        let d = halves(&blocks.map(|block| [block[208], block[209]]));
        for sub in 0..16 {
            let words = words(&blocks.map(|block| i32::from(block[192 + sub] as i8)));
            let scale = _mm512_mul_ps(_mm512_cvtepi32_ps(words), d);
            tile.put_scales(block * 16 + sub, half, scale, _mm512_mul_ps(scale, _mm512_set1_ps(32.0)));
        }
        let high = transposed(&blocks.map(|block| &block[128..192]));
        for part in 0..2 {
            let words = transposed(&blocks.map(|block| &block[part * 64..][..64]));
            for index in 0..8 {
                let (first, second, high) = (words[index], words[index + 8], high[part * 8 + index]);
                let group = block * 64 + part * 32 + index;
                let join = |low: __m512i, high: __m512i| {
                    _mm512_or_si512(low, _mm512_slli_epi32::<4>(_mm512_and_si512(high, two)))
                };
                let upper = |words: __m512i| _mm512_and_si512(_mm512_srli_epi32::<4>(words), low);
                tile.put_quants(group, half, join(_mm512_and_si512(first, low), high));
                let next = _mm512_srli_epi32::<2>(high);
                tile.put_quants(group + 8, half, join(_mm512_and_si512(second, low), next));
                tile.put_quants(group + 16, half, join(upper(first), _mm512_srli_epi32::<4>(high)));
                tile.put_quants(group + 24, half, join(upper(second), _mm512_srli_epi32::<6>(high)));
            }
        }
    }
}

/// One row of Q6_K, 32 values at a time.
#[inline]
fn unpack_row_of_q6k(data: &[u8], row: usize, tile: &mut Tile) {
    for (index, block) in data.as_chunks::<210>().0.iter().enumerate() {
        let d = half::f16::from_le_bytes([block[208], block[209]]).to_f32();
        for sub in 0..8 {
            // Each 128 values: 32 in the low halves of 32 bytes, 32 in those of the next, then the same in the high halves.
            let (part, quarter) = (sub / 4, sub % 4);
            let low = &block[part * 64 + quarter % 2 * 32..][..32];
            let high = &block[128 + part * 32..][..32];
            let (shift, up) = (quarter / 2 * 4, quarter * 2);
            let values: [u8; 32] = std::array::from_fn(|value| low[value] >> shift & 15 | (high[value] >> up & 3) << 4);
            put_row(index * 8 + sub, &values, row, tile);
            for half in 0..2 {
                let scale = f32::from(block[192 + sub * 2 + half] as i8) * d;
                let at = ((index * 8 + sub) * 2 + half) * TILE + row;
                (tile.scales[at], tile.offsets[at]) = (scale, scale * 32.0);
            }
        }
    }
}

/// Puts the 32 values of `block` into `row` of the tile.
#[inline]
fn put_row(block: usize, values: &[u8; 32], row: usize, tile: &mut Tile) {
    for (group, values) in values.as_chunks::<4>().0.iter().enumerate() {
        let at = ((block * 8 + group) * TILE + row) * 4;
        tile.quants[at..at + 4].copy_from_slice(values);
    }
}

/// One row of any other coding, a block of 32 at a time.
#[inline]
fn unpack_row(dtype: GgmlDType, data: &[u8], row: usize, tile: &mut Tile) {
    let blocks = data.len() / dtype.type_size() * dtype.block_size() / 32;
    for block in 0..blocks {
        let (values, scale, offset) = block_of_32(dtype, data, block);
        put_row(block, &values, row, tile);
        tile.scales[block * TILE + row] = scale;
        tile.offsets[block * TILE + row] = offset;
    }
}

/// The values of block `index` as bytes, with their scale and their offset.
#[inline]
fn block_of_32(dtype: GgmlDType, data: &[u8], index: usize) -> ([u8; 32], f32, f32) {
    match dtype {
        GgmlDType::Q4K => return block_of_q4k(data, index),
        GgmlDType::Q5K => return block_of_q5k(data, index),
        _ => {}
    }
    let block = &data[index * dtype.type_size()..][..dtype.type_size()];
    let half = |at: usize| half::f16::from_le_bytes([block[at], block[at + 1]]).to_f32();
    let d = half(0);
    let nibble =
        |at: usize| move |value: usize| if value < 16 { block[at + value] & 15 } else { block[at + value - 16] >> 4 };
    let fifth = |at: usize, value: usize| ((block[at + value / 8] >> (value % 8)) & 1) << 4;
    match dtype {
        GgmlDType::Q4_0 => (std::array::from_fn(nibble(2)), d, 8.0 * d),
        GgmlDType::Q4_1 => (std::array::from_fn(nibble(4)), d, -half(2)),
        GgmlDType::Q5_0 => (std::array::from_fn(|value| nibble(6)(value) | fifth(2, value)), d, 16.0 * d),
        GgmlDType::Q5_1 => (std::array::from_fn(|value| nibble(8)(value) | fifth(4, value)), d, -half(2)),
        // Signed bytes, moved up by 128.
        _ => (std::array::from_fn(|value| block[2 + value] ^ 0x80), d, 128.0 * d),
    }
}

/// Q4_K is d, dmin (f16), 12 bytes of scales and offsets, 128 bytes of values.
#[inline]
fn block_of_q4k(data: &[u8], index: usize) -> ([u8; 32], f32, f32) {
    let (block, sub) = (&data[index / 8 * 144..][..144], index % 8);
    let (scale, offset) = scale_of_sub(block, sub);
    let bytes = &block[16 + sub / 2 * 32..][..32];
    let shift = sub % 2 * 4;
    (std::array::from_fn(|value| bytes[value] >> shift & 15), scale, offset)
}

/// Q5_K is d, dmin (f16), 12 bytes of scales as in Q4_K, 32 bytes of fifth bits, 128 bytes of values.
fn block_of_q5k(data: &[u8], index: usize) -> ([u8; 32], f32, f32) {
    let (block, sub) = (&data[index / 8 * 176..][..176], index % 8);
    let (scale, offset) = scale_of_sub(block, sub);
    let value = |value: usize| {
        let byte = block[48 + sub / 2 * 32 + value];
        let low = if sub % 2 == 0 { byte & 15 } else { byte >> 4 };
        low | (block[16 + value] >> sub & 1) << 4
    };
    (std::array::from_fn(value), scale, offset)
}

/// The scale and the offset of the 32 values `sub` of a block of Q4_K or Q5_K.
#[inline]
fn scale_of_sub(block: &[u8], sub: usize) -> (f32, f32) {
    let half = |at: usize| half::f16::from_le_bytes([block[at], block[at + 1]]).to_f32();
    let packed = &block[4..16];
    let (scale, offset) = match sub {
        0..4 => (packed[sub] & 63, packed[sub + 4] & 63),
        _ => (packed[sub + 4] & 15 | packed[sub - 4] >> 6 << 4, packed[sub + 4] >> 4 | packed[sub] >> 6 << 4),
    };
    (half(0) * f32::from(scale), half(2) * f32::from(offset))
}

fn word_at(block: &[u8], at: usize) -> i32 {
    i32::from_le_bytes([block[at], block[at + 1], block[at + 2], block[at + 3]])
}

#[inline]
#[target_feature(enable = "avx512f")]
fn words(words: &[i32; 16]) -> __m512i {
    // SAFETY: the array is as long as the vector.
    unsafe { _mm512_loadu_si512(words.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn halves(bytes: &[[u8; 2]; 16]) -> __m512 {
    // SAFETY: the array is as long as the vector.
    _mm512_cvtph_ps(unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) })
}

/// 16 rows of 16 words of 4 bytes to 16 columns of 16 words.
#[inline]
#[target_feature(enable = "avx512f")]
fn transposed(rows: &[&[u8]; 16]) -> [__m512i; 16] {
    // SAFETY: each is checked to have the 64 bytes of a vector.
    let rows = rows.map(|row| unsafe { _mm512_loadu_si512(row[..64].as_ptr().cast()) });
    transpose(rows)
}

/// Exchanges rows and columns of 16 times 16 words of 4 bytes.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn transpose(rows: [__m512i; 16]) -> [__m512i; 16] {
    let mut pairs = rows;
    for row in (0..16).step_by(2) {
        pairs[row] = _mm512_unpacklo_epi32(rows[row], rows[row + 1]);
        pairs[row + 1] = _mm512_unpackhi_epi32(rows[row], rows[row + 1]);
    }
    let mut fours = pairs;
    for row in (0..16).step_by(4) {
        fours[row] = _mm512_unpacklo_epi64(pairs[row], pairs[row + 2]);
        fours[row + 1] = _mm512_unpackhi_epi64(pairs[row], pairs[row + 2]);
        fours[row + 2] = _mm512_unpacklo_epi64(pairs[row + 1], pairs[row + 3]);
        fours[row + 3] = _mm512_unpackhi_epi64(pairs[row + 1], pairs[row + 3]);
    }
    let mut columns = fours;
    for column in 0..4 {
        let (a, b, c, d) = (fours[column], fours[column + 4], fours[column + 8], fours[column + 12]);
        let (even, odd) = (_mm512_shuffle_i32x4::<0x88>(a, b), _mm512_shuffle_i32x4::<0xdd>(a, b));
        let (even2, odd2) = (_mm512_shuffle_i32x4::<0x88>(c, d), _mm512_shuffle_i32x4::<0xdd>(c, d));
        columns[column] = _mm512_shuffle_i32x4::<0x88>(even, even2);
        columns[column + 8] = _mm512_shuffle_i32x4::<0xdd>(even, even2);
        columns[column + 4] = _mm512_shuffle_i32x4::<0x88>(odd, odd2);
        columns[column + 12] = _mm512_shuffle_i32x4::<0xdd>(odd, odd2);
    }
    columns
}
