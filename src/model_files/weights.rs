//! Whether a file that the manifest does not know is a model from its first byte to its last: what its header promises
//! must be in it. A download that broke off has the right beginning, and would fail only in front of a patient.

use std::{fs::File, io::Cursor, path::Path};

use candle_core::quantized::gguf_file::Content;
use memmap2::Mmap;

use super::ModelError;

/// Runs `check` over the bytes of the file.
pub(super) fn checked(path: &Path, check: fn(&[u8]) -> Result<(), String>) -> Result<(), ModelError> {
    let file = File::open(path).map_err(ModelError::io(path))?;
    // SAFETY: the file was named by the user for import; if someone shortens it meanwhile the process ends by signal.
    let bytes = unsafe { Mmap::map(&file) }.map_err(ModelError::io(path))?;
    check(&bytes).map_err(|reason| ModelError::Unsupported { path: path.to_owned(), reason })
}

/// Checks that every tensor of a GGUF file lies within it. Format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>.
pub(super) fn gguf(bytes: &[u8]) -> Result<(), String> {
    let broken =
        |_| "it begins like a GGUF model, but its header cannot be read: it is cut off, damaged or of an unknown kind";
    let content = Content::read(&mut Cursor::new(bytes)).map_err(broken)?;
    if content.tensor_infos.is_empty() {
        return Err("it is a GGUF file without weights".to_owned());
    }
    for (name, tensor) in &content.tensor_infos {
        let mut dimensions = tensor.shape.dims().iter();
        let values = dimensions.try_fold(1_u64, |product, &size| product.checked_mul(size as u64));
        let (block, bytes_a_block) = (tensor.ggml_dtype.block_size() as u64, tensor.ggml_dtype.type_size() as u64);
        let size = values.and_then(|values| (values / block).checked_mul(bytes_a_block));
        let start = content.tensor_data_offset.checked_add(tensor.offset);
        let end = start.zip(size).and_then(|(start, size)| start.checked_add(size));
        if end.is_none_or(|end| end > bytes.len() as u64) {
            return Err(format!("it is cut off or damaged: the weights {name} end after the file does"));
        }
    }
    Ok(())
}

/// Checks that a ggml file is a Whisper model with all its tensors, and ends where the last one does. The layout is that of
/// `convert/ggml.rs`.
pub(super) fn ggml_whisper(bytes: &[u8]) -> Result<(), String> {
    whisper_tensors(bytes).filter(|(found, wanted)| found == wanted).map(drop).ok_or_else(|| {
        "it begins like a ggml model, but is no whole Whisper model: it is cut off, damaged or another kind".to_owned()
    })
}

/// How many tensors there are, and how many the header promises. `None` where the file ends inside one or cannot be read.
fn whisper_tensors(mut rest: &[u8]) -> Option<(usize, usize)> {
    rest.split_off(..4)?;
    let mut header = [0; 11];
    for size in &mut header {
        *size = number(&mut rest)?;
    }
    let [.., encoder_layers, _, _, _, decoder_layers, _, _] = header;
    let filters = number(&mut rest)?.checked_mul(number(&mut rest)?)?;
    rest.split_off(..filters.checked_mul(4)?)?;
    for _ in 0..number(&mut rest)? {
        let length = number(&mut rest)?;
        rest.split_off(..length)?;
    }
    let mut found = 0;
    while !rest.is_empty() {
        tensor(&mut rest)?;
        found += 1;
    }
    // Besides the layers: two positional embeddings, the tokens, two convolutions and two norms of two tensors each.
    let wanted = encoder_layers.checked_mul(15)?.checked_add(decoder_layers.checked_mul(24)?)?.checked_add(11)?;
    Some((found, wanted))
}

fn tensor(rest: &mut &[u8]) -> Option<()> {
    let (rank, name, kind) = (number(rest)?, number(rest)?, number(rest)?);
    let (block, bytes_a_block) = block_of(kind)?;
    let mut values = 1_usize;
    for _ in 0..rank {
        values = values.checked_mul(number(rest)?)?;
    }
    rest.split_off(..name)?;
    rest.split_off(..(values / block).checked_mul(bytes_a_block)?).map(drop)
}

/// Values and bytes of one block of a type that whisper.cpp's quantising writes. Source: ggml, `ggml.h` and `ggml-common.h`.
fn block_of(kind: usize) -> Option<(usize, usize)> {
    Some(match kind {
        0 => (1, 4),
        1 => (1, 2),
        2 => (32, 18),
        3 => (32, 20),
        6 => (32, 22),
        7 => (32, 24),
        8 => (32, 34),
        10 => (256, 84),
        11 => (256, 110),
        12 => (256, 144),
        13 => (256, 176),
        14 => (256, 210),
        _ => return None,
    })
}

/// The next i32, of which none is negative.
fn number(rest: &mut &[u8]) -> Option<usize> {
    let bytes = rest.split_off(..4)?.try_into().ok()?;
    usize::try_from(i32::from_le_bytes(bytes)).ok()
}

#[cfg(test)]
pub(super) mod tests {
    use candle_core::{
        DType, Device, Tensor,
        quantized::{GgmlDType, QTensor, gguf_file},
    };

    use super::*;
    use crate::domain::no_progress;
    use crate::model_files::convert;

    /// A GGUF file of two tensors, which ends with the last value of the second.
    pub(in crate::model_files) fn small_gguf() -> Vec<u8> {
        let zeros = Tensor::zeros((1, 32), DType::F32, &Device::Cpu).expect("a tensor");
        let tensor = |kind| QTensor::quantize(&zeros, kind).expect("quantized");
        let (first, last) = (tensor(GgmlDType::Q8_0), tensor(GgmlDType::F32));
        let name = gguf_file::Value::String("small".to_owned());
        let mut bytes = Cursor::new(Vec::new());
        gguf_file::write(&mut bytes, &[("general.name", &name)], &[("a", &first), ("b", &last)]).expect("written");
        bytes.into_inner()
    }

    fn small_ggml() -> Vec<u8> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("model.bin"), convert::tests::whisper(false)).expect("written");
        std::fs::write(path("vocabulary.txt"), "a\n".repeat(50_300)).expect("written");
        convert::ct2_to_ggml(&path("model.bin"), folder.path(), &path("ggml"), &no_progress).expect("converts");
        std::fs::read(path("ggml")).expect("reads")
    }

    #[test]
    fn a_gguf_file_is_whole_or_refused() {
        let bytes = small_gguf();
        assert_eq!(gguf(&bytes), Ok(()));
        for length in 0..bytes.len() {
            assert!(gguf(&bytes[..length]).is_err(), "{length} of {} bytes", bytes.len());
        }
        assert!(gguf(b"GGUF garbage").is_err());
    }

    #[test]
    fn a_ggml_file_is_whole_or_refused() {
        let bytes = small_ggml();
        assert_eq!(ggml_whisper(&bytes), Ok(()));
        for length in (0..1_000).chain((bytes.len() - 7_000..bytes.len()).step_by(13)).chain([bytes.len() - 1]) {
            assert!(ggml_whisper(&bytes[..length]).is_err(), "{length} of {} bytes", bytes.len());
        }
        assert!(ggml_whisper(b"lmgg garbage").is_err());
        assert!(ggml_whisper(&[bytes.as_slice(), &[0]].concat()).is_err());
    }
}
