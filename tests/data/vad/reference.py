"""Probabilities of speech by Silero's own network with the weights that soapstone uses, to compare ours with.

    pip install numpy onnx onnxruntime safetensors soundfile    # in an environment of its own
    pip install --no-deps silero-vad==6.2.3
    python tests/data/vad/reference.py audio-fixtures/visit-03-asthma.flac > tests/data/vad/visit-03-asthma.txt

The wheel's ONNX files and its safetensors are of two trainings, so the weights of the one are put into the graph of the
other. The first 640 chunks of 32 ms, every tenth; as the network remembers, each depends on all before it.
"""

import importlib.util
import sys

import numpy
import onnx
import onnxruntime
import soundfile
from onnx.numpy_helper import from_array
from safetensors.numpy import load_file

CHUNKS, EVERY, CHUNK, CONTEXT = 640, 10, 512, 64
LAYERS = {
    "model.stft.forward_basis_buffer": "stft_conv.weight",
    **{f"model.encoder.{n}.reparam_conv.{part}": f"conv{n + 1}.{part}" for n in range(4) for part in ("weight", "bias")},
    **{f"model.decoder.rnn.{part}": f"lstm_cell.{part}" for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")},
    **{f"model.decoder.decoder.2.{part}": f"final_conv.{part}" for part in ("weight", "bias")},
}

# Found, not imported: the package itself needs torch, the network does not.
data = importlib.util.find_spec("silero_vad").submodule_search_locations[0] + "/data"
weights = load_file(f"{data}/silero_vad_16k.safetensors")
graph = onnx.load(f"{data}/silero_vad_16k_op15.onnx")
replaced = 0
for tensor in graph.graph.initializer:
    if tensor.name in LAYERS:
        tensor.CopyFrom(from_array(weights[LAYERS[tensor.name]], tensor.name))
        replaced += 1
assert replaced == len(LAYERS) == len(weights)
network = onnxruntime.InferenceSession(graph.SerializeToString())

samples, rate_hz = soundfile.read(sys.argv[1], dtype="float32")
assert rate_hz == 16000 and samples.ndim == 1
state, context = numpy.zeros((2, 1, 128), "float32"), numpy.zeros(CONTEXT, "float32")
for index, chunk in enumerate(samples[: CHUNKS * CHUNK].reshape(CHUNKS, CHUNK)):
    heard = numpy.concatenate([context, chunk])[None]
    probability, state = network.run(None, {"input": heard, "state": state, "sr": numpy.array(rate_hz)})
    context = chunk[-CONTEXT:]
    if index % EVERY == 0:
        print(f"{probability.item():.4f}")
