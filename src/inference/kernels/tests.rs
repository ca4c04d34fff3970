//! Products and single rows of every coding against sums of what candle makes of the same bytes.

use std::io::Cursor;

use candle_core::{
    Device, Tensor,
    quantized::{GgmlDType, QTensor, gguf_file},
};
use proptest::prelude::*;

use super::*;
use crate::inference::gguf::GgufFile;

const CODINGS: [GgmlDType; 8] = [
    GgmlDType::Q4_0,
    GgmlDType::Q4_1,
    GgmlDType::Q5_0,
    GgmlDType::Q5_1,
    GgmlDType::Q8_0,
    GgmlDType::Q4K,
    GgmlDType::Q5K,
    GgmlDType::Q6K,
];

/// From so many sums on their mean error is near what is to be expected.
const MANY_SUMS: usize = 50;

/// A matrix in a file of its own, and its values.
fn matrix(dtype: GgmlDType, rows: usize, columns: usize, values: &[f32]) -> (Weights, Vec<f32>) {
    let values = values.iter().copied().cycle().take(rows * columns).collect();
    let tensor = Tensor::from_vec(values, (rows, columns), &Device::Cpu).expect("a tensor");
    let tensor = QTensor::quantize(&tensor, dtype).expect("quantized");
    let values = tensor.dequantize(&Device::Cpu).and_then(|back| back.flatten_all()?.to_vec1()).expect("values");
    let mut bytes = Cursor::new(Vec::new());
    gguf_file::write(&mut bytes, &[], &[("matrix", &tensor)]).expect("written");
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), bytes.into_inner()).expect("written");
    let file = GgufFile::open(file.path()).expect("opened");
    (Weights::new(file.raw_tensor("matrix").expect("there")).expect("known"), values)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn products_are_within_the_rounding_of_activations(
        rows in 1usize..100,
        blocks in 1usize..4,
        tokens in 1usize..15,
        alone: bool,
        // Of a length that no row has, so that rows differ.
        values in prop::collection::vec(-1f32..1f32, 997),
    ) {
        let columns = blocks * 256;
        let input: Vec<f32> = values.iter().rev().copied().cycle().take(tokens * columns).collect();
        let mut pool = Pool::new(2);
        for (instructions, dtype) in Instructions::all().into_iter().flat_map(|one| CODINGS.map(|dtype| (one, dtype))) {
            let mut activations = Activations::new(instructions);
            activations.alone = alone;
            activations.fill(&mut pool, tokens, columns, &|token, row| {
                row.copy_from_slice(&input[token * columns..(token + 1) * columns]);
            });
            let (weights, values) = matrix(dtype, rows, columns, &values);
            let mut output = vec![0.0; tokens * rows];
            multiply(&mut pool, &activations, &mut [(&weights, &mut output[..])]);
            let (mut apart, mut size) = (0f64, 0f64);
            for (input, output) in input.chunks_exact(columns).zip(output.chunks_exact(rows)) {
                for (row, output) in values.chunks_exact(columns).zip(output) {
                    let terms = row.iter().zip(input).map(|(a, b)| f64::from(*a) * f64::from(*b));
                    let (sum, squares) = terms.fold((0.0, 0.0), |(sum, squares), term| (sum + term, squares + term * term));
                    apart += (f64::from(*output) - sum).powi(2);
                    // What a sum of such terms is off by when each is off by its own size.
                    size += squares;
                }
            }
            // Half a step of 1/127 of the largest of 32, evenly spread: 0.4 % of a typical value. Of few sums one may be off by
            // several times that: by twice it one of twenty is, by five times hardly any.
            let most = if tokens * rows < MANY_SUMS { 0.02 } else { 0.008 };
            prop_assert!(apart.sqrt() < most * size.sqrt(), "{dtype:?}: {}", (apart / size).sqrt());
        }
    }
}
