#!/usr/bin/env python3
"""other_language.py: makes ../other-language/, talk that soapstone is to refuse since it is not in English.

The voices are English ones with the phonemes of the other language, so they have an accent; which language it is can be heard.
"""

import numpy as np
import soundfile

from speak import RATE, ROOT, db, resample
from voices import Speaker

FOLDER = ROOT / "other-language"
FILE_RATE = 16_000
DOCTOR, PATIENT = "bf_emma", "am_michael"
SPANISH = [
    (DOCTOR, "Buenos días, señor García. ¿Qué le pasa hoy?"),
    (PATIENT, "Buenos días, doctora. Desde hace tres días me duele mucho la garganta y tengo fiebre por la noche."),
    (DOCTOR, "¿Está tomando algún medicamento?"),
    (PATIENT, "Solo las pastillas para la tensión, una cada mañana. Soy alérgico a la penicilina."),
    (DOCTOR, "Muy bien. Abra la boca, por favor, y diga ah. Voy a mirar también los oídos."),
    (PATIENT, "Me cuesta tragar, sobre todo la comida. Anoche casi no pude dormir."),
]


def main():
    FOLDER.mkdir(exist_ok=True)
    speaker = Speaker()
    pause = np.zeros(int(0.4 * RATE), np.float32)
    said = [np.concatenate([speaker.say(voice, text, language="es"), pause]) for voice, text in SPANISH]
    talk = np.concatenate([pause, *said])
    talk = resample((talk / talk.std() * db(-24))[:, None].astype(np.float32), FILE_RATE)
    flac = FOLDER / "spanish.flac"
    soundfile.write(flac, np.round(np.clip(talk, -0.97, 0.97) * 32767).astype(np.int16), FILE_RATE, subtype="PCM_16")
    print(f"spanish: {len(talk) / FILE_RATE:.1f} s, {flac.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
