//! Executes a function of an asset on the CPU.
//!
//! ```text
//! program ─► plan (steps with resolved constants and weights) ─► session (states) ─► kernels ─► outputs
//! ```
//!
//! A value keeps the type the graph gives it: what a `float16` operation makes is rounded to `float16`, and sums are kept
//! in `float32`. Composite operations and `broadcasting_` forms are executed as what they mean; the bodies they carry are
//! not looked at. Weights stay as they are stored and are decoded row by row where they are used.

pub mod apply;
mod buffer;
mod error;
pub mod kernels;
pub mod limits;
pub mod operation;
pub mod plan;
pub mod session;
mod simd;
mod small_float;
pub mod tensor;
pub mod weight;

pub use buffer::{Buffer, Floats};
pub use error::{ExecError, Unsupported};
pub use plan::Plan;
pub use session::Session;
pub use tensor::Tensor;
