//! Anyone's folder of patches, as quilt and StGit keep them.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;

use super::error::{SeriesError, SeriesLineError};
use super::patches::{Origin, Patch, Series, Variant};
use crate::checkout::RepoPath;
use crate::files::{FileReadError, read};
use crate::patch::format::mail::MailMessage;

/// The largest patch file read, in bytes: far above any patch of text, far below what would hurt.
const MAX_PATCH_BYTES: u64 = 64 << 20;

/// The largest `series` file read, in bytes: tens of thousands of names.
const MAX_LIST_BYTES: u64 = 4 << 20;

/// The name quilt and StGit give the file that lists a series.
const SERIES_FILE: &str = "series";

/// A patch file, and the line of the `series` file that names it.
type Named = (Option<usize>, RepoPath);

/// Reads a folder.
pub(super) fn series(folder: &Path) -> Result<Series, SeriesError> {
    let list = folder.join(SERIES_FILE);
    let names = match read(&list, MAX_LIST_BYTES) {
        Ok(text) => listed(&list, &String::from_utf8_lossy(&text))?,
        Err(FileReadError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
            by_name(folder)?
        }
        Err(source) => return Err(SeriesError::File { path: list, source }),
    };
    if names.is_empty() {
        return Err(SeriesError::Empty(folder.to_owned()));
    }
    let patches = names.iter().map(|(line, name)| {
        let text = read_patch(&folder.join(name.as_path()))
            .map_err(|error| name_line(&list, *line, name, error))?;
        Ok(from_file(&name.shown(), text))
    });
    Ok(Series {
        origin: Origin::Folder(folder.to_owned()),
        eras: Vec::new(),
        capabilities: Vec::new(),
        features: Vec::new(),
        patches: patches.collect::<Result<_, SeriesError>>()?,
    })
}

fn name_line(list: &Path, line: Option<usize>, name: &RepoPath, error: SeriesError) -> SeriesError {
    match (line, &error) {
        (
            Some(line),
            SeriesError::File {
                source: FileReadError::Io(source),
                ..
            },
        ) if source.kind() == io::ErrorKind::NotFound => SeriesError::Line {
            path: list.to_owned(),
            line,
            kind: SeriesLineError::Missing(name.shown().into_owned()),
        },
        _ => error,
    }
}

fn read_patch(path: &Path) -> Result<Vec<u8>, SeriesError> {
    read(path, MAX_PATCH_BYTES).map_err(|source| SeriesError::File {
        path: path.to_owned(),
        source,
    })
}

/// Every file that ends in `.patch`; what ends so and is no file, a pipe perhaps, is refused when it is read.
fn by_name(folder: &Path) -> Result<Vec<Named>, SeriesError> {
    let unreadable = |source| SeriesError::Unreadable {
        path: folder.to_owned(),
        source,
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        if let Some(name) = name.to_str().filter(|name| name.ends_with(".patch"))
            && !folder.join(name).is_dir()
        {
            names.extend(RepoPath::new(name).map(|name| (None, name)));
        }
    }
    names.sort();
    Ok(names)
}

fn listed(list: &Path, text: &str) -> Result<Vec<Named>, SeriesError> {
    let mut names: Vec<Named> = Vec::new();
    let mut known: HashMap<String, (usize, String)> = HashMap::new();
    for (number, line) in text.lines().enumerate() {
        let number = number + 1;
        let fault = |kind| SeriesError::Line {
            path: list.to_owned(),
            line: number,
            kind,
        };
        let mut words = line
            .split_whitespace()
            .take_while(|word| !word.starts_with('#'));
        let Some(file) = words.next() else { continue };
        if let Some(option) = words.find(|word| !matches!(*word, "-p1" | "-pab")) {
            return Err(fault(SeriesLineError::Option(option.to_owned())));
        }
        let path =
            RepoPath::new(file).ok_or_else(|| fault(SeriesLineError::BadPath(file.to_owned())))?;
        let name = patch_name(file).to_owned();
        if let Some((earlier, other)) = known.get(&name) {
            let (earlier, other, file) = (*earlier, other.clone(), file.to_owned());
            return Err(fault(match other == file {
                true => SeriesLineError::Repeated { file, earlier },
                false => SeriesLineError::SameName {
                    file,
                    other,
                    earlier,
                    name,
                },
            }));
        }
        known.insert(name, (number, file.to_owned()));
        names.push((Some(number), path));
    }
    Ok(names)
}

/// What a patch is called: its file without the ending.
fn patch_name(file: &str) -> &str {
    file.strip_suffix(".patch").unwrap_or(file)
}

/// A patch of no declared capability, named after its file.
pub fn from_file(file: &str, text: Vec<u8>) -> Patch {
    Patch {
        name: patch_name(file).to_owned(),
        title: title(&text),
        provides: Vec::new(),
        variants: vec![Variant::of_text(file, text)],
        unsupported: Vec::new(),
    }
}

/// The subject of a mail; other words before the first change are no title.
fn title(text: &[u8]) -> String {
    let message = MailMessage::of(text);
    match message.is_mail {
        true => message.subject,
        false => String::new(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

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

    #[test]
    fn two_patches_of_one_name_are_refused_with_both_lines() {
        let files = [
            ("p", PATCH),
            ("p.patch", PATCH),
            ("series", "# both\np\np.patch\n"),
        ];
        let message = Series::from_dir(folder(&files).path())
            .unwrap_err()
            .to_string();
        assert!(
            message.ends_with(
                "line 3: `p.patch` and `p` on line 2 are both called `p`: rename one of the files"
            ),
            "{message}"
        );
    }

    #[test]
    fn pipes_and_devices_are_refused_and_not_waited_for() {
        let pipe = |name: &str, files: &[(&str, &str)]| {
            let folder = folder(files);
            let made = std::process::Command::new("mkfifo")
                .arg(folder.path().join(name))
                .status();
            assert!(made.unwrap().success());
            Series::from_dir(folder.path()).unwrap_err().to_string()
        };
        for message in [
            pipe("p.patch", &[]),
            pipe("p.patch", &[("series", "p.patch\n")]),
            pipe("series", &[("p.patch", PATCH)]),
        ] {
            assert!(
                message.ends_with("it is a named pipe, and a file was expected"),
                "{message}"
            );
        }
        let device = folder(&[]);
        std::os::unix::fs::symlink("/dev/zero", device.path().join("p.patch")).unwrap();
        assert!(Series::from_dir(device.path()).is_err());
    }
}
