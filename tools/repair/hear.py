#!/usr/bin/env python3
"""hear.py SOAPSTONE WAVDIR [--wait]: transcribes what speak.py spoke and writes misheard.tsv, the corpus of misheard names.

Columns: split (train or valid, by name), the name said, the sentence said, the sentence heard, and the recogniser's
probability of each word heard, in percent. A sentence gets the words that begin within its times. SOAPSTONE must be a
program that repairs nothing yet, or misheard names are put right before they are written down: the applied repairs of a
transcript are taken back for that. Transcripts are kept beside the recordings and not made again.
"""

import hashlib
import json
import pathlib
import subprocess
import sys
import time

OUT = pathlib.Path(__file__).resolve().parent / "misheard.tsv"


def split(name):
    """A third of the names, and never a part of one's sentences, is kept for choosing the thresholds."""
    return "valid" if hashlib.sha256(name.lower().encode()).digest()[0] % 3 == 0 else "train"


def transcript(soapstone, wav):
    kept = wav.with_suffix(".heard.json")
    if not kept.exists():
        subprocess.check_call([soapstone, "transcribe", str(wav), "--out", str(kept)], stderr=subprocess.DEVNULL)
    return json.loads(kept.read_text())


def rows(soapstone, wav):
    said = json.loads(wav.with_suffix(".json").read_text())["said"]
    heard = transcript(soapstone, wav)
    if any(repair["applied"] for utterance in heard["utterances"] for repair in utterance["repairs"]):
        sys.exit(f"{wav.name}: its transcript was repaired; transcribe with a build from before")
    words = [word for utterance in heard["utterances"] for word in utterance["words"]]
    words.sort(key=lambda word: word["start_ms"])
    for at, sentence in enumerate(said):
        begin = sentence["start"] - 0.25
        end = said[at + 1]["start"] - 0.25 if at + 1 < len(said) else 1e9
        mine = [word for word in words if begin <= word["start_ms"] / 1000 < end]
        if mine:
            text = " ".join(word["text"] for word in mine)
            sure = " ".join(str(round(100 * word["probability"])) for word in mine)
            yield split(sentence["name"]), sentence["name"], sentence["text"], text, sure


def main():
    soapstone, folder, wait = sys.argv[1], pathlib.Path(sys.argv[2]), "--wait" in sys.argv
    while wait:
        todo = [w for w in sorted(folder.glob("?-??.wav")) if w.with_suffix(".json").exists() and not w.with_suffix(".heard.json").exists()]
        for wav in todo:
            transcript(soapstone, wav)
        if not todo:
            time.sleep(5)
    found = sorted(row for wav in folder.glob("?-??.wav") if wav.with_suffix(".json").exists() for row in rows(soapstone, wav))
    OUT.write_text("# Made by speak.py and hear.py: split, name said, sentence said, sentence heard, percent sure of each word.\n"
                   + "".join("\t".join(row) + "\n" for row in found), encoding="utf-8")
    print(len(found), "sentences;", sum(row[1].lower() not in row[3].lower() for row in found), "names misheard")


if __name__ == "__main__":
    main()
