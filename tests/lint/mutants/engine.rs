//! Good bundles on engines that cannot run them, and engines that can.

use granite_bundle::checkout::capability::Capability::{ExtraStates, StaticStep, StaticWarmUp};
use granite_bundle::checkout::capability::Presence::{Native, Patched};
use granite_bundle::checkout::capability::{Capability, Era, Presence};

use super::{Change, Mutant, Setting};
use crate::good::Base;

/// What the built-in stack makes of an engine of E1.
const PATCHED_E1: &[(Capability, Presence)] = &[
    (ExtraStates, Patched),
    (StaticStep, Patched),
    (StaticWarmUp, Patched),
];
const NATIVE_E2: &[(Capability, Presence)] = &[(ExtraStates, Native)];
/// What the built-in stack makes of an engine of E3.
const PATCHED_E3: &[(Capability, Presence)] = &[
    (ExtraStates, Native),
    (StaticStep, Patched),
    (StaticWarmUp, Patched),
];
pub(super) const NATIVE_E4: &[(Capability, Presence)] =
    &[(ExtraStates, Native), (StaticStep, Native)];
/// What the built-in stack makes of an engine of E4.
const PATCHED_E4: &[(Capability, Presence)] = &[
    (ExtraStates, Native),
    (StaticStep, Native),
    (StaticWarmUp, Patched),
];
/// What an engine of E1 looks like that carries the states by somebody else's patch.
const FOREIGN_E1: &[(Capability, Presence)] = &[
    (ExtraStates, Native),
    (StaticStep, Native),
    (StaticWarmUp, Native),
];

const fn engine(
    name: &'static str,
    era: Option<Era>,
    capabilities: &'static [(Capability, Presence)],
    caught: &'static [&'static str],
) -> Mutant {
    Mutant::new(name, Base::Int8lin, Change::None, caught).with(Setting::Engine(era, capabilities))
}

pub(super) const MUTANTS: &[Mutant] = &[
    engine(
        "a stock engine of E0",
        Some(Era::E0),
        &[],
        &[
            "error graph-logits-static",
            "error graph-state-count",
            "error run-engine-revision",
            "warning run-long-prefill-reset",
        ],
    ),
    engine(
        "a stock engine of E1",
        Some(Era::E1),
        &[],
        &[
            "error graph-logits-static",
            "error graph-state-count",
            "error run-engine-revision",
            "warning run-extension-skip",
            "warning run-long-prefill-reset",
        ],
    ),
    engine(
        "an engine of E1 patched otherwise",
        Some(Era::E1),
        FOREIGN_E1,
        &[
            "error run-no-partial-reset",
            "error run-reask",
            "warning run-extension-skip",
            "warning run-long-prefill-reset",
        ],
    ),
    engine(
        "a stock engine of E2",
        Some(Era::E2),
        NATIVE_E2,
        &[
            "error graph-logits-static",
            "error run-engine-revision",
            "warning run-extension-skip",
            "warning run-long-prefill-reset",
        ],
    ),
    engine(
        "a stock engine of E3",
        Some(Era::E3),
        NATIVE_E2,
        &[
            "error graph-logits-static",
            "error run-engine-revision",
            "error run-guided-hybrid",
            "warning run-extension-skip",
            "warning run-long-prefill-reset",
        ],
    ),
    engine(
        "guided generation on E4",
        Some(Era::E4),
        NATIVE_E4,
        &["error run-guided-hybrid", "warning run-long-prefill-reset"],
    ),
    engine(
        "an engine nobody knows",
        None,
        &[],
        &[
            "error graph-logits-static",
            "error graph-state-count",
            "error run-engine-revision",
            "error run-patch-base",
            "warning run-long-prefill-reset",
        ],
    ),
    Mutant::new(
        "an ordinary model on E1",
        Base::Ordinary,
        Change::None,
        &["warning run-extension-skip"],
    )
    .with(Setting::Engine(Some(Era::E1), &[])),
    Mutant::new(
        "recurrent states first on a patched E1",
        Base::Int8lin,
        Change::Granite(|g| g.signature.states.rotate_left(2)),
        &["error granite-signature", "error graph-kv-order"],
    )
    .with(Setting::Engine(Some(Era::E1), PATCHED_E1)),
    Mutant::new(
        "swapped inputs on E4, which looks them up by name",
        Base::Int8lin,
        Change::Granite(|g| g.signature.inputs.swap(0, 1)),
        &[
            "error granite-signature",
            "error run-guided-hybrid",
            "warning run-long-prefill-reset",
        ],
    )
    .with(Setting::Engine(Some(Era::E4), NATIVE_E4)),
];

/// Engines that the built-in stack has made ready: nothing above a note is left to say.
pub(crate) const READY: &[Setting] = &[
    Setting::Engine(Some(Era::E1), PATCHED_E1),
    Setting::Engine(Some(Era::E3), PATCHED_E3),
    Setting::Engine(Some(Era::E4), PATCHED_E4),
];
