//! Images as the journal and the receipt name them: blob id and mode.

use std::fmt;

use git2::Oid;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::checkout::{FileImage, FileMode};

/// A file's content by blob id, and its mode; serialised as `"100644 <40 hex>"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// Mode.
    pub mode: FileMode,
    /// The content's blob id, no filter applied.
    pub oid: Oid,
}

impl Recorded {
    /// Names an image.
    ///
    /// # Errors
    /// As [`FileImage::oid`].
    pub fn of(image: &FileImage) -> Result<Recorded, git2::Error> {
        Ok(Recorded {
            mode: image.mode,
            oid: image.oid()?,
        })
    }

    /// Names an image that may not be there.
    ///
    /// # Errors
    /// As [`FileImage::oid`].
    pub fn of_optional(image: Option<&FileImage>) -> Result<Option<Recorded>, git2::Error> {
        image.map(Recorded::of).transpose()
    }
}

impl fmt::Display for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06o} {}", self.mode.bits(), self.oid)
    }
}

impl Serialize for Recorded {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Recorded {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Recorded, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse(&text).ok_or_else(|| {
            de::Error::invalid_value(de::Unexpected::Str(&text), &"a git mode and a blob id")
        })
    }
}

fn parse(text: &str) -> Option<Recorded> {
    let (mode, oid) = text.split_once(' ')?;
    let mode = match mode {
        "100644" => FileMode::Regular,
        "100755" => FileMode::Executable,
        "120000" => FileMode::Symlink,
        _ => return None,
    };
    let oid = Oid::from_str(oid).ok().filter(|_| oid.len() == 40)?;
    Some(Recorded { mode, oid })
}
