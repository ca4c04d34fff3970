#!/bin/sh
# Installs what building soapstone needs beyond Rust: a C and C++ compiler and cmake (whisper.cpp, libopus), the headers of
# ALSA (microphones), and Python's pip, which brings the models. On a system without apt it says what to install. Does
# nothing where all is there. `tools/setup.sh tests` adds a sound system without a sound card, which the tests of rooms play to
# and record from.
set -eu

missing=""
need() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }
need cargo rust
need cc gcc
need c++ g++
need cmake cmake
pkg-config --exists alsa 2>/dev/null || missing="$missing pkg-config libasound2-dev"
python3 -m pip --version >/dev/null 2>&1 || missing="$missing python3-pip"
if [ "${1:-}" = tests ]; then
    need pulseaudio pulseaudio
    need paplay pulseaudio-utils
    ls /usr/lib/*/alsa-lib/libasound_module_pcm_pulse.so >/dev/null 2>&1 || missing="$missing libasound2-plugins"
fi
[ -n "$missing" ] || exit 0

case "$missing" in
*rust*)
    echo "setup: Rust is missing: install it with rustup, version 1.95 or later, and run this again" >&2
    exit 1 ;;
esac
if ! command -v apt-get >/dev/null 2>&1; then
    echo "setup: install these and run this again:$missing" >&2
    exit 1
fi
as_root=""
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "setup: as root, run: apt-get install$missing" >&2
        exit 1
    fi
    as_root=sudo
fi
echo "setup: installing$missing" >&2
$as_root apt-get update -q
# shellcheck disable=SC2086 # a list of package names
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -q --no-install-recommends $missing
