#!/usr/bin/env python3
"""no_speech.py: makes the recordings in ../no-speech/, in which nobody speaks, and ../hallucination.jsonl that lists them.

Whatever a recogniser writes for them is made up. The sounds are those of a clinic: a fan, music while one waits, a radio in
the next room (a visit of these fixtures through a wall, of which no word can be made out), coughs, a keyboard, mains hum; and
a microphone that was switched off, of which there are only zeros.
"""

import hashlib
import json

import numpy as np
import soundfile

from speak import RATE, ROOT, band, db, noise, resample, reverberate, sound

FOLDER = ROOT / "no-speech"
FILE_RATE = 16_000
FLOOR_DBFS = -80  # what every microphone has


def silence(seconds):
    return np.zeros(int(seconds * RATE), np.float32)


def fan(rng):
    a = noise("fan", int(20 * RATE), None, rng)
    return a / a.std() * db(-46)


def music(rng):
    """Hold music: chords of four, and over them a tune of plucked notes."""
    out = silence(20)

    def play(at, hz, seconds, level, decay):
        t = np.arange(int(seconds * RATE)) / RATE
        shape = np.minimum(t / 0.015, 1) * np.exp(-t * decay) * np.minimum((seconds - t) / 0.05, 1)
        tone = sum(np.sin(2 * np.pi * hz * k * t + k) / k ** 1.7 for k in range(1, 6))
        start = int(at * RATE)
        part = out[start:start + len(t)]
        part += (tone * shape * level)[:len(part)].astype(np.float32)

    roots = [48, 45, 53, 55]  # C, A minor, F, G, as MIDI notes
    hz = lambda note: 440 * 2 ** ((note - 69) / 12)
    for bar in range(10):
        root = roots[bar % 4]
        third = root + (3 if bar % 4 == 1 else 4)
        for note in (root, third, root + 7, root + 12):
            play(bar * 2.0, hz(note), 2.0, 0.05, 0.6)
        for beat in range(4):
            play(bar * 2.0 + beat * 0.5, hz(root + 12 + int(rng.choice([0, 4, 7, 9, 12]))), 0.9, 0.09, 3.5)
    return reverberate(out, 0.4, rng) * db(-10)


def radio(rng):
    """Talk through a wall: nothing above 380 Hz, faint, with the echo of the other room."""
    talk, rate = soundfile.read(ROOT / "visit-02-knee.flac", start=16_000 * 30, stop=16_000 * 55, dtype="float32")
    talk = np.interp(np.arange(0, len(talk) - 1, rate / RATE), np.arange(len(talk)), talk).astype(np.float32)
    for _ in range(3):  # steep enough that consonants and the second formant are gone
        talk = band(talk, 110, 380)
    talk = reverberate(talk, 0.9, rng)
    return talk / talk.std() * db(-50)


def coughs(rng):
    return np.concatenate([x for _ in range(5) for x in (silence(rng.uniform(0.8, 2.6)), sound("cough", rng))] + [silence(1)])


def keyboard(rng):
    return np.concatenate([x for _ in range(6) for x in (silence(rng.uniform(0.3, 1.5)), sound("typing", rng))] + [silence(1)])


def hum(rng):
    t = np.arange(int(20 * RATE)) / RATE
    return sum(np.sin(2 * np.pi * 50 * k * t) / k for k in (1, 2, 3, 5)).astype(np.float32) * db(-44)


def off(rng):
    return silence(5)


def main():
    FOLDER.mkdir(exist_ok=True)
    rows = []
    for make in (fan, music, radio, coughs, keyboard, hum, off):
        name = make.__name__
        rng = np.random.default_rng(int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big"))
        audio = make(rng)
        floor = band(rng.normal(0, 1, len(audio)).astype(np.float32), 60, 6000) * db(FLOOR_DBFS) * (make is not off)
        audio = resample((audio + floor)[:, None].astype(np.float32), FILE_RATE)
        flac = FOLDER / f"{name}.flac"
        soundfile.write(flac, np.round(np.clip(audio, -0.97, 0.97) * 32767).astype(np.int16), FILE_RATE, subtype="PCM_16")
        transcript = {
            "schema": "soapstone.transcript/1",
            "audio": {"duration_ms": round(len(audio) * 1000 / FILE_RATE), "sample_rate_hz": FILE_RATE,
                      "sha256": hashlib.sha256(flac.read_bytes()).hexdigest()},
            "language": "en", "models": [], "utterances": []}
        (FOLDER / f"{name}.transcript.json").write_text(json.dumps(transcript, indent=1) + "\n", encoding="utf-8")
        rows.append({"id": f"no-speech-{name}", "audio": f"no-speech/{name}.flac",
                     "transcript": f"no-speech/{name}.transcript.json", "tags": ["no-speech", name]})
        print(f"{name}: {len(audio) / FILE_RATE:.1f} s, {flac.stat().st_size / 1e3:.0f} kB, peak {np.abs(audio).max():.2f}")
    (ROOT / "hallucination.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
