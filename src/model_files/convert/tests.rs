//! A Whisper of four dimensions in CTranslate2's form, converted.

use std::fs;

use super::*;
use crate::domain::no_progress;

const STATE: usize = 4;

/// Writes variables as CTranslate2 does.
struct Ct2Writer {
    bytes: Vec<u8>,
    count: u32,
    int8: bool,
}

impl Ct2Writer {
    fn string(&mut self, text: &str) {
        self.bytes.extend((text.len() as u16 + 1).to_le_bytes());
        self.bytes.extend(text.as_bytes());
        self.bytes.push(0);
    }

    fn raw(&mut self, name: &str, shape: &[usize], id: u8, data: &[u8]) {
        self.string(name);
        self.bytes.push(shape.len() as u8);
        shape.iter().for_each(|dimension| self.bytes.extend((*dimension as u32).to_le_bytes()));
        self.bytes.push(id);
        self.bytes.extend((data.len() as u32).to_le_bytes());
        self.bytes.extend(data);
        self.count += 1;
    }

    /// Values that int8 holds exactly: multiples of 1/64 up to 127/64, so that both forms convert to the same file.
    fn tensor(&mut self, name: &str, shape: &[usize], quantised: bool) {
        let count: usize = shape.iter().product();
        let steps: Vec<i8> =
            (0..count).map(|i| ((i * 37 + name.len() * 11) % 255) as i16 - 127).map(|v| v as i8).collect();
        if self.int8 && quantised {
            let data: Vec<u8> = steps.iter().map(|step| step.to_le_bytes()[0]).collect();
            self.raw(name, shape, 1, &data);
            let scales: Vec<u8> = (0..shape[0]).flat_map(|_| 64.0_f32.to_le_bytes()).collect();
            return self.raw(&format!("{name}_scale"), &shape[..1], 0, &scales);
        }
        let data: Vec<u8> = steps.iter().flat_map(|step| (f32::from(*step) / 64.0).to_le_bytes()).collect();
        self.raw(name, shape, 0, &data);
    }

    fn linear(&mut self, name: &str, rows: usize, columns: usize) {
        self.tensor(&format!("{name}/weight"), &[rows, columns], true);
        self.tensor(&format!("{name}/bias"), &[rows], false);
    }

    fn norm(&mut self, name: &str) {
        self.tensor(&format!("{name}/gamma"), &[STATE], false);
        self.tensor(&format!("{name}/beta"), &[STATE], false);
    }
}

/// The bytes of a `model.bin` with one layer in each stack.
pub(in crate::model_files) fn whisper(int8: bool) -> Vec<u8> {
    let mut writer = Ct2Writer { bytes: Vec::new(), count: 0, int8 };
    for (stack, context) in [("encoder", 3), ("decoder", 5)] {
        writer.raw(&format!("{stack}/num_heads"), &[], 2, &2_i16.to_le_bytes());
        writer.tensor(&format!("{stack}/position_encodings/encodings"), &[context, STATE], false);
        writer.norm(&format!("{stack}/layer_norm"));
        let layer = format!("{stack}/layer_0");
        writer.norm(&format!("{layer}/self_attention/layer_norm"));
        writer.linear(&format!("{layer}/self_attention/linear_0"), 3 * STATE, STATE);
        writer.linear(&format!("{layer}/self_attention/linear_1"), STATE, STATE);
        writer.norm(&format!("{layer}/ffn/layer_norm"));
        writer.linear(&format!("{layer}/ffn/linear_0"), 4 * STATE, STATE);
        writer.linear(&format!("{layer}/ffn/linear_1"), STATE, 4 * STATE);
    }
    writer.norm("decoder/layer_0/attention/layer_norm");
    writer.linear("decoder/layer_0/attention/linear_0", STATE, STATE);
    writer.linear("decoder/layer_0/attention/linear_1", 2 * STATE, STATE);
    writer.linear("decoder/layer_0/attention/linear_2", STATE, STATE);
    writer.tensor("decoder/embeddings/weight", &[10, STATE], true);
    for (conv, channels) in [("conv1", 80), ("conv2", STATE)] {
        writer.tensor(&format!("encoder/{conv}/weight"), &[STATE, channels, 3], true);
        writer.tensor(&format!("encoder/{conv}/bias"), &[STATE], false);
    }
    let mut start = Ct2Writer { bytes: 6_u32.to_le_bytes().to_vec(), count: 0, int8 };
    start.string("WhisperSpec");
    start.bytes.extend(3_u32.to_le_bytes());
    start.bytes.extend(writer.count.to_le_bytes());
    [start.bytes, writer.bytes, 0_u32.to_le_bytes().to_vec()].concat()
}

fn convert(model: &[u8]) -> Result<Vec<u8>, ModelError> {
    let folder = tempfile::tempdir().expect("a folder");
    let (from, to) = (folder.path().join("model.bin"), folder.path().join("out"));
    fs::write(&from, model).expect("written");
    fs::write(folder.path().join("vocabulary.txt"), "a\n".repeat(50_300)).expect("written");
    ct2_to_ggml(&from, folder.path(), &to, &no_progress)?;
    Ok(fs::read(to).expect("reads"))
}

#[test]
fn the_header_says_what_the_tensors_are() {
    let converted = convert(&whisper(false)).expect("converts");
    let numbers: Vec<i32> =
        converted[..48].chunks(4).map(|n| i32::from_le_bytes(n.try_into().expect("four bytes"))).collect();
    assert_eq!(numbers, [0x6767_6d6c, 10, 3, 4, 2, 1, 5, 4, 2, 1, 80, 1]);
}

#[test]
fn int8_gives_the_same_file_as_float32() {
    assert!(convert(&whisper(false)).expect("converts") == convert(&whisper(true)).expect("converts"));
}

#[test]
fn the_key_has_no_bias() {
    let converted = convert(&whisper(false)).expect("converts");
    let has = |name: &str| converted.windows(name.len()).any(|window| window == name.as_bytes());
    assert!(has("decoder.blocks.0.cross_attn.key.weight") && has("encoder.blocks.0.attn.value.bias"));
    assert!(!has("key.bias"));
}

#[test]
fn what_is_missing_or_cut_off_is_named() {
    let model = whisper(false);
    let error = convert(&model[..model.len() - 10]).expect_err("refused").to_string();
    assert!(error.contains("cut off"), "{error}");
    let at = model.windows(7).position(|window| window == b"conv2/b").expect("it is there");
    let mut renamed = model.clone();
    renamed[at] = b'x';
    let error = convert(&renamed).expect_err("refused").to_string();
    assert!(
        error.contains("encoder/conv2/bias is missing") || error.contains("encoder/conv2/bias: is missing"),
        "{error}"
    );
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_the_parser_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
        let _ = Ct2Model::parse(&bytes);
    }

    #[test]
    fn no_damage_makes_the_parser_panic(at in 0..3000_usize, byte in proptest::num::u8::ANY) {
        let mut bytes = whisper(true);
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok(model) = Ct2Model::parse(&bytes) {
            let _ = ggml::write(&model, &[], &mut std::io::sink(), &no_progress);
        }
    }
}
