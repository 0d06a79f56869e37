//! Everything that writes to a checkout, and the one way in: a [`Stack`] is a series of patches on a checkout.
//!
//! ```no_run
//! use std::path::Path;
//! use std::time::Duration;
//!
//! use granite_bundle::checkout::open::Checkout;
//! use granite_bundle::patch::change::{Manner, Stack};
//! use granite_bundle::patch::judge::judgement::Options;
//! use granite_bundle::patch::series::Series;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let checkout = Checkout::open(Path::new("coreai-models"))?;
//! let series = Series::builtin()?;
//! let options = Options { three_way: true, only: None };
//! let stack = Stack::new(&checkout, &series, options);
//!
//! // What a killed process has left is settled first.
//! stack.recover(Duration::from_secs(5))?;
//! for patch in stack.status()?.patches {
//!     println!("{}: {}", patch.name, patch.state);
//! }
//! let manner = Manner::default();
//! if stack.check()?.problems.is_empty() {
//!     stack.apply(&manner)?;
//!     assert!(stack.verify()?.holds());
//!     stack.revert(&manner)?;
//! }
//! # Ok(())
//! # }
//! ```

mod apply;
mod commits;
mod conduct;
mod edits;
mod elsewhere;
mod next;
mod planned;
mod problem;
mod recorded;
mod revert;
mod stack;
mod staged;
mod take_out;
pub mod transaction;
pub mod undo;
mod way_out;

pub use conduct::{Change, Manner};
pub use next::Next;
pub use problem::{Problem, story};
pub use stack::{Check, Difference, Stack, StackError};
pub use staged::Staged;
pub use take_out::Entangled;
