//! A table of vectors of length one, in halves: what is nearest to another is found by going through all.

use candle_core::{DType, Device, Result, Tensor};

use super::EmbeddingError;

/// The table.
pub struct Vectors {
    /// `[rows, dimension]`
    rows: Tensor,
}

impl Vectors {
    /// Of vectors that all have `dimension` values.
    pub fn new(rows: Vec<Vec<f32>>, dimension: usize) -> std::result::Result<Self, EmbeddingError> {
        let count = rows.len();
        let rows = Tensor::from_vec(rows.concat(), (count, dimension), &Device::Cpu)?.to_dtype(DType::F16)?;
        Ok(Self { rows })
    }

    /// Of what [`Vectors::bytes`] gave.
    pub fn from_bytes(bytes: &[u8], dimension: usize) -> std::result::Result<Self, EmbeddingError> {
        let count = bytes.len() / 2 / dimension.max(1);
        Ok(Self { rows: Tensor::from_raw_buffer(bytes, DType::F16, &[count, dimension], &Device::Cpu)? })
    }

    /// Row after row, little-endian halves.
    pub fn bytes(&self) -> std::result::Result<Vec<u8>, EmbeddingError> {
        let values = self.rows.flatten_all()?.to_vec1::<half::f16>()?;
        Ok(values.into_iter().flat_map(half::f16::to_le_bytes).collect())
    }

    /// The cosine of `vector`, which has length one, with each row.
    pub fn cosines(&self, vector: &[f32]) -> std::result::Result<Vec<f32>, EmbeddingError> {
        let cosines = || -> Result<Vec<f32>> {
            let vector = Tensor::from_slice(vector, (vector.len(), 1), &Device::Cpu)?.to_dtype(DType::F16)?;
            self.rows.matmul(&vector)?.flatten_all()?.to_dtype(DType::F32)?.to_vec1()
        };
        Ok(cosines()?)
    }
}
