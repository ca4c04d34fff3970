//! How fast a model reads a prompt of 1,024 tokens and writes 64 after it.
//!
//! ```text
//! cargo bench --bench generation -- MODEL.gguf [--threads N] [--rounds N] [--peer FOLDER]
//! ```
//!
//! With `--peer`, llama.cpp does the same work on the same file with as many threads, turn by turn in the same run, so that
//! both meet the same machine; the ratios are what counts. FOLDER is one in which
//! `npm i node-llama-cpp@3.22 --ignore-scripts` has been run: its prebuilt llama.cpp is used, on the processor alone.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result, bail};
use soapstone::{
    config::WritingConfig,
    domain::{ModelRef, no_progress},
    inference::{Engine, GenerateRequest, Prompt, TextModel},
};

const PROMPT_TOKENS: usize = 1024;
const ANSWER_TOKENS: usize = 64;
/// Long enough, plain, and never at an end that a model would stop at.
const TEXT: &str =
    "The patient says that the cough began about two weeks ago and that the stairs are harder than before. ";

struct Arguments {
    model: PathBuf,
    threads: usize,
    rounds: usize,
    peer: Option<PathBuf>,
}

/// Tokens a second: of the prompt, and of the answer.
#[derive(Clone, Copy)]
struct Speed {
    prompt: f64,
    answer: f64,
}

fn main() -> Result<()> {
    let arguments = arguments()?;
    let mut ours = Vec::new();
    let mut theirs = Vec::new();
    for round in 0..arguments.rounds {
        let speed = own(&arguments)?;
        println!("soapstone  prompt {:7.1} tokens/s  answer {:5.1} tokens/s", speed.prompt, speed.answer);
        ours.push(speed);
        if let Some(folder) = &arguments.peer {
            let speed = peer(&arguments, folder, round as u32)?;
            println!("llama.cpp  prompt {:7.1} tokens/s  answer {:5.1} tokens/s", speed.prompt, speed.answer);
            theirs.push(speed);
        }
    }
    let (ours, theirs) = (median(&ours), theirs.first().map(|_| median(&theirs)));
    println!("median     prompt {:7.1} tokens/s  answer {:5.1} tokens/s", ours.prompt, ours.answer);
    if let Some(theirs) = theirs {
        println!(
            "ratio      prompt {:7.2}           answer {:5.2}",
            ours.prompt / theirs.prompt,
            ours.answer / theirs.answer
        );
    }
    Ok(())
}

fn own(arguments: &Arguments) -> Result<Speed> {
    let config = WritingConfig { threads: arguments.threads, context_tokens: 2048, ..WritingConfig::default() };
    let model = ModelRef { task: "text".to_owned(), name: "bench".to_owned(), sha256: String::new() };
    let engine = Engine::load(&arguments.model, model, &config)?;
    let mut shared = String::new();
    while engine.count_tokens(&shared)? < PROMPT_TOKENS {
        shared.push_str(TEXT);
    }
    // The model may not stop before the end: a string of this length is what the schema asks for.
    let schema = serde_json::json!({"type": "string", "minLength": 2000});
    let prompt = Prompt { shared, ..Prompt::default() };
    let request = GenerateRequest { prompt, schema: Some(schema), max_tokens: ANSWER_TOKENS };
    let answer = engine.generate(&request, &no_progress)?;
    let usage = answer.usage;
    let per_second = |tokens: usize, ms: u64| tokens as f64 * 1000.0 / ms.max(1) as f64;
    Ok(Speed {
        prompt: per_second(usage.prompt_tokens, usage.prompt_ms),
        answer: per_second(usage.generated_tokens, usage.generate_ms),
    })
}

fn peer(arguments: &Arguments, folder: &std::path::Path, round: u32) -> Result<Speed> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers/llama_cpp.mjs");
    let output = Command::new("node")
        .arg(script)
        .arg(folder)
        .arg(&arguments.model)
        .args([arguments.threads, PROMPT_TOKENS, ANSWER_TOKENS].map(|number| number.to_string()))
        .output()
        .context("node cannot be run")?;
    if !output.status.success() {
        bail!("llama.cpp failed in round {round}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let text = String::from_utf8(output.stdout)?;
    let line = text.lines().last().context("llama.cpp printed nothing")?;
    let numbers = line.split(' ').map(str::parse).collect::<Result<Vec<f64>, _>>()?;
    let &[prompt, answer] = numbers.as_slice() else { bail!("llama.cpp printed {line:?}") };
    Ok(Speed { prompt, answer })
}

fn median(speeds: &[Speed]) -> Speed {
    let middle = |value: fn(&Speed) -> f64| {
        let mut values: Vec<f64> = speeds.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Speed { prompt: middle(|speed| speed.prompt), answer: middle(|speed| speed.answer) }
}

fn arguments() -> Result<Arguments> {
    let mut arguments = Arguments { model: PathBuf::new(), threads: 2, rounds: 3, peer: None };
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        let mut value = || given.next().with_context(|| format!("{argument} needs a value"));
        match argument.as_str() {
            // cargo adds this one.
            "--bench" => {}
            "--threads" => arguments.threads = value()?.parse()?,
            "--rounds" => arguments.rounds = value()?.parse()?,
            "--peer" => arguments.peer = Some(value()?.into()),
            model => arguments.model = model.into(),
        }
    }
    if arguments.model.as_os_str().is_empty() || arguments.rounds == 0 {
        bail!("give the model: cargo bench --bench generation -- MODEL.gguf");
    }
    Ok(arguments)
}
