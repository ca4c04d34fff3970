"""Probabilities of speech by Silero's own network, to compare ours with.

    pip install numpy onnxruntime soundfile && pip install --no-deps silero-vad==6.2.3   # in an environment of its own
    python tests/data/vad/reference.py audio-fixtures/visit-03-asthma.flac > tests/data/vad/visit-03-asthma.txt

The first 640 chunks of 32 ms, every tenth; as the network remembers, each depends on all before it.
"""

import importlib.util
import sys

import numpy
import onnxruntime
import soundfile

CHUNKS, EVERY, CHUNK, CONTEXT = 640, 10, 512, 64

# Found, not imported: the package itself needs torch, the network does not.
package = importlib.util.find_spec("silero_vad").submodule_search_locations[0]
network = onnxruntime.InferenceSession(f"{package}/data/silero_vad.onnx")
samples, rate_hz = soundfile.read(sys.argv[1], dtype="float32")
assert rate_hz == 16000 and samples.ndim == 1

state, context = numpy.zeros((2, 1, 128), "float32"), numpy.zeros(CONTEXT, "float32")
for index, chunk in enumerate(samples[: CHUNKS * CHUNK].reshape(CHUNKS, CHUNK)):
    heard = numpy.concatenate([context, chunk])[None]
    probability, state = network.run(None, {"input": heard, "state": state, "sr": numpy.array(rate_hz)})
    context = chunk[-CONTEXT:]
    if index % EVERY == 0:
        print(f"{probability.item():.4f}")
