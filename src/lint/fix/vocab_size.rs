//! `vocab_size` is the width of the logits.

use super::{Fix, Fixable, Repair, set};
use crate::model::ValueType;

/// The fix.
pub(super) const FIX: Fix = Fix {
    rules: &[
        "graph-vocab-mismatch",
        "bundle-required-field",
        "bundle-nonpositive-size",
    ],
    change,
};

/// Certain where the graph fixes the width of what are the logits by position and by name.
fn change(case: &Fixable<'_>) -> Option<Repair> {
    let is_size = case.finding.rule == "graph-vocab-mismatch"
        || case.finding.subject == "language.vocab_size";
    let language = case.target.manifest.present()?.language()?;
    let asset = case.target.asset.present()?;
    let function = asset.function(language.main_function())?;
    let logits = function.outputs.first()?;
    let named = logits.name.to_ascii_lowercase().contains("logits");
    if !is_size || !(named || function.outputs.len() == 1) {
        return None;
    }
    let ValueType::Tensor { shape, .. } = &logits.ty else {
        return None;
    };
    let width = (*shape.last()?)?;
    set("/language/vocab_size", width)
}
