//! The tool's own folder: lock, journal, receipt and images.
//!
//! ```text
//! <notes>/lock               held while a transaction runs; a stale file is harmless
//!         journal.<phase>    at most one, see Phase
//!         receipt.json       what is applied
//!         receipt.next       what will be, once the journal's transaction concludes
//!         images.git         every pre- and post-image, as git blobs
//! ```
//! Where the notes are, [`WorkTree`] says: in the git directory that is the work tree's own, so that linked work trees do
//! not see each other's state, or beside the files where there is none. Images live in
//! an object store of their own, where git prunes nothing, however it is asked to:
//! `git --git-dir <notes>/images.git cat-file -p <id>` shows one.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use git2::{ObjectType, Repository, RepositoryInitOptions};

use super::error::TransactionError;
use super::failpoint;
use super::journal::{Journal, Phase};
use super::receipt::Receipt;
use super::record::Recorded;
use super::work_tree::WorkTree;
use crate::checkout::FileImage;

const LOCK: &str = "lock";
const RECEIPT: &str = "receipt.json";
const NEXT_RECEIPT: &str = "receipt.next";
const IMAGES: &str = "images.git";
const UNFINISHED: &str = "unfinished";

/// How often a held lock is tried again.
const RETRY: Duration = Duration::from_millis(20);

/// The tool's folder, as anyone may read it.
pub(super) struct Notes {
    path: PathBuf,
}

impl Notes {
    pub(super) fn of(work_tree: &WorkTree<'_>) -> Notes {
        Notes {
            path: work_tree.notes.clone(),
        }
    }

    /// The phase of an interrupted or running transaction.
    pub(super) fn phase(&self) -> Option<Phase> {
        let there = |phase: &Phase| self.path.join(phase.file_name()).exists();
        Phase::ALL.into_iter().find(there)
    }

    /// What is applied, as far as its images are still there: without them a patch is judged by its text, as one that
    /// somebody else applied.
    pub(super) fn receipt(&self) -> Result<Receipt, TransactionError> {
        let path = self.path.join(RECEIPT);
        let mut receipt = match fs::read(&path) {
            Ok(text) => Receipt::parse(&text)
                .map_err(|message| TransactionError::Damaged { path, message })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Receipt::default()),
            Err(source) => return Err(TransactionError::io("read", path, source)),
        };
        if receipt.applied.is_empty() {
            return Ok(receipt);
        }
        if !self.path.join(IMAGES).exists() {
            receipt.applied.clear();
            return Ok(receipt);
        }
        let images = self.images()?;
        receipt.applied.retain(|applied| {
            let mut files = applied.files.iter();
            files.all(|file| {
                let mut recorded = file.before.iter().chain(&file.after);
                recorded.all(|recorded| images.has(*recorded))
            })
        });
        Ok(receipt)
    }

    /// The images kept so far.
    pub(super) fn images(&self) -> Result<Images, TransactionError> {
        let repository = Repository::open_bare(self.path.join(IMAGES))?;
        Ok(Images { repository })
    }
}

/// The tool's folder with the lock held: the only one who writes there.
pub(super) struct LockedNotes {
    folder: Notes,
    _lock: File,
}

impl LockedNotes {
    /// Takes the lock, waiting for it up to `timeout`.
    pub(super) fn lock(
        work_tree: &WorkTree<'_>,
        timeout: Duration,
    ) -> Result<LockedNotes, TransactionError> {
        let folder = Notes::of(work_tree);
        let create = || {
            fs::create_dir_all(&folder.path)?;
            if work_tree.repository.is_none() {
                hide(&folder.path)?;
            }
            let mut options = OpenOptions::new();
            options.create(true).read(true).write(true).truncate(false);
            options.open(folder.path.join(LOCK))
        };
        let path = folder.path.join(LOCK);
        let file = create().map_err(|error| TransactionError::io("lock", &path, error))?;
        let started = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if started.elapsed() < timeout => {
                    std::thread::sleep(RETRY.min(timeout));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(TransactionError::Locked { path, timeout });
                }
                Err(TryLockError::Error(error)) => {
                    return Err(TransactionError::io("lock", &path, error));
                }
            }
        }
        Ok(LockedNotes {
            folder,
            _lock: file,
        })
    }

    pub(super) fn folder(&self) -> &Notes {
        &self.folder
    }

    /// The images, in a store that is made now if there is none or its making was interrupted.
    pub(super) fn images(&self) -> Result<Images, TransactionError> {
        self.folder.images().or_else(|_| {
            let mut options = RepositoryInitOptions::new();
            options.bare(true).external_template(false);
            let repository = Repository::init_opts(self.path(IMAGES), &options)?;
            // Nothing refers to the images but the receipt: git must not take them for garbage.
            let mut config = repository.config()?;
            config.set_str("gc.pruneExpire", "never")?;
            config.set_i32("gc.auto", 0)?;
            // `git gc --prune=now` goes by neither setting. Git obeys this one at any format version.
            config.set_bool("extensions.preciousObjects", true)?;
            Ok(Images { repository })
        })
    }

    /// The journal left by a transaction that did not end.
    pub(super) fn journal(&self) -> Result<Option<(Phase, Journal)>, TransactionError> {
        let Some(phase) = self.folder.phase() else {
            return Ok(None);
        };
        let path = self.path(phase.file_name());
        let text = fs::read(&path).map_err(|error| TransactionError::io("read", &path, error))?;
        match Journal::parse(&text) {
            Ok(journal) => Ok(Some((phase, journal))),
            Err(message) => Err(TransactionError::Damaged { path, message }),
        }
    }

    pub(super) fn begin(&self, journal: &Journal) -> Result<(), TransactionError> {
        self.write(Phase::Prepared.file_name(), journal)
    }

    pub(super) fn advance(&self, from: Phase, to: Phase) -> Result<(), TransactionError> {
        if from == to {
            return Ok(());
        }
        self.rename(from.file_name(), to.file_name())
    }

    pub(super) fn end(&self, phase: Phase) -> Result<(), TransactionError> {
        self.remove(phase.file_name())
    }

    pub(super) fn write_next_receipt(&self, receipt: &Receipt) -> Result<(), TransactionError> {
        self.write(NEXT_RECEIPT, receipt)
    }

    /// Makes the next receipt the receipt; does nothing if that was done.
    pub(super) fn publish_receipt(&self) -> Result<(), TransactionError> {
        if self.path(NEXT_RECEIPT).exists() {
            self.rename(NEXT_RECEIPT, RECEIPT)?;
        }
        Ok(())
    }

    pub(super) fn drop_next_receipt(&self) -> Result<(), TransactionError> {
        self.remove(NEXT_RECEIPT)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path.join(name)
    }

    /// Writes a whole file or none, on disk when this returns.
    fn write(&self, name: &str, value: &impl serde::Serialize) -> Result<(), TransactionError> {
        let write = || -> io::Result<()> {
            failpoint::pass(&format!("write {name}"))?;
            // The lock makes one name enough, and a killed process leaves no more than that one.
            let unfinished = self.path(UNFINISHED);
            let mut file = File::create(&unfinished)?;
            serde_json::to_writer_pretty(&mut file, value)?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            failpoint::pass(&format!("publish {name}"))?;
            fs::rename(&unfinished, self.path(name))?;
            sync_directory(&self.folder.path)
        };
        write().map_err(|error| TransactionError::io("write", self.path(name), error))
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), TransactionError> {
        let rename = || {
            failpoint::pass(&format!("rename {from} to {to}"))?;
            fs::rename(self.path(from), self.path(to))?;
            sync_directory(&self.folder.path)
        };
        rename().map_err(|error| TransactionError::io("rename", self.path(from), error))
    }

    fn remove(&self, name: &str) -> Result<(), TransactionError> {
        let remove = || {
            failpoint::pass(&format!("remove {name}"))?;
            match fs::remove_file(self.path(name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => sync_directory(&self.folder.path),
            }
        };
        remove().map_err(|error| TransactionError::io("remove", self.path(name), error))
    }
}

/// The images kept, as blobs of a repository of their own.
pub(super) struct Images {
    repository: Repository,
}

impl Images {
    /// Keeps an image, on disk when this returns.
    pub(super) fn keep(&self, image: &FileImage) -> Result<(), TransactionError> {
        let objects = self.repository.path().join("objects");
        failpoint::pass("keep an image")
            .map_err(|error| TransactionError::io("write", &objects, error))?;
        let odb = self.repository.odb()?;
        let oid = odb.write(ObjectType::Blob, &image.data)?;
        let name = oid.to_string();
        let folder = objects.join(&name[..2]);
        if !folder.join(&name[2..]).exists() && odb.exists(oid) {
            // Packed by `git gc`, which is on disk when it removes the single file.
            return Ok(());
        }
        let sync = || {
            File::open(folder.join(&name[2..]))?.sync_all()?;
            sync_directory(&folder)?;
            sync_directory(&objects)
        };
        sync().map_err(|error| TransactionError::io("write", &folder, error))
    }

    /// Whether an image is there.
    fn has(&self, recorded: Recorded) -> bool {
        let odb = self.repository.odb();
        odb.is_ok_and(|odb| odb.exists(recorded.oid))
    }

    /// The image that was kept under this name.
    pub(super) fn get(&self, recorded: Recorded) -> Result<FileImage, TransactionError> {
        let blob = self.repository.find_blob(recorded.oid)?;
        Ok(FileImage {
            mode: recorded.mode,
            data: blob.content().to_vec(),
        })
    }
}

fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Has git pass over the folder, should the files become a repository one day.
fn hide(folder: &Path) -> io::Result<()> {
    let ignore = folder.join(".gitignore");
    match fs::metadata(&ignore) {
        Ok(found) if found.len() > 0 => Ok(()),
        _ => fs::write(ignore, "*\n"),
    }
}
