//! A GGUF file: typed access to what it says about itself, and the bytes of its tensors where the system maps them.
//!
//! Format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>. Mapped, not read, so that weights are in memory
//! once, are shared between processes, and are there at once when the file was used before.

use std::{fs::File, io::Cursor, path::Path, sync::Arc};

use candle_core::{
    Device, Result,
    quantized::{
        GgmlDType, QTensor,
        gguf_file::{Content, Value},
    },
};
use memmap2::Mmap;

/// An open GGUF file.
pub(super) struct GgufFile {
    content: Content,
    map: Arc<Mmap>,
}

/// Where a tensor lies in the file.
#[derive(Clone)]
pub(super) struct RawTensor {
    /// How its values are coded.
    pub dtype: GgmlDType,
    /// Outermost first: `[rows, columns]` for a matrix.
    pub dims: Vec<usize>,
    map: Arc<Mmap>,
    offset: usize,
    bytes: usize,
}

impl RawTensor {
    /// The coded values.
    pub fn data(&self) -> &[u8] {
        &self.map[self.offset..self.offset + self.bytes]
    }
}

impl GgufFile {
    /// Opens and reads the header.
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::open(path)?;
        // SAFETY: a mapped file must not shrink while it is mapped. Model files are written once, under a temporary name,
        // and renamed when complete; nothing of ours writes to them afterwards.
        let map = Arc::new(unsafe { Mmap::map(&file)? });
        let content = Content::read(&mut Cursor::new(&map[..]))?;
        Ok(Self { content, map })
    }

    /// The value under `key`.
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.content.metadata.get(key)
    }

    /// The text under `key`.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.value(key)?.to_string().ok().map(String::as_str)
    }

    /// The whole number under `key`, of whatever width; negative ones count as absent.
    pub fn number(&self, key: &str) -> Option<usize> {
        whole(self.value(key)?)
    }

    /// The fraction under `key`, of either width.
    pub fn fraction(&self, key: &str) -> Option<f32> {
        match self.value(key)? {
            Value::F32(value) => Some(*value),
            Value::F64(value) => Some(*value as f32),
            _ => None,
        }
    }

    /// The flag under `key`.
    pub fn flag(&self, key: &str) -> Option<bool> {
        self.value(key)?.to_bool().ok()
    }

    /// The list under `key`; empty where there is none.
    pub fn list(&self, key: &str) -> &[Value] {
        match self.value(key) {
            Some(Value::Array(values)) => values,
            _ => &[],
        }
    }

    /// Whether the file has a tensor called `name`.
    pub fn has_tensor(&self, name: &str) -> bool {
        self.content.tensor_infos.contains_key(name)
    }

    /// The tensor `name` as candle holds it, copied to `device`.
    pub fn tensor(&self, name: &str, device: &Device) -> Result<QTensor> {
        self.content.tensor(&mut Cursor::new(&self.map[..]), name, device)
    }

    /// The tensor `name` where it lies in the file.
    pub fn raw_tensor(&self, name: &str) -> Result<RawTensor> {
        let Some(info) = self.content.tensor_infos.get(name) else {
            candle_core::bail!("the file has no tensor {name}")
        };
        let values = info.shape.elem_count();
        let bytes = values / info.ggml_dtype.block_size() * info.ggml_dtype.type_size();
        let offset = (self.content.tensor_data_offset.saturating_add(info.offset)) as usize;
        if offset.checked_add(bytes).is_none_or(|end| end > self.map.len()) {
            candle_core::bail!("the file ends inside tensor {name}")
        }
        let dims = info.shape.dims().to_vec();
        Ok(RawTensor { dtype: info.ggml_dtype, dims, map: Arc::clone(&self.map), offset, bytes })
    }
}

/// A whole number of whatever width.
pub(super) fn whole(value: &Value) -> Option<usize> {
    match value {
        Value::I8(value) => usize::try_from(*value).ok(),
        Value::I16(value) => usize::try_from(*value).ok(),
        Value::I32(value) => usize::try_from(*value).ok(),
        Value::I64(value) => usize::try_from(*value).ok(),
        Value::Bool(_) => None,
        value => value.to_u64().ok().and_then(|value| usize::try_from(value).ok()),
    }
}
