#!/usr/bin/env python3
"""check_metrics.py: prints what other programs count for the cases in src/qa/metrics, whose tests hold these numbers.

    python -m venv V && V/bin/pip install jiwer meeteval pyannote.metrics && V/bin/python tools/check_metrics.py
"""

import jiwer
import meeteval
from pyannote.core import Annotation, Segment
from pyannote.metrics.diarization import DiarizationErrorRate

WORDS = [
    ("we are following up on your blood pressure today", "we're following up on your blood pressure to day"),
    ("i want to add amlodipine five milligrams once a day", "i want to add i'm low to peen five milligrams once day"),
    ("no no no it was the left knee", "no it was the the left knee"),
]
SPEAKERS = {"d": "how are you today any chest pain", "p": "fine thanks no chest pain at all"}
BEGUN = "how are you today any chest pain fine thanks"
VOICES = [
    {"1": BEGUN, "2": "no chest pains at all"},
    {"1": "how are you today", "2": "any chest pain fine thanks", "3": "no chest pain at all"},
    {"1": BEGUN + " no chest pain at all"},
]
SAID = [("d", 400, 4_731), ("p", 5_025, 9_131), ("d", 9_000, 16_129), ("m", 15_700, 21_683)]
HEARD = [("1", 500, 4_900), ("2", 5_100, 8_000), ("1", 8_000, 15_000), ("2", 15_000, 22_500)]


def annotation(turns):
    made = Annotation()
    for index, (speaker, start, end) in enumerate(turns):
        made[Segment(start / 1000, end / 1000), index] = speaker
    return made


print("edits.rs: word errors")
for said, heard in WORDS:
    counted = jiwer.process_words(said, heard)
    print("  ", counted.substitutions + counted.deletions + counted.insertions)
print("speakers.rs: word errors per speaker")
for voices in VOICES:
    print("  ", meeteval.wer.cp_word_error_rate(SPEAKERS, voices).errors)
print("diarisation.rs: error rate without a collar, and with 0.25 s on either side")
for collar in (0.0, 0.5):
    print("  ", round(DiarizationErrorRate(collar=collar)(annotation(SAID), annotation(HEARD)), 9))
