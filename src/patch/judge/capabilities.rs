//! Where the capabilities a series declares stand, once its patches are judged.

use std::collections::BTreeSet;
use std::io;

use crate::checkout::capability::{Capability, all_hold, holds};
use crate::checkout::tree::TreeView;
use crate::patch::judge::report::{CapabilityReport, PatchReport, State};
use crate::patch::series::Series;

/// The capabilities upstream's text has: the stack's own, entangled with edits, is not upstream's.
///
/// # Errors
/// When a file of the tree cannot be read.
pub(super) fn native(series: &Series, unpatched: &dyn TreeView) -> io::Result<Vec<Capability>> {
    let mut ours = BTreeSet::new();
    for variant in series.patches.iter().flat_map(|patch| &patch.variants) {
        if !variant.present.is_empty() && all_hold(&variant.present, unpatched)? {
            ours.extend(variant.provides.iter().copied());
        }
    }
    let mut native = Vec::new();
    for capability in &series.capabilities {
        if !ours.contains(&capability.id) && holds(&capability.native, unpatched)? {
            native.push(capability.id);
        }
    }
    Ok(native)
}

/// Where the declared capabilities stand; those of patches not judged are left out.
pub(super) fn capabilities(
    series: &Series,
    patches: &[PatchReport],
    native: &[Capability],
) -> Vec<CapabilityReport> {
    let declared = series.capabilities.iter().map(|capability| capability.id);
    declared
        .filter_map(|id| {
            if native.contains(&id) {
                let state = State::Native;
                return Some(CapabilityReport {
                    id,
                    state,
                    patch: None,
                });
            }
            let provider = series
                .patches
                .iter()
                .find(|patch| patch.provides.contains(&id));
            let Some(patch) = provider else {
                let state = State::Unsupported;
                return Some(CapabilityReport {
                    id,
                    state,
                    patch: None,
                });
            };
            let report = patches.iter().find(|report| report.name == patch.name)?;
            let mut variants = patch.variants.iter();
            let variant = variants.find(|variant| variant.file == report.file);
            let provided = variant.is_some_and(|variant| variant.provides.contains(&id));
            Some(CapabilityReport {
                id,
                state: if provided {
                    report.state
                } else {
                    State::Unsupported
                },
                patch: Some(patch.name.clone()),
            })
        })
        .collect()
}
