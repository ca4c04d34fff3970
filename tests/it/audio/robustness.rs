//! Strangers' bytes: whatever comes, decoding gives a recording or a sentence, and takes memory by the input's size.

use proptest::prelude::*;

use super::{Wav, allocation::peak_bytes, decode_bytes, sample, sample_names, tone};

/// What a decoder may hold for a few kilobytes of input: its tables, a block, a minute of samples, and the filter between
/// two rates that have nothing in common, which takes most of it (76 MB at 192 kHz).
const BOUND_BYTES: usize = 128 << 20;

fn hold_to_bounds(bytes: &[u8]) {
    let (result, peak) = peak_bytes(|| decode_bytes(bytes));
    assert!(peak < BOUND_BYTES, "{peak} bytes were held for {} bytes of input", bytes.len());
    match result {
        Ok(recording) => assert!(!recording.is_empty()),
        Err(error) => assert!(!error.to_string().contains("gave up"), "a decoder panicked: {error}"),
    }
}

/// A committed sample with some bytes changed and its end cut off.
fn broken_sample() -> impl Strategy<Value = (String, Vec<u8>)> {
    let change = (any::<prop::sample::Index>(), any::<u8>());
    let parts = (prop::sample::select(sample_names()), prop::collection::vec(change, 0..12), 0.1..1.3_f64);
    parts.prop_map(|(name, changes, kept)| {
        let mut bytes = sample(&name);
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        bytes.truncate((bytes.len() as f64 * kept) as usize);
        (name, bytes)
    })
}

/// A committed sample with its header changed, where every field is a size or a count.
fn broken_header() -> impl Strategy<Value = (String, Vec<u8>)> {
    let change = (0..120_usize, prop::sample::select(vec![0_u8, 1, 2, 0x7F, 0x80, 0xFE, 0xFF]));
    (prop::sample::select(sample_names()), prop::collection::vec(change, 1..6)).prop_map(|(name, changes)| {
        let mut bytes = sample(&name);
        for (at, value) in changes {
            bytes[at] = value;
        }
        (name, bytes)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..4096)) {
        hold_to_bounds(&bytes);
    }

    #[test]
    fn arbitrary_bytes_behind_a_known_beginning_never_panic(
        magic in prop::sample::select(vec![
            &b"fLaC"[..], b"OggS\0\x02", b"\x1A\x45\xDF\xA3", b"ID3\x04\0\0", b"\xFF\xFB\x90\x64", b"\xFF\xF1\x50\x80",
            b"\0\0\0\x20ftypM4A ", b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0", b"FORM\0\0\0\0AIFF", b"caff\0\x01\0\0desc",
        ]),
        bytes in prop::collection::vec(any::<u8>(), 0..4096),
    ) {
        hold_to_bounds(&[magic, &bytes].concat());
    }

    #[test]
    fn broken_samples_never_panic((_name, bytes) in broken_sample()) {
        hold_to_bounds(&bytes);
    }

    #[test]
    fn broken_headers_never_panic((_name, bytes) in broken_header()) {
        hold_to_bounds(&bytes);
    }

    #[test]
    fn any_rate_and_channel_count_gives_its_length(rate_hz in 4_000..=192_000_u32, channels in 1..9_u16) {
        let one = tone(300.0, rate_hz, 0.25);
        let samples: Vec<i16> = one.iter().flat_map(|&sample| std::iter::repeat_n(sample, channels.into())).collect();
        let recording = decode_bytes(&Wav::pcm16(channels, rate_hz, &samples).bytes()).expect("it is decoded");
        prop_assert_eq!(recording.channels.len(), 1);
        let expected = one.len() * 16_000 / rate_hz as usize;
        prop_assert!(recording.len().abs_diff(expected) <= 1, "{} for {expected}", recording.len());
    }
}

#[test]
fn beyond_the_result_ten_minutes_take_no_more_than_one() {
    let held_beyond_result = |minutes: f64| {
        let bytes = Wav::pcm16(1, 48_000, &tone(440.0, 48_000, minutes * 60.0)).bytes();
        let (recording, peak) = peak_bytes(|| decode_bytes(&bytes).expect("it is decoded"));
        // A growing vector holds its old and its new half at once: up to three times what it ends with.
        peak.saturating_sub(recording.len() * 2 * 3)
    };
    assert!(held_beyond_result(10.0) < 4 << 20);
}
