//! Operations that put elements elsewhere and compute nothing.

mod join;
mod order;
mod pad;
mod part;
mod sizes;
mod stretch;

pub use join::{concat, split};
pub(in crate::exec) use order::is_swap;
pub use order::{order, reverse, transpose};
pub use pad::{Padding, pad};
pub use part::{shared_slice, slice, slice_update};
pub use sizes::{expanded, reshaped, shrunk};
pub use stretch::{broadcast_in_dims, broadcast_to, tile};
