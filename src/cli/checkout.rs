//! The engine checkout named on the command line.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::Advised;
use crate::bundle::is_bundle;
use crate::checkout::open::{Checkout, OpenError};
use crate::checkout::recognition::{MANIFEST, SOURCES, TARGET, has_sources, is_engine};
use crate::checkout::tree::{Disk, UnreadableObject};
use crate::files::{quoted, shown};
use crate::patch::change::Next;

/// Most folders in the one that was named that are looked at for an engine.
const MAX_FOLDERS: usize = 256;

/// Opens it; a path that is no folder comes with a next step.
pub(super) fn open(path: &Path) -> anyhow::Result<Checkout> {
    Checkout::open(path).map_err(|error| match error {
        OpenError::NotAFolder { .. } => Advised {
            message: format!("{:#}", anyhow::Error::from(error)),
            help: NAME_ONE.to_owned(),
        }
        .into(),
        OpenError::SparseIndex { .. } => Advised {
            message: error.to_string(),
            help: format!(
                "git -C {} sparse-checkout reapply --no-sparse-index",
                quoted(path)
            ),
        }
        .into(),
        error => error.into(),
    })
}

/// Opens a checkout of the engine; one that has nothing of it comes with what was looked for, and with the engine that
/// was probably meant.
pub(super) fn open_engine(path: &Path) -> anyhow::Result<Checkout> {
    engine_in(open(path)?, path, false)
}

/// The same, where the engine need not be checked out: its history is asked for.
pub(super) fn open_history(path: &Path) -> anyhow::Result<Checkout> {
    engine_in(open(path)?, path, true)
}

fn engine_in(checkout: Checkout, path: &Path, is_history_enough: bool) -> anyhow::Result<Checkout> {
    let recognized = recognized(&checkout)
        .with_context(|| format!("{} cannot be judged", shown(path)))
        .map_err(|error| advise(error, path, &checkout))?;
    match recognized {
        Recognized::Here => Ok(checkout),
        Recognized::NotCheckedOut if is_history_enough => Ok(checkout),
        Recognized::NotCheckedOut => Err(Advised {
            message: format!(
                "{} has the engine committed, but {SOURCES} is not checked out",
                shown(path)
            ),
            help: check_out(path, &checkout),
        }
        .into()),
        Recognized::Nowhere => Err(Advised {
            message: format!(
                "{} is no checkout of coreai-models: it has no {SOURCES}, and no {MANIFEST} that names {TARGET}",
                shown(path)
            ),
            help: match meant(path) {
                Some(engine) => format!("did you mean {}?", quoted(&engine)),
                None if is_bundle(path) => {
                    "this is a bundle; name a clone or an unpacked archive of the engine".to_owned()
                }
                None => NAME_ONE.to_owned(),
            },
        }
        .into()),
    }
}

/// A command that leads on, to be pasted as it is, with the flags that make the same choices again.
pub(super) fn command(next: &Next, engine: &Path, flags: &[OsString]) -> String {
    let patch = |engine: &Path, command: &str, more: &[OsString]| {
        let mut words: Vec<OsString> = ["granite-bundle", "patch", command]
            .map(OsString::from)
            .into();
        words.extend(option("--engine", engine.as_os_str()));
        words.extend_from_slice(flags);
        words.extend_from_slice(more);
        words
    };
    let words = match next {
        Next::Git(arguments) => {
            let git = ["git".into(), "-C".into(), engine.into()];
            git.into_iter().chain(arguments.iter().cloned()).collect()
        }
        Next::Patch(command) => patch(engine, command, &[]),
        Next::Merge(command) => patch(engine, command, &["--three-way".into()]),
        Next::Clone => return clone(engine),
        Next::PatchClone(command) => patch(&clone_of(engine), command, &[]),
    };
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

/// The command that makes a clone with files of a repository that has none.
pub(super) fn clone(bare: &Path) -> String {
    format!("git clone {} {}", quoted(bare), quoted(clone_of(bare)))
}

/// Where that clone goes: a name of the repository's own, where nothing is yet.
pub(super) fn clone_of(bare: &Path) -> PathBuf {
    let name = bare.file_stem().unwrap_or(OsStr::new("engine"));
    let named = |count: usize| {
        let mut name = name.to_owned();
        name.push("-checkout");
        if count > 1 {
            name.push(format!("-{count}"));
        }
        PathBuf::from(name)
    };
    let mut counts = 1..MAX_FOLDERS;
    let free = counts.find(|count| !named(*count).exists());
    named(free.unwrap_or(MAX_FOLDERS))
}

/// An option and its value, in one word where the value could be taken for an option.
pub(super) fn option(name: &str, value: &OsStr) -> Vec<OsString> {
    if value.as_encoded_bytes().starts_with(b"-") {
        let mut word = OsString::from(format!("{name}="));
        word.push(value);
        return vec![word];
    }
    vec![name.into(), value.into()]
}

const NAME_ONE: &str =
    "name a clone of https://github.com/apple/coreai-models, or an unpacked archive of it";

/// Where the engine of a checkout is.
enum Recognized {
    Here,
    /// In the commit, but not in the folder.
    NotCheckedOut,
    Nowhere,
}

fn recognized(checkout: &Checkout) -> anyhow::Result<Recognized> {
    let trees = checkout.trees()?;
    let site = trees.site();
    if has_sources(site.view)? {
        return Ok(Recognized::Here);
    }
    if let Some(committed) = site.committed
        && has_sources(committed)?
    {
        return Ok(Recognized::NotCheckedOut);
    }
    Ok(match is_engine(site.view)? {
        true => Recognized::Here,
        false => Recognized::Nowhere,
    })
}

/// The command that puts the committed engine into the folder.
fn check_out(path: &Path, checkout: &Checkout) -> String {
    match is_set(checkout, "core.sparsecheckout") {
        true => format!("git -C {} sparse-checkout add swift", quoted(path)),
        // Named one by one, so that edits of other files stay.
        false if path.join(MANIFEST).exists() => {
            format!("git -C {} checkout HEAD -- swift", quoted(path))
        }
        false => format!("git -C {} checkout HEAD -- swift {MANIFEST}", quoted(path)),
    }
}

/// Adds to an error about what a repository lists and does not have the command that brings it.
pub(super) fn advise(error: anyhow::Error, path: &Path, checkout: &Checkout) -> anyhow::Error {
    let mut causes = error.chain();
    let is_lacking = |cause: &(dyn std::error::Error + 'static)| {
        let read = cause.downcast_ref::<io::Error>();
        read.is_some_and(|read| UnreadableObject::of(read).is_some())
    };
    let is_absent = |cause: &git2::Error| {
        cause.class() == git2::ErrorClass::Odb && cause.code() == git2::ErrorCode::NotFound
    };
    let message = if causes.any(is_lacking) {
        format!("{error:#}")
    } else if error.downcast_ref::<git2::Error>().is_some_and(is_absent) {
        format!(
            "{}: what is checked out is committed, but not among the objects of this repository",
            shown(path)
        )
    } else {
        return error;
    };
    Advised {
        message,
        help: complete(path, checkout),
    }
    .into()
}

/// The command that brings what a repository lists and does not have, or tells what that is.
pub(super) fn complete(path: &Path, checkout: &Checkout) -> String {
    match is_set(checkout, "remote.*.promisor") {
        true => format!("git -C {} fetch --refetch --no-filter", quoted(path)),
        false => format!(
            "git -C {} fsck names all that is missing; a new clone has it",
            quoted(path)
        ),
    }
}

/// True if a setting of the repository's that matches the name is on.
fn is_set(checkout: &Checkout, name: &str) -> bool {
    let config = checkout
        .repository()
        .and_then(|repository| repository.config().ok());
    let Some(entries) = config
        .as_ref()
        .and_then(|config| config.entries(Some(name)).ok())
    else {
        return false;
    };
    let mut is_on = false;
    let read = entries.for_each(|entry| is_on |= entry.value().is_ok_and(|value| value == "true"));
    read.is_ok() && is_on
}

/// The engine around the folder that was named, or directly in it.
fn meant(path: &Path) -> Option<PathBuf> {
    let is_one = |folder: &PathBuf| is_engine(&Disk::new(folder)).unwrap_or(false);
    let absolute = path.canonicalize().ok()?;
    let around = absolute.ancestors().skip(1).map(Path::to_owned);
    if let Some(engine) = around.take_while(|it| it.parent().is_some()).find(is_one) {
        return Some(engine);
    }
    let entries = std::fs::read_dir(path).ok()?.take(MAX_FOLDERS);
    let folders = entries.flatten().map(|entry| entry.path());
    let mut folders: Vec<PathBuf> = folders.filter(|folder| folder.is_dir()).collect();
    folders.sort_unstable();
    folders.into_iter().find(is_one)
}
