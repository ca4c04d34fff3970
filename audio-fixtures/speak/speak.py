#!/usr/bin/env python3
"""speak.py [ID...]: speaks dialogues/ID.tsv into ID.flac with ID.transcript.json and ID.rttm, and rewrites manifest.jsonl.

A dialogue file is UTF-8. Lines that begin with '#!' are settings, other lines that begin with '#' are comments, and every
other line is one turn of three columns: speaker <TAB> gap <TAB> text.

  speaker  S1, S2, ... as in '#! cast'; or '*' for a sound, whose text is then cough, typing, chair or knock
  gap      seconds of silence before the turn; negative: the turn begins before the one above has ended; '.': 0.25-0.65 s, drawn
  text     what is said and what the reference transcript holds; {shown|spoken} where the voice needs another spelling

Settings:
  #! title WORDS
  #! cast SPEAKER ROLE VOICE [SPEED [PITCH]]   role: clinician, patient, other; a child is a pitch of about 1.2
  #! tags TAG...                          for the manifest
  #! rate HZ                              of the file, default 16000
  #! level DBFS                           speech level of the file, default -24
  #! room SECONDS                         reverberation time, default 0.2
  #! noise KIND SNR_DB                    kind: fan, babble; may be given twice
  #! telephone                            300-3400 Hz, mu-law; use with rate 8000
  #! stereo                               two channels: S1 left, everyone else right, each leaking a little into the other
"""

import hashlib
import json
import pathlib
import re
import subprocess
import sys

import numpy as np
import soundfile

from voices import RATE, Speaker

ROOT = pathlib.Path(__file__).resolve().parent.parent
BABBLE = [  # three people elsewhere in the clinic; nothing medical, so that nothing of it could get into a note
    ("am_liam", "And then the bus was late again, so we walked the whole way down to the market in the rain. "
                "She had the umbrella, of course, and I had the shopping. We laughed about it afterwards."),
    ("af_sarah", "Could you move the boxes over to the other shelf? The blue ones, yes. Somebody left the window open "
                 "again last night. I think the delivery is coming after lunch, but they never tell us."),
    ("bf_lily", "He says the match starts at seven, but nobody believes him. They are painting the hallway next week. "
                "I told them yellow, they bought green, and now we all have to live with it."),
]


class Dialogue:
    def __init__(self, path):
        self.id = path.stem
        self.cast, self.turns, self.noise, self.tags = {}, [], [], []
        self.rate, self.level, self.room, self.telephone, self.stereo, self.title = 16_000, -24.0, 0.2, False, False, ""
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if line.startswith("#!"):
                key, *rest = line[2:].split()
                match key:
                    case "title": self.title = " ".join(rest)
                    case "cast": 
                        self.cast[rest[0]] = (rest[1], rest[2], *(float(x) for x in (rest[3:] + ["1", "1"])[:2]))
                    case "tags": self.tags += rest
                    case "rate": self.rate = int(rest[0])
                    case "level": self.level = float(rest[0])
                    case "room": self.room = float(rest[0])
                    case "noise": self.noise.append((rest[0], float(rest[1])))
                    case "telephone": self.telephone = True
                    case "stereo": self.stereo = True
                    case _: sys.exit(f"{path.name}:{number}: unknown setting {key}")
            elif line.strip() and not line.startswith("#"):
                fields = line.split("\t")
                if len(fields) != 3 or (fields[0] != "*" and fields[0] not in self.cast):
                    sys.exit(f"{path.name}:{number}: want speaker, gap, text")
                self.turns.append((fields[0], None if fields[1] == "." else float(fields[1]), fields[2].strip()))

    def seed(self):
        return int.from_bytes(hashlib.sha256(self.id.encode()).digest()[:4], "big")


def shown(text):
    return re.sub(r"\{([^|}]*)\|[^}]*\}", r"\1", text)


def spoken(text):
    return re.sub(r"\{[^|}]*\|([^}]*)\}", r"\1", text)


def db(x):
    return 10 ** (x / 20)


def envelope(a):
    """RMS over 10 ms, one value every 5 ms."""
    hop, width = RATE // 200, RATE // 100
    a = np.pad(a, (0, width))
    return np.sqrt(np.array([np.mean(a[i:i + width] ** 2) for i in range(0, len(a) - width, hop)])), hop


def active_rms(a):
    e, _ = envelope(a)
    return float(np.sqrt(np.mean(e[e > e.max() * db(-30)] ** 2)))


def trim(a):
    """Cut to where speech is audible, so that the times in the references are those of the sound itself."""
    e, hop = envelope(a)
    loud = np.flatnonzero(e > e.max() * db(-34))
    a = a[loud[0] * hop:(loud[-1] + 2) * hop].copy()
    ramp = np.linspace(0, 1, RATE // 250)
    a[:len(ramp)] *= ramp
    a[-len(ramp):] *= ramp[::-1]
    return a


def turn_audio(speaker, voice, speed, pitch, text, rng):
    out = []
    for sentence in re.findall(r".+?(?:[.?!]+(?=\s|$)|$)", spoken(text)):
        if not sentence.strip():
            continue
        if out:
            out.append(np.zeros(int(rng.uniform(0.12, 0.38) * RATE), np.float32))
        a = speaker.say(voice, sentence.strip(), round(speed / pitch * float(rng.uniform(0.97, 1.03)), 3))
        if pitch != 1:
            a = np.interp(np.arange(0, len(a) - 1, pitch), np.arange(len(a)), a).astype(np.float32)
        a = trim(a)
        out.append(a * (db(-24) / active_rms(a)))
    return np.concatenate(out)


def band(a, low, high, rate=RATE):
    f = np.fft.rfft(a)
    hz = np.fft.rfftfreq(len(a), 1 / rate)
    edge = 1 / (1 + np.exp(-(hz - low) / 20.0)) / (1 + np.exp((hz - high) / 60.0))
    return np.fft.irfft(f * edge, len(a)).astype(np.float32)


def sound(kind, rng):
    """Coughs and furniture, from shaped noise."""
    def burst(seconds, attack, low, high, level):
        n = int(seconds * RATE)
        t = np.arange(n) / RATE
        shape = np.minimum(t / attack, 1) * np.exp(-t * 4.6 / seconds)
        return band(rng.normal(0, 1, n).astype(np.float32) * shape, low, high) * db(level)

    quiet = lambda s: np.zeros(int(s * RATE), np.float32)
    if kind == "cough":
        hacks = [burst(rng.uniform(0.22, 0.34), 0.012, 250, 4200, -16) for _ in range(int(rng.integers(2, 4)))]
        return np.concatenate([x for h in hacks for x in (h, quiet(rng.uniform(0.08, 0.2)))])
    if kind == "typing":
        return np.concatenate([x for _ in range(14) for x in (burst(0.03, 0.001, 900, 7000, -26), quiet(rng.uniform(0.05, 0.16)))])
    if kind == "chair":
        return burst(0.5, 0.15, 120, 900, -22)
    if kind == "knock":
        return np.concatenate([x for _ in range(3) for x in (burst(0.09, 0.002, 90, 700, -10), quiet(0.16))])
    sys.exit(f"unknown sound {kind}")


def reverberate(a, seconds, rng):
    if seconds <= 0:
        return a
    n = int(seconds * RATE)
    tail = rng.normal(0, 1, n) * np.exp(-6.9 * np.arange(n) / n)
    tail[:int(0.004 * RATE)] = 0
    tail *= db(-9) / np.sqrt(np.sum(tail ** 2))
    tail[0] = 1
    size = 1 << int(np.ceil(np.log2(len(a) + n)))
    return np.fft.irfft(np.fft.rfft(a, size) * np.fft.rfft(tail, size), size)[:len(a)].astype(np.float32)


def noise(kind, length, speaker, rng):
    if kind == "fan":  # brown-ish rumble, a little hiss, a slow beat and the hum of the motor
        white = rng.normal(0, 1, length)
        f = np.fft.rfft(white)
        hz = np.fft.rfftfreq(length, 1 / RATE)
        f *= 1 / (1 + (hz / 180) ** 1.1) * (hz > 40)
        t = np.arange(length) / RATE
        a = np.fft.irfft(f, length)
        a = a / a.std() * (1 + 0.12 * np.sin(2 * np.pi * 1.7 * t))
        return (a + 0.25 * np.sin(2 * np.pi * 120 * t)).astype(np.float32)
    if kind == "babble":
        out = np.zeros(length, np.float32)
        for voice, text in BABBLE:
            a = turn_audio(speaker, voice, 1.05, 1, text, rng)
            a = np.roll(np.resize(np.concatenate([a, np.zeros(RATE // 3, np.float32)]), length), int(rng.integers(0, length)))
            out += a / a.std()
        return reverberate(band(out, 150, 3500), 0.6, rng)
    sys.exit(f"unknown noise {kind}")


def mu_law(a):
    compressed = np.sign(a) * np.log1p(255 * np.abs(a)) / np.log(256)
    coded = np.round((compressed + 1) / 2 * 255) / 255 * 2 - 1
    return np.sign(coded) * (256 ** np.abs(coded) - 1) / 255


def resample(a, rate):
    if rate == RATE:
        return a
    run = subprocess.run(
        ["sox", "-G", "-D", "-t", "f32", "-r", str(RATE), "-c", str(a.shape[1]), "-", "-t", "f32", "-r", str(rate), "-"],
        input=np.ascontiguousarray(a, np.float32).tobytes(), capture_output=True, check=True)
    return np.frombuffer(run.stdout, np.float32).reshape(-1, a.shape[1])


def speak(path, speaker):
    d = Dialogue(path)
    rng = np.random.default_rng(d.seed())
    placed, sounds, end = [], [], 0.4
    for who, gap, text in d.turns:
        drawn = float(rng.uniform(0.25, 0.65))
        at = max(0.0, end + (drawn if gap is None else gap))
        if who == "*":
            a = sound(text, rng)
            sounds.append((at, a))
        else:
            _, voice, speed, pitch = d.cast[who]
            a = turn_audio(speaker, voice, speed, pitch, text, rng)
            placed.append((at, at + len(a) / RATE, who, shown(text), a))
        end = max(end, at + len(a) / RATE) if gap is not None and gap < 0 else at + len(a) / RATE
    length = int((max(p[1] for p in placed) + 0.8) * RATE)
    tracks = {who: np.zeros(length, np.float32) for who in d.cast}
    for at, _, who, _, a in placed:
        i = int(at * RATE)
        tracks[who][i:i + len(a)] += a
    for at, a in sounds:
        i = int(at * RATE)
        a = a[:max(0, length - i)]
        tracks[list(d.cast)[-1]][i:i + len(a)] += a
    for who in tracks:
        tracks[who] = reverberate(tracks[who], d.room, rng)
    if d.stereo:
        near, far = tracks["S1"], sum(t for w, t in tracks.items() if w != "S1")
        late = RATE // 200
        mix = np.stack([near + db(-26) * np.roll(far, late), far + db(-26) * np.roll(near, late)], axis=1)
    else:
        mix = sum(tracks.values())[:, None]
    for kind, snr in d.noise:
        n = noise(kind, length, speaker, rng)
        mix = mix + (n / n.std() * db(-24 - snr))[:, None]
    floor = np.stack([band(rng.normal(0, 1, length).astype(np.float32), 60, 6000) for _ in range(mix.shape[1])], axis=1)
    mix = (mix + floor * db(-78)) * db(d.level + 24)
    if d.telephone:
        mix = np.stack([band(c, 300, 3400) for c in mix.T], axis=1)
    mix = resample(mix, d.rate)
    if d.telephone:
        mix = mu_law(np.clip(mix, -1, 1))
    peak = float(np.abs(mix).max())
    if peak > 0.97:  # one gain for the whole file: nothing is clipped
        mix = mix * (0.97 / peak)
    flac = ROOT / f"{d.id}.flac"
    soundfile.write(flac, np.round(mix * 32767).astype(np.int16), d.rate, subtype="PCM_16", format="FLAC")

    placed.sort(key=lambda p: p[0])
    transcript = {
        "schema": "soapstone.transcript/1",
        "audio": {
            "duration_ms": round(len(mix) * 1000 / d.rate), "sample_rate_hz": d.rate,
            "sha256": hashlib.sha256(flac.read_bytes()).hexdigest()},
        "language": "en", "models": [],
        "utterances": [
            {"id": f"u{n}", "speaker": who, "role": d.cast[who][0], "start_ms": round(a * 1000), "end_ms": round(b * 1000),
             "text": text, "words": [], "repairs": []}
            for n, (a, b, who, text, _) in enumerate(placed, 1)]}
    (ROOT / f"{d.id}.transcript.json").write_text(json.dumps(transcript, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (ROOT / f"{d.id}.rttm").write_text("".join(
        f"SPEAKER {d.id} 1 {a:.3f} {b - a:.3f} <NA> <NA> {who} <NA> <NA>\n" for a, b, who, _, _ in placed))
    print(f"{d.id}: {len(mix) / d.rate:.1f} s, {len(placed)} turns, {flac.stat().st_size / 1e6:.2f} MB, peak {peak:.2f}", flush=True)


def write_manifest():
    rows = []
    for path in sorted((ROOT / "dialogues").glob("*.tsv")):
        d = Dialogue(path)
        if (ROOT / f"{d.id}.flac").exists():
            rows.append({"id": d.id, "audio": f"{d.id}.flac", "transcript": f"{d.id}.transcript.json",
                         "facts": f"{d.id}.facts.json", "rttm": f"{d.id}.rttm", "title": d.title, "tags": d.tags})
    (ROOT / "manifest.jsonl").write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")


def main():
    wanted = sys.argv[1:] or [p.stem for p in sorted((ROOT / "dialogues").glob("*.tsv"))]
    speaker = Speaker()
    for name in wanted:
        speak(ROOT / "dialogues" / f"{name}.tsv", speaker)
    write_manifest()


if __name__ == "__main__":
    main()
