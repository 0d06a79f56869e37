//! Text for a terminal: made safe, measured, wrapped, laid out in tables and pages.
//!
//! Colour is written as ANSI codes and taken out again by the stream that does not want it. A width is always in
//! columns of the terminal, not in bytes.

mod page;
mod safe;
mod style;
mod table;
mod text;
mod visible;

pub(crate) use page::Page;
pub use safe::safe;
pub use style::{ACCENT, BAD, DIM, GOOD, NOTABLE, PLAIN, STRONG, painted, with_code};
pub use table::{Cell, Columns};
pub use text::{count, plural, shortened, size, width, wrapped};
pub use visible::{plain, visible};
