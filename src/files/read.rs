//! Reads a file that somebody else may have put there.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;

/// Why a file was not read; each a rest of a sentence that begins with its path.
#[derive(Debug, thiserror::Error)]
pub enum FileReadError {
    /// It is a folder, a pipe or a device.
    #[error("is {0}, and a file was expected")]
    NoFile(&'static str),
    /// It has more bytes than the caller takes.
    #[error("has {size} bytes, more than the {limit} this tool reads of such a file")]
    TooLarge {
        /// Bytes seen; there may be more.
        size: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// It is not UTF-8.
    #[error("is not UTF-8 at byte {0}")]
    NotText(usize),
    /// The system refuses.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Reads a regular file of at most `limit` bytes; links are followed.
///
/// What a file is and how large it says it is are looked at before its content: a pipe would block for ever, and a
/// device never ends.
///
/// # Errors
/// When it is no regular file, too large, or cannot be read.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, FileReadError> {
    let size = regular(&fs::metadata(path)?, limit)?;
    let file = open(path)?;
    // The path may lead elsewhere by now.
    regular(&file.metadata()?, limit)?;
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    let size = bytes.len() as u64;
    if size > limit {
        return Err(FileReadError::TooLarge { size, limit });
    }
    Ok(bytes)
}

/// The same for a UTF-8 text.
///
/// # Errors
/// Those of [`read`], and when it is not UTF-8.
pub fn read_text(path: &Path, limit: u64) -> Result<String, FileReadError> {
    let bytes = read(path, limit)?;
    String::from_utf8(bytes)
        .map_err(|error| FileReadError::NotText(error.utf8_error().valid_up_to()))
}

/// Opens without waiting for the other end of a pipe.
fn open(path: &Path) -> io::Result<File> {
    let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

/// The size of a regular file within the limit.
fn regular(metadata: &Metadata, limit: u64) -> Result<u64, FileReadError> {
    if !metadata.is_file() {
        return Err(FileReadError::NoFile(what(metadata)));
    }
    match metadata.len() {
        size if size > limit => Err(FileReadError::TooLarge { size, limit }),
        size => Ok(size),
    }
}

/// What a path is that is no regular file, with its article.
pub fn what(metadata: &Metadata) -> &'static str {
    let kind = metadata.file_type();
    match () {
        () if kind.is_dir() => "a folder",
        () if kind.is_fifo() => "a named pipe",
        () if kind.is_socket() => "a socket",
        () if kind.is_block_device() || kind.is_char_device() => "a device",
        () => "no regular file",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_within_the_limit_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("f");
        fs::write(&file, "abc").unwrap();
        assert_eq!(read_text(&file, 3).unwrap(), "abc");
        assert!(matches!(
            read(&file, 2),
            Err(FileReadError::TooLarge { size: 3, limit: 2 })
        ));
        assert!(matches!(
            read(folder.path(), 9),
            Err(FileReadError::NoFile("a folder"))
        ));
        fs::write(&file, b"ab\xFF").unwrap();
        assert!(matches!(
            read_text(&file, 9),
            Err(FileReadError::NotText(2))
        ));
    }

    #[test]
    fn pipes_and_devices_are_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        for path in [pipe.as_path(), Path::new("/dev/zero")] {
            assert!(matches!(read(path, 9), Err(FileReadError::NoFile(_))));
        }
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        assert!(matches!(read(&link, 9), Err(FileReadError::NoFile(_))));
    }
}
