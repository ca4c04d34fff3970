#!/bin/sh
# Makes the sample recordings of this folder: a tone a file, in every container and coding that is read. Each is 3 KB at
# the most, so that they live in the repository and no test needs ffmpeg. Run it in this folder; it needs ffmpeg with
# libmp3lame, libvorbis and libopus. `tests/it/audio/formats.rs` names each file with its length and tone.
set -eu

make() { # seconds frequency rate channels output options...
    seconds=$1 frequency=$2 rate=$3 channels=$4 output=$5
    shift 5
    ffmpeg -nostdin -loglevel error -y -f lavfi \
        -i "sine=frequency=$frequency:sample_rate=$rate:duration=$seconds,volume=4" -ac "$channels" \
        -map_metadata -1 -fflags +bitexact -flags:a +bitexact "$@" "$output"
}

make 0.30 500 8000 1 u8.wav -c:a pcm_u8
make 0.15 500 8000 1 s16.wav -c:a pcm_s16le
make 0.05 500 8000 2 s24-stereo.wav -c:a pcm_s24le
make 0.04 500 16000 1 s32.wav -c:a pcm_s32le
make 0.06 500 11025 1 f32.wav -c:a pcm_f32le
make 0.04 500 8000 1 f64.wav -c:a pcm_f64le
make 0.30 500 8000 1 mulaw.wav -c:a pcm_mulaw
make 0.30 500 8000 1 alaw.wav -c:a pcm_alaw
make 0.50 500 8000 1 ima.wav -c:a adpcm_ima_wav -block_size 256
make 0.50 500 8000 1 ms.wav -c:a adpcm_ms -block_size 256
make 0.04 500 8000 4 four-channels.wav -c:a pcm_s16le
make 0.15 500 8000 1 rf64.wav -c:a pcm_s16le -rf64 always
make 0.30 500 8000 1 tone.aiff -c:a pcm_mulaw
make 0.30 750 22050 1 tone.flac -c:a flac -metadata_header_padding 0
make 0.60 750 44100 1 tone.mp3 -c:a libmp3lame -b:a 32k
make 0.60 750 22050 2 stereo.mp3 -c:a libmp3lame -b:a 32k
make 0.60 750 24000 1 untagged.mp3 -c:a libmp3lame -b:a 24k -write_xing 0 -id3v2_version 0
make 0.60 750 44100 1 tone.m4a -c:a aac -b:a 16k
make 0.60 750 32000 1 tone.aac -c:a aac -b:a 16k -f adts
make 0.60 750 48000 1 tone.opus -c:a libopus -b:a 16k
make 0.50 750 48000 2 stereo.opus -c:a libopus -b:a 24k
make 0.60 750 48000 1 tone.webm -c:a libopus -b:a 16k
make 0.60 750 48000 1 live.webm -c:a libopus -b:a 16k -live 1
make 0.30 750 8000 1 vorbis.ogg -c:a libvorbis -b:a 8k
make 0.30 750 22050 1 flac.ogg -c:a flac -f ogg
