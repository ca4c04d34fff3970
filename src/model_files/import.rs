//! Brings a file that is already on the machine into the store, for machines with no way out.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::{LocalList, LocalModel, Manifest, Model, ModelError, ModelFile, ModelStore, Task, convert, files, weights};
use crate::domain::{Progress, no_progress};

/// What the beginning of a file says that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Gguf,
    Ggml,
    Safetensors,
    Ctranslate2,
    Other,
}

impl Kind {
    fn of(start: &[u8]) -> Self {
        match start {
            [b'G', b'G', b'U', b'F', ..] => Self::Gguf,
            [b'l', b'm', b'g', b'g', ..] => Self::Ggml,
            [_, _, _, _, _, _, _, _, b'{', ..] => Self::Safetensors,
            _ if convert::is_ct2_whisper(start) => Self::Ctranslate2,
            _ => Self::Other,
        }
    }

    /// What a file of this kind is called and used for, if one that the manifest does not know can be used at all.
    fn use_and_extension(self) -> Option<(Task, &'static str)> {
        match self {
            Self::Gguf => Some((Task::Text, "gguf")),
            Self::Ggml | Self::Ctranslate2 => Some((Task::Asr, "ggml.bin")),
            Self::Safetensors | Self::Other => None,
        }
    }

    /// Whether all of the file is there. CTranslate2's form is read through by its conversion.
    fn check(self, path: &Path) -> Result<(), ModelError> {
        match self {
            Self::Gguf => weights::checked(path, weights::gguf),
            Self::Ggml => weights::checked(path, weights::ggml_whisper),
            Self::Safetensors | Self::Ctranslate2 | Self::Other => Ok(()),
        }
    }

    fn describe(self) -> &'static str {
        match self {
            Self::Gguf => "a GGUF model",
            Self::Ggml => "a ggml model",
            Self::Safetensors => "a safetensors file",
            Self::Ctranslate2 => "a Whisper model in CTranslate2's form",
            Self::Other => "no kind of model that soapstone can use (GGUF, ggml, safetensors, CTranslate2)",
        }
    }
}

pub(super) fn import(
    store: &ModelStore,
    source: &Path,
    name: Option<&str>,
    progress: Progress<'_>,
) -> Result<ModelFile, ModelError> {
    let source = model_in(source)?;
    let kind = Kind::of(&start_of(&source)?);
    let sha256 = files::sha256(&source, &|fraction| progress(fraction * 0.3))?;
    let rest = |fraction: f32| progress(0.3 + fraction * 0.7);
    let manifest = Manifest::embedded();
    let same_hash = |model: &&Model| model.sha256.as_ref() == Some(&sha256);
    if let Some(model) = manifest.models().find(same_hash) {
        copy(store.folder(model.task), &source, &model.file, &sha256, &rest)?.publish()?;
        return store.locate(&model.name);
    }
    if let Some(model) = manifest.models().find(|model| model.conversion_of(&sha256).is_some()) {
        let new = convert(store.folder(model.task), &source, &model.file, &rest)?;
        new.publish_as(model.sha256.as_deref(), &source, &model.name)?;
        return store.locate(&model.name);
    }
    let name = name.ok_or_else(|| unknown(&source, kind, &sha256))?;
    import_as(store, &source, kind, &sha256, name, &rest)
}

/// The model file that `source` names: itself, or the one in the folder.
fn model_in(source: &Path) -> Result<PathBuf, ModelError> {
    if !source.is_dir() {
        return Ok(source.to_owned());
    }
    let entries = fs::read_dir(source).map_err(ModelError::io(source))?;
    let is_model = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name == "model.bin")
            || path.extension().is_some_and(|extension| extension == "gguf" || extension == "safetensors")
    };
    let mut models: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(is_model).collect();
    match (models.pop(), models.is_empty()) {
        (Some(model), true) => Ok(model),
        (None, _) => Err(unsupported(source, "the folder has no model.bin, .gguf or .safetensors")),
        (Some(_), false) => Err(unsupported(source, "the folder has several models; name the file")),
    }
}

fn unsupported(path: &Path, reason: impl Into<String>) -> ModelError {
    ModelError::Unsupported { path: path.to_owned(), reason: reason.into() }
}

fn start_of(path: &Path) -> Result<Vec<u8>, ModelError> {
    let mut start = Vec::new();
    let file = File::open(path).map_err(ModelError::io(path))?;
    file.take(64).read_to_end(&mut start).map_err(ModelError::io(path))?;
    Ok(start)
}

/// Says what is known of a file that the manifest does not know, and how to use it nevertheless.
fn unknown(path: &Path, kind: Kind, sha256: &str) -> ModelError {
    if kind.use_and_extension().is_none() {
        return unsupported(
            path,
            format!("it is {}, and the manifest does not know its sha256 {sha256}", kind.describe()),
        );
    }
    unsupported(
        path,
        format!(
            "it is {}, but the manifest does not know its sha256 {sha256}. If you trust where it comes \
        from, give it a name: soapstone models import FILE --name NAME",
            kind.describe()
        ),
    )
}

fn import_as(
    store: &ModelStore,
    source: &Path,
    kind: Kind,
    sha256: &str,
    name: &str,
    progress: Progress<'_>,
) -> Result<ModelFile, ModelError> {
    let (task, extension) = kind.use_and_extension().ok_or_else(|| unknown(source, kind, sha256))?;
    check_name(name)?;
    let (file, dir) = (format!("{name}.{extension}"), store.dir());
    kind.check(source)?;
    let new = match kind {
        Kind::Ctranslate2 => convert(dir, source, &file, progress)?,
        _ => copy(dir, source, &file, sha256, progress)?,
    };
    let sha256 = new.sha256.clone();
    let path = new.publish()?;
    let bytes = fs::metadata(&path).map_err(ModelError::io(&path))?.len();
    let entry = LocalModel { name: name.to_owned(), task, file, bytes, sha256, origin: "import".to_owned() };
    LocalList::record(dir, entry)?;
    store.locate(name)
}

/// A name becomes a file name and must not hide a model of the manifest whose hash is known.
fn check_name(name: &str) -> Result<(), ModelError> {
    let refuse = |reason| Err(ModelError::Name { name: name.to_owned(), reason });
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
    if name.is_empty() || name.len() > 80 || name.starts_with('.') || !name.chars().all(allowed) {
        return refuse("use small letters, digits, dots and hyphens");
    }
    if Manifest::embedded().get(name).is_some() {
        return refuse("the manifest has a model of this name, and this file is another");
    }
    Ok(())
}

/// A whole file under its temporary name: what has its final name until now stays as it is until this is published.
struct New {
    temporary: PathBuf,
    path: PathBuf,
    sha256: String,
}

impl New {
    fn publish(self) -> Result<PathBuf, ModelError> {
        files::publish(&self.temporary, &self.path)?;
        files::remember(&self.path, &self.sha256)?;
        Ok(self.path)
    }

    /// Publishes it if it is the file that the manifest calls `name`, and removes it otherwise.
    fn publish_as(self, expected: Option<&str>, source: &Path, name: &str) -> Result<PathBuf, ModelError> {
        if expected == Some(&self.sha256) {
            return self.publish();
        }
        files::remove(&self.temporary)?;
        let found = self.sha256;
        Err(unsupported(
            source,
            format!(
                "converted, its sha256 is {found}, not that of the manifest: the files beside model.bin are not the \
                 ones that belong to {name}"
            ),
        ))
    }
}

/// Copies the file, and checks that the copy is what was read.
fn copy(dir: &Path, source: &Path, file: &str, sha256: &str, progress: Progress<'_>) -> Result<New, ModelError> {
    fs::create_dir_all(dir).map_err(ModelError::io(dir))?;
    files::require_space(dir, fs::metadata(source).map_err(ModelError::io(source))?.len())?;
    let path = dir.join(file);
    let temporary = files::with_suffix(&path, ".new");
    fs::copy(source, &temporary).map_err(ModelError::io(&temporary))?;
    let found = files::sha256(&temporary, progress)?;
    if found != sha256 {
        files::remove(&temporary)?;
        return Err(unsupported(source, "it changed while it was copied; try again"));
    }
    Ok(New { temporary, path, sha256: found })
}

/// Converts a CTranslate2 `model.bin`, with what lies beside it.
fn convert(dir: &Path, source: &Path, file: &str, progress: Progress<'_>) -> Result<New, ModelError> {
    fs::create_dir_all(dir).map_err(ModelError::io(dir))?;
    // An int8 model doubles when its weights become f16.
    files::require_space(dir, 2 * fs::metadata(source).map_err(ModelError::io(source))?.len())?;
    let path = dir.join(file);
    let temporary = files::with_suffix(&path, ".new");
    let folder = source.parent().unwrap_or(Path::new("."));
    convert::ct2_to_ggml(source, folder, &temporary, progress).inspect_err(|_| {
        // The reason that is told is the conversion's; what is left is overwritten by the next try.
        let _ = files::remove(&temporary);
    })?;
    let sha256 = files::sha256(&temporary, &no_progress)?;
    Ok(New { temporary, path, sha256 })
}

#[cfg(test)]
mod tests {
    use super::super::{convert::tests::whisper, weights::tests::small_gguf};
    use super::*;
    use crate::config::PathsConfig;

    struct Clinic {
        dir: tempfile::TempDir,
        store: ModelStore,
    }

    impl Clinic {
        fn new() -> Self {
            let dir = tempfile::tempdir().expect("a folder");
            let store = ModelStore::new(&PathsConfig::under(&dir.path().join("data")));
            Self { dir, store }
        }

        fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
            let path = self.dir.path().join(name);
            fs::write(&path, bytes).expect("written");
            path
        }

        fn import(&self, file: &Path, name: Option<&str>) -> Result<ModelFile, ModelError> {
            self.store.import(file, name, &no_progress)
        }
    }

    #[test]
    fn a_model_that_is_not_here_names_the_command_that_gets_it() {
        let error = Clinic::new().store.locate("whisper-base").expect_err("it is not here");
        assert!(
            matches!(&error, ModelError::Missing { command, .. } if command == "soapstone models pull whisper-base")
        );
        assert!(error.to_string().contains("soapstone models pull whisper-base"), "{error}");
    }

    #[test]
    fn an_unknown_model_is_refused_with_what_is_known_of_it() {
        let clinic = Clinic::new();
        let error = clinic.import(&clinic.file("x.gguf", &small_gguf()), None).expect_err("refused").to_string();
        assert!(error.contains("a GGUF model") && error.contains("sha256"), "{error}");
        assert!(error.ends_with("soapstone models import FILE --name NAME"), "{error}");
        let error = clinic.import(&clinic.file("x", b"hello"), Some("mine")).expect_err("refused").to_string();
        assert!(error.contains("no kind of model"), "{error}");
    }

    #[test]
    fn a_named_model_is_checked_like_the_rest() {
        let clinic = Clinic::new();
        let imported = clinic.import(&clinic.file("x.gguf", &small_gguf()), Some("mine")).expect("imports");
        assert_eq!(clinic.store.locate("mine").expect("is here"), imported);
        assert_eq!(imported.model_ref.task, "text");
        assert_eq!(clinic.store.verify("mine", &no_progress).expect("reads"), Some(super::super::Verdict::Intact));
        fs::write(&imported.path, b"GGUF and less").expect("written");
        let error = clinic.store.locate("mine").expect_err("it has changed");
        assert!(matches!(error, ModelError::Damaged { .. }), "{error}");
    }

    #[test]
    fn names_that_would_mislead_are_refused() {
        let clinic = Clinic::new();
        let file = clinic.file("x.gguf", &small_gguf());
        for name in ["whisper-base", "../mine", "", ".mine", "Mine"] {
            assert!(matches!(clinic.import(&file, Some(name)), Err(ModelError::Name { .. })), "{name}");
        }
    }

    #[test]
    fn a_faster_whisper_folder_is_converted() {
        let clinic = Clinic::new();
        clinic.file("model.bin", &whisper(true));
        clinic.file("vocabulary.txt", "a\n".repeat(50_300).as_bytes());
        let imported = clinic.import(clinic.dir.path(), Some("own-whisper")).expect("imports");
        assert_eq!(imported.model_ref.task, "asr");
        assert_eq!(fs::read(&imported.path).expect("reads")[..4], *b"lmgg");
    }

    #[test]
    fn half_a_model_is_no_model() {
        let clinic = Clinic::new();
        let whole = small_gguf();
        for bytes in [&whole[..whole.len() - 1], b"GGUF garbage", b"lmgg garbage"] {
            let error = clinic.import(&clinic.file("x", bytes), Some("mine")).expect_err("refused");
            assert!(matches!(error, ModelError::Unsupported { .. }), "{error}");
        }
        assert!(clinic.store.local_models().expect("reads").is_empty());
    }

    #[test]
    fn a_conversion_with_other_files_beside_it_leaves_the_good_model() {
        let clinic = Clinic::new();
        clinic.file("model.bin", &whisper(true));
        clinic.file("vocabulary.txt", "a\n".repeat(50_300).as_bytes());
        let converted = || convert(clinic.dir.path(), &clinic.dir.path().join("model.bin"), "good", &no_progress);
        let new = converted().expect("converts");
        let expected = new.sha256.clone();
        let good = new.publish_as(Some(&expected), Path::new("model.bin"), "small").expect("it is the one");
        clinic.file("vocabulary.txt", format!("b\n{}", "a\n".repeat(50_299)).as_bytes());
        let new = converted().expect("converts");
        let temporary = new.temporary.clone();
        let error = new.publish_as(Some(&expected), Path::new("model.bin"), "small").expect_err("it is another");
        assert!(error.to_string().contains("not that of the manifest"), "{error}");
        assert_eq!(files::sha256(&good, &no_progress).expect("it is there"), expected);
        assert!(!temporary.exists());
    }

    #[test]
    fn a_conversion_that_fails_leaves_nothing() {
        let clinic = Clinic::new();
        let model = whisper(false);
        clinic.file("model.bin", &model[..model.len() / 2]);
        clinic.file("vocabulary.txt", "a\n".repeat(50_300).as_bytes());
        assert!(clinic.import(clinic.dir.path(), Some("own-whisper")).is_err());
        assert_eq!(fs::read_dir(clinic.store.dir()).expect("reads").count(), 0);
    }
}
