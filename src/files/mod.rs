//! Files of the user's: small ones read within bounds, reports and configurations written with care.

mod paths;
mod read;
mod write;

pub use paths::{absolute, repository};
pub use read::{ReadError, read, read_text};
pub use write::write;
