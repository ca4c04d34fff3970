//! A sound system of a test's own: a PulseAudio that plays to nobody, and lets what it plays be heard as a microphone through
//! ALSA, as a desktop does.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

/// The sound system, until it is dropped.
pub struct Sound {
    folder: TempDir,
    daemon: Option<Child>,
}

impl Sound {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut sound = Self { folder, daemon: None };
        let microphone = format!(
            "pcm.!default {{ type pulse server \"{}\" device \"speaker.monitor\" hint {{ show on description \"Exam room\" }} }}\n",
            sound.server()
        );
        fs::write(sound.alsa_config(), microphone).expect("it can be written");
        sound.plug_in();
        sound
    }

    /// What `ALSA_CONFIG_PATH` is to be.
    pub fn alsa_config(&self) -> PathBuf {
        self.folder.path().join("asoundrc")
    }

    /// Starts the sound system; the microphone is there when this returns.
    pub fn plug_in(&mut self) {
        let daemon = Command::new("pulseaudio")
            .args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--log-level=error"])
            .args(["-L", "module-null-sink sink_name=speaker rate=48000 channels=1"])
            .args(["-L", &format!("module-native-protocol-unix socket={} auth-anonymous=1", self.socket().display())])
            .envs([("HOME", self.folder.path()), ("XDG_RUNTIME_DIR", self.folder.path())])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("pulseaudio, which `tools/setup.sh tests` installs");
        self.daemon = Some(daemon);
        for _ in 0..600 {
            let asked = self.client("pactl").arg("info").stdout(Stdio::null()).stderr(Stdio::null()).status();
            if asked.is_ok_and(|status| status.success()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("pulseaudio did not start");
    }

    /// Takes the sound system away while it is in use.
    pub fn unplug(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            daemon.kill().expect("it runs");
            daemon.wait().expect("it ends");
        }
        let _ = fs::remove_file(self.socket());
    }

    /// Plays a recording to its end, or until what is returned is dropped.
    pub fn play(&self, recording: &Path) -> Playing {
        Playing(self.client("paplay").arg(recording).stderr(Stdio::null()).spawn().expect("paplay"))
    }

    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.envs([("PULSE_SERVER", self.server().as_str()), ("HOME", &self.folder.path().display().to_string())]);
        command
    }

    fn server(&self) -> String {
        format!("unix:{}", self.socket().display())
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("native")
    }
}

impl Drop for Sound {
    fn drop(&mut self) {
        self.unplug();
    }
}

/// Something that is played.
pub struct Playing(Child);

impl Drop for Playing {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
