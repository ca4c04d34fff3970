"""Embeddings by pyannote's own network under weights that anybody can compute, to compare ours with.

    pip install pyannote.audio==4.0.7 soundfile    # in an environment of its own
    python tests/data/voices/reference.py audio-fixtures/visit-01-hypertension.flac > tests/data/voices/visit-01.txt

The published weights are not needed: what is compared is the arithmetic. Each line is a window: its first sample, its
length, and every sixteenth value of its embedding, brought to length 1.

With a folder as second argument it also writes checkpoints there, of the published one's form: `whole.bin` with all these
weights (26.6 MB, not kept) and `part.zip` with one batch norm (kept, for the test of the reader).
"""

import sys
from pathlib import Path

import lightning
import numpy
import soundfile
import torch
from pyannote.audio.core.task import Problem, Resolution, Specifications
from pyannote.audio.models.embedding.wespeaker import WeSpeakerResNet34

WINDOWS = [(8000, 25600), (320000, 25600), (8000, 12800), (161234, 40001)]


def weights(name, shape):
    """From -1 to 1, by a hash of the name (FNV-1a) and of the place."""
    seed = 2166136261
    for byte in name.encode():
        seed = (seed ^ byte) * 16777619 % 2**32
    value = numpy.arange(numpy.prod(shape), dtype=numpy.uint32) ^ numpy.uint32(seed)
    for shift, factor in (16, 0x7FEB352D), (15, 0x846CA68B), (16, 1):
        value = (value ^ (value >> numpy.uint32(shift))) * numpy.uint32(factor)
    value = (value >> numpy.uint32(8)).astype(numpy.float32) / 2**23 - 1
    value = value.reshape(shape)
    if len(shape) > 1:
        return value * numpy.float32(numpy.sqrt(6 / numpy.prod(shape[1:])))
    return value * 0.5 + 1 if name.endswith(("weight", "var")) else value * 0.1


model = WeSpeakerResNet34().eval()
state = model.state_dict()
for name, tensor in state.items():
    if not name.endswith("num_batches_tracked"):
        tensor.copy_(torch.from_numpy(weights(name, tuple(tensor.shape)).astype(numpy.float32)))

samples, rate_hz = soundfile.read(sys.argv[1], dtype="float32")
assert rate_hz == 16000 and samples.ndim == 1
for start, length in WINDOWS:
    with torch.inference_mode():
        embedding = model(torch.from_numpy(samples[start : start + length])[None, None])[0].double()
    embedding = embedding / embedding.norm()
    print(start, length, *(f"{value:.6f}" for value in embedding[::16].tolist()))

if len(sys.argv) > 2:
    model.specifications = Specifications(problem=Problem.REPRESENTATION, resolution=Resolution.CHUNK, duration=5.0)
    checkpoint = {"state_dict": state}
    model.on_save_checkpoint(checkpoint)
    checkpoint["pytorch-lightning_version"] = lightning.__version__
    torch.save(checkpoint, Path(sys.argv[2], "whole.bin"))
    for name in [name for name in state if not name.startswith("resnet.bn1.")]:
        del state[name]
    torch.save(checkpoint, Path(sys.argv[2], "part.zip"))
