//! Operations on elements that meet.

mod binary;
mod cast;
mod compare;
mod floats;
mod fused;
mod meet;
mod select;
mod unary;

pub use binary::Binary;
pub use cast::cast;
pub(super) use cast::clamped;
pub use compare::Comparison;
pub use fused::Fused;
pub use select::select;
pub use unary::{Gelu, Unary};
