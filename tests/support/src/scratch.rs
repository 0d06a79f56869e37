//! Folders for one test.

use tempfile::TempDir;

/// A temporary folder, in memory where that is possible: thousands of files are made in them and synced to disk.
///
/// # Panics
/// When none can be made.
pub fn folder() -> TempDir {
    let made = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
    made.expect("a temporary folder")
}
