//! Files of the user's and of strangers: small ones read within bounds, links followed only inside a folder, reports and
//! configurations written with care.

mod confined;
pub mod json;
mod paths;
mod read;
mod shell;
mod shown;
mod stranger;
mod write;

pub use confined::{Leads, Root, Symlink, is_cycle};
pub use paths::{absolute, repository};
pub use read::{FileReadError, read, read_text, what};
pub use shell::quoted;
pub use shown::shown;
pub use stranger::{FileError, FileFault, holds_lfs_pointer, is_lfs_pointer, read_stranger};
pub use write::{beside, put, write};
