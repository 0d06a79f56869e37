//! Takes one patch's change of one file out of what the file holds.

use crate::checkout::{FileImage, FileMode, RepoPath};

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

/// One patch's change of one file, to be taken out of images that contain it.
pub(super) struct TakeOut<'a> {
    pub(super) patch: &'a str,
    pub(super) path: &'a RepoPath,
    pub(super) with: Option<FileImage>,
    pub(super) without: Option<FileImage>,
}

impl TakeOut<'_> {
    /// What an image becomes.
    pub(super) fn of(&self, image: Option<FileImage>) -> Result<Option<FileImage>, Entangled> {
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
