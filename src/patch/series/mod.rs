//! Patch series: the one built in, and anyone's folder of patches.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use crate::checkout::RepoPath;
use crate::checkout::capability::{
    Capability, CapabilityDefinition, Era, EraDefinition, Probe, Provision,
};
use crate::patch::format::error::PatchError;
use crate::patch::format::file::FilePatch;
use crate::patch::format::parse::parse_shared;

/// Where a series comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Embedded in this program.
    BuiltIn,
    /// A folder.
    Folder(PathBuf),
}

/// Patches in the order they are applied in, and what they are for.
#[derive(Debug, Clone)]
pub struct Series {
    /// Where it comes from.
    pub source: Source,
    /// The eras it tells apart, newest first; none for a folder.
    pub eras: Vec<EraDefinition>,
    /// The capabilities it provides or recognises; none for a folder.
    pub capabilities: Vec<CapabilityDefinition>,
    /// The patches, first to last.
    pub patches: Vec<Patch>,
}

/// One patch of a series.
#[derive(Debug, Clone)]
pub struct Patch {
    /// Unique in the series.
    pub name: String,
    /// What it does, in a line; empty for a patch without a subject.
    pub title: String,
    /// The capabilities it provides; none for a folder.
    pub provides: Vec<Capability>,
    /// The same change for different engines; exactly one for a folder.
    pub variants: Vec<Variant>,
    /// The eras it has no variant for, and why.
    pub unsupported: Vec<Unsupported>,
}

/// Eras that a patch leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unsupported {
    /// The eras.
    pub eras: Vec<Era>,
    /// Why, and what to do instead; a clause that can follow a colon.
    pub reason: String,
}

/// One patch file.
#[derive(Debug, Clone)]
pub struct Variant {
    /// The eras it is written for; none where the series knows no eras.
    pub eras: Vec<Era>,
    /// The capabilities this variant provides.
    pub provides: Vec<Capability>,
    /// Relative to the series' folder.
    pub file: String,
    /// What the engine's files show once it is applied; none for a folder.
    pub present: Vec<Probe>,
    /// The file's text.
    pub text: Arc<[u8]>,
    /// The changes, or why they cannot be read.
    pub files: Result<Vec<FilePatch>, PatchError>,
}

/// Why a series cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SeriesError {
    /// A folder or file cannot be read.
    #[error("cannot read `{}`", path.display())]
    Unreadable {
        /// The folder or file.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// Nothing to apply.
    #[error("`{}` has no `*.patch` file and no `series` that names one", .0.display())]
    Empty(PathBuf),
    /// A line of the `series` file that means what we do not do.
    #[error("`{}` line {line}: {kind}", path.display())]
    Line {
        /// The `series` file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        kind: SeriesLineError,
    },
    /// A file larger than any patch.
    #[error("`{}` has {bytes} bytes; no more than {MAX_PATCH_BYTES} are read", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// The series' own description is wrong.
    #[error("series.toml: {0}")]
    Description(String),
}

/// What is wrong with a line of a `series` file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SeriesLineError {
    /// A path out of the folder.
    #[error("`{0}` is no path inside the folder")]
    BadPath(String),
    /// An option that changes how the patch is applied.
    #[error(
        "`{0}` is not supported: patches are applied forwards with one leading path component left out (-p1)"
    )]
    Option(String),
    /// Named before.
    #[error("`{0}` is named a second time")]
    Repeated(String),
    /// Named, but not there.
    #[error("`{0}` is not in the folder")]
    Missing(String),
}

/// The largest patch file read, in bytes: far above any patch of text, far below what would hurt.
const MAX_PATCH_BYTES: u64 = 64 << 20;

/// The name quilt and StGit give the file that lists a series.
const SERIES_FILE: &str = "series";

impl Series {
    /// Reads a folder of patches: in the order of its `series` file, else by file name.
    ///
    /// A patch that cannot be read as one is kept with the reason, so that the rest can still be judged.
    ///
    /// # Errors
    /// When the folder or a file cannot be read, or the `series` file asks for what is not supported.
    pub fn from_dir(folder: &Path) -> Result<Series, SeriesError> {
        let list = folder.join(SERIES_FILE);
        let names = match fs::read(&list) {
            Ok(text) => listed(&list, &String::from_utf8_lossy(&text))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => by_name(folder)?,
            Err(source) => return Err(SeriesError::Unreadable { path: list, source }),
        };
        if names.is_empty() {
            return Err(SeriesError::Empty(folder.to_owned()));
        }
        let patches = names.iter().map(|(line, name)| {
            let text = read_patch(&folder.join(name.as_str()))
                .map_err(|error| name_line(&list, *line, name, error))?;
            Ok(from_file(name.as_str(), text))
        });
        Ok(Series {
            source: Source::Folder(folder.to_owned()),
            eras: Vec::new(),
            capabilities: Vec::new(),
            patches: patches.collect::<Result<_, SeriesError>>()?,
        })
    }

    /// The series built into this program.
    ///
    /// # Errors
    /// When the embedded description is wrong, which a test rules out.
    pub fn builtin() -> Result<Series, SeriesError> {
        described(DESCRIPTION, &|file| {
            let found = EMBEDDED.iter().find(|(name, _)| *name == file);
            found.map(|(_, text)| text.as_bytes().to_vec())
        })
    }

    /// The patch of this name, or of this file.
    pub fn find(&self, name: &str) -> Option<&Patch> {
        let is_file = |patch: &&Patch| patch.variants.iter().any(|variant| variant.file == name);
        let named = self.patches.iter().find(|patch| patch.name == name);
        named.or_else(|| self.patches.iter().find(is_file))
    }

    /// Why no variant of a patch is for this era, where the series says so.
    pub fn unsupported_reason(&self, patch: &str, era: Era) -> Option<&str> {
        let unsupported = &self.find(patch)?.unsupported;
        let entry = unsupported.iter().find(|entry| entry.eras.contains(&era));
        entry.map(|entry| entry.reason.as_str())
    }

    /// What each variant leaves in the files, for [`survey`](crate::checkout::capability::survey).
    pub fn provisions(&self) -> impl Iterator<Item = Provision<'_>> {
        let variants = self.patches.iter().flat_map(|patch| &patch.variants);
        variants
            .filter(|variant| !variant.present.is_empty())
            .map(|variant| Provision {
                provides: &variant.provides,
                present: &variant.present,
            })
    }
}

fn name_line(list: &Path, line: Option<usize>, name: &RepoPath, error: SeriesError) -> SeriesError {
    match (line, &error) {
        (Some(line), SeriesError::Unreadable { source, .. })
            if source.kind() == io::ErrorKind::NotFound =>
        {
            SeriesError::Line {
                path: list.to_owned(),
                line,
                kind: SeriesLineError::Missing(name.as_str().to_owned()),
            }
        }
        _ => error,
    }
}

fn read_patch(path: &Path) -> Result<Vec<u8>, SeriesError> {
    let unreadable = |source| SeriesError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let bytes = fs::metadata(path).map_err(unreadable)?.len();
    if bytes > MAX_PATCH_BYTES {
        return Err(SeriesError::TooLarge {
            path: path.to_owned(),
            bytes,
        });
    }
    fs::read(path).map_err(unreadable)
}

type Named = (Option<usize>, RepoPath);

fn by_name(folder: &Path) -> Result<Vec<Named>, SeriesError> {
    let unreadable = |source| SeriesError::Unreadable {
        path: folder.to_owned(),
        source,
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        if let Some(name) = name.to_str().filter(|name| name.ends_with(".patch"))
            && folder.join(name).is_file()
        {
            names.extend(RepoPath::new(name).map(|name| (None, name)));
        }
    }
    names.sort();
    Ok(names)
}

fn listed(list: &Path, text: &str) -> Result<Vec<Named>, SeriesError> {
    let mut names: Vec<Named> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let fault = |kind| SeriesError::Line {
            path: list.to_owned(),
            line: number + 1,
            kind,
        };
        let mut words = line
            .split_whitespace()
            .take_while(|word| !word.starts_with('#'));
        let Some(name) = words.next() else { continue };
        if let Some(option) = words.find(|word| !matches!(*word, "-p1" | "-pab")) {
            return Err(fault(SeriesLineError::Option(option.to_owned())));
        }
        let path =
            RepoPath::new(name).ok_or_else(|| fault(SeriesLineError::BadPath(name.to_owned())))?;
        if names.iter().any(|(_, earlier)| *earlier == path) {
            return Err(fault(SeriesLineError::Repeated(name.to_owned())));
        }
        names.push((Some(number + 1), path));
    }
    Ok(names)
}

/// A patch of no declared capability, named after its file.
pub fn from_file(file: &str, text: Vec<u8>) -> Patch {
    Patch {
        name: file.strip_suffix(".patch").unwrap_or(file).to_owned(),
        title: subject(&text),
        provides: Vec::new(),
        variants: vec![variant(
            VariantFields {
                eras: Vec::new(),
                file: file.to_owned(),
                provides: None,
                present: Vec::new(),
            },
            &[],
            text,
        )],
        unsupported: Vec::new(),
    }
}

/// The subject of a mail, without its `[PATCH n/m]`; empty where there is none before the first change.
fn subject(text: &[u8]) -> String {
    let lines = text.split(|byte| *byte == b'\n');
    let before =
        lines.take_while(|line| !line.starts_with(b"diff --git ") && !line.starts_with(b"--- "));
    let mut before = before.map(|line| String::from_utf8_lossy(line));
    let Some(subject) =
        before.find_map(|line| Some(line.strip_prefix("Subject:")?.trim().to_owned()))
    else {
        return String::new();
    };
    let folded = before.take_while(|line| line.starts_with([' ', '\t']));
    let whole = folded.fold(subject, |whole, line| whole + " " + line.trim());
    match whole.split_once("] ") {
        Some((tag, rest)) if tag.starts_with("[PATCH") => rest.to_owned(),
        _ => whole,
    }
}

/// The description's own layout; `docs/adding-an-era.md` explains it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    version: u32,
    #[serde(default)]
    era: Vec<EraDefinition>,
    #[serde(default)]
    capability: Vec<CapabilityDefinition>,
    #[serde(default)]
    patch: Vec<PatchFields>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PatchFields {
    name: String,
    title: String,
    provides: Vec<Capability>,
    variant: Vec<VariantFields>,
    #[serde(default)]
    unsupported: Vec<Unsupported>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VariantFields {
    eras: Vec<Era>,
    file: String,
    provides: Option<Vec<Capability>>,
    present: Vec<Probe>,
}

/// The only layout of `series.toml` so far.
const VERSION: u32 = 1;

fn described(
    description: &str,
    read: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Result<Series, SeriesError> {
    let description: Description =
        toml::from_str(description).map_err(|error| SeriesError::Description(error.to_string()))?;
    if description.version != VERSION {
        return Err(SeriesError::Description(format!(
            "version {} is not supported, only {VERSION} is",
            description.version
        )));
    }
    let patches = description.patch.into_iter().map(|fields| {
        let variants = fields.variant.into_iter().map(|variant_fields| {
            let text = read(&variant_fields.file);
            let missing = || SeriesError::Description(format!("no file `{}`", variant_fields.file));
            let text = text.ok_or_else(missing)?;
            Ok(variant(variant_fields, &fields.provides, text))
        });
        Ok(Patch {
            variants: variants.collect::<Result<_, SeriesError>>()?,
            name: fields.name,
            title: fields.title,
            provides: fields.provides,
            unsupported: fields.unsupported,
        })
    });
    Ok(Series {
        source: Source::BuiltIn,
        eras: description.era,
        capabilities: description.capability,
        patches: patches.collect::<Result<_, SeriesError>>()?,
    })
}

fn variant(fields: VariantFields, provides: &[Capability], text: Vec<u8>) -> Variant {
    let text: Arc<[u8]> = text.into();
    Variant {
        files: parse_shared(&text),
        text,
        eras: fields.eras,
        provides: fields.provides.unwrap_or_else(|| provides.to_vec()),
        file: fields.file,
        present: fields.present,
    }
}

const DESCRIPTION: &str = include_str!("../../../patches/series.toml");

macro_rules! embedded {
    ($($file:literal),* $(,)?) => {
        &[$(($file, include_str!(concat!("../../../patches/", $file)))),*]
    };
}

/// Every patch file of the built-in series, so that one program file installs everything.
const EMBEDDED: &[(&str, &str)] = embedded![
    "pipelined-extra-states/e1.patch",
    "pipelined-extra-states/e2.patch",
    "pipelined-extra-states/e3.patch",
    "pipelined-extra-states/e4.patch",
    "shared-product.patch",
];

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_series_is_whole_and_readable() {
        let series = Series::builtin().unwrap();
        assert!(!series.patches.is_empty());
        for variant in series.patches.iter().flat_map(|patch| &patch.variants) {
            let files = variant.files.as_ref().unwrap();
            assert!(!variant.present.is_empty(), "{}", variant.file);
            for file in files {
                assert_eq!(file.preimage.len(), 40, "{}: {}", variant.file, file.path);
                assert_eq!(file.postimage.len(), 40, "{}: {}", variant.file, file.path);
            }
        }
    }

    #[test]
    fn the_table_of_embedded_files_is_the_folder() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("patches");
        let files = walkdir::WalkDir::new(&folder).sort_by_file_name();
        let files = files
            .into_iter()
            .map(Result::unwrap)
            .map(|entry| entry.into_path());
        let patches = files.filter(|path| path.extension().is_some_and(|end| end == "patch"));
        let found: Vec<_> = patches
            .map(|path| {
                path.strip_prefix(&folder)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .replace('\\', "/")
            })
            .collect();
        let mut embedded: Vec<_> = EMBEDDED
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect();
        embedded.sort();
        assert_eq!(embedded, found);
    }

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    const PATCH: &str =
        "Subject: [PATCH 1/2] Say\n more\n\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n";

    fn names(folder: &tempfile::TempDir) -> Vec<String> {
        let series = Series::from_dir(folder.path()).unwrap();
        series.patches.into_iter().map(|patch| patch.name).collect()
    }

    #[test]
    fn a_folder_is_read_by_name_and_a_series_file_in_its_order() {
        let files = [
            ("b.patch", PATCH),
            ("a.patch", PATCH),
            ("c.txt", "no patch"),
        ];
        let plain = folder(&files);
        assert_eq!(names(&plain), ["a", "b"]);
        fs::write(
            plain.path().join("series"),
            "# applies on 1234\n\nb.patch -p1 # first\n",
        )
        .unwrap();
        assert_eq!(names(&plain), ["b"]);
        let series = Series::from_dir(plain.path()).unwrap();
        assert_eq!(series.patches[0].title, "Say more");
    }

    #[test]
    fn a_series_file_that_asks_for_more_is_refused_with_its_line() {
        for (text, expected) in [
            ("a.patch -p0", "line 1: `-p0` is not supported"),
            (
                "a.patch\na.patch",
                "line 2: `a.patch` is named a second time",
            ),
            (
                "../a.patch",
                "line 1: `../a.patch` is no path inside the folder",
            ),
            ("b.patch", "line 1: `b.patch` is not in the folder"),
        ] {
            let folder = folder(&[("a.patch", PATCH), ("series", text)]);
            let message = Series::from_dir(folder.path()).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn an_unreadable_patch_is_kept_with_its_reason_and_an_empty_folder_is_refused() {
        let series = Series::from_dir(folder(&[("a.patch", "words\n")]).path()).unwrap();
        assert!(series.patches[0].variants[0].files.is_err());
        let empty = folder(&[("a.txt", "")]);
        assert!(matches!(
            Series::from_dir(empty.path()),
            Err(SeriesError::Empty(_))
        ));
    }
}
