//! Works out, without touching anything, what taking patches back makes of the files.
//!
//! What the receipt recorded decides: a file that is still what the patch made of it becomes what it was, to the
//! byte. Where others have edited it since, or later patches sit on top, the patch alone is merged out; the images the
//! receipt holds of the later patches follow, so that these can be taken back exactly in their turn.

use std::collections::BTreeMap;
use std::io;

use crate::checkout::{FileChange, FileImage, FileMode, RepoPath};
use crate::patch::change::transaction::{
    Action, AppliedFile, AppliedPatch, Receipt, Recorded, Request, TransactionError,
    emptied_directories,
};

/// A file that was edited where the patch is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{path}` was edited where `{patch}` changed it, so the patch cannot be told from the edits"
)]
pub struct Entangled {
    /// The patch to be taken back.
    pub patch: String,
    /// The file.
    pub path: RepoPath,
}

/// Why nothing can be taken back.
#[derive(Debug, thiserror::Error)]
pub enum RevertError {
    /// Edits since.
    #[error(transparent)]
    Entangled(#[from] Entangled),
    /// An image or a file cannot be read.
    #[error(transparent)]
    Unreadable(#[from] TransactionError),
}

/// Reads what a revert starts from.
pub trait Source {
    /// An image the receipt names.
    ///
    /// # Errors
    /// When it is not in the store.
    fn image(&self, recorded: Recorded) -> Result<FileImage, TransactionError>;

    /// The file as it is now, `None` if it is not there.
    ///
    /// # Errors
    /// When it cannot be read.
    fn current(&self, path: &RepoPath) -> io::Result<Option<FileImage>>;
}

/// A revert being worked out, patch by patch, last applied first.
pub struct Revert<'s> {
    source: &'s dyn Source,
    receipt: Receipt,
    patches: Vec<String>,
    /// The file as found, and as it will be.
    files: BTreeMap<RepoPath, (Option<FileImage>, Option<FileImage>)>,
    images: Vec<FileImage>,
    directories: Vec<String>,
}

impl<'s> Revert<'s> {
    /// Starts from what is applied.
    pub fn new(receipt: Receipt, source: &'s dyn Source) -> Revert<'s> {
        Revert {
            source,
            receipt,
            patches: Vec::new(),
            files: BTreeMap::new(),
            images: Vec::new(),
            directories: Vec::new(),
        }
    }

    /// What the file will be, as worked out so far.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn file(&mut self, path: &RepoPath) -> Result<Option<FileImage>, TransactionError> {
        if let Some((_, planned)) = self.files.get(path) {
            return Ok(planned.clone());
        }
        let found = self
            .source
            .current(path)
            .map_err(|error| unreadable(path, error))?;
        self.files
            .insert(path.clone(), (found.clone(), found.clone()));
        Ok(found)
    }

    /// Takes back a patch the receipt knows; false if it does not.
    ///
    /// # Errors
    /// [`RevertError::Entangled`] when edits since do not let go of it; nothing of the patch is taken back then.
    pub fn recorded(&mut self, patch: &str) -> Result<bool, RevertError> {
        let known = |applied: &AppliedPatch| applied.patch == patch;
        let Some(position) = self.receipt.applied.iter().position(known) else {
            return Ok(false);
        };
        let mut receipt = self.receipt.clone();
        let entry = receipt.applied.remove(position);
        let mut planned = Vec::new();
        for file in &entry.files {
            let out = TakeOut {
                patch,
                path: &file.path,
                with: self.optional_image(file.after)?,
                without: self.optional_image(file.before)?,
            };
            planned.push((file.path.clone(), out.of(self.file(&file.path)?)?));
            let later = receipt.applied[position..]
                .iter_mut()
                .flat_map(|applied| &mut applied.files)
                .filter(|later| later.path == file.path);
            for later in later {
                for recorded in [&mut later.before, &mut later.after] {
                    let image = out.of(self.optional_image(*recorded)?)?;
                    *recorded =
                        Recorded::of_optional(image.as_ref()).map_err(TransactionError::from)?;
                    self.images.extend(image);
                }
            }
        }
        for (path, image) in planned {
            self.set(path, image);
        }
        self.receipt = receipt;
        self.directories.extend(entry.directories.into_iter().rev());
        self.patches.push(entry.patch);
        Ok(true)
    }

    /// Takes back a patch that is there: as recorded where that is known, else by `changes`, which were worked out from
    /// the content.
    ///
    /// # Errors
    /// [`RevertError::Entangled`] when neither lets go of it.
    pub fn step(&mut self, patch: &str, changes: Vec<FileChange>) -> Result<(), RevertError> {
        let entangled = match self
            .is_record_of(patch, &changes)
            .then(|| self.recorded(patch))
        {
            Some(Ok(true)) => return Ok(()),
            Some(Err(RevertError::Entangled(entangled))) => Some(entangled),
            Some(Err(error)) => return Err(error),
            Some(Ok(false)) | None => None,
        };
        for change in &changes {
            if self.file(&change.path)? != change.before {
                return Err(entangled
                    .unwrap_or_else(|| Entangled {
                        patch: patch.to_owned(),
                        path: change.path.clone(),
                    })
                    .into());
            }
        }
        self.by_content(patch, changes);
        Ok(())
    }

    /// Two stacks may call different patches by one name; the files tell them apart.
    fn is_record_of(&self, patch: &str, changes: &[FileChange]) -> bool {
        let known = |file: &AppliedFile| changes.iter().any(|change| change.path == file.path);
        let record = self.receipt.of(patch);
        record.is_some_and(|record| record.files.iter().all(known))
    }

    /// Takes back a recorded patch of which nothing was found by content, unless the files are as committed.
    ///
    /// # Errors
    /// [`RevertError::Entangled`] when edits since do not let go of it.
    pub fn leftover(
        &mut self,
        patch: &str,
        committed: impl Fn(&RepoPath) -> io::Result<Option<FileImage>>,
    ) -> Result<(), RevertError> {
        let paths: Vec<_> = match self.receipt.of(patch) {
            Some(record) => record.files.iter().map(|file| file.path.clone()).collect(),
            None => return Ok(()),
        };
        for path in paths {
            let clean = committed(&path).map_err(|error| unreadable(&path, error))?;
            if self.file(&path)? != clean {
                return self.recorded(patch).map(drop);
            }
        }
        self.receipt.forget(patch);
        Ok(())
    }

    /// Takes back a patch by what that does to each file.
    fn by_content(&mut self, patch: &str, changes: Vec<FileChange>) {
        self.directories.extend(emptied_directories(&changes));
        for change in changes {
            self.set(change.path, change.after);
        }
        self.receipt.forget(patch);
        self.patches.push(patch.to_owned());
    }

    /// The transaction that does it.
    pub fn finish(self) -> Request {
        let changes = self
            .files
            .into_iter()
            .filter_map(|(path, (before, after))| {
                (before != after).then_some(FileChange {
                    path,
                    before,
                    after,
                })
            });
        Request {
            action: Action::Revert,
            patches: self.patches,
            changes: changes.collect(),
            receipt: self.receipt,
            prune: self.directories,
            images: self.images,
            commits: Vec::new(),
        }
    }

    fn set(&mut self, path: RepoPath, image: Option<FileImage>) {
        let found = self.files.entry(path).or_default();
        found.1 = image;
    }

    fn optional_image(
        &self,
        recorded: Option<Recorded>,
    ) -> Result<Option<FileImage>, TransactionError> {
        recorded
            .map(|recorded| self.source.image(recorded))
            .transpose()
    }
}

fn unreadable(path: &RepoPath, error: io::Error) -> TransactionError {
    TransactionError::io("read", path.as_str(), error)
}

/// One patch's change of one file, to be taken out of images that contain it.
struct TakeOut<'a> {
    patch: &'a str,
    path: &'a RepoPath,
    with: Option<FileImage>,
    without: Option<FileImage>,
}

impl TakeOut<'_> {
    fn of(&self, image: Option<FileImage>) -> Result<Option<FileImage>, Entangled> {
        if image == self.with || image == self.without {
            return Ok(self.without.clone());
        }
        let merged = match (&image, &self.with, &self.without) {
            (Some(image), Some(with), Some(without)) => merge_out(image, with, without),
            _ => None,
        };
        merged.map(Some).ok_or_else(|| Entangled {
            patch: self.patch.to_owned(),
            path: self.path.clone(),
        })
    }
}

fn merge_out(image: &FileImage, with: &FileImage, without: &FileImage) -> Option<FileImage> {
    let linked = |image: &FileImage| image.mode == FileMode::Symlink;
    if [image, with, without].into_iter().any(linked) {
        return None;
    }
    let mode = if image.mode == with.mode {
        without.mode
    } else {
        image.mode
    };
    let data = diffy::merge_bytes(&with.data, &image.data, &without.data).ok()?;
    Some(FileImage { mode, data })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::HashMap;

    use super::*;

    #[derive(Default)]
    struct Memory {
        images: HashMap<git2::Oid, FileImage>,
        files: HashMap<String, FileImage>,
    }

    impl Source for Memory {
        fn image(&self, recorded: Recorded) -> Result<FileImage, TransactionError> {
            Ok(self.images[&recorded.oid].clone())
        }

        fn current(&self, path: &RepoPath) -> io::Result<Option<FileImage>> {
            Ok(self.files.get(path.as_str()).cloned())
        }
    }

    const START: &str = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n";

    fn text(data: &str) -> FileImage {
        FileImage {
            mode: FileMode::Regular,
            data: data.as_bytes().to_vec(),
        }
    }

    impl Memory {
        fn keep(&mut self, data: Option<&str>) -> Option<Recorded> {
            let image = text(data?);
            let recorded = Recorded::of(&image).unwrap();
            self.images.insert(recorded.oid, image);
            Some(recorded)
        }

        fn applied(
            &mut self,
            patch: &str,
            before: Option<&str>,
            after: Option<&str>,
        ) -> AppliedPatch {
            AppliedPatch {
                patch: patch.to_owned(),
                files: vec![AppliedFile {
                    path: RepoPath::new("f").unwrap(),
                    before: self.keep(before),
                    after: self.keep(after),
                }],
                directories: Vec::new(),
            }
        }
    }

    fn with(lines: &[(&str, &str)]) -> String {
        lines
            .iter()
            .fold(START.to_owned(), |text, (from, to)| text.replace(from, to))
    }

    fn receipt(applied: Vec<AppliedPatch>) -> Receipt {
        let mut receipt = Receipt::default();
        applied
            .into_iter()
            .for_each(|applied| receipt.push(applied));
        receipt
    }

    #[test]
    fn an_untouched_result_becomes_the_pre_image() {
        let mut memory = Memory::default();
        let after = with(&[("b\n", "B\n")]);
        let receipt = receipt(vec![memory.applied("p", Some(START), Some(&after))]);
        memory.files.insert("f".to_owned(), text(&after));
        let mut revert = Revert::new(receipt, &memory);
        assert!(revert.recorded("p").unwrap());
        let request = revert.finish();
        assert_eq!(request.changes[0].after, Some(text(START)));
        assert!(request.receipt.applied.is_empty());
    }

    #[test]
    fn the_lower_of_two_patches_comes_out_and_the_upper_stays_exact() {
        let mut memory = Memory::default();
        let (one, both) = (
            with(&[("b\n", "B\n")]),
            with(&[("b\n", "B\n"), ("i\n", "I\n")]),
        );
        let receipt = receipt(vec![
            memory.applied("p", Some(START), Some(&one)),
            memory.applied("q", Some(&one), Some(&both)),
        ]);
        memory.files.insert("f".to_owned(), text(&both));
        let mut revert = Revert::new(receipt, &memory);
        assert!(revert.recorded("p").unwrap());
        assert_eq!(
            revert.file(&RepoPath::new("f").unwrap()).unwrap(),
            Some(text(&with(&[("i\n", "I\n")])))
        );
        let upper = &revert.receipt.of("q").unwrap().files[0];
        assert_eq!(upper.before, Some(Recorded::of(&text(START)).unwrap()));
        assert_eq!(
            upper.after,
            Some(Recorded::of(&text(&with(&[("i\n", "I\n")]))).unwrap())
        );
    }

    #[test]
    fn edits_elsewhere_stay_and_edits_in_place_refuse() {
        let mut memory = Memory::default();
        let after = with(&[("b\n", "B\n")]);
        let receipt = receipt(vec![memory.applied("p", Some(START), Some(&after))]);
        memory.files.insert(
            "f".to_owned(),
            text(&with(&[("b\n", "B\n"), ("j\n", "J\n")])),
        );
        let mut revert = Revert::new(receipt.clone(), &memory);
        assert!(revert.recorded("p").unwrap());
        assert_eq!(
            revert.finish().changes[0].after,
            Some(text(&with(&[("j\n", "J\n")])))
        );

        memory
            .files
            .insert("f".to_owned(), text(&with(&[("b\n", "mine\n")])));
        let mut revert = Revert::new(receipt, &memory);
        assert!(matches!(
            revert.recorded("p"),
            Err(RevertError::Entangled(_))
        ));
    }

    #[test]
    fn a_created_file_goes_only_if_nobody_wrote_in_it() {
        let mut memory = Memory::default();
        let receipt = receipt(vec![memory.applied("p", None, Some("new\n"))]);
        memory.files.insert("f".to_owned(), text("new\n"));
        let mut revert = Revert::new(receipt.clone(), &memory);
        assert!(revert.recorded("p").unwrap());
        assert_eq!(revert.finish().changes[0].after, None);

        memory.files.insert("f".to_owned(), text("new\nmine\n"));
        assert!(Revert::new(receipt, &memory).recorded("p").is_err());
    }

    #[test]
    fn what_is_back_already_needs_no_change() {
        let mut memory = Memory::default();
        let receipt = receipt(vec![memory.applied("p", Some(START), Some("other"))]);
        memory.files.insert("f".to_owned(), text(START));
        let mut revert = Revert::new(receipt, &memory);
        assert!(revert.recorded("p").unwrap());
        let request = revert.finish();
        assert!(request.changes.is_empty() && request.receipt.applied.is_empty());
    }
}
