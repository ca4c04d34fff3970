#!/usr/bin/env python3
"""count_words.py DATA [ENGLISH]: counts which words people use in visits, and which medicines they name.

Writes ordinary.txt and common.txt of src/transcription/repair/. A word that two dialogues of the training parts of
ACI-BENCH and MTS-Dialog (both CC BY 4.0) use is ordinary; names of the drug table are not; those that one dialogue uses
are common. DATA is the folder that holds aci-bench/train.jsonl and mts-dialog/train.jsonl.

With ENGLISH, it writes english.txt too: the first 60,000 words that are no names of the drug table. ENGLISH is a list of
words, the commonest first, a line each: frequency_dictionary_en_82_765.txt of the package symspellpy 6.10.1 (MIT), which
has the words of SCOWL in the order of Google Books' counts (CC BY 3.0).
"""

import collections
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TABLE = ROOT / "src" / "terminology" / "drugs.tsv"
OUT = ROOT / "src" / "transcription" / "repair"
ENGLISH = 60_000


def names():
    for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]:
        name, _, _, synonyms, brands, *_, misheard = line.split("\t")
        for form in [name, *synonyms.split("|"), *brands.split("|")]:
            if len(re.findall(r"[a-z]+", form.lower())) == 1:
                yield form.lower()
        yield from (form for form in misheard.split("|") if " " not in form)


def main():
    data, used_by = pathlib.Path(sys.argv[1]), collections.Counter()
    for corpus in ["aci-bench", "mts-dialog"]:
        for line in open(data / corpus / "train.jsonl", encoding="utf-8"):
            used_by.update(set(re.findall(r"[a-z]+(?:'[a-z]+)?", json.loads(line)["dialogue"].lower())))
    drugs = set(names())
    ordinary = sorted(word for word, count in used_by.items() if count >= 2 and word not in drugs)
    common = sorted(drugs & set(used_by))
    (OUT / "ordinary.txt").write_text("\n".join(ordinary) + "\n", encoding="utf-8")
    (OUT / "common.txt").write_text("\n".join(common) + "\n", encoding="utf-8")
    print(len(ordinary), "ordinary words,", len(common), "common names")
    if len(sys.argv) > 2:
        lines = open(sys.argv[2], encoding="utf-8-sig")
        first = [line.split()[0] for line in lines][:ENGLISH]
        english = sorted(word for word in first if word not in drugs and len(word) > 1)
        (OUT / "english.txt").write_text("\n".join(english) + "\n", encoding="utf-8")
        print(len(english), "words of English")


if __name__ == "__main__":
    main()
