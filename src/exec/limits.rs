//! How much a program may ask for, whatever it says.

/// Most elements of one value: 4 GiB as `f32`.
pub const TENSOR_ELEMENTS: usize = 1 << 30;

/// Most steps a function becomes once the graphs it calls are put in their places.
pub const STEPS: usize = 1 << 20;

/// Most rounds of one `while`.
pub const LOOP_ROUNDS: u64 = 1 << 20;

/// Deepest nesting of calls and control flow.
pub const DEPTH: usize = 64;

/// Largest constant, in elements, that is decoded when it is loaded; a larger one stays as stored until it is used.
pub const DECODED_ELEMENTS: usize = 1 << 12;
