# The commands that people and CI use. Each does its own set-up, and repeats no finished work.

CACHE     := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/soapstone
TARGET    := $(or $(CARGO_TARGET_DIR),target)
SOAPSTONE := $(TARGET)/release/soapstone
DENY      := $(CACHE)/tools/bin/cargo-deny
FUZZER    := $(CACHE)/tools/schemathesis/bin/schemathesis
VISIT     ?= audio-fixtures/visit-01-hypertension.flac

# Everything is built once, in the release profile, so that tests, the demo and the benches share one set of libraries.
CARGO_FLAGS := --release --locked

.PHONY: help setup build models test-setup test-models demo test check fuzz-api bench-visit bench-recognition bench-live bench-generation bench-service bench-asr bench-notes gate gate-baseline

help: ## Show what there is to do
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-18s %s\n", $$1, $$2}' Makefile

setup: ## Install the system packages that the build needs
	@tools/setup.sh

build: setup ## Build the release binary
	cargo build $(CARGO_FLAGS)

models: build ## Fetch the default models and ICD-10-CM (1.5 GB)
	$(SOAPSTONE) models pull
	$(SOAPSTONE) terminology pull

test-models: models ## Fetch the small models that only the tests use (0.2 GB)
	$(SOAPSTONE) models pull whisper-tiny.en smollm2-135m

demo: models ## Write the note of a spoken visit: make demo VISIT=FILE
	$(SOAPSTONE) note $(VISIT)

test-setup: setup ## Install what only the tests need: a sound system without a sound card
	@tools/setup.sh tests

# A room's sound is played and recorded as it goes: nothing runs beside it.
test: test-setup test-models ## Run every test, on real models
	cargo test $(CARGO_FLAGS) -- --test-threads=1 room::
	cargo test $(CARGO_FLAGS) -- --skip room::

check: setup $(DENY) ## Formatting, lints, documentation, licences
	cargo fmt --check
	cargo clippy $(CARGO_FLAGS) --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings -A rustdoc::private-intra-doc-links" cargo doc $(CARGO_FLAGS) --no-deps --document-private-items
	$(DENY) --locked check licenses bans sources

# A tool that runs for a second is not worth minutes of optimisation.
$(DENY):
	CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
	CARGO_TARGET_DIR=$(CACHE)/tools/target cargo install --locked cargo-deny --version 0.20.2 --root $(CACHE)/tools
	rm -rf $(CACHE)/tools/target

fuzz-api: build $(FUZZER) ## Send the API what its document allows and what it does not: make fuzz-api EXAMPLES=30
	tools/fuzz_api.sh $(SOAPSTONE) $(FUZZER) $(EXAMPLES)

$(FUZZER):
	python3 -m venv $(CACHE)/tools/schemathesis
	$(CACHE)/tools/schemathesis/bin/pip install --quiet schemathesis==4.32.5

bench-visit: models ## Time every stage of a three-minute visit
	cargo bench $(CARGO_FLAGS) --bench visit

bench-recognition: models ## Recognition beside faster-whisper (docs/PERFORMANCE.md)
	cargo bench $(CARGO_FLAGS) --bench recognition

bench-live: models ## How far recognition is behind while two visits are recorded
	cargo bench $(CARGO_FLAGS) --bench live

bench-service: models ## Requests a second, and how long they take (docs/PERFORMANCE.md)
	cargo bench $(CARGO_FLAGS) --bench service -- --while-transcribing $(VISIT)

bench-asr: models ## Measure recognition on the spoken visits: target/bench-asr/report.html
	mkdir -p target/bench-asr
	$(SOAPSTONE) bench asr audio-fixtures/manifest.jsonl audio-fixtures/roles.jsonl audio-fixtures/hallucination.jsonl \
		--json target/bench-asr/report.json --html target/bench-asr/report.html

bench-notes: models ## Measure notes on the spoken visits, and on NOTES_CORPUS=FILE: target/bench-notes/report.html
	mkdir -p target/bench-notes
	$(SOAPSTONE) bench notes audio-fixtures/manifest.jsonl $(NOTES_CORPUS) \
		--json target/bench-notes/report.json --html target/bench-notes/report.html

# What no change may make worse, in four minutes. Measured and compared by soapstone itself; exit code 1 if it is.
GATE = $(SOAPSTONE) bench asr audio-fixtures/gate.jsonl audio-fixtures/hallucination.jsonl --json
NOTES_GATE = $(SOAPSTONE) bench notes audio-fixtures/gate-notes.jsonl --json

gate: models ## Compare recognition and notes of a few visits with docs/baselines
	mkdir -p target/bench-asr target/bench-notes
	$(GATE) target/bench-asr/gate.json
	$(SOAPSTONE) bench compare docs/baselines/asr.json target/bench-asr/gate.json
	$(NOTES_GATE) target/bench-notes/gate.json
	$(SOAPSTONE) bench compare docs/baselines/notes.json target/bench-notes/gate.json

gate-baseline: models ## Take the present recognition and notes as the baseline of the gate
	$(GATE) docs/baselines/asr.json
	$(NOTES_GATE) docs/baselines/notes.json

bench-generation: models ## Generation beside llama.cpp (docs/PERFORMANCE.md)
	cargo bench $(CARGO_FLAGS) --bench generation
