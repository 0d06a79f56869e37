//! A byte source with a length and ranged reads; never the whole file.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Bytes of known length that can be read at any position.
///
/// Reads are positioned, so a source may be shared. A file is never mapped: one that is truncated
/// under a map kills the process, and positioned reads of the few bytes needed are as fast.
pub trait ByteSource {
    /// Length in bytes when the source was opened.
    fn len(&self) -> u64;

    /// Fills `buffer` from `offset` on.
    ///
    /// # Errors
    /// `UnexpectedEof` if the source ends before the buffer is full, else what the system reports.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()>;

    /// True if there is no byte.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A regular file, its length taken once when opened.
#[derive(Debug)]
pub struct FileSource {
    file: File,
    len: u64,
}

impl FileSource {
    /// Opens a file for positioned reads.
    ///
    /// # Errors
    /// What the system reports; `InvalidInput` if the path is not a regular file.
    pub fn open(path: &Path) -> io::Result<FileSource> {
        // Asked before opening: opening a pipe without a writer would wait for ever.
        if !path.metadata()?.is_file() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "not a regular file",
            ));
        }
        let file = File::open(path)?;
        let len = file.metadata()?.len();
        Ok(FileSource { file, len })
    }

    /// The open file, for reading it from start to end.
    pub fn file(&self) -> &File {
        &self.file
    }
}

impl ByteSource for FileSource {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(buffer, offset)
    }
}

impl ByteSource for [u8] {
    fn len(&self) -> u64 {
        <[u8]>::len(self) as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let bytes = usize::try_from(offset)
            .ok()
            .and_then(|start| self.get(start..start.checked_add(buffer.len())?))
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        buffer.copy_from_slice(bytes);
        Ok(())
    }
}

impl ByteSource for Vec<u8> {
    fn len(&self) -> u64 {
        ByteSource::len(self.as_slice())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.as_slice().read_at(offset, buffer)
    }
}

/// A source that tells of every read.
pub struct Watched<'a, S: ?Sized> {
    /// What is read.
    pub source: &'a S,
    /// Gets the number of bytes of each read that succeeded.
    pub each: &'a dyn Fn(u64),
}

impl<S: ByteSource + ?Sized> ByteSource for Watched<'_, S> {
    fn len(&self) -> u64 {
        self.source.len()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.source.read_at(offset, buffer)?;
        (self.each)(buffer.len() as u64);
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn memory_reads_are_bounded() {
        let source = vec![1_u8, 2, 3];
        let mut two = [0; 2];
        source.read_at(1, &mut two).unwrap();
        assert_eq!(two, [2, 3]);
        for offset in [2, 3, u64::MAX] {
            let error = source.read_at(offset, &mut two).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        }
    }

    #[test]
    fn reads_are_told_of() {
        let read = std::cell::Cell::new(0);
        let source = Watched {
            source: &vec![1_u8, 2, 3],
            each: &|bytes| read.set(read.get() + bytes),
        };
        let mut two = [0; 2];
        source.read_at(1, &mut two).unwrap();
        assert_eq!((two, read.get(), source.len()), ([2, 3], 2, 3));
        assert!(source.read_at(2, &mut two).is_err());
        assert_eq!(read.get(), 2);
    }

    #[test]
    fn a_folder_is_not_a_source() {
        let error = FileSource::open(Path::new("src")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }
}
