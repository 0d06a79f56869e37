//! Line endings between git's objects and the files of a checkout, as `gitattributes(5)` describes them.
//!
//! A checkout with `core.autocrlf`, or with `text` or `eol` attributes, holds other bytes than what is committed without
//! anybody having edited it. Plans are made on what git would commit; files are written as git would check them out.
//! Other filters (`filter`, `ident`, `working-tree-encoding`) are not run: such files count as edited, which is safe.

use std::io;
use std::path::Path;

use git2::{AttrCheckFlags, AttrValue, Repository};

use crate::checkout::tree::{Committed, Disk, Entry, TreeView, image};
use crate::checkout::{FileChange, FileImage, FileMode, RepoPath};

/// Which files git takes for text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    Always,
    /// By content.
    Auto,
}

/// How one file's line endings are converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Conversion {
    text: Text,
    /// Whether the checkout has CR LF.
    crlf: bool,
}

/// What the configuration says where the attributes say nothing.
#[derive(Debug, Clone, Copy)]
struct Configured {
    /// `core.autocrlf` is `true` or `input`: git looks which files are text.
    guesses: bool,
    /// Whether the checkout has CR LF.
    crlf: bool,
}

impl Configured {
    fn of(repository: &Repository) -> Result<Configured, git2::Error> {
        let config = repository.config()?.snapshot()?;
        let is = |name, value| {
            let set = config.get_str(name).unwrap_or_default();
            set.eq_ignore_ascii_case(value)
        };
        let input = is("core.autocrlf", "input");
        let autocrlf = !input && config.get_bool("core.autocrlf").unwrap_or(false);
        let native = cfg!(windows) && !is("core.eol", "lf");
        Ok(Configured {
            guesses: autocrlf || input,
            crlf: autocrlf || (!input && (is("core.eol", "crlf") || native)),
        })
    }
}

impl Conversion {
    /// `None` where bytes are kept as they are.
    fn of(
        repository: &Repository,
        place: &Path,
        configured: Configured,
    ) -> Result<Option<Conversion>, git2::Error> {
        let attribute =
            |name| repository.get_attr_bytes(place, name, AttrCheckFlags::FILE_THEN_INDEX);
        let eol = match AttrValue::from_bytes(attribute("eol")?) {
            AttrValue::String("crlf") => Some(true),
            AttrValue::String("lf") => Some(false),
            _ => None,
        };
        let text = match AttrValue::from_bytes(attribute("text")?) {
            AttrValue::False => return Ok(None),
            AttrValue::True => Text::Always,
            AttrValue::String("auto") => Text::Auto,
            _ if eol.is_some() => Text::Always,
            _ if configured.guesses => Text::Auto,
            _ => return Ok(None),
        };
        let crlf = eol.unwrap_or(configured.crlf);
        Ok(Some(Conversion { text, crlf }))
    }

    /// What git would commit; `committed` is what it has committed.
    fn to_git(self, data: &[u8], committed: Option<&[u8]>) -> Vec<u8> {
        // What was committed with CR LF stays so unless the attributes say that it is text.
        let keeps = committed.is_some_and(|committed| Endings::of(committed).crlf > 0);
        if self.text == Text::Auto && (keeps || guessed_binary(data)) {
            return data.to_vec();
        }
        let pairs = data.iter().zip(data.iter().skip(1).map(Some).chain([None]));
        pairs
            .filter(|pair| !matches!(pair, (b'\r', Some(b'\n'))))
            .map(|(byte, _)| *byte)
            .collect()
    }

    /// What git would check out.
    fn to_file(self, data: &[u8]) -> Vec<u8> {
        let endings = Endings::of(data);
        let left = endings.crlf > 0 || endings.cr > 0 || guessed_binary(data);
        if !self.crlf || (self.text == Text::Auto && left) {
            return data.to_vec();
        }
        let mut converted = Vec::with_capacity(data.len() + endings.lf);
        let mut before = None;
        for byte in data {
            if *byte == b'\n' && before != Some(b'\r') {
                converted.push(b'\r');
            }
            converted.push(*byte);
            before = Some(*byte);
        }
        converted
    }
}

/// How often each line ending occurs.
#[derive(Debug, Default)]
struct Endings {
    crlf: usize,
    /// Without a CR before it.
    lf: usize,
    /// Without an LF behind it.
    cr: usize,
}

impl Endings {
    fn of(data: &[u8]) -> Endings {
        let mut endings = Endings::default();
        for (index, byte) in data.iter().enumerate() {
            let is_pair = |at: Option<usize>, other| at.and_then(|at| data.get(at)) == Some(&other);
            match byte {
                b'\n' if is_pair(index.checked_sub(1), b'\r') => endings.crlf += 1,
                b'\n' => endings.lf += 1,
                b'\r' if !is_pair(Some(index + 1), b'\n') => endings.cr += 1,
                _ => {}
            }
        }
        endings
    }
}

/// git's own guess (`convert_is_binary`): a NUL, a lone CR, or more than one control character in 128 others.
fn guessed_binary(data: &[u8]) -> bool {
    // A DOS end-of-file mark at the very end does not count.
    let data = data.strip_suffix(&[0x1a]).unwrap_or(data);
    let control = |byte: &&u8| {
        matches!(byte, 0x7f) || (**byte < 0x20 && !matches!(byte, 8..=10 | 12 | 13 | 0x1b))
    };
    let endings = Endings::of(data);
    let controls = data.iter().filter(control).count();
    let ends = 2 * endings.crlf + endings.lf + endings.cr;
    let printable = data.len() - controls - ends;
    data.contains(&0) || endings.cr > 0 || (printable >> 7) < controls
}

/// The files of a repository's checkout, as git would commit them.
pub struct CheckedOut<'r> {
    folder: Disk,
    repository: &'r Repository,
    committed: Option<Committed<'r>>,
    configured: Configured,
    /// Where the files are in the repository, if not at its root.
    inside: Option<RepoPath>,
}

impl<'r> CheckedOut<'r> {
    /// The files below `folder`, which is the repository's.
    ///
    /// # Errors
    /// When the configuration cannot be read.
    pub fn new(
        folder: Disk,
        repository: &'r Repository,
        committed: Option<Committed<'r>>,
    ) -> Result<CheckedOut<'r>, git2::Error> {
        Ok(CheckedOut {
            folder,
            repository,
            committed,
            configured: Configured::of(repository)?,
            inside: None,
        })
    }

    /// The same where the files are those of a folder of the repository.
    pub fn inside(self, folder: Option<RepoPath>) -> CheckedOut<'r> {
        CheckedOut {
            inside: folder,
            ..self
        }
    }

    /// The file's very bytes.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn file(&self, path: &RepoPath) -> io::Result<Option<FileImage>> {
        image(&self.folder, path)
    }

    /// What the file holds where git would commit `image`: what is there, if that is it, or else what git would check
    /// out.
    ///
    /// # Errors
    /// When the file or the attributes cannot be read.
    pub fn written(&self, path: &RepoPath, image: &FileImage) -> io::Result<FileImage> {
        let Some(conversion) = self.conversion(path, image.mode)? else {
            return Ok(image.clone());
        };
        if let Some(there) = self.file(path)?
            && there.mode == image.mode
            && self.committable(path, &there)?.data == image.data
        {
            return Ok(there);
        }
        Ok(FileImage {
            mode: image.mode,
            data: conversion.to_file(&image.data),
        })
    }

    /// A change of what git would commit, as it is made to the file itself.
    ///
    /// # Errors
    /// As [`written`](Self::written).
    pub fn change(&self, change: &FileChange) -> io::Result<FileChange> {
        let written = |image: &Option<FileImage>| {
            let written = |image| self.written(&change.path, image);
            image.as_ref().map(written).transpose()
        };
        Ok(FileChange {
            path: change.path.clone(),
            before: written(&change.before)?,
            after: written(&change.after)?,
        })
    }

    fn conversion(&self, path: &RepoPath, mode: FileMode) -> io::Result<Option<Conversion>> {
        if mode == FileMode::Symlink {
            return Ok(None);
        }
        let inside = self.inside.as_ref().map(RepoPath::as_path);
        let place = inside.unwrap_or(Path::new("")).join(path.as_path());
        Conversion::of(self.repository, &place, self.configured).map_err(io::Error::other)
    }

    /// What git would commit of a file that holds `file`.
    ///
    /// # Errors
    /// When the attributes or what is committed cannot be read.
    pub fn committable(&self, path: &RepoPath, file: &FileImage) -> io::Result<FileImage> {
        let conversion = match file.data.contains(&b'\r') {
            true => self.conversion(path, file.mode)?,
            false => None,
        };
        let Some(conversion) = conversion else {
            return Ok(file.clone());
        };
        let committed = match &self.committed {
            Some(committed) => image(committed, path)?,
            None => None,
        };
        let committed = committed.as_ref().map(|image| image.data.as_slice());
        Ok(FileImage {
            mode: file.mode,
            data: conversion.to_git(&file.data, committed),
        })
    }
}

impl TreeView for CheckedOut<'_> {
    fn entry(&self, path: &RepoPath) -> io::Result<Entry> {
        match self.folder.entry(path)? {
            Entry::File(file) => Ok(Entry::File(self.committable(path, &file)?)),
            entry => Ok(entry),
        }
    }

    fn is_folder(&self, path: &RepoPath) -> io::Result<bool> {
        self.folder.is_folder(path)
    }

    fn names(&self, folder: &str) -> io::Result<Vec<String>> {
        self.folder.names(folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALWAYS: Conversion = Conversion {
        text: Text::Always,
        crlf: true,
    };
    const AUTO: Conversion = Conversion {
        text: Text::Auto,
        crlf: true,
    };

    #[test]
    fn endings_go_out_and_come_back() {
        for conversion in [ALWAYS, AUTO] {
            assert_eq!(conversion.to_file(b"a\n\nb"), b"a\r\n\r\nb");
            assert_eq!(conversion.to_git(b"a\r\n\r\nb", None), b"a\n\nb");
        }
        let lf = Conversion {
            crlf: false,
            ..AUTO
        };
        assert_eq!(lf.to_file(b"a\n"), b"a\n");
        assert_eq!(ALWAYS.to_file(b"a\r\nb\n"), b"a\r\nb\r\n");
        assert_eq!(ALWAYS.to_git(b"a\r\r\nb\rc\n", None), b"a\r\nb\rc\n");
    }

    #[test]
    fn a_guess_leaves_alone_what_is_binary_mixed_or_committed_with_cr_lf() {
        for kept in [&b"a\r\nb\0"[..], b"a\rb\r\n", b"\x01\r\n"] {
            assert_eq!(AUTO.to_git(kept, None), kept);
        }
        assert_eq!(AUTO.to_git(b"a\r\n", Some(b"b\r\n")), b"a\r\n");
        assert_eq!(AUTO.to_file(b"a\r\nb\n"), b"a\r\nb\n");
    }
}
