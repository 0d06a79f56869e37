//! `function_map` holds lists of names.

use serde_json::{Value, json};

use super::{Fix, Fixable, Repair};
use crate::bundle::{Edit, pointer};

/// The fix.
pub(super) const FIX: Fix = Fix {
    rules: &["bundle-function-map-shape"],
    change,
};

/// A name by itself is a list of it.
fn change(case: &Fixable<'_>) -> Option<Repair> {
    const MAP: &str = "/language/function_map";
    let map = case.manifest(MAP)?.as_object()?.iter();
    let single = map.filter(|(_, value)| value.is_string());
    let set = |(role, name): (&String, &Value)| Edit::Set(pointer(MAP, role), json!([name]));
    let edits: Vec<Edit> = single.map(set).collect();
    (!edits.is_empty()).then_some(Repair::Manifest(edits))
}
