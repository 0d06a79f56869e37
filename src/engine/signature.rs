//! Pure functions over a signature: structure, variant, state kinds, run contract, memory.

use std::fmt;

/// How the engine classes an asset by its function names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Structure {
    /// One function that takes any length (or a static step); runs on the GPU.
    Dynamic,
    /// `extend…` functions and `load_embeddings`; runs on the neural engine.
    ChunkedStatic,
    /// The image, text and detection trio.
    MultiFunctionSegmenter,
}

/// How the engine treats a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateKind {
    /// Grows with the context.
    KvCache,
    /// Of fixed size, named like a cache; taken for rewindable.
    SlidingCache,
    /// Of fixed size and recurrent; cannot be rewound.
    Fixed,
}

impl fmt::Display for StateKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            StateKind::KvCache => "kv_cache",
            StateKind::SlidingCache => "sliding_cache",
            StateKind::Fixed => "fixed",
        })
    }
}
