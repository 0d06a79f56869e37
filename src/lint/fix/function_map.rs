//! `function_map` holds lists of names.

use serde_json::json;

use super::{Fix, Fixable, Repair, set};

/// The fix.
pub(super) const FIX: Fix = Fix {
    rules: &["bundle-function-map-shape"],
    change,
};

/// A name by itself is a list of it.
fn change(case: &Fixable<'_>) -> Option<Repair> {
    const INSIDE: &str = "/language/function_map/";
    let pointer = case.finding.pointer.as_deref()?;
    let name = case.manifest(pointer)?.as_str()?;
    let listed = pointer.starts_with(INSIDE).then(|| json!([name]))?;
    set(pointer, listed)
}
