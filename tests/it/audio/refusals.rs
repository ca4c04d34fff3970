//! Each kind of bad recording gives its own sentence, which names the input.

use soapstone::{
    audio::{AudioError, AudioSource, decode},
    config::RecognitionConfig,
    domain::no_progress,
};

use super::{Wav, allocation::peak_bytes, decode_bytes, sample, tone};

fn refusal(bytes: &[u8]) -> AudioError {
    let error = decode_bytes(bytes).err().expect("it is refused");
    let sentence = error.to_string();
    assert!(sentence.contains("standard input"), "the input is not named: {sentence}");
    assert!(!sentence.contains('\n') && sentence.len() < 250, "not one plain sentence: {sentence}");
    error
}

fn noise(samples: usize) -> Vec<i16> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 18) as i16 - 8_192
    };
    (0..samples).map(|_| next()).collect()
}

#[test]
fn what_is_no_recording_is_refused() {
    let text = b"doctor: hello\npatient: hi\n".repeat(50);
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0".repeat(20);
    for bytes in [&text[..], &png, b"%PDF-1.7\n%\xFF\xFB\x90\x64", b"x", b"RIFF\x04\0\0\0AVI "] {
        assert!(matches!(refusal(bytes), AudioError::NotAudio { .. }), "{:?}", refusal(bytes));
    }
}

#[test]
fn an_empty_file_and_a_header_without_samples_are_empty() {
    assert!(matches!(refusal(b""), AudioError::Empty { .. }));
    assert!(matches!(refusal(&Wav::pcm16(1, 16_000, &[]).bytes()), AudioError::Empty { .. }));
}

#[test]
fn a_coding_that_is_not_read_is_named() {
    let mut wav = Wav::pcm16(1, 8_000, &tone(440.0, 8_000, 0.1));
    wav.tag = 0x31;
    assert!(matches!(refusal(&wav.bytes()), AudioError::UnsupportedCodec { codec, .. } if codec == "GSM 6.10"));
    let dictation = b"\x03dss\0\0\0\0".repeat(100);
    assert!(matches!(refusal(&dictation), AudioError::UnsupportedCodec { codec, .. } if codec == "DSS dictation"));
}

#[test]
fn a_file_cut_off_is_refused_in_every_format_that_can_tell() {
    let names = [
        "s16.wav",
        "rf64.wav",
        "ima.wav",
        "tone.flac",
        "tone.mp3",
        "tone.m4a",
        "tone.opus",
        "stereo.opus",
        "tone.webm",
        "live.webm",
        "vorbis.ogg",
        "flac.ogg",
        "tone.aiff",
    ];
    for name in names {
        let bytes = sample(name);
        let cut = &bytes[..bytes.len() * 3 / 5];
        assert!(matches!(refusal(cut), AudioError::Truncated { .. }), "{name}: {:?}", refusal(cut));
    }
}

#[test]
fn a_wav_cut_off_by_one_byte_is_refused() {
    let bytes = Wav::pcm16(1, 16_000, &tone(440.0, 16_000, 0.5)).bytes();
    assert!(matches!(refusal(&bytes[..bytes.len() - 1]), AudioError::Truncated { .. }));
    assert!(matches!(refusal(&bytes[..40]), AudioError::Truncated { .. }));
}

#[test]
fn one_channel_that_says_two_is_refused_however_it_says_so() {
    let speech: Vec<i16> = tone(440.0, 16_000, 1.0).iter().zip(noise(16_000)).map(|(a, b)| a / 2 + b / 64).collect();
    let truthful = Wav::pcm16(1, 16_000, &speech);
    assert!(decode_bytes(&truthful.bytes()).is_ok());

    let channel_field = Wav { channels: 2, ..truthful.clone() };
    let frame_too = Wav { block_bytes: 4, ..channel_field.clone() };
    let all_fields = Wav { bytes_a_second: 64_000, ..frame_too.clone() };
    let odd_count = Wav { data: all_fields.data[..all_fields.data.len() - 2].to_vec(), ..all_fields.clone() };
    for wav in [channel_field, frame_too, all_fields, odd_count] {
        let error = refusal(&wav.bytes());
        assert!(matches!(error, AudioError::Inconsistent { .. }), "{error:?}");
        assert!(error.to_string().contains('2'), "{error}");
    }
}

#[test]
fn impossible_headers_are_refused() {
    let wav = Wav::pcm16(1, 16_000, &tone(440.0, 16_000, 0.1));
    let no_channel = Wav { channels: 0, ..wav.clone() };
    let no_rate = Wav { rate_hz: 0, ..wav.clone() };
    let slow = Wav { rate_hz: 100, bytes_a_second: 200, ..wav.clone() };
    let odd_bits = Wav { bits: 64, ..wav };
    for wav in [no_channel, no_rate, slow, odd_bits] {
        assert!(matches!(refusal(&wav.bytes()), AudioError::Inconsistent { .. }), "{:?}", refusal(&wav.bytes()));
    }
}

#[test]
fn more_channels_than_a_recorder_has_are_refused_before_room_is_made_for_them() {
    let mut aiff = sample("tone.aiff");
    let common = aiff.windows(4).position(|name| name == b"COMM").expect("an AIFF file says its form");
    aiff[common + 8..common + 10].copy_from_slice(&65_025_u16.to_be_bytes());
    let (refused, peak) = peak_bytes(|| refusal(&aiff));
    assert!(matches!(refused, AudioError::Inconsistent { .. }), "{refused:?}");
    assert!(peak < 1 << 20, "{peak} bytes were held");
}

#[test]
fn samples_that_are_no_numbers_are_refused_with_their_place() {
    for (bits, bad) in [(32, f64::NAN), (32, f64::INFINITY), (64, f64::NAN), (64, f64::NEG_INFINITY)] {
        let samples = tone(440.0, 16_000, 1.0);
        let mut floats: Vec<f64> = samples.iter().map(|&sample| f64::from(sample) / 32_768.0).collect();
        floats[12_000] = bad;
        let data: Vec<u8> = match bits {
            32 => floats.iter().flat_map(|&sample| (sample as f32).to_le_bytes()).collect(),
            _ => floats.iter().flat_map(|sample| sample.to_le_bytes()).collect(),
        };
        let block_bytes = bits / 8;
        let bytes_a_second = 16_000 * u32::from(block_bytes);
        let wav = Wav { tag: 3, bits, block_bytes, bytes_a_second, data, ..Wav::pcm16(1, 16_000, &[]) };
        let error = refusal(&wav.bytes());
        assert!(matches!(error, AudioError::NotANumber { at_ms: 500..=750, .. }), "{bad} in {bits} bits: {error:?}");
    }
}

#[test]
fn digital_silence_is_refused_and_a_whisper_is_not() {
    assert!(matches!(refusal(&Wav::pcm16(1, 16_000, &[0; 16_000]).bytes()), AudioError::Silent { .. }));
    let dither: Vec<i16> = (0..16_000).map(|n| n % 3 - 1).collect();
    assert!(matches!(refusal(&Wav::pcm16(2, 16_000, &dither).bytes()), AudioError::Silent { .. }));
    let whisper: Vec<i16> = tone(440.0, 16_000, 1.0).iter().map(|sample| sample / 1000).collect();
    assert!(decode_bytes(&Wav::pcm16(1, 16_000, &whisper).bytes()).is_ok());
}

#[test]
fn ten_hours_are_refused_from_the_header_without_reading_them() {
    // 10 h of 8 kHz, 8 bit: a sparse file of 288 MB.
    let seconds = 36_000;
    let mut wav = Wav::pcm16(1, 8_000, &[]);
    (wav.bits, wav.block_bytes, wav.bytes_a_second) = (8, 1, 8_000);
    (wav.data_bytes, wav.riff_bytes) = (Some(seconds * 8_000), Some(36 + seconds * 8_000));
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), wav.bytes()).expect("it can be written");
    file.as_file().set_len(44 + u64::from(seconds) * 8_000).expect("it can be made longer");

    let reads = std::sync::atomic::AtomicUsize::new(0);
    let progress = |_| {
        reads.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    };
    let error = decode(AudioSource::File(file.path()), &RecognitionConfig::default(), &progress).err();
    assert!(matches!(error, Some(AudioError::TooLong { max_minutes: 240, .. })), "{error:?}");
    assert_eq!(reads.into_inner(), 0, "samples were read before the refusal");
}

#[test]
fn a_stream_that_does_not_say_its_length_is_refused_when_the_limit_is_reached() {
    let mut wav = Wav::pcm16(1, 16_000, &noise(16_000 * 90));
    (wav.riff_bytes, wav.data_bytes) = (Some(0), Some(0));
    let limits = RecognitionConfig { max_minutes: 1, ..RecognitionConfig::default() };
    let source = AudioSource::Bytes { name: "standard input", bytes: &wav.bytes() };
    let error = decode(source, &limits, &no_progress).err();
    assert!(matches!(error, Some(AudioError::TooLong { max_minutes: 1, .. })), "{error:?}");
}

#[test]
fn a_damaged_middle_is_refused_and_not_skipped() {
    let mut bytes = sample("tone.flac");
    let middle = bytes.len() / 2;
    bytes[middle..middle + 200].fill(0x55);
    assert!(matches!(refusal(&bytes), AudioError::Damaged { .. } | AudioError::Truncated { .. }));
}

#[test]
fn an_ogg_stream_with_a_page_damaged_or_missing_is_refused() {
    for name in ["vorbis.ogg", "stereo.opus", "tone.opus", "flac.ogg"] {
        let whole = sample(name);
        let starts: Vec<usize> =
            whole.windows(4).enumerate().filter(|(_, mark)| *mark == b"OggS").map(|(at, _)| at).collect();
        let &[.., before_last, last] = starts.as_slice() else { panic!("{name} has pages") };
        let mut flipped = whole.clone();
        flipped[before_last + 60] ^= 0xff;
        let missing = [&whole[..before_last], &whole[last..]].concat();
        let mut overwritten = whole.clone();
        overwritten[before_last..before_last + 4].fill(0);
        for (fault, bytes) in [("flipped", flipped), ("missing", missing), ("overwritten", overwritten)] {
            let refused = refusal(&bytes);
            assert!(matches!(refused, AudioError::Damaged { .. }), "{name}, {fault}: {refused}");
        }
    }
}
