//! Typed views of `aicode` (and the few `builtin`) dialect entries.
//!
//! [`Program::new`] checks every entry once: laid out as its code says, referring only to what
//! exists, free of cycles. What it does not know it keeps as it is: unknown operations by name,
//! unknown entries by code.

mod attrs;
mod check;
mod dtype;
mod ops;
mod program;
mod properties;
mod schema;
mod types;

pub use attrs::{Attr, Numbers};
pub use dtype::DType;
pub use ops::{OpKind, base_name};
pub use program::{Program, SUPPORTED_DIALECT_VERSION, dialect_version};
pub use properties::Graph;
pub use types::{EncodedShape, Type};
