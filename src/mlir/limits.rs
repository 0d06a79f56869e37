//! Sizes no real file comes near; what exceeds them is refused before memory is spent on it.
//!
//! The largest exported model seen (1.9 GB, 12 939 operations) stays below a tenth of each.

/// Bytes of one section other than the resource section.
pub const SECTION_BYTES: u64 = 1 << 28;
/// Bytes of the producer string.
pub const PRODUCER_BYTES: usize = 256;
/// Strings.
pub const STRINGS: u64 = 1 << 20;
/// Dialects.
pub const DIALECTS: u64 = 1 << 10;
/// Operation names.
pub const OP_NAMES: u64 = 1 << 16;
/// Attributes and types together.
pub const ENTRIES: u64 = 1 << 21;
/// Operations.
pub const OPS: u64 = 1 << 20;
/// Values (results and block arguments).
pub const VALUES: u64 = 1 << 22;
/// Resources.
pub const RESOURCES: u64 = 1 << 16;
/// Property blobs.
pub const PROPERTIES: u64 = 1 << 20;
/// Nesting of regions, and of attributes and types.
pub const DEPTH: u64 = 64;
/// Alignment of sections and resources.
pub const ALIGNMENT: u64 = 4096;
