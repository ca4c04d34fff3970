//! Writes the ggml form of Whisper, as whisper.cpp reads it.
//!
//! Layout: u32 magic, eleven i32 hyper-parameters, mel filters, vocabulary, then tensors until the end of the file: i32
//! rank, name length and type, the dimensions innermost first, the name, the data. Source: whisper.cpp,
//! `models/convert-pt-to-ggml.py` and `whisper_model_load`.

use std::io::{self, Write};

use half::f16;

use super::ct2::{Ct2Error, Ct2Model, Tensor};
use super::mel;
use crate::domain::Progress;

const MAGIC: u32 = 0x6767_6d6c;
const TYPE_F32: i32 = 0;
const TYPE_F16: i32 = 1;
/// "Weights are f16", as the hyper-parameter says it.
const FTYPE_F16: i32 = 1;

/// Why a conversion failed.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// The model is damaged or not Whisper.
    #[error(transparent)]
    Source(#[from] Ct2Error),
    /// The result could not be written.
    #[error(transparent)]
    Write(#[from] io::Error),
}

/// How a tensor is stored.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// f32 when it has one dimension, f16 otherwise.
    Usual,
    /// f32 in any case.
    Full,
    /// f32, as a column.
    Column,
}

/// Writes `model` with `vocabulary` (the bytes of each token) to `out`.
///
/// The tensors stand in the order of OpenAI's checkpoints, so that a float16 model gives the very bytes of the file that
/// whisper.cpp publishes: the hash of that file proves the conversion.
pub fn write(
    model: &Ct2Model<'_>,
    vocabulary: &[Vec<u8>],
    out: &mut impl Write,
    progress: Progress<'_>,
) -> Result<(), ConvertError> {
    let sizes = Sizes::of(model)?;
    let mut writer = TensorWriter { model, out };
    let layers = (sizes.encoder_layers + sizes.decoder_layers) as f32;
    writer.header(&sizes, vocabulary)?;
    writer.plain("decoder.positional_embedding", "decoder/position_encodings/encodings", Form::Full)?;
    writer.plain("encoder.positional_embedding", "encoder/position_encodings/encodings", Form::Full)?;
    writer.plain("decoder.token_embedding.weight", "decoder/embeddings/weight", Form::Usual)?;
    for layer in 0..sizes.decoder_layers {
        writer.layer("decoder", layer, true)?;
        progress((layer + 1) as f32 / layers);
    }
    writer.norm("decoder.ln", "decoder/layer_norm")?;
    writer.convolutions()?;
    for layer in 0..sizes.encoder_layers {
        writer.layer("encoder", layer, false)?;
        progress((sizes.decoder_layers + layer + 1) as f32 / layers);
    }
    writer.norm("encoder.ln_post", "encoder/layer_norm")
}

/// The hyper-parameters.
struct Sizes {
    vocabulary: usize,
    audio_context: usize,
    audio_state: usize,
    audio_heads: i32,
    encoder_layers: usize,
    text_context: usize,
    text_state: usize,
    text_heads: i32,
    decoder_layers: usize,
    mels: usize,
}

impl Sizes {
    fn of(model: &Ct2Model<'_>) -> Result<Self, Ct2Error> {
        let [vocabulary, _] = dimensions(model, "decoder/embeddings/weight")?;
        let [audio_context, audio_state] = dimensions(model, "encoder/position_encodings/encodings")?;
        let [text_context, text_state] = dimensions(model, "decoder/position_encodings/encodings")?;
        let [_, mels, _] = dimensions(model, "encoder/conv1/weight")?;
        if mels != 80 && mels != 128 {
            return Err(Ct2Error::variable("encoder/conv1/weight", format!("has {mels} mel bands, not 80 or 128")));
        }
        Ok(Self {
            vocabulary,
            audio_context,
            audio_state,
            audio_heads: model.scalar("encoder/num_heads")?,
            encoder_layers: model.layers("encoder"),
            text_context,
            text_state,
            text_heads: model.scalar("decoder/num_heads")?,
            decoder_layers: model.layers("decoder"),
            mels,
        })
    }
}

fn dimensions<const N: usize>(model: &Ct2Model<'_>, name: &str) -> Result<[usize; N], Ct2Error> {
    let shape = model.shape(name)?;
    shape.try_into().map_err(|_| Ct2Error::variable(name, format!("has the shape {shape:?}, not {N} dimensions")))
}

struct TensorWriter<'m, 'a, W> {
    model: &'m Ct2Model<'a>,
    out: &'m mut W,
}

impl<W: Write> TensorWriter<'_, '_, W> {
    fn header(&mut self, sizes: &Sizes, vocabulary: &[Vec<u8>]) -> Result<(), ConvertError> {
        self.out.write_all(&MAGIC.to_le_bytes())?;
        for size in [sizes.vocabulary, sizes.audio_context, sizes.audio_state] {
            self.count(size)?;
        }
        self.number(sizes.audio_heads)?;
        for size in [sizes.encoder_layers, sizes.text_context, sizes.text_state] {
            self.count(size)?;
        }
        self.number(sizes.text_heads)?;
        self.count(sizes.decoder_layers)?;
        self.count(sizes.mels)?;
        self.number(FTYPE_F16)?;
        self.count(sizes.mels)?;
        self.count(mel::BINS)?;
        self.f32s(&mel::filters(sizes.mels))?;
        self.count(vocabulary.len())?;
        for token in vocabulary {
            self.count(token.len())?;
            self.out.write_all(token)?;
        }
        Ok(())
    }

    fn convolutions(&mut self) -> Result<(), ConvertError> {
        for conv in ["conv1", "conv2"] {
            self.plain(&format!("encoder.{conv}.weight"), &format!("encoder/{conv}/weight"), Form::Usual)?;
            self.plain(&format!("encoder.{conv}.bias"), &format!("encoder/{conv}/bias"), Form::Column)?;
        }
        Ok(())
    }

    fn layer(&mut self, stack: &str, number: usize, crossed: bool) -> Result<(), ConvertError> {
        let (to, from) = (format!("{stack}.blocks.{number}"), format!("{stack}/layer_{number}"));
        let (own, cross) = (format!("{from}/self_attention"), format!("{from}/attention"));
        self.norm(&format!("{to}.mlp_ln"), &format!("{from}/ffn/layer_norm"))?;
        self.linear(&format!("{to}.mlp.0"), &format!("{from}/ffn/linear_0"))?;
        self.linear(&format!("{to}.mlp.2"), &format!("{from}/ffn/linear_1"))?;
        self.norm(&format!("{to}.attn_ln"), &format!("{own}/layer_norm"))?;
        self.stacked(&format!("{to}.attn"), &format!("{own}/linear_0"), &["query", "key", "value"])?;
        self.linear(&format!("{to}.attn.out"), &format!("{own}/linear_1"))?;
        if !crossed {
            return Ok(());
        }
        self.norm(&format!("{to}.cross_attn_ln"), &format!("{cross}/layer_norm"))?;
        self.linear(&format!("{to}.cross_attn.query"), &format!("{cross}/linear_0"))?;
        self.stacked(&format!("{to}.cross_attn"), &format!("{cross}/linear_1"), &["key", "value"])?;
        self.linear(&format!("{to}.cross_attn.out"), &format!("{cross}/linear_2"))
    }

    fn linear(&mut self, to: &str, from: &str) -> Result<(), ConvertError> {
        self.plain(&format!("{to}.weight"), &format!("{from}/weight"), Form::Usual)?;
        self.plain(&format!("{to}.bias"), &format!("{from}/bias"), Form::Usual)
    }

    fn norm(&mut self, to: &str, from: &str) -> Result<(), ConvertError> {
        self.plain(&format!("{to}.weight"), &format!("{from}/gamma"), Form::Usual)?;
        self.plain(&format!("{to}.bias"), &format!("{from}/beta"), Form::Usual)
    }

    /// CTranslate2 stacks the projections of an attention as rows of one matrix; ggml wants them one by one. The key has
    /// no bias: its part of the stacked bias is zero.
    fn stacked(&mut self, to: &str, from: &str, parts: &[&str]) -> Result<(), ConvertError> {
        let weight = split(&self.model.tensor(&format!("{from}/weight"))?, parts.len(), from)?;
        let bias = split(&self.model.tensor(&format!("{from}/bias"))?, parts.len(), from)?;
        for ((part, weight), bias) in parts.iter().zip(weight).zip(bias) {
            self.tensor(&format!("{to}.{part}.weight"), &weight, Form::Usual)?;
            if *part != "key" {
                self.tensor(&format!("{to}.{part}.bias"), &bias, Form::Usual)?;
            }
        }
        Ok(())
    }

    fn plain(&mut self, to: &str, from: &str, form: Form) -> Result<(), ConvertError> {
        let tensor = self.model.tensor(from)?;
        self.tensor(to, &tensor, form)
    }

    fn tensor(&mut self, name: &str, tensor: &Tensor, form: Form) -> Result<(), ConvertError> {
        let mut shape = tensor.shape.clone();
        if form == Form::Column {
            shape.push(1);
        }
        let full = form != Form::Usual || shape.len() < 2;
        self.count(shape.len())?;
        self.count(name.len())?;
        self.number(if full { TYPE_F32 } else { TYPE_F16 })?;
        for dimension in shape.iter().rev() {
            self.count(*dimension)?;
        }
        self.out.write_all(name.as_bytes())?;
        if full { self.f32s(&tensor.values) } else { self.f16s(&tensor.values) }
    }

    /// Sizes in the format are i32; no dimension of a parsed model comes near its end unless the file is damaged.
    fn count(&mut self, count: usize) -> Result<(), ConvertError> {
        let count = i32::try_from(count).map_err(|_| Ct2Error::variable("(size)", "is too large"))?;
        self.number(count)
    }

    fn number(&mut self, number: i32) -> Result<(), ConvertError> {
        Ok(self.out.write_all(&number.to_le_bytes())?)
    }

    fn f32s(&mut self, values: &[f32]) -> Result<(), ConvertError> {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Ok(self.out.write_all(&bytes)?)
    }

    fn f16s(&mut self, values: &[f32]) -> Result<(), ConvertError> {
        let bytes: Vec<u8> = values.iter().flat_map(|value| f16::from_f32(*value).to_le_bytes()).collect();
        Ok(self.out.write_all(&bytes)?)
    }
}

fn split(tensor: &Tensor, parts: usize, name: &str) -> Result<Vec<Tensor>, Ct2Error> {
    let rows = tensor.shape.first().copied().unwrap_or(0);
    if rows == 0 || rows % parts != 0 || tensor.values.is_empty() {
        return Err(Ct2Error::variable(name, format!("has {rows} rows, which are not {parts} equal parts")));
    }
    let mut shape = tensor.shape.clone();
    shape[0] = rows / parts;
    let part = |values: &[f32]| Tensor { shape: shape.clone(), values: values.to_vec() };
    Ok(tensor.values.chunks(tensor.values.len() / parts).map(part).collect())
}
