#!/usr/bin/env python3
"""Transcribe recordings with faster-whisper, for `benches/recognition.rs` to compare with.

    pip install faster-whisper soundfile
    python3 faster_whisper.py MODEL_FOLDER THREADS BEAM < names of WAV files at 16 kHz, one a line

Answers each line with one of JSON: file, seconds, processor_seconds, text. The model is loaded and warmed up first.
"""

import importlib
import json
import resource
import sys
import time

# This file has the package's name: import the package, not this file.
sys.path.pop(0)
WhisperModel = importlib.import_module("faster_whisper").WhisperModel
soundfile = importlib.import_module("soundfile")


def processor_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main():
    folder, threads, beam = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    model = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=threads)
    for line in sys.stdin:
        file = line.strip()
        samples, _ = soundfile.read(file, dtype="float32")
        started, used = time.perf_counter(), processor_seconds()
        segments, _ = model.transcribe(samples, language="en", beam_size=beam, word_timestamps=True)
        text = " ".join(segment.text.strip() for segment in segments)
        answer = {"file": file, "seconds": time.perf_counter() - started,
                  "processor_seconds": processor_seconds() - used, "text": text}
        print(json.dumps(answer), flush=True)


main()
