//! `soapstone terminology`: the code lists on this machine.

use std::{fs, path::PathBuf};

use super::{Failure, bar, output::print_line};
use crate::config::Config;
use crate::model_files::Manifest;
use crate::terminology::{DrugTable, Icd10Cm, TerminologyError, icd10cm};

/// Lists, fetches and searches ICD-10-CM.
///
/// Codes are never written by a model: the program looks up candidates in the published list, and the model chooses among
/// them. The list is fetched once and indexed in `paths.terminology` of the configuration. The drug table (RxNorm) is
/// part of the program.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    soapstone terminology pull                           fetch and index ICD-10-CM\n  \
    soapstone terminology search chest pain              codes for a problem")]
pub struct TerminologyArgs {
    #[command(subcommand)]
    command: TerminologyCommand,
}

#[derive(Debug, clap::Subcommand)]
enum TerminologyCommand {
    /// Shows the code lists and whether they are on this machine.
    #[command(after_help = "Example:\n  soapstone terminology list")]
    List,
    /// Fetches ICD-10-CM and the model that compares meanings, and builds the index; does nothing where all is done.
    ///
    /// Building takes one to two minutes: what every code means is computed once.
    #[command(after_help = "Example:\n  soapstone terminology pull")]
    Pull,
    /// Builds the index from the tabular list (XML) that is already on this machine.
    ///
    /// It must be the release that the program knows, the file `icd10c-tabular-April-1-2026.xml`. The model that compares
    /// meanings must be here: `soapstone models import` takes it from a file, too.
    #[command(after_help = "Example:\n  soapstone terminology import icd10c-tabular-April-1-2026.xml")]
    Import {
        /// The XML file.
        file: PathBuf,
    },
    /// Shows the codes that the program would consider for a problem, and the RxNorm concept of a medicine.
    ///
    /// One line a code: code, how well it fits (0 to 1), title, and the words of the list that matched. A medicine has its
    /// concept and its class.
    #[command(after_help = "Examples:\n  \
        soapstone terminology search high blood pressure\n  \
        soapstone terminology search --limit 3 \"knee pain\"\n  \
        soapstone terminology search Lasix")]
    Search {
        /// The problem, in a clinician's or a patient's words; or the name of a medicine, a brand too.
        #[arg(required = true)]
        text: Vec<String>,
        /// How many codes to show.
        #[arg(long, default_value_t = 8)]
        limit: usize,
    },
}

/// Runs the command; results go to stdout, progress to stderr.
pub fn run(args: &TerminologyArgs, config: &Config) -> Result<(), Failure> {
    let dir = &config.paths.terminology;
    match &args.command {
        TerminologyCommand::List => list(config)?,
        TerminologyCommand::Pull => {
            let built = bar::with(icd10cm::NAME, |progress| icd10cm::pull(&config.paths, progress))?;
            print_line(format_args!(
                "{} {} in {}",
                icd10cm::NAME,
                if built { "indexed" } else { "already there" },
                dir.display()
            ))?;
        }
        TerminologyCommand::Import { file } => {
            fs::metadata(file).map_err(|error| Failure::unreadable(file, &error))?;
            bar::with(icd10cm::NAME, |progress| icd10cm::import(&config.paths, file, progress))?;
            print_line(format_args!("{} indexed in {}", icd10cm::NAME, dir.display()))?;
        }
        TerminologyCommand::Search { text, limit } => search(&Icd10Cm::open(&config.paths)?, &text.join(" "), *limit)?,
    }
    Ok(())
}

fn search(list: &Icd10Cm, text: &str, limit: usize) -> Result<(), Failure> {
    let drugs = DrugTable::bundled().mentions(text);
    for mention in &drugs {
        let (drug, code) = (mention.drug, mention.drug.rxcui.unwrap_or("none"));
        print_line(format_args!("RxNorm {code:<9} {}  [{}]", drug.rxnorm_name.unwrap_or(drug.name), drug.class))?;
    }
    let codes = list.search(text, limit);
    for candidate in &codes {
        let (code, score, title) = (&candidate.code, candidate.score, &candidate.title);
        print_line(format_args!("{code:<9} {score:.2}  {title}  [{}]", candidate.matched_term))?;
    }
    if drugs.is_empty() && codes.is_empty() {
        eprintln!(
            "soapstone: no code and no medicine was found for these words; try fewer of them, or a clinical term"
        );
    }
    Ok(())
}

fn list(config: &Config) -> Result<(), Failure> {
    let about = Manifest::embedded().get(icd10cm::NAME).map_or("", |entry| entry.about.as_str());
    let here = match Icd10Cm::open(&config.paths) {
        Ok(list) => {
            let (all, billable) = list.counts();
            format!("here, {billable} billable codes of {all}")
        }
        Err(TerminologyError::Missing { command, .. }) => format!("not here; get it with: {command}"),
        Err(error) => return Err(error.into()),
    };
    print_line(format_args!("{:<10} {about}", icd10cm::NAME))?;
    print_line(format_args!("{:<10} {here}", ""))?;
    print_line(format_args!("\nin {}", config.paths.terminology.display()))?;
    Ok(())
}
