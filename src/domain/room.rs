//! What an examination room's device and the service tell each other. No word of a patient's is in it.

use serde::{Deserialize, Serialize};

use super::EncounterId;

/// What a room's device is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomAction {
    /// Record, or go on.
    Start,
    /// Stand still.
    Pause,
    /// End, send what is left, and say that it is all.
    Stop,
}

impl RoomAction {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Pause => "pause",
            Self::Stop => "stop",
        }
    }
}

/// What is to happen with one visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomOrder {
    /// Which visit.
    pub encounter: EncounterId,
    /// What.
    pub action: RoomAction,
    /// How long ago it was ordered, in milliseconds: a device that heard nothing for a while cuts off what it recorded after a
    /// stop. A span, as the clocks of two machines differ.
    pub ordered_ms_ago: u64,
}

/// Everything that a room's device is to do at present. A visit that it records and that is not named is not to be recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomOrders {
    /// One order a visit.
    pub orders: Vec<RoomOrder>,
}

/// How loud it is, in decibels below full scale.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// The loudest sample.
    pub peak_dbfs: f32,
    /// The mean.
    pub rms_dbfs: f32,
}

/// What is wrong with a recording that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alarm {
    /// The microphone is gone, or gives nothing. The recording goes on with silence until it is back.
    DeviceMissing,
    /// The microphone is muted, or hears hardly anything.
    Silent,
    /// It is too loud: the tops of the sound are cut off.
    Clipping,
    /// Sound came faster than it was taken, and some is missing.
    Overrun,
    /// The device's disk is full; the last minutes are held in memory.
    DiskFull,
    /// Nobody spoke for so long that the recording was ended.
    LongSilence,
    /// The room's device is not connected. It goes on recording, and sends later what it has.
    Offline,
    /// The service refuses what the device has of a visit, as its recording is over; the device keeps it for a week.
    Refused,
}

impl Alarm {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DeviceMissing => "device_missing",
            Self::Silent => "silent",
            Self::Clipping => "clipping",
            Self::Overrun => "overrun",
            Self::DiskFull => "disk_full",
            Self::LongSilence => "long_silence",
            Self::Offline => "offline",
            Self::Refused => "refused",
        }
    }
}

/// What a room's device says of itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RoomStatus {
    /// Its microphone, as the system calls it.
    pub device: Option<String>,
    /// The visit that it records.
    pub encounter: Option<EncounterId>,
    /// How loud it is.
    pub level: Option<Level>,
    /// What is wrong.
    pub alarms: Vec<Alarm>,
    /// Segments that are on its disk and not here yet.
    pub unsent: u32,
}
