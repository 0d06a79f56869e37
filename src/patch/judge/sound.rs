//! Whether a result means what its patches are for, judged on the files as they would be.

use std::io;

use crate::checkout::capability::all_hold;
use crate::checkout::tree::TreeView;
use crate::patch::judge::changes::PatchChanges;
use crate::patch::series::{Series, Variant};

/// The patches among `steps` of which `result` does not show what they must leave: each may hold by itself and be lost to
/// one after it.
///
/// # Errors
/// When a file of the tree cannot be read.
pub(super) fn unsound(
    series: &Series,
    steps: &[PatchChanges],
    result: &dyn TreeView,
) -> io::Result<Vec<String>> {
    let mut unsound = Vec::new();
    for step in steps {
        let variants = series.patches.iter().flat_map(|patch| &patch.variants);
        let is_used = |variant: &&Variant| step.id.digest.as_ref() == Some(&variant.digest);
        for variant in variants.filter(is_used) {
            if !all_hold(&variant.present, result)? && !unsound.contains(&step.id.name) {
                unsound.push(step.id.name.clone());
            }
        }
    }
    Ok(unsound)
}
