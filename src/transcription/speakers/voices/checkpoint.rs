//! Tensors from a checkpoint of PyTorch. What it has written since 1.6 is a zip, which candle reads. Before, it wrote five
//! pickles in a row (a magic number, the version, the sizes of types, the objects, the list of storages), then the bytes of
//! each storage: here candle's reader of pickles serves, too.

use std::{collections::HashMap, io::Cursor, path::Path};

use candle_core::{
    DType, Device, Error, Result, Tensor,
    pickle::{self, Object, Stack, TensorInfo},
};

/// What a zip begins with.
const ZIP: [u8; 4] = *b"PK\x03\x04";
/// The first pickle: PyTorch's magic number.
const MAGIC: [u8; 15] = *b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.";
/// Bytes of a number in a storage: all are single floats.
const FLOAT: usize = 4;
/// Where the tensors are in a zip, as Lightning calls it …
const KEY_IN_ZIP: &str = "state_dict";
/// … and before there were zips.
const KEY: &str = "model_state";

/// The network's tensors in the checkpoint `path`, by name.
pub fn read(path: &Path) -> Result<HashMap<String, Tensor>> {
    let bytes = std::fs::read(path)?;
    if bytes.starts_with(&ZIP) {
        return Ok(pickle::read_all_with_key(path, Some(KEY_IN_ZIP))?.into_iter().collect());
    }
    let body = bytes.strip_prefix(&MAGIC).ok_or_else(|| Error::msg("it is not a PyTorch checkpoint"))?;
    let mut reader = Cursor::new(body);
    let _version = unpickle(&mut reader)?;
    let _sizes = unpickle(&mut reader)?;
    let objects = unpickle(&mut reader)?;
    let storages = unpickle(&mut reader)?;
    let places = places(storages, body, reader.position() as usize)?;
    let state = items(objects)?.into_iter().find(|(name, _)| *name == Object::Unicode(KEY.to_owned()));
    let (_, state) = state.ok_or_else(|| Error::Msg(format!("it has no {KEY}")))?;
    let infos = items(state)?.into_iter().map(|(name, value)| value.into_tensor_info(name, Path::new("")));
    let mut tensors = HashMap::new();
    for info in infos.collect::<Result<Vec<_>>>()?.into_iter().flatten() {
        tensors.insert(info.name.clone(), tensor(&info, &places)?);
    }
    Ok(tensors)
}

fn unpickle(reader: &mut Cursor<&[u8]>) -> Result<Object> {
    let mut stack = Stack::empty();
    stack.read_loop(reader)?;
    stack.finalize()
}

/// The entries of a dictionary, also of one with attributes.
fn items(object: Object) -> Result<Vec<(Object, Object)>> {
    match object {
        Object::Dict(items) => Ok(items),
        Object::Build { callable, .. } => items(*callable),
        _ => Err(Error::msg("what should be a dictionary is none")),
    }
}

/// The bytes of each storage, by its name: they lie one after the other from `start`, each after its length.
fn places(storages: Object, body: &[u8], start: usize) -> Result<HashMap<String, &[u8]>> {
    let Object::List(names) = storages else { return Err(Error::msg("it has no list of storages")) };
    let short = || Error::msg("it ends too early");
    let mut rest = body.get(start..).ok_or_else(short)?;
    let mut places = HashMap::new();
    for name in names {
        let name = name.unicode().map_err(|_| Error::msg("a storage has no name"))?;
        let (count, after) = rest.split_first_chunk().ok_or_else(short)?;
        let length = usize::try_from(u64::from_le_bytes(*count)).ok().and_then(|count| count.checked_mul(FLOAT));
        let (storage, after) = length.and_then(|length| after.split_at_checked(length)).ok_or_else(short)?;
        places.insert(name, storage);
        rest = after;
    }
    if rest.is_empty() { Ok(places) } else { Err(Error::msg("it has numbers that are not single floats")) }
}

fn tensor(info: &TensorInfo, places: &HashMap<String, &[u8]>) -> Result<Tensor> {
    let wrong = || Error::Msg(format!("the tensor {} is not as expected", info.name));
    let storage = places.get(info.path.trim_start_matches('/')).ok_or_else(wrong)?;
    // candle counts the start of a tensor in such a file in bytes.
    let start = info.layout.start_offset();
    let length = info.layout.shape().elem_count() * FLOAT;
    let is_plain = info.dtype == DType::F32 && info.layout.is_contiguous();
    let bytes = storage.get(start..start + length).filter(|_| is_plain).ok_or_else(wrong)?;
    Tensor::from_raw_buffer(bytes, DType::F32, info.layout.dims(), &Device::Cpu)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_checkpoint_is_refused() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), b"RIFF").expect("written");
        let error = read(file.path()).expect_err("refused").to_string();
        assert!(error.contains("not a PyTorch checkpoint"), "{error}");
        for begun in [MAGIC.as_slice(), &ZIP] {
            std::fs::write(file.path(), begun).expect("written");
            assert!(read(file.path()).is_err());
        }
    }

    /// The file is PyTorch's own: `tests/data/voices/reference.py` has it written.
    #[test]
    fn a_zip_is_read_with_what_else_is_in_it() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/voices/part.zip");
        let tensors = read(&path).expect("it reads");
        let mut names: Vec<&str> = tensors.keys().filter_map(|name| name.strip_prefix("resnet.bn1.")).collect();
        names.sort_unstable();
        assert_eq!(names, ["bias", "num_batches_tracked", "running_mean", "running_var", "weight"]);
        let means: Vec<f32> = tensors["resnet.bn1.running_mean"].to_vec1().expect("floats");
        assert_eq!((means.len(), means[0]), (32, 0.090_391_986));
    }
}
