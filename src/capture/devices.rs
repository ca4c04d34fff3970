//! Which microphones there are.

use cpal::{
    DeviceId,
    traits::{DeviceTrait, HostTrait},
};

use super::CaptureError;

/// A microphone, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceInfo {
    /// What `--device` takes.
    pub id: String,
    /// What the system calls it.
    pub name: String,
    /// Whether it is the one that is taken where none is named.
    pub default: bool,
}

/// The microphones of this machine. None is opened: a device that is in use is listed as well.
pub fn devices() -> Result<Vec<DeviceInfo>, CaptureError> {
    let host = host()?;
    let default = host.default_input_device().and_then(|device| device.id().ok());
    let found = host.input_devices().map_err(|error| CaptureError::System(error.to_string()))?;
    let described = found.filter_map(|device| {
        let id = device.id().ok()?;
        let default = Some(&id) == default.as_ref();
        Some(DeviceInfo { id: id.id().to_owned(), name: name_of(&device, &id), default })
    });
    Ok(described.collect())
}

pub(super) fn host() -> Result<cpal::Host, CaptureError> {
    // A host that is made anew reads the sound system's configuration anew: a device that was plugged in since is in it.
    let first = cpal::available_hosts().into_iter().next();
    let id = first.ok_or_else(|| CaptureError::System("this build knows none".to_owned()))?;
    cpal::host_from_id(id).map_err(|error| CaptureError::System(error.to_string()))
}

pub(super) fn name_of(device: &cpal::Device, id: &DeviceId) -> String {
    device.description().map_or_else(|_| id.id().to_owned(), |description| description.name().to_owned())
}
