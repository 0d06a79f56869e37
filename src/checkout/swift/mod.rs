//! Swift source as code: comments left out, string literals told from what surrounds them, white space of no account.
//!
//! Questions about an engine's text are put to this and not to its bytes, so that a comment, a string or another way of
//! breaking lines answers none of them.

mod declarations;
mod package;
mod pattern;
mod recent;
mod scope;
mod tokens;

pub use declarations::{Repeated, repeated_declarations};
pub use package::{Dependency, Product, branch_dependencies, products};
pub use pattern::{Pattern, PatternError};
pub use recent::code;
pub use scope::bodies;
pub use tokens::{Code, Kind, Token};
