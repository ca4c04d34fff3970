//! `soapstone room`: the agent of an examination room.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use clap::Args;
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use super::{Failure, FailureKind, runtime, serve::on_signal};
use crate::{
    app::{AppError, read_secret},
    capture::{self, Console, Recording, Seen},
    config::{Config, KeySource},
    domain::{Alarm, Clock, SystemClock, SystemEntropy},
    room::{self, RoomSettings},
};

/// How long a test of the microphone takes.
const TEST: Duration = Duration::from_secs(5);

/// Where the token is, if no file is named.
const TOKEN_VARIABLE: &str = "SOAPSTONE_TOKEN";

/// Record the visits of an examination room: the agent that runs beside its microphone.
///
/// It waits for the service's orders for its room, records, and sends what it records. What the service does not have yet is kept,
/// sealed, under `paths.state`/room: when the network or the service fails it goes on recording and sends later, and when it is
/// itself killed it goes on with what is there. A recording in which nobody speaks for `capture.silence_minutes` ends by itself.
/// SIGTERM or Ctrl-C end the agent and not the visit.
#[derive(Args)]
#[command(
    after_help = "The agent proves itself with a token of an account with the role `system`, made where the service runs:\n  \
    soapstone user add room-3 --name 'Room 3' --role system --no-password\n  \
    soapstone token create room-3 --label 'room 3' --scope audio:write --days 365 > room-3.token\n\n\
Examples:\n  \
    soapstone room --list-devices                                 which microphones there are\n  \
    soapstone room --test --device Jabra                          is it loud enough, not too loud?\n  \
    soapstone room --server https://scribe.clinic.example --room 3 --token-file room-3.token"
)]
pub struct RoomArgs {
    /// Where the service is. `http://` is for this machine alone.
    #[arg(long, required_unless_present_any = ["list_devices", "test"])]
    server: Option<String>,
    /// The room, as visits name it.
    #[arg(long, required_unless_present_any = ["list_devices", "test"])]
    room: Option<String>,
    /// The microphone, by its id or a part of its name; default: `capture.device`, or the system's own choice.
    #[arg(long)]
    device: Option<String>,
    /// A file with the token, readable by its owner alone; without one the token is in SOAPSTONE_TOKEN.
    #[arg(long)]
    token_file: Option<PathBuf>,
    /// Show the microphones of this machine, and end.
    #[arg(long, conflicts_with_all = ["server", "room", "test"])]
    list_devices: bool,
    /// Listen for five seconds, say how loud it is and what is wrong, and end. Nothing is kept.
    #[arg(long, conflicts_with_all = ["server", "room"])]
    test: bool,
}

/// Runs the command.
pub fn run(args: &RoomArgs, config: &Config) -> Result<(), Failure> {
    let device = args.device.clone().or_else(|| config.capture.device.clone());
    if args.list_devices {
        return list_devices();
    }
    if args.test {
        return test(device);
    }
    let (Some(server), Some(name)) = (&args.server, &args.room) else {
        return Err(Failure::new(FailureKind::Usage, "give --server and --room"));
    };
    let folder = config.paths.state().map_err(AppError::from)?.join("room");
    let silence = Duration::from_secs(60 * u64::from(config.capture.silence_minutes));
    let (server, name, token) = (server.clone(), name.clone(), token(args)?);
    let settings = RoomSettings { server, token, name, device, silence, folder };
    runtime()?.block_on(async move {
        let stop = CancellationToken::new();
        tokio::spawn(on_signal(stop.clone()));
        Ok(room::run(settings, Arc::new(SystemClock), Arc::new(SystemEntropy), stop).await?)
    })
}

fn token(args: &RoomArgs) -> Result<Zeroizing<String>, Failure> {
    let source = match &args.token_file {
        Some(path) => KeySource::File(path.clone()),
        None => KeySource::Env(TOKEN_VARIABLE.to_owned()),
    };
    let missing = args.token_file.is_none() && std::env::var_os(TOKEN_VARIABLE).is_none();
    if missing {
        let hint =
            "the service asks for a token: give --token-file, or set SOAPSTONE_TOKEN (see soapstone room --help)";
        return Err(Failure::new(FailureKind::Usage, hint));
    }
    let (_, text) = read_secret(&source).map_err(AppError::from)?;
    Ok(Zeroizing::new(text.trim().to_owned()))
}

fn list_devices() -> Result<(), Failure> {
    let devices = capture::devices()?;
    if devices.is_empty() {
        return Err(capture::CaptureError::None.into());
    }
    for device in devices {
        let mark = if device.default { "default" } else { "" };
        println!("{}\t{}\t{mark}", device.id, device.name);
    }
    Ok(())
}

fn test(device: Option<String>) -> Result<(), Failure> {
    let console = Arc::new(Console::default());
    let heard = Arc::new(Mutex::new(Heard::default()));
    let channels = capture::channels_of(device.as_deref())?;
    let (shown, counted) = (Arc::clone(&console), Arc::clone(&heard));
    let recording = thread::spawn(move || {
        let (elapsed, kept, clock) = (Duration::ZERO, Duration::ZERO, &SystemClock);
        let recording = Recording { device: device.as_deref(), channels, elapsed, kept, clock };
        capture::record(&recording, &shown, &mut |samples| counted.lock().expect("no panic").count(samples));
    });
    let began = SystemClock.instant();
    while began.elapsed() < TEST {
        thread::sleep(Duration::from_millis(500));
        show_level(&console.seen());
    }
    let seen = console.seen();
    console.stop();
    let _ = recording.join();
    let heard = *heard.lock().expect("no panic");
    report(&seen, heard)
}

/// What a test heard.
#[derive(Default, Clone, Copy)]
struct Heard {
    samples: u64,
    nothing: u64,
    full_scale: u64,
}

impl Heard {
    fn count(&mut self, samples: &[i16]) {
        self.samples += samples.len() as u64;
        self.nothing += samples.iter().filter(|&&sample| sample == 0).count() as u64;
        self.full_scale +=
            samples.iter().filter(|sample| sample.unsigned_abs() >= i16::MAX.unsigned_abs()).count() as u64;
    }
}

/// A line that is as long as it is loud.
fn show_level(seen: &Seen) {
    match seen.level {
        Some(level) => {
            let bar = "#".repeat(((level.rms_dbfs + 70.0) / 2.0).clamp(0.0, 35.0) as usize);
            eprintln!("{:6.1} dBFS  peak {:6.1}  {bar}", level.rms_dbfs, level.peak_dbfs);
        }
        None => eprintln!("nothing yet"),
    }
}

fn report(seen: &Seen, heard: Heard) -> Result<(), Failure> {
    let device = seen.device.as_deref().unwrap_or("the microphone");
    let fault = |text: &str| Err(Failure::new(FailureKind::BadInput, format_args!("{device}: {text}")));
    if seen.alarms.contains(&Alarm::DeviceMissing) || heard.samples == 0 {
        let reason = seen.fault.as_deref().unwrap_or("it gives no sound");
        return fault(&format!("{reason}; see that it is plugged in and that no other program has it"));
    }
    if heard.nothing == heard.samples {
        return fault("it gives silence alone: it is muted, or another input is selected");
    }
    if seen.alarms.contains(&Alarm::Clipping) || heard.full_scale * 1_000 > heard.samples {
        return fault("it is too loud, and the tops of the sound are cut off: turn its gain down");
    }
    println!("{device}: sound arrives, and it is neither muted nor too loud");
    Ok(())
}
