//! What `run` and `gate` say where a language model cannot be executed, and what they share besides.

use std::cell::OnceCell;
use std::path::Path;

use anyhow::Context;

use super::interrupt::INTERRUPTED;
use super::progress::Bar;
use super::{Advised, Ui};
use crate::exec::ExecError;
use crate::files::{quoted, shown};
use crate::generate::{Decoder, GenerateError, LanguageModel, LoadError, Text};
use crate::model::RecordedHash;

/// Reads the bundle and loads the function, with a progress bar; a failure comes with its next step.
pub(super) fn load(path: &Path, function: Option<&str>, ui: &Ui) -> anyhow::Result<LanguageModel> {
    let bar = OnceCell::new();
    let each = |read: u64, total: u64| {
        bar.get_or_init(|| Bar::new("loading", total, ui))
            .advance(read)
    };
    LanguageModel::open_watched(path, function, &each).map_err(|error| unloaded(error, path))
}

/// Refuses an asset whose bytecode is not what its `main.hash` records: numbers of another file say nothing of this one.
pub(super) fn check_hash(model: &LanguageModel, ui: &Ui) -> anyhow::Result<()> {
    let Some(asset) = model.target.asset.present() else {
        return Ok(());
    };
    let RecordedHash::Sha256(recorded) = &asset.recorded_hash else {
        return Ok(());
    };
    let bar = Bar::new("hashing", asset.bytes, ui);
    let computed = asset
        .content_hash_with(|bytes| bar.advance(bytes))
        .with_context(|| format!("cannot hash {}", shown(&asset.bytecode_path)))?;
    if computed == *recorded {
        return Ok(());
    }
    let path = &model.target.path;
    Err(Advised {
        message: format!(
            "{}: main.hash records another SHA-256 than the bytecode has, so the file was changed or cut after it was written",
            shown(path)
        ),
        help: format!(
            "copy the asset again; both are shown by: granite-bundle inspect {} --verify-hash",
            quoted(path)
        ),
    }
    .into())
}

/// An empty sequence.
pub(super) fn decoder<'m>(model: &'m LanguageModel, path: &Path) -> anyhow::Result<Decoder<'m>> {
    let mut decoder = model.decoder().map_err(|error| explained(error, path))?;
    decoder.stop_when(&INTERRUPTED);
    Ok(decoder)
}

/// The bundle's tokenizer.
pub(super) fn text(model: &LanguageModel) -> anyhow::Result<Text> {
    model
        .text()
        .map_err(|error| unloaded(error, &model.target.path))
}

fn unloaded(error: LoadError, path: &Path) -> anyhow::Error {
    let help = match &error {
        LoadError::Unreadable(failure) => return Advised::failure(failure.clone()),
        LoadError::NoTokenizer { .. } => "give the prompt as ids: --ids 1,2,3".to_owned(),
        LoadError::Exec(ExecError::NoFunction { .. }) => {
            "name one of those with --function".to_owned()
        }
        LoadError::Exec(ExecError::Unsupported(_) | ExecError::Type { .. }) => format!(
            "this asset can be looked at, not executed: granite-bundle inspect {} --ops",
            quoted(path)
        ),
        LoadError::Exec(_) => {
            let context = format!("{} cannot be executed", shown(path));
            return anyhow::Error::from(error).context(context);
        }
        _ => return error.into(),
    };
    let message = error.to_string();
    Advised { message, help }.into()
}

/// The ids of `--ids`.
pub(super) fn ids(text: &str) -> Result<Vec<u32>, String> {
    let one = |part: &str| {
        let wrong = || format!("`{}` is no token id", part.trim());
        part.trim().parse::<u32>().map_err(|_| wrong())
    };
    text.split(',').map(one).collect()
}

/// Computes on so many threads from here on; on all processors where no number is given.
pub(super) fn use_threads(threads: Option<u16>) -> anyhow::Result<()> {
    let Some(threads) = threads else {
        return Ok(());
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads));
    // Only the first pool of a process can be its global one, and a command makes one.
    pool.build_global().context("the threads cannot be started")
}

/// The most memory this process has held so far, bytes; `None` where the system does not say.
pub(super) fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// Adds the next step to a failure.
pub(super) fn explained(error: GenerateError, path: &Path) -> anyhow::Error {
    let path = quoted(path);
    let help = match &error {
        GenerateError::EmptyPrompt => format!("granite-bundle run {path} 'Once upon a time'"),
        GenerateError::Vocabulary { .. } => {
            format!("see the vocabulary's size: granite-bundle inspect {path}")
        }
        GenerateError::Context { .. } => "give a shorter prompt".to_owned(),
        GenerateError::Signature { .. } => {
            format!("see its functions: granite-bundle inspect {path} --all")
        }
        GenerateError::NotANumber { .. } => {
            format!("check the file: granite-bundle inspect {path} --verify-hash")
        }
        _ => return error.into(),
    };
    Advised {
        message: error.to_string(),
        help,
    }
    .into()
}
