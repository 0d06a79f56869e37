//! What the engine's text does in each era: stock, with the patches of this stack, and with those of earlier versions of it.

/// What the file's text does where the eras and the patches differ.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text {
    /// Sizes and chunks follow a static graph's own length (H1, H2, L2, L3; native since E4b).
    pub(crate) follows_static_length: bool,
    /// Warm-up does too (H3, L4).
    pub(crate) warms_up_at_static_length: bool,
    /// Recurrent state is never rewound: full reset, partial reset refused (native since E2; L5).
    pub(crate) guards_recurrence: bool,
    /// New tokens are those not encoded, rather than those not sampled (H5, L6; native since E4c).
    pub(crate) resolves_from_encoded: bool,
    /// How chunks are bounded and stopped (H6, L8).
    pub(crate) prefill: Prefill,
    /// A step whose encode throws is not counted, and gives its slot back (H6, L8).
    pub(crate) counts_what_was_encoded: bool,
    /// The producer stops when its consumer leaves (since `04a3fd6`).
    pub(crate) stops_with_consumer: bool,
    /// Guided generation, where the era has it on the GPU.
    pub(crate) guided: Option<Guided>,
}

/// How the chunks of a prompt are bounded and stopped.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Prefill {
    /// Stock: one encode after the other, to the end.
    Unbounded,
    /// Earlier patches: waits for the GPU every so many steps of a static graph, and looks at the task's cancellation then.
    Burst(usize),
    /// Each chunk takes a slot of the gate, and is not begun once the task was cancelled or its consumer left.
    Gated,
}

/// The constrained step of E3 and later.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Guided {
    /// Binds every state, chunks forced tokens and keeps to the limits (H4).
    pub(crate) is_whole: bool,
    /// Refuses a prompt without room before anything is touched, and tells from the token whether it is busy.
    pub(crate) refuses_first: bool,
    /// Waits for what is in flight before it zeroes the states.
    pub(crate) resets_at_rest: bool,
    /// Emits a token once the grammar accepted it (E4c).
    pub(crate) emits_accepted: bool,
}

pub(crate) const E1_STOCK: Text = Text {
    follows_static_length: false,
    warms_up_at_static_length: false,
    guards_recurrence: false,
    resolves_from_encoded: false,
    prefill: Prefill::Unbounded,
    counts_what_was_encoded: false,
    stops_with_consumer: true,
    guided: None,
};

/// The published July patch in effect: L1 to L4 and no more.
pub(crate) const E1_ADMITTING_ONLY: Text = Text {
    follows_static_length: true,
    warms_up_at_static_length: true,
    ..E1_STOCK
};

pub(crate) const E2_STOCK: Text = Text {
    guards_recurrence: true,
    ..E1_STOCK
};

pub(crate) const E3_STOCK: Text = Text {
    guided: Some(STOCK_GUIDED),
    ..E2_STOCK
};

pub(crate) const E4C_STOCK: Text = Text {
    follows_static_length: true,
    resolves_from_encoded: true,
    guided: Some(Guided {
        emits_accepted: true,
        ..STOCK_GUIDED
    }),
    ..E2_STOCK
};

const STOCK_GUIDED: Guided = Guided {
    is_whole: false,
    refuses_first: false,
    resets_at_rest: false,
    emits_accepted: false,
};

pub(crate) const E1_PATCHED: Text = Text {
    follows_static_length: true,
    warms_up_at_static_length: true,
    guards_recurrence: true,
    resolves_from_encoded: true,
    prefill: Prefill::Gated,
    counts_what_was_encoded: true,
    stops_with_consumer: true,
    guided: None,
};

/// Built from the tag itself, where the producer runs to its limit.
pub(crate) const E1_TAG_PATCHED: Text = Text {
    stops_with_consumer: false,
    ..E1_PATCHED
};

pub(crate) const E2_PATCHED: Text = E1_PATCHED;

const PATCHED_GUIDED: Guided = Guided {
    is_whole: true,
    refuses_first: true,
    resets_at_rest: true,
    emits_accepted: false,
};

pub(crate) const E3_PATCHED: Text = Text {
    guided: Some(PATCHED_GUIDED),
    ..E2_PATCHED
};

pub(crate) const E4C_PATCHED: Text = Text {
    guided: Some(Guided {
        emits_accepted: true,
        ..PATCHED_GUIDED
    }),
    ..E3_PATCHED
};

/// `patches/superseded/e1.patch` and `e2.patch`.
pub(crate) const E2_SUPERSEDED: Text = Text {
    prefill: Prefill::Burst(16),
    counts_what_was_encoded: false,
    ..E2_PATCHED
};

const SUPERSEDED_GUIDED: Guided = Guided {
    is_whole: true,
    ..STOCK_GUIDED
};

/// `patches/superseded/e3.patch`.
pub(crate) const E3_SUPERSEDED: Text = Text {
    guided: Some(SUPERSEDED_GUIDED),
    ..E2_SUPERSEDED
};

/// `patches/superseded/e4.patch`.
pub(crate) const E4C_SUPERSEDED: Text = Text {
    guided: Some(Guided {
        emits_accepted: true,
        ..SUPERSEDED_GUIDED
    }),
    ..E2_SUPERSEDED
};
