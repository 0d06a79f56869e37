//! The checkout's files, reached by name from an open directory, never through a link.
//!
//! Every component is opened relative to the one before with `O_NOFOLLOW`, so that no symbolic link, not even one
//! put there a moment ago, leads out of the checkout. A component must be in its directory under exactly the name
//! asked for, which a case-folding or normalising file system does not see to by itself.

use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, RenameFlags, Stat};
use rustix::io::Errno;
use rustix::path::Arg;

use crate::checkout::{FileImage, FileMode, RepoPath};

/// Why a path of a patch is not touched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Boundary {
    /// A directory on the way is a symbolic link.
    #[error("`{0}` is a symbolic link, and a patch is not followed through one")]
    Link(String),
    /// A directory on the way is something else.
    #[error("`{0}` is not a directory")]
    NotADirectory(String),
    /// It is the tool's own.
    #[error("`{0}` belongs to granite-bundle itself")]
    Own(String),
    /// The file belongs to another repository.
    #[error("`{0}` is a repository of its own")]
    Repository(String),
    /// The file system finds another name for this one.
    #[error("`{0}` is there under another spelling, and this file system does not tell them apart")]
    Spelling(String),
}

/// Why a file of the checkout cannot be reached.
#[derive(Debug, thiserror::Error)]
pub(super) enum FilesError {
    #[error(transparent)]
    Boundary(#[from] Boundary),
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<Errno> for FilesError {
    fn from(errno: Errno) -> FilesError {
        FilesError::Io(errno.into())
    }
}

/// What is found under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    Absent,
    File(FileImage),
    /// A directory, a device, a socket.
    Other,
}

/// The root of a checkout, held open.
pub(super) struct Files {
    root: OwnedFd,
    path: PathBuf,
    /// Git's `core.fileMode`: false where the file system has no executable bit.
    trust_modes: bool,
}

/// A directory of the checkout, held open.
pub(super) struct Directory {
    fd: OwnedFd,
    trust_modes: bool,
}

impl Files {
    pub(super) fn open(path: &Path, trust_modes: bool) -> io::Result<Files> {
        let root = rustix::fs::openat(CWD, path, directory() - OFlags::NOFOLLOW, Mode::empty())?;
        Ok(Files {
            root,
            path: path.to_owned(),
            trust_modes,
        })
    }

    /// Where the file is, for messages.
    pub(super) fn at(&self, path: &RepoPath) -> PathBuf {
        self.path.join(path.as_path())
    }

    /// The directory that holds `path`; `None` if it is not there.
    pub(super) fn directory_of(&self, path: &RepoPath) -> Result<Option<Directory>, FilesError> {
        self.directory(path.parents().next_back().as_ref())
    }

    /// The directory itself; `None` is the root.
    pub(super) fn directory(
        &self,
        path: Option<&RepoPath>,
    ) -> Result<Option<Directory>, FilesError> {
        let mut directory = Directory {
            fd: self.root.try_clone()?,
            trust_modes: self.trust_modes,
        };
        let on_the_way = path.map(|path| path.parents().chain([path.clone()]));
        for so_far in on_the_way.into_iter().flatten() {
            match directory.enter(so_far.file_name(), &so_far)? {
                Some(next) => directory = next,
                None => return Ok(None),
            }
        }
        Ok(Some(directory))
    }

    /// The directories on the way to `path` that are not there, outermost first.
    pub(super) fn missing_directories(&self, path: &RepoPath) -> Result<Vec<RepoPath>, FilesError> {
        let mut missing = Vec::new();
        for directory in path.parents() {
            if !missing.is_empty() || self.directory(Some(&directory))?.is_none() {
                missing.push(directory);
            }
        }
        Ok(missing)
    }

    /// What is at `path` now.
    pub(super) fn read(&self, path: &RepoPath) -> Result<Found, FilesError> {
        match self.directory_of(path)? {
            Some(directory) => directory.read_exactly(path.file_name(), path),
            None => Ok(Found::Absent),
        }
    }

    /// True if the images are the same as far as this file system can tell.
    pub(super) fn same(&self, found: &Found, image: Option<&FileImage>) -> bool {
        match (found, image) {
            (Found::Absent, None) => true,
            (Found::File(found), Some(image)) => {
                found.data == image.data && self.same_mode(found.mode, image.mode)
            }
            _ => false,
        }
    }

    fn same_mode(&self, a: FileMode, b: FileMode) -> bool {
        a == b || (!self.trust_modes && a != FileMode::Symlink && b != FileMode::Symlink)
    }
}

impl Directory {
    /// Opens a directory inside this one; `so_far` is its path in the checkout.
    fn enter(&self, name: &[u8], so_far: &RepoPath) -> Result<Option<Directory>, FilesError> {
        let fd = match rustix::fs::openat(&self.fd, name, directory(), Mode::empty()) {
            Ok(fd) => fd,
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::LOOP | Errno::NOTDIR) => return Err(self.obstacle(name, so_far)?.into()),
            Err(errno) => return Err(errno.into()),
        };
        self.spelled_so(name, so_far)?;
        let inside = Directory {
            fd,
            trust_modes: self.trust_modes,
        };
        if inside.stat(".git")?.is_some() {
            return Err(Boundary::Repository(so_far.to_string()).into());
        }
        Ok(Some(inside))
    }

    fn obstacle(&self, name: &[u8], so_far: &RepoPath) -> io::Result<Boundary> {
        let link = self
            .stat(name)?
            .is_some_and(|stat| is(&stat, FileType::Symlink));
        Ok(if link {
            Boundary::Link(so_far.to_string())
        } else {
            Boundary::NotADirectory(so_far.to_string())
        })
    }

    fn spelled_so(&self, name: &[u8], so_far: &RepoPath) -> Result<(), FilesError> {
        for entry in Dir::read_from(&self.fd)? {
            if entry?.file_name().to_bytes() == name {
                return Ok(());
            }
        }
        Err(Boundary::Spelling(so_far.to_string()).into())
    }

    fn stat(&self, name: impl Arg) -> io::Result<Option<Stat>> {
        match rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(stat)),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(errno.into()),
        }
    }

    fn read_exactly(&self, name: &[u8], path: &RepoPath) -> Result<Found, FilesError> {
        let found = self.read(name)?;
        if found != Found::Absent {
            self.spelled_so(name, path)?;
        }
        Ok(found)
    }

    /// What is under the name now.
    pub(super) fn read(&self, name: impl Arg + Copy) -> io::Result<Found> {
        let Some(stat) = self.stat(name)? else {
            return Ok(Found::Absent);
        };
        if is(&stat, FileType::Symlink) {
            let target = rustix::fs::readlinkat(&self.fd, name, Vec::new())?;
            return Ok(Found::File(FileImage {
                mode: FileMode::Symlink,
                data: target.into_bytes(),
            }));
        }
        if !is(&stat, FileType::RegularFile) {
            return Ok(Found::Other);
        }
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let fd = rustix::fs::openat(&self.fd, name, flags, Mode::empty())?;
        let executable = rustix::fs::fstat(&fd)?.st_mode & 0o100 != 0;
        let mut data = Vec::new();
        io::Read::read_to_end(&mut std::fs::File::from(fd), &mut data)?;
        let mode = if executable {
            FileMode::Executable
        } else {
            FileMode::Regular
        };
        Ok(Found::File(FileImage { mode, data }))
    }

    /// Writes a new file, on disk when this returns; with the permissions of `like`, if that is there.
    pub(super) fn stage(&self, name: &str, image: &FileImage, like: &[u8]) -> io::Result<()> {
        if image.mode == FileMode::Symlink {
            rustix::fs::symlinkat(image.data.as_slice(), &self.fd, name)?;
            return Ok(());
        }
        let executable = image.mode == FileMode::Executable;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let fresh = Mode::from_raw_mode(if executable { 0o777 } else { 0o666 });
        let mut file = std::fs::File::from(rustix::fs::openat(&self.fd, name, flags, fresh)?);
        if let Some(stat) = self
            .stat(like)?
            .filter(|stat| is(stat, FileType::RegularFile))
        {
            rustix::fs::fchmod(&file, permissions(stat.st_mode, executable))?;
        }
        file.write_all(&image.data)?;
        file.sync_all()
    }

    /// Swaps two names in one step.
    pub(super) fn exchange(&self, aside: &str, target: &[u8]) -> io::Result<()> {
        match rustix::fs::renameat_with(&self.fd, aside, &self.fd, target, RenameFlags::EXCHANGE) {
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                self.exchange_by_link(aside, target)
            }
            done => Ok(done?),
        }
    }

    /// The same where the file system has no exchange: the old file keeps a second name, so that the target is
    /// never missing and what it held never lost.
    fn exchange_by_link(&self, aside: &str, target: &[u8]) -> io::Result<()> {
        let second = second_name(aside);
        rustix::fs::linkat(&self.fd, target, &self.fd, &second, AtFlags::empty())?;
        rustix::fs::renameat(&self.fd, aside, &self.fd, target)?;
        rustix::fs::renameat(&self.fd, &second, &self.fd, aside)?;
        Ok(())
    }

    /// Completes an exchange that stopped between two of its steps.
    pub(super) fn settle(&self, aside: &str) -> io::Result<()> {
        let second = second_name(aside);
        if self.stat(&second)?.is_none() {
            return Ok(());
        }
        if self.stat(aside)?.is_some() {
            return self.remove(second.as_str());
        }
        Ok(rustix::fs::renameat(&self.fd, &second, &self.fd, aside)?)
    }

    /// Renames to a name that must be free.
    pub(super) fn put(&self, from: impl Arg + Copy, to: impl Arg + Copy) -> io::Result<()> {
        match rustix::fs::renameat_with(&self.fd, from, &self.fd, to, RenameFlags::NOREPLACE) {
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                rustix::fs::linkat(&self.fd, from, &self.fd, to, AtFlags::empty())?;
                self.remove(from)
            }
            done => Ok(done?),
        }
    }

    /// Removes a file that may be gone already.
    pub(super) fn remove(&self, name: impl Arg) -> io::Result<()> {
        match rustix::fs::unlinkat(&self.fd, name, AtFlags::empty()) {
            Err(Errno::NOENT) => Ok(()),
            done => Ok(done?),
        }
    }

    /// Creates a directory that may be there already.
    pub(super) fn create_directory(&self, name: &[u8]) -> io::Result<()> {
        match rustix::fs::mkdirat(&self.fd, name, Mode::from_raw_mode(0o777)) {
            Err(Errno::EXIST) => Ok(()),
            done => Ok(done?),
        }
    }

    /// Removes a directory if it is empty; true if it is gone.
    pub(super) fn remove_empty(&self, name: &[u8]) -> io::Result<bool> {
        match rustix::fs::unlinkat(&self.fd, name, AtFlags::REMOVEDIR) {
            Ok(()) | Err(Errno::NOENT) => Ok(true),
            Err(Errno::NOTEMPTY | Errno::EXIST) => Ok(false),
            Err(errno) => Err(errno.into()),
        }
    }

    /// Makes renames and removals durable.
    pub(super) fn sync(&self) -> io::Result<()> {
        Ok(rustix::fs::fsync(&self.fd)?)
    }
}

fn directory() -> OFlags {
    OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC
}

fn is(stat: &Stat, kind: FileType) -> bool {
    FileType::from_raw_mode(stat.st_mode) == kind
}

fn second_name(aside: &str) -> String {
    format!("{aside}-was")
}

/// The permissions of the file it replaces, with the executable bits git's mode asks for.
fn permissions(old: rustix::fs::RawMode, executable: bool) -> Mode {
    let bits = old & 0o7666;
    let run = (old & 0o444) >> 2;
    Mode::from_raw_mode(match (executable, old & 0o100 != 0) {
        (true, true) | (false, false) => old & 0o7777,
        (true, false) => bits | run,
        (false, true) => bits,
    })
}
