//! Content that a checkout's object database has, though no file of its tree need have it.

use std::io;

use git2::{ErrorCode, Oid, Repository};

/// Looks up blobs, for the pre-images patches record.
pub trait Blobs {
    /// The content of the one blob whose id starts with `prefix`; `None` where there is no such blob, or more than one.
    ///
    /// # Errors
    /// When it is there but cannot be read.
    fn blob(&self, prefix: &str) -> io::Result<Option<Vec<u8>>>;
}

/// The shortest abbreviation git takes for an object's id.
const SHORTEST_PREFIX: usize = 4;

impl Blobs for Repository {
    fn blob(&self, prefix: &str) -> io::Result<Option<Vec<u8>>> {
        if prefix.len() < SHORTEST_PREFIX || prefix.bytes().all(|digit| digit == b'0') {
            return Ok(None);
        }
        let found = self.odb().and_then(|odb| {
            let id = odb.exists_prefix(Oid::from_str(prefix)?, prefix.len())?;
            Ok(self.find_blob(id)?.content().to_vec())
        });
        match found {
            Ok(content) => Ok(Some(content)),
            Err(error) if matches!(error.code(), ErrorCode::NotFound | ErrorCode::Ambiguous) => {
                Ok(None)
            }
            Err(error) => Err(io::Error::other(error)),
        }
    }
}
