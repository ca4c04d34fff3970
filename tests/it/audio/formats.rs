//! Every container and coding gives its tone, at its length.

use soapstone::{
    audio::{AudioSource, SAMPLE_RATE_HZ, decode},
    config::RecognitionConfig,
};

use super::{Wav, decode_bytes, sample, sample_names, share_of, tone};

/// File, milliseconds, tone, the file's own rate. Lossy codings may keep a few milliseconds of their padding.
const SAMPLES: [(&str, u64, f64, u32); 25] = [
    ("u8.wav", 300, 500.0, 8_000),
    ("s16.wav", 150, 500.0, 8_000),
    ("s24-stereo.wav", 50, 500.0, 8_000),
    ("s32.wav", 40, 500.0, 16_000),
    ("f32.wav", 60, 500.0, 11_025),
    ("f64.wav", 40, 500.0, 8_000),
    ("mulaw.wav", 300, 500.0, 8_000),
    ("alaw.wav", 300, 500.0, 8_000),
    ("ima.wav", 500, 500.0, 8_000),
    ("ms.wav", 500, 500.0, 8_000),
    ("four-channels.wav", 40, 500.0, 8_000),
    ("rf64.wav", 150, 500.0, 8_000),
    ("tone.aiff", 300, 500.0, 8_000),
    ("tone.flac", 300, 750.0, 22_050),
    ("tone.mp3", 600, 750.0, 44_100),
    ("stereo.mp3", 600, 750.0, 22_050),
    ("untagged.mp3", 600, 750.0, 24_000),
    ("tone.m4a", 600, 750.0, 44_100),
    ("tone.aac", 600, 750.0, 32_000),
    ("tone.opus", 600, 750.0, 48_000),
    ("stereo.opus", 500, 750.0, 48_000),
    ("tone.webm", 600, 750.0, 48_000),
    ("live.webm", 600, 750.0, 48_000),
    ("vorbis.ogg", 300, 750.0, 8_000),
    ("flac.ogg", 300, 750.0, 22_050),
];

#[test]
fn every_sample_is_listed() {
    for name in sample_names() {
        assert!(SAMPLES.iter().any(|(listed, ..)| *listed == name), "{name} is in no test");
    }
}

#[test]
fn every_format_gives_its_tone_at_its_length() {
    for (name, duration_ms, frequency_hz, rate_hz) in SAMPLES {
        let recording = decode_bytes(&sample(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let samples: Vec<f32> = recording.channels[0].iter().map(|&sample| f32::from(sample)).collect();
        let share = share_of(frequency_hz, &samples);
        println!("{name}: {} ms, {share:.3} of the power at {frequency_hz} Hz", recording.duration_ms());
        assert_eq!(recording.info.sample_rate_hz, rate_hz, "{name}");
        assert_eq!(recording.info.duration_ms, recording.duration_ms(), "{name}");
        assert_eq!(recording.channels.len(), 1, "{name} holds one tone, however many channels");
        let is_blocks = matches!(name, "ima.wav" | "ms.wav");
        let is_exact = name.ends_with(".wav") && !is_blocks || name.contains("flac") || name.ends_with(".aiff");
        let tolerance_ms = if is_exact { 1 } else { 120 };
        assert!(
            recording.duration_ms().abs_diff(duration_ms) <= tolerance_ms,
            "{name}: {} ms",
            recording.duration_ms()
        );
        assert!(share > 0.7, "{name}: {share} of its power is at {frequency_hz} Hz");
    }
}

#[test]
fn a_file_on_disk_is_read_and_hashed_as_it_came_and_progress_reaches_the_end() {
    let bytes = Wav::pcm16(1, 44_100, &tone(500.0, 44_100, 10.0)).bytes();
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), &bytes).expect("it can be written");
    let seen = std::sync::Mutex::new(Vec::new());
    let progress = |fraction: f32| seen.lock().expect("no panic").push(fraction);
    let recording =
        decode(AudioSource::File(file.path()), &RecognitionConfig::default(), &progress).expect("it is decoded");

    assert_eq!(recording.duration_ms(), 10_000);
    let from_memory = decode_bytes(&bytes).expect("it is decoded");
    assert_eq!(recording.info, from_memory.info);
    assert_eq!(recording.channels, from_memory.channels);
    let seen = seen.into_inner().expect("no panic");
    assert!(seen.len() > 10 && seen.is_sorted() && seen.last() == Some(&1.0), "{seen:?}");
}

#[test]
fn sixteen_kilohertz_pcm_comes_through_bit_by_bit() {
    let samples = tone(440.0, SAMPLE_RATE_HZ, 0.5);
    let recording = decode_bytes(&Wav::pcm16(1, SAMPLE_RATE_HZ, &samples).bytes()).expect("it is decoded");
    assert_eq!(recording.channels, [samples]);
}

#[test]
fn two_people_with_a_channel_each_keep_their_channels() {
    let silence = vec![0; 32_000];
    let (first, second) = (tone(300.0, 16_000, 2.0), tone(700.0, 16_000, 2.0));
    let left = [first, silence.clone()].concat();
    let right = [silence, second].concat();
    let interleaved: Vec<i16> = left.iter().zip(&right).flat_map(|(&left, &right)| [left, right]).collect();
    let recording = decode_bytes(&Wav::pcm16(2, 16_000, &interleaved).bytes()).expect("it is decoded");
    assert_eq!(recording.channels, [left, right]);
}

#[test]
fn a_streamed_wav_is_whole_whatever_stands_for_the_unknown_size() {
    let samples = tone(440.0, SAMPLE_RATE_HZ, 0.5);
    for size in [0, 0x7FFF_F000, 0x7FFF_FFFF, 0x8000_0000, u32::MAX] {
        let mut wav = Wav::pcm16(1, SAMPLE_RATE_HZ, &samples);
        (wav.riff_bytes, wav.data_bytes) = (Some(size), Some(size));
        let recording = decode_bytes(&wav.bytes()).unwrap_or_else(|error| panic!("{size:#x}: {error}"));
        assert_eq!(recording.duration_ms(), 500, "{size:#x}");
    }
}

#[test]
fn comments_and_padding_around_the_samples_are_no_samples() {
    let samples = tone(440.0, SAMPLE_RATE_HZ, 0.1);
    let wav = Wav::pcm16(1, SAMPLE_RATE_HZ, &samples).bytes();
    // An odd chunk is padded to an even length.
    let (head, rest) = wav.split_at(12);
    let bytes = [head, b"LIST\x05\0\0\0INFOx\0", rest, b"LIST\x04\0\0\0INFO"].concat();
    assert_eq!(decode_bytes(&bytes).expect("it is decoded").channels, [samples]);
}
