//! The MLIR bytecode container: generic MLIR, nothing of Core AI.
//!
//! Reading is total: any bytes give a [`Module`] or a [`ReadError`] that says where and why, with
//! bounded nesting, and with memory bounded by the file's real size.

mod attr_type;
mod container;
mod cursor;
mod dialects;
#[cfg(test)]
pub(crate) mod encode;
mod error;
mod ir;
pub mod limits;
mod module;
mod properties;
mod resources;
mod strings;

pub use attr_type::{AttrTypeEntry, EntryTable};
pub use container::{Container, FileRange, SUPPORTED_VERSION, Section, SectionId};
pub use cursor::Cursor;
pub use dialects::{DialectEntry, DialectTable, OpName};
pub use error::{ReadError, ReadErrorKind};
pub use ir::{Block, Definition, Ir, Op, OpId, ValueId};
pub use module::Module;
pub use properties::PropertyTable;
pub use resources::{Blob, Resource, ResourceKind, ResourceTable};
pub use strings::StringTable;
