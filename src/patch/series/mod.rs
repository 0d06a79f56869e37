//! Patch series: the one built in, and anyone's folder of patches.

mod builtin;
mod error;
mod folder;
mod patches;

use std::path::Path;

pub use error::{SeriesError, SeriesLineError};
pub use folder::from_file;
pub use patches::{Omission, Origin, Patch, Series, Variant};

impl Series {
    /// The series built into this program.
    ///
    /// # Errors
    /// When the embedded description is wrong, which a test rules out.
    pub fn builtin() -> Result<Series, SeriesError> {
        builtin::series()
    }

    /// Reads a folder of patches: in the order of its `series` file, else by file name.
    ///
    /// A patch that cannot be read as one is kept with the reason, so that the rest can still be judged.
    ///
    /// # Errors
    /// When the folder or a file cannot be read, two patches have one name, or the `series` file asks for what is not
    /// supported.
    pub fn from_dir(folder: &Path) -> Result<Series, SeriesError> {
        folder::series(folder)
    }
}
