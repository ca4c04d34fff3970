#!/usr/bin/env python3
"""Learn from labelled dialogues which words a clinician says and which a patient does.

Writes src/transcription/speakers/role_weights.tsv, the table that src/transcription/speakers/roles.rs reads, and prints
how many words get the right role. Needs scikit-learn and the corpora named below (all CC BY 4.0):

    python3 tools/train_roles.py ../shared/data

Sentences are classified by logistic regression with an L1 penalty over the features of `features`, which roles.rs
computes in the same way; a change to one is a change to both. The turn rates are counted.
"""

import json
import pathlib
import random
import re
import sys
from math import log

from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

TABLE = pathlib.Path(__file__).parent.parent / "src/transcription/speakers/role_weights.tsv"
CLINICIAN, PATIENT = 1, 0
ABBREVIATIONS = {"mr.", "mrs.", "ms.", "dr.", "vs.", "st."}
SMALLEST_WEIGHT = 0.02
# Dialogues of ACI-BENCH whose labels are the wrong way round, left so on purpose by its makers.
EXCHANGED = {"D2N034", "D2N038", "D2N056", "D2N057", "D2N059", "D2N082"}
# How much the words count against the rates of turns; as in roles.rs.
SCALE = 1.2


def dialogues(path):
    """(role, text) turns of each dialogue; turns of other people are left out."""
    for line in path.open():
        visit, turns = json.loads(line), []
        clinicians_label = "patient" if visit.get("id") in EXCHANGED else "doctor"
        for turn in visit["dialogue"].splitlines():
            match = re.match(r"\s*\[?(doctor|patient)[\]:]\s*(.*)", turn, re.I)
            if match and match[2].strip():
                turns.append((CLINICIAN if match[1].lower() == clinicians_label else PATIENT, match[2]))
        if turns:
            yield turns


def sentences(turns):
    """(role, sentence) with the sentences split where roles.rs splits them."""
    for role, text in turns:
        words = []
        for word in re.sub(r"\s+([.,?!])", r"\1", text).split():
            words.append(word)
            if word[-1] in ".?!" and word.lower() not in ABBREVIATIONS:
                yield role, " ".join(words)
                words = []
        if words:
            yield role, " ".join(words)


def tokens(sentence):
    words = [re.sub(r"[^a-z0-9']", "", word) for word in sentence.lower().split()]
    return ["#" if word[0].isdigit() else word for word in words if word]


def features(sentence, before):
    """What is said, how it begins, how long it is, whether it asks, and what came before."""
    words = tokens(sentence)
    found = set(words) | {f"{a} {b}" for a, b in zip(words, words[1:])}
    found |= {f"{a} {b} {c}" for a, b, c in zip(words, words[1:], words[2:])}
    if words:
        found.add(f"^{words[0]}")
        found.add("^" + " ".join(words[:2]))
    length = "1" if len(words) < 2 else "2" if len(words) < 4 else "3" if len(words) < 8 else "4" if len(words) < 16 else "5"
    found.add(f"@length {length}")
    if sentence.endswith("?"):
        found.add("@asks")
    if before.endswith("?"):
        found |= {"@asked", f"@asked {length}"}
        if words:
            found.add(f"@asked {words[0]}")
    return found


def examples(corpus, rng):
    """Features and roles of every sentence; a third of the question marks lost, as recognisers lose them."""
    for turns in corpus:
        before = ""
        for role, sentence in sentences(turns):
            if sentence.endswith("?") and rng.random() < 0.33:
                sentence = sentence[:-1] + "."
            yield features(sentence, before), role
            before = sentence


def turn_rates(corpus):
    """How often the next sentence is somebody else's, after a question and otherwise, by who spoke."""
    counts = {}
    for turns in corpus:
        said = list(sentences(turns))
        for (role, sentence), (next_role, _) in zip(said, said[1:]):
            switched, total = counts.get((role, sentence.endswith("?")), (1, 2))
            counts[role, sentence.endswith("?")] = (switched + (role != next_role), total + 1)
    return {key: switched / total for key, (switched, total) in counts.items()}


def decode(turns, score, rates, scale):
    """The most probable roles of the sentences, by Viterbi."""
    said = list(sentences(turns))
    best, back, before = None, [], ""
    for _, sentence in said:
        odds = scale * score(features(sentence, before))
        here = {CLINICIAN: odds / 2, PATIENT: -odds / 2}
        if best is None:
            best = dict(here)
        else:
            step, new = {}, {}
            for role in here:
                came = {}
                for last in best:
                    rate = rates[last, before.endswith("?")]
                    came[last] = best[last] + log(rate if last != role else 1 - rate)
                step[role] = max(came, key=came.get)
                new[role] = came[step[role]] + here[role]
            back.append(step)
            best = new
        before = sentence
    roles = [max(best, key=best.get)]
    for step in reversed(back):
        roles.append(step[roles[-1]])
    right = total = 0
    for (role, sentence), found in zip(said, reversed(roles)):
        words = len(sentence.split())
        right += words * (role == found)
        total += words
    return right, total


def main():
    data = pathlib.Path(sys.argv[1])
    aci, mts, primock = (list(dialogues(data / name)) for name in
                         ("aci-bench/train.jsonl", "mts-dialog/train.jsonl", "primock57/consultations.jsonl"))
    train = aci + mts + primock[:-7]
    held_out = {"aci-bench valid": list(dialogues(data / "aci-bench/valid.jsonl")),
                "mts-dialog valid": list(dialogues(data / "mts-dialog/valid.jsonl")), "primock57 last 7": primock[-7:]}
    rng = random.Random(1)
    found, roles = zip(*examples(train, rng))
    vectorizer = CountVectorizer(analyzer=lambda features: features, binary=True, min_df=4)
    matrix = vectorizer.fit_transform(found)
    model = LogisticRegression(C=1.0, solver="liblinear", penalty="l1").fit(matrix, roles)
    weights = {name: weight for name, weight in zip(vectorizer.get_feature_names_out(), model.coef_[0])
               if abs(weight) >= SMALLEST_WEIGHT}
    bias = float(model.intercept_[0])
    rates = turn_rates(train)

    def score(found):
        return bias + sum(weights.get(feature, 0.0) for feature in found)

    for scale in (SCALE,):
        for name, corpus in held_out.items():
            pairs = [decode(turns, score, rates, scale) for turns in corpus]
            right, total = (sum(column) for column in zip(*pairs))
            print(f"scale {scale} {name}: {100 * right / total:.1f}% of {total} words")
    with TABLE.open("w") as table:
        table.write("# Log-odds that a sentence with this feature is the clinician's. Made by tools/train_roles.py from\n")
        table.write("# ACI-BENCH, MTS-Dialog and PriMock57 (all CC BY 4.0).\n")
        table.write(f"@bias\t{bias:.3f}\n")
        for (role, asked), rate in sorted(rates.items()):
            name = f"@turn {'clinician' if role == CLINICIAN else 'patient'} {'asks' if asked else 'says'}"
            table.write(f"{name}\t{rate:.3f}\n")
        for name in sorted(weights):
            table.write(f"{name}\t{weights[name]:.2f}\n")
    print(f"{len(weights)} features, {TABLE.stat().st_size} bytes")


main()
