#!/usr/bin/env python3
"""What the Python package rouge-score says, for tests/it/qa/rouge.rs to compare soapstone's ROUGE with.

    pip install rouge-score==0.1.2
    tools/rouge/score.py > tests/it/qa/rouge.jsonl        every two spoken visits, by their names
    tools/rouge/score.py CORPUS.jsonl… > pairs.jsonl      notes and dialogues of corpora, with their texts:
    SOAPSTONE_ROUGE_PAIRS=pairs.jsonl cargo test --release --test it rouge
"""
import itertools
import json
import pathlib
import sys

from rouge_score.rouge_scorer import RougeScorer

FIXTURES = pathlib.Path(__file__).parents[2] / "audio-fixtures"
SCORER = RougeScorer(["rouge1", "rouge2", "rougeLsum"], use_stemmer=True)


def scores(reference, candidate):
    return [score.fmeasure * 100 for score in SCORER.score(reference, candidate).values()]


def visit(path):
    return "\n".join(said["text"] for said in json.loads(path.read_text())["utterances"])


def fixtures():
    visits = {path.name.removesuffix(".transcript.json"): visit(path) for path in sorted(FIXTURES.glob("visit-*.transcript.json"))}
    for (one, reference), (other, candidate) in itertools.product(visits.items(), repeat=2):
        yield {"reference": one, "candidate": other, "scores": scores(reference, candidate)}


def corpora(paths):
    for path in paths:
        lines = [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]
        texts = [line.get("note") or line["reference"] for line in lines]
        # A note beside the next one, and beside its dialogue.
        pairs = list(zip(texts, texts[1:] + texts[:1])) + [(text, line["dialogue"]) for text, line in zip(texts, lines)]
        for reference, candidate in pairs:
            yield {"texts": [reference, candidate], "scores": scores(reference, candidate)}


for pair in corpora(sys.argv[1:]) if sys.argv[1:] else fixtures():
    print(json.dumps(pair))
