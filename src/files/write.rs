//! Writes a file that the user named: whole or not at all where it is a file, through it where it is something else.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Gid, Uid, fchown, fstat};
use tempfile::NamedTempFile;

/// Mode of a new file before the umask: a report is for others too.
const NEW: u32 = 0o666;

/// Makes `content` all that the file at `path` holds.
///
/// A regular file is replaced at once and keeps its mode and owner, so that a reader sees the old content or the new;
/// where that cannot be done (other names of the file, a folder that takes no new files) it is overwritten in place.
/// A link stays one and its target is written. A device, a pipe or a stream of this process is written to.
///
/// # Errors
/// When the system refuses, or the path is a folder.
pub fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => {
            let message = "it is a folder, and a file was expected";
            Err(io::Error::new(ErrorKind::IsADirectory, message))
        }
        Ok(found) if is(&found, io::stdout()) => pour(&mut io::stdout().lock(), content),
        Ok(found) if is(&found, io::stderr()) => pour(&mut io::stderr().lock(), content),
        Ok(found) if found.is_file() => replace(&fs::canonicalize(path)?, &found, content),
        Ok(_) => pour(&mut OpenOptions::new().write(true).open(path)?, content),
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Err(_) if path.is_symlink() => fs::write(path, content),
        Err(_) => create(path, content),
    }
}

fn pour(stream: &mut impl Write, content: &[u8]) -> io::Result<()> {
    stream.write_all(content)?;
    stream.flush()
}

/// True if the stream of this process is that file.
fn is(found: &Metadata, stream: impl AsFd) -> bool {
    fstat(stream).is_ok_and(|of| (of.st_dev, of.st_ino) == (found.dev(), found.ino()))
}

fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    let aside = aside(path, NEW, content)?;
    aside.persist(path)?;
    Ok(())
}

fn replace(path: &Path, old: &Metadata, content: &[u8]) -> io::Result<()> {
    // One that may not be written may not be replaced either.
    let mut in_place = OpenOptions::new().write(true).open(path)?;
    if old.nlink() > 1 {
        return overwrite(&mut in_place, content);
    }
    match aside(path, old.mode() & 0o777, content) {
        Ok(aside) if keep(&aside, old).is_ok() => {
            aside.persist(path)?;
            Ok(())
        }
        Err(error) if error.kind() == ErrorKind::StorageFull => Err(error),
        _ => overwrite(&mut in_place, content),
    }
}

fn overwrite(file: &mut File, content: &[u8]) -> io::Result<()> {
    file.set_len(0)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Gives the new file the old one's owner and mode.
fn keep(aside: &NamedTempFile, old: &Metadata) -> io::Result<()> {
    let new = aside.as_file().metadata()?;
    if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
        let owner = (Uid::from_raw(old.uid()), Gid::from_raw(old.gid()));
        fchown(aside.as_file(), Some(owner.0), Some(owner.1))?;
    }
    // The umask does not hold for a mode that was there before.
    let mode = Permissions::from_mode(old.mode() & 0o7777);
    aside.as_file().set_permissions(mode)
}

/// Puts a finished file in the place of the one at `path`, which until then stays as it is.
///
/// What is at `path` is kept as by [`write()`]: a link, another name, a device or a pipe gets the content.
///
/// # Errors
/// When the system refuses, or the path is a folder.
pub fn put(path: &Path, aside: NamedTempFile) -> io::Result<()> {
    let aside = match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound && !path.is_symlink() => {
            aside.persist(path)?;
            return Ok(());
        }
        Ok(found) if found.is_file() && found.nlink() == 1 && keep(&aside, &found).is_ok() => {
            match aside.persist(fs::canonicalize(path)?) {
                Ok(_) => return Ok(()),
                // A link may lead to another file system.
                Err(error) => error.file,
            }
        }
        _ => aside,
    };
    let mut to = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)?;
    io::copy(&mut File::open(aside.path())?, &mut to)?;
    to.flush()
}

/// A new file beside `path`, gone when dropped.
///
/// # Errors
/// A folder that takes no new file.
pub fn beside(path: &Path) -> io::Result<NamedTempFile> {
    empty(path, NEW)
}

/// The content in a file of its own beside `path`, on disk.
fn aside(path: &Path, mode: u32, content: &[u8]) -> io::Result<NamedTempFile> {
    let mut aside = empty(path, mode)?;
    aside.write_all(content)?;
    aside.as_file().sync_all()?;
    Ok(aside)
}

fn empty(path: &Path, mode: u32) -> io::Result<NamedTempFile> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    tempfile::Builder::new()
        .prefix(".granite-bundle-")
        .permissions(Permissions::from_mode(mode))
        .tempfile_in(folder)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::os::unix::fs::{FileTypeExt, symlink};
    use std::process::Command;

    use super::*;

    fn text(path: &Path) -> String {
        fs::read_to_string(path).unwrap()
    }

    /// A finished file that says `text`.
    fn finished(path: &Path, text: &str) -> NamedTempFile {
        let mut aside = beside(path).unwrap();
        aside.write_all(text.as_bytes()).unwrap();
        aside
    }

    #[test]
    fn a_finished_file_takes_the_place_of_what_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let [new, old, link, other] =
            ["new", "old", "link", "other"].map(|name| folder.path().join(name));
        put(&new, finished(&new, "a")).unwrap();
        fs::write(&old, "before").unwrap();
        fs::set_permissions(&old, Permissions::from_mode(0o640)).unwrap();
        drop(finished(&old, "never"));
        assert_eq!(text(&old), "before");
        put(&old, finished(&old, "b")).unwrap();
        assert_eq!(
            (text(&new).as_str(), text(&old).as_str(), mode(&old)),
            ("a", "b", 0o640)
        );
        symlink("old", &link).unwrap();
        put(&link, finished(&link, "c")).unwrap();
        assert!(link.is_symlink());
        fs::hard_link(&old, &other).unwrap();
        put(&old, finished(&old, "d")).unwrap();
        assert_eq!([text(&old), text(&other)], ["d", "d"]);
        assert!(put(folder.path(), finished(&old, "e")).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4);
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o7777
    }

    #[test]
    fn a_file_is_replaced_and_keeps_its_mode() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("f");
        write(&file, b"new").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        let before = fs::metadata(&file).unwrap().ino();
        write(&file, b"newer").unwrap();
        assert_eq!((text(&file).as_str(), mode(&file)), ("newer", 0o640));
        assert_ne!(fs::metadata(&file).unwrap().ino(), before);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_link_stays_and_its_target_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("inner")).unwrap();
        fs::write(path("inner/f"), "old").unwrap();
        symlink("inner/f", path("link")).unwrap();
        symlink("inner/none", path("dangling")).unwrap();
        write(&path("link"), b"new").unwrap();
        write(&path("dangling"), b"made").unwrap();
        assert!(path("link").is_symlink() && path("dangling").is_symlink());
        assert_eq!(text(&path("inner/f")), "new");
        assert_eq!(text(&path("inner/none")), "made");
    }

    #[test]
    fn other_names_of_a_file_keep_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (folder.path().join("1"), folder.path().join("2"));
        fs::write(&one, "old, and longer").unwrap();
        fs::hard_link(&one, &other).unwrap();
        write(&one, b"new").unwrap();
        assert_eq!(text(&other), "new");
    }

    #[test]
    fn a_pipe_is_written_to_and_stays_one() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(
            Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
        let reader = pipe.clone();
        let read = std::thread::spawn(move || text(&reader));
        write(&pipe, b"through").unwrap();
        assert_eq!(read.join().unwrap(), "through");
        assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
    }

    #[test]
    fn a_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let error = write(folder.path(), b"x").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::IsADirectory);
    }
}
