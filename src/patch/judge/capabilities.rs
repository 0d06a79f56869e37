//! Where the capabilities a series declares stand, once its patches are judged.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::checkout::capability::{Capability, Reader, Standing};
use crate::checkout::tree::TreeView;
use crate::patch::judge::report::{CapabilityReport, PatchReport, State};
use crate::patch::series::Series;

/// Where each declared capability stands in the text without the stack's patches.
pub(super) type Standings = BTreeMap<Capability, Standing>;

/// Reads the capabilities of a tree the stack's patches are taken out of.
///
/// The stack's own text, entangled with edits so that it could not be taken out, is not upstream's.
///
/// # Errors
/// When a file of the tree cannot be read.
pub(super) fn standings(series: &Series, unpatched: &dyn TreeView) -> io::Result<Standings> {
    let reader = Reader::new(unpatched);
    let mut ours = BTreeSet::new();
    for variant in series.patches.iter().flat_map(|patch| &patch.variants) {
        if !variant.present.is_empty() && reader.all_hold(&variant.present)? {
            ours.extend(variant.provides.iter().copied());
        }
    }
    let mut standings = Standings::new();
    for capability in &series.capabilities {
        let standing = match capability.read(&reader)? {
            Standing::Native if ours.contains(&capability.id) => Standing::Absent { remark: None },
            standing => standing,
        };
        standings.insert(capability.id, standing);
    }
    Ok(standings)
}

/// Where the declared capabilities stand; those of patches not judged are left out.
pub(super) fn capabilities(
    series: &Series,
    patches: &[PatchReport],
    standings: &Standings,
) -> Vec<CapabilityReport> {
    let declared = series.capabilities.iter().map(|capability| capability.id);
    let report = |id| report(id, series, patches, standings.get(&id)?.clone());
    declared.filter_map(report).collect()
}

fn report(
    id: Capability,
    series: &Series,
    patches: &[PatchReport],
    standing: Standing,
) -> Option<CapabilityReport> {
    let by_itself = match standing {
        Standing::Native => State::Native,
        Standing::Provided { .. } => State::Provided,
        Standing::Unknown { .. } => State::Unknown,
        Standing::Absent { .. } | Standing::NoPath { .. } => State::Unsupported,
    };
    let mut provider = series.patches.iter();
    let provider = provider.find(|patch| patch.provides.contains(&id));
    let (state, patch) = match provider {
        _ if standing.is_there() => (by_itself, None),
        None => (by_itself, None),
        Some(patch) => {
            let report = patches.iter().find(|report| report.name == patch.name)?;
            let mut variants = patch.variants.iter();
            let variant = variants.find(|variant| variant.file == report.file);
            let provided = variant.is_some_and(|variant| variant.provides.contains(&id));
            // Text that somebody has described does not apply; of other text nobody knows what it needs.
            let told = match report.state {
                State::Conflict | State::Unsupported if by_itself == State::Unknown => by_itself,
                State::Native | State::Provided => by_itself,
                state if provided => state,
                _ => by_itself,
            };
            (told, Some(patch.name.clone()))
        }
    };
    Some(CapabilityReport {
        id,
        state,
        patch,
        standing,
    })
}
