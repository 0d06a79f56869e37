//! Everything that writes to a checkout.

pub mod revert;
pub mod staged;
pub mod transaction;
