#!/usr/bin/env python3
"""check.py: checks every fixture against itself; says what is wrong and exits 1.

The sha256, length and rate of each recording; that sound begins and ends where the transcript says (recordings without
noise or overlap, within 30 ms); no clipping; that every fact quotes words that one utterance holds, and `not_said` ones that
none does; that roles, actions and codes are allowed. ICD-10-CM is checked when the package simple-icd-10-cm is installed.
"""

import hashlib
import json
import pathlib
import re
import sys

import numpy as np
import soundfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
ACTIONS = {"continue", "start", "stop", "increase", "decrease", "change", "taken"}
KEYS = {"schema", "problems", "medications", "allergies", "vitals", "denied", "orders", "not_said", "symptoms", "past_history",
        "family", "social", "findings", "results", "corrected", "considered", "follow_up", "safety_net", "others", "small_talk",
        "advice"}
UNITS = {"8480-6": "mm[Hg]", "8462-4": "mm[Hg]", "8867-4": "/min", "59408-5": "%", "9279-1": "/min"}
faults = []


def plain(text):
    return " ".join(re.sub(r"[^a-z0-9' ]+", " ", text.lower().replace("-", " ")).split())


def check_times(name, audio, rate, transcript):
    power = (audio.astype(np.float64) ** 2).sum(axis=1)
    hop = rate // 200
    level = np.sqrt(np.convolve(power, np.ones(2 * hop) / (2 * hop), "same")[::hop])
    previous = 0
    for u in transcript["utterances"]:
        a, b = u["start_ms"] * rate // 1000 // hop, u["end_ms"] * rate // 1000 // hop
        first, last = (level[a:a + 100].max(), level[max(a, b - 100):b].max())  # sentences of a turn differ in loudness
        quiet = 10 ** (-36 / 20)
        begin = int(np.flatnonzero(level[a - 8:b] > first * quiet)[0]) - 8
        end = int(np.flatnonzero(level[a:b + 1] > last * quiet)[-1]) + a
        before = level[max(previous, a - 20):a - 6]
        if len(before) and before.max() < first * quiet and abs(begin) * 5 > 30:
            faults.append(f"{name} {u['id']}: begins {begin * 5} ms off")
        if (b - end) * 5 > 30:
            faults.append(f"{name} {u['id']}: falls silent {(b - end) * 5} ms before its end")
        previous = b


def check(row, icd):
    name = row["id"]
    fault = lambda text: faults.append(f"{name}: {text}")
    flac = ROOT / row["audio"]
    transcript = json.loads((ROOT / row["transcript"]).read_text())
    audio, rate = soundfile.read(flac, dtype="int16", always_2d=True)
    if hashlib.sha256(flac.read_bytes()).hexdigest() != transcript["audio"]["sha256"]:
        fault("the recording is not the one of the transcript")
    if rate != transcript["audio"]["sample_rate_hz"] or abs(len(audio) * 1000 / rate - transcript["audio"]["duration_ms"]) > 1:
        fault("rate or length differ from the transcript's")
    if np.abs(audio.astype(int)).max() >= 32767:
        fault("clipped")
    if not {"noise", "overlap", "telephone"} & set(row["tags"]):
        check_times(name, audio / 32768, rate, transcript)
    starts = [u["start_ms"] for u in transcript["utterances"]]
    if starts != sorted(starts) or any(u["end_ms"] <= u["start_ms"] for u in transcript["utterances"]):
        fault("utterances are out of order")
    if any(u["role"] not in {"clinician", "patient", "other"} for u in transcript["utterances"]):
        fault("unknown role")

    facts = json.loads((ROOT / row["facts"]).read_text())
    texts = [plain(u["text"]) for u in transcript["utterances"]]
    whole = " ".join(texts)
    for key in facts.keys() - KEYS:
        fault(f"unknown key {key}")
    for key in KEYS - {"schema"} - facts.keys():
        fault(f"no key {key}")
    for key, items in facts.items():
        for item in items if isinstance(items, list) else []:
            if isinstance(item, str):
                continue
            quotes = item.get("said")
            if not quotes:
                fault(f"{key}: no quote for {item}")
            for quote in quotes if isinstance(quotes, list) else [quotes]:
                if quote and not any(plain(quote) in t for t in texts):
                    fault(f"{key}: nobody says '{quote}'")
    for text in facts["not_said"]:
        if re.search(rf"\b{re.escape(plain(text))}\b", whole):
            fault(f"not_said holds '{text}', which is said")
    for text in facts["small_talk"]:
        if plain(text) not in whole:
            fault(f"small_talk: nobody says '{text}'")
    for item in facts["problems"]:
        for code in item["icd10cm"]:
            if icd and not (icd.is_valid_item(code) and icd.is_leaf(code)):
                fault(f"{code} is not a billable code")
    for item in facts["medications"]:
        if item["action"] not in ACTIONS:
            fault(f"action {item['action']}")
        if not any(plain(n) in whole for n in [item["name"], *item.get("brands", [])]):
            fault(f"nobody says {item['name']}")
        for key in ("dose", "frequency"):
            if key not in item:
                fault(f"{item['name']} has no {key}")
    for item in facts["vitals"]:
        if UNITS.get(item["loinc"], item["unit"]) != item["unit"]:
            fault(f"unit of {item['name']}")
    return len(audio) / rate


def main():
    try:
        import simple_icd_10_cm as icd
    except ImportError:
        icd = None
        print("simple-icd-10-cm is not installed: codes are not checked")
    rows = [json.loads(line) for line in open(ROOT / "manifest.jsonl", encoding="utf-8")]
    total = sum(check(row, icd) for row in rows)
    for fault in faults:
        print(fault)
    print(f"{len(rows)} visits, {total / 60:.1f} minutes, {len(faults)} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
