//! Why a microphone cannot be used.

/// Why nothing can be recorded.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The machine's sound system does not answer.
    #[error("the sound system of this machine does not answer: {0}")]
    System(String),
    /// No device records anything.
    #[error(
        "this machine has no microphone: plug one in, or see that its driver is loaded (`arecord -L` lists what ALSA knows)"
    )]
    None,
    /// No device has this name.
    #[error("there is no microphone {name} now; `soapstone room --list-devices` shows which there are")]
    Unknown {
        /// The name that was asked for.
        name: String,
    },
    /// More than one device has it in its name.
    #[error(
        "{name} is the name of several microphones: give one of {candidates} as it stands in `soapstone room --list-devices`"
    )]
    Ambiguous {
        /// The name that was asked for.
        name: String,
        /// The devices.
        candidates: String,
    },
    /// The device does not record.
    #[error("the microphone {name} cannot be used; `soapstone room --list-devices` shows which there are: {reason}")]
    Device {
        /// The device.
        name: String,
        /// What the system said.
        reason: String,
    },
}
