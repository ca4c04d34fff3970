#!/usr/bin/env python3
"""speak.py OUTDIR PASS...: speaks sentences that name the drugs of names.txt, ten a recording, for hear.py to transcribe.

Each pass takes every name once, in an order, sentences and voices of its own. OUTDIR/PASS-NN.wav (16 kHz, some of them
with noise) comes with PASS-NN.json: the sentences with their times. What is there already is not spoken again. The
voices are those of audio-fixtures/speak/, which says how they are set up.
"""

import json
import pathlib
import random
import subprocess
import sys
import wave

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "audio-fixtures" / "speak"))
from voices import RATE, Speaker  # noqa: E402

VOICES = ["af_heart", "af_bella", "af_nicole", "af_sarah", "am_adam", "am_michael", "am_onyx", "am_liam",
          "bf_emma", "bf_isabella", "bf_lily", "bm_george", "bm_lewis", "bm_daniel"]
WITH_DOSE = [
    "I want you to start {d}, {dose}, once a day.",
    "She has been on {d}, {dose}, for about two years.",
    "We'll go up on your {d} to {dose} in the morning.",
    "So let's continue the {d} at {dose} daily.",
    "I take {d} {dose} every night before bed.",
    "I'm going to prescribe {d} {dose} twice a day.",
]
WITHOUT = [
    "Are you still taking the {d}?",
    "I stopped the {d} last month because it made me dizzy.",
    "Any side effects from the {d} so far?",
    "I ran out of my {d} about a week ago.",
    "I'm allergic to {d}, it gave me a rash.",
    "My sister swears by {d}, but it never did much for me.",
    "The other doctor wanted me to try {d} first.",
    "We can send a refill of the {d} to your pharmacy.",
]
NUMBERS = {"2.5": "two point five", "5": "five", "10": "ten", "12.5": "twelve and a half", "15": "fifteen", "20": "twenty",
           "25": "twenty five", "30": "thirty", "40": "forty", "50": "fifty", "60": "sixty", "75": "seventy five",
           "80": "eighty", "90": "ninety", "100": "one hundred", "150": "one fifty", "200": "two hundred",
           "250": "two fifty", "300": "three hundred", "400": "four hundred", "500": "five hundred",
           "600": "six hundred", "750": "seven fifty", "800": "eight hundred"}


def strengths():
    """The doses in milligrams that the drug table gives for each name, as they are said."""
    said = {}
    table = HERE.parent.parent / "src" / "terminology" / "drugs.tsv"
    for line in table.read_text(encoding="utf-8").splitlines()[1:]:
        name, _, _, synonyms, brands, _, _, doses, *_ = line.split("\t")
        spoken = [NUMBERS[d.split()[0]] + " milligrams" for d in doses.split("|") if d.endswith(" mg") and d.split()[0] in NUMBERS]
        for form in [name, *synonyms.split("|"), *brands.split("|")]:
            said[form.lower()] = spoken
    return said


def sentences(number):
    rng = random.Random(f"pass {number}")
    names = [line.strip() for line in open(HERE / "names.txt", encoding="utf-8") if line.strip() and line[0] != "#"]
    doses = strengths()
    rng.shuffle(names)
    for name in names:
        usual = doses[name.lower()]
        pattern = rng.choice(WITH_DOSE if usual and rng.random() < 0.55 else WITHOUT)
        yield name, pattern.format(d=name, dose=rng.choice(usual) if usual else "")


def record(speaker, out, number, index, batch):
    path = out / f"{number}-{index:02}.wav"
    if path.with_suffix(".json").exists():
        return
    rng = np.random.default_rng([number, index])
    voice, said, sound, at = VOICES[rng.integers(len(VOICES))], [], [np.zeros(RATE // 2, np.float32)], 0.5
    for name, text in batch:
        a = speaker.say(voice, text, round(float(rng.uniform(0.97, 1.15)), 3))
        said.append({"name": name, "text": text, "start": round(at, 3), "end": round(at + len(a) / RATE, 3)})
        pause = np.zeros(int(rng.uniform(0.3, 0.7) * RATE), np.float32)
        sound += [a, pause]
        at += (len(a) + len(pause)) / RATE
    mixed = np.concatenate(sound)
    level = np.sqrt(np.mean(mixed[np.abs(mixed) > 0.01] ** 2))
    snr_db = rng.choice([40, 40, 22, 14])
    mixed = mixed + rng.normal(0, level * 10 ** (-snr_db / 20), len(mixed)).astype(np.float32)
    loud = out / f"{number}-{index:02}.24k.wav"
    with wave.open(str(loud), "wb") as file:
        file.setnchannels(1), file.setsampwidth(2), file.setframerate(RATE)
        file.writeframes((np.clip(mixed, -1, 1) * 32767).astype("<i2").tobytes())
    subprocess.check_call(["sox", "-G", str(loud), "-r", "16000", "-b", "16", str(path)])
    loud.unlink()
    path.with_suffix(".json").write_text(json.dumps({"voice": voice, "said": said}))
    print(path.name, voice, flush=True)


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    speaker = Speaker()
    for number in map(int, sys.argv[2:]):
        said = list(sentences(number))
        for index in range(0, len(said), 10):
            record(speaker, out, number, index // 10, said[index:index + 10])


if __name__ == "__main__":
    main()
