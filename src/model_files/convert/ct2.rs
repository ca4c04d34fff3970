//! Reads the CTranslate2 form of Whisper: `model.bin` as faster-whisper uses it (binary version 6).
//!
//! Layout: u32 version; string spec; u32 revision; u32 number of variables, each: string name, u8 rank, u32 dimensions,
//! u8 type, u32 bytes, data; u32 number of aliases, each two strings. A string is a u16 length that counts a closing zero.
//! Source: CTranslate2, `src/models/model.cc` and `python/ctranslate2/specs/model_spec.py`.

use std::collections::HashMap;

use half::{bf16, f16};

/// The one version of the format that current converters write.
const VERSION: u32 = 6;
/// No tensor of any model has more dimensions than this; a file that says so is damaged.
const MAX_RANK: u8 = 8;

/// Why a file is not a CTranslate2 Whisper model that can be converted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Ct2Error {
    /// The file ends inside a field.
    #[error("the file is cut off")]
    CutOff,
    /// The binary version is another.
    #[error("the CTranslate2 format has version {0}, but only version 6 is known")]
    Version(u32),
    /// The model is not Whisper.
    #[error("the model is a {0:?}, not Whisper")]
    Spec(String),
    /// A field contradicts another.
    #[error("the variable {name}: {reason}")]
    Variable {
        /// The variable.
        name: String,
        /// What is wrong.
        reason: String,
    },
}

impl Ct2Error {
    pub(super) fn variable(name: &str, reason: impl Into<String>) -> Self {
        Self::Variable { name: name.chars().take(80).collect(), reason: reason.into() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DataType {
    F32,
    I8,
    I16,
    I32,
    F16,
    Bf16,
}

impl DataType {
    fn from_id(id: u8) -> Option<Self> {
        [Self::F32, Self::I8, Self::I16, Self::I32, Self::F16, Self::Bf16].get(usize::from(id)).copied()
    }

    fn bytes(self) -> usize {
        match self {
            Self::I8 => 1,
            Self::I16 | Self::F16 | Self::Bf16 => 2,
            Self::F32 | Self::I32 => 4,
        }
    }

    /// The value of one little-endian element, which must have [`Self::bytes`] bytes.
    fn value(self, element: &[u8]) -> f32 {
        let two = || [element[0], element[1]];
        let four = || [element[0], element[1], element[2], element[3]];
        match self {
            Self::I8 => f32::from(i8::from_le_bytes([element[0]])),
            Self::I16 => f32::from(i16::from_le_bytes(two())),
            Self::F16 => f16::from_le_bytes(two()).to_f32(),
            Self::Bf16 => bf16::from_le_bytes(two()).to_f32(),
            Self::F32 => f32::from_le_bytes(four()),
            Self::I32 => i32::from_le_bytes(four()) as f32,
        }
    }
}

struct Variable<'a> {
    shape: Vec<usize>,
    data_type: DataType,
    data: &'a [u8],
}

/// A tensor as numbers, row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// Outermost dimension first.
    pub shape: Vec<usize>,
    /// The values.
    pub values: Vec<f32>,
}

/// A parsed `model.bin`; the data stay in the bytes that it was read from.
pub struct Ct2Model<'a> {
    variables: HashMap<&'a str, Variable<'a>>,
    aliases: HashMap<&'a str, &'a str>,
}

/// Whether `start`, the beginning of a file, is that of a CTranslate2 Whisper model of the version that is known.
pub fn is_ct2_whisper(start: &[u8]) -> bool {
    let mut reader = Reader(start);
    reader.u32() == Ok(VERSION) && reader.string() == Ok("WhisperSpec")
}

impl<'a> Ct2Model<'a> {
    /// Parses the bytes of a `model.bin`.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Ct2Error> {
        let mut reader = Reader(bytes);
        let version = reader.u32()?;
        if version != VERSION {
            return Err(Ct2Error::Version(version));
        }
        let spec = reader.string()?;
        if spec != "WhisperSpec" {
            return Err(Ct2Error::Spec(spec.chars().take(80).collect()));
        }
        reader.u32()?;
        let mut variables = HashMap::new();
        for _ in 0..reader.u32()? {
            let (name, variable) = reader.variable()?;
            variables.insert(name, variable);
        }
        let mut aliases = HashMap::new();
        for _ in 0..reader.u32()? {
            aliases.insert(reader.string()?, reader.string()?);
        }
        Ok(Self { variables, aliases })
    }

    /// The number of consecutive `{stack}/layer_N`.
    pub fn layers(&self, stack: &str) -> usize {
        (0..).take_while(|n| self.has(&format!("{stack}/layer_{n}/ffn/linear_0/weight"))).count()
    }

    /// A single whole number, such as `encoder/num_heads`.
    pub fn scalar(&self, name: &str) -> Result<i32, Ct2Error> {
        match self.tensor(name)?.values[..] {
            [value] => Ok(value as i32),
            _ => Err(Ct2Error::variable(name, "is not a single number")),
        }
    }

    /// The shape of the variable.
    pub fn shape(&self, name: &str) -> Result<&[usize], Ct2Error> {
        Ok(&self.find(name)?.shape)
    }

    /// The variable as numbers. Quantised weights (int8, int16) are divided by their `_scale`, which has one value a
    /// row, or one for all.
    pub fn tensor(&self, name: &str) -> Result<Tensor, Ct2Error> {
        let variable = self.find(name)?;
        let mut values: Vec<f32> = elements(variable).collect();
        if let Ok(scales) = self.find(&format!("{name}_scale")) {
            let scales: Vec<f32> = elements(scales).collect();
            let rows = variable.shape.first().copied().unwrap_or(1);
            unscale(&mut values, &scales, rows)
                .ok_or_else(|| Ct2Error::variable(name, format!("has {rows} rows but {} scales", scales.len())))?;
        }
        Ok(Tensor { shape: variable.shape.clone(), values })
    }

    fn has(&self, name: &str) -> bool {
        self.find(name).is_ok()
    }

    fn find(&self, name: &str) -> Result<&Variable<'a>, Ct2Error> {
        let target = self.aliases.get(name).copied().unwrap_or(name);
        self.variables.get(target).ok_or_else(|| Ct2Error::variable(name, "is missing"))
    }
}

fn elements<'v>(variable: &'v Variable<'_>) -> impl Iterator<Item = f32> + use<'v> {
    let data_type = variable.data_type;
    variable.data.chunks_exact(data_type.bytes()).map(move |element| data_type.value(element))
}

/// Divides each row by its scale; `None` when the scales do not fit or one is zero.
fn unscale(values: &mut [f32], scales: &[f32], rows: usize) -> Option<()> {
    if scales.contains(&0.0) || !(scales.len() == 1 || scales.len() == rows) || values.is_empty() {
        return None;
    }
    for (row, chunk) in values.chunks_mut((values.len() / rows.max(1)).max(1)).enumerate() {
        let scale = scales[row.min(scales.len() - 1)];
        chunk.iter_mut().for_each(|value| *value /= scale);
    }
    Some(())
}

/// What is left of the bytes.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Ct2Error> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Ct2Error::CutOff)?;
        self.0 = rest;
        Ok(taken)
    }

    fn u8(&mut self) -> Result<u8, Ct2Error> {
        Ok(self.take(1)?[0])
    }

    fn u32(&mut self) -> Result<u32, Ct2Error> {
        let bytes = self.take(4)?;
        Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    fn string(&mut self) -> Result<&'a str, Ct2Error> {
        let length = self.take(2)?;
        let bytes = self.take(usize::from(u16::from_le_bytes([length[0], length[1]])))?;
        let text = bytes.strip_suffix(&[0]).unwrap_or(bytes);
        std::str::from_utf8(text).map_err(|_| Ct2Error::variable("(name)", "is not text"))
    }

    fn variable(&mut self) -> Result<(&'a str, Variable<'a>), Ct2Error> {
        let name = self.string()?;
        let rank = self.u8()?;
        if rank > MAX_RANK {
            return Err(Ct2Error::variable(name, format!("has {rank} dimensions")));
        }
        let shape = (0..rank).map(|_| Ok(self.u32()? as usize)).collect::<Result<Vec<_>, Ct2Error>>()?;
        let id = self.u8()?;
        let data_type =
            DataType::from_id(id).ok_or_else(|| Ct2Error::variable(name, format!("has the unknown type {id}")))?;
        let bytes = self.u32()? as usize;
        let expected = shape.iter().try_fold(data_type.bytes(), |product, &dimension| product.checked_mul(dimension));
        if expected != Some(bytes) {
            return Err(Ct2Error::variable(name, format!("has {bytes} bytes, which its shape {shape:?} does not")));
        }
        Ok((name, Variable { shape, data_type, data: self.take(bytes)? }))
    }
}
