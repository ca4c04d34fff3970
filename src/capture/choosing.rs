//! Which microphone is meant, and how it is to be opened.

use cpal::{
    BufferSize, SampleFormat, SupportedBufferSize, SupportedStreamConfigRange,
    traits::{DeviceTrait, HostTrait},
};

use super::{
    CaptureError,
    devices::{host, name_of},
};

/// Rates that are asked for, the best first. Most devices work at 48 kHz by themselves; at another rate they, or the system's
/// plain converter, resample, which is done better here.
const RATES_HZ: [u32; 5] = [48_000, 96_000, 44_100, 32_000, 16_000];

/// The microphone that is called `wanted`, by its id or a part of its name; without a name the system's own choice.
pub(super) fn find(wanted: Option<&str>) -> Result<(cpal::Device, String), CaptureError> {
    let host = host()?;
    let found = host.input_devices().map_err(|error| CaptureError::System(error.to_string()))?;
    let devices = Vec::from_iter(found.filter_map(|device| {
        let id = device.id().ok()?;
        let name = name_of(&device, &id);
        Some((device, id.id().to_owned(), name))
    }));
    let Some(wanted) = wanted else {
        let default = host.default_input_device().ok_or(CaptureError::None)?;
        let name = default.id().map_or_else(|_| "default".to_owned(), |id| id.id().to_owned());
        // The name "default" always exists; where no device does, it leads nowhere.
        return if devices.is_empty() { Err(CaptureError::None) } else { Ok((default, name)) };
    };
    let names = Vec::from_iter(devices.iter().map(|(_, id, name)| (id.as_str(), name.as_str())));
    let at = choose(&names, wanted)?;
    let (device, id, _) = devices.into_iter().nth(at).expect("it was found there");
    Ok((device, id))
}

/// Which of the devices, each an id and a name, is meant: the one with exactly this id or name, or the only one with it in its
/// name.
fn choose(devices: &[(&str, &str)], wanted: &str) -> Result<usize, CaptureError> {
    if let Some(exact) = devices.iter().position(|(id, name)| *id == wanted || *name == wanted) {
        return Ok(exact);
    }
    let part = wanted.to_lowercase();
    let has_it = |(id, name): &(&str, &str)| id.to_lowercase().contains(&part) || name.to_lowercase().contains(&part);
    let like = Vec::from_iter((0..devices.len()).filter(|&at| has_it(&devices[at])));
    match like.as_slice() {
        [one] => Ok(*one),
        [] => Err(CaptureError::Unknown { name: wanted.to_owned() }),
        several => {
            let candidates = Vec::from_iter(several.iter().map(|&at| devices[at].0)).join(", ");
            Err(CaptureError::Ambiguous { name: wanted.to_owned(), candidates })
        }
    }
}

/// How much sound comes at a time, in milliseconds; the system holds twice as much. Left to itself, PulseAudio gives a second at a
/// time, which a process that is killed would lose.
const LUMP_MS: u32 = 150;

/// How large the device's lumps of sound are to be.
pub(super) fn lumps(format: &cpal::SupportedStreamConfig) -> BufferSize {
    match *format.buffer_size() {
        SupportedBufferSize::Range { min, max } if min <= max => {
            BufferSize::Fixed((format.sample_rate() * LUMP_MS / 1_000).clamp(min, max))
        }
        _ => BufferSize::Default,
    }
}

/// How a device is to be opened: its best rate, one channel or two where it has them, and the finest samples.
pub(super) fn best_format(device: &cpal::Device, name: &str) -> Result<cpal::SupportedStreamConfig, CaptureError> {
    let failed = |reason: String| CaptureError::Device { name: name.to_owned(), reason };
    let ranges = device.supported_input_configs().map_err(|error| failed(error.to_string()))?;
    let best = ranges.filter(|range| sample_rank(range.sample_format()) > 0).max_by_key(rank);
    let range = best.ok_or_else(|| failed("it offers no samples that are known here".to_owned()))?;
    Ok(range.with_sample_rate(best_rate(&range)))
}

fn rank(range: &SupportedStreamConfigRange) -> (usize, u8, u8) {
    let place = RATES_HZ.iter().position(|&rate| range.contains_rate(rate)).unwrap_or(RATES_HZ.len());
    let channels = match range.channels() {
        2 => 2,
        1 => 1,
        _ => 0,
    };
    (RATES_HZ.len() - place, channels, sample_rank(range.sample_format()))
}

fn best_rate(range: &SupportedStreamConfigRange) -> u32 {
    let usual = RATES_HZ.into_iter().find(|&rate| range.contains_rate(rate));
    usual.unwrap_or_else(|| range.max_sample_rate())
}

/// 0 for what is no plain samples.
fn sample_rank(format: SampleFormat) -> u8 {
    match format {
        SampleFormat::F32 => 6,
        SampleFormat::I32 => 5,
        SampleFormat::I24 => 4,
        SampleFormat::I16 => 3,
        SampleFormat::U16 | SampleFormat::F64 => 2,
        SampleFormat::U8 | SampleFormat::I8 => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICES: [(&str, &str); 3] =
        [("hw:CARD=1", "Jabra Speak 510"), ("plughw:CARD=1", "Jabra Speak 510, converted"), ("pulse", "PulseAudio")];

    #[test]
    fn a_device_is_found_by_its_id_its_name_or_the_only_part_that_fits() {
        assert_eq!(choose(&DEVICES, "plughw:CARD=1").expect("found"), 1);
        assert_eq!(choose(&DEVICES, "Jabra Speak 510").expect("found"), 0);
        assert_eq!(choose(&DEVICES, "audio").expect("found"), 2);
    }

    #[test]
    fn a_name_that_fits_none_or_several_is_refused_and_says_which() {
        assert!(matches!(choose(&DEVICES, "Yeti"), Err(CaptureError::Unknown { .. })));
        let several = choose(&DEVICES, "jabra").expect_err("two have it").to_string();
        assert!(several.contains("hw:CARD=1, plughw:CARD=1"), "{several}");
    }
}
