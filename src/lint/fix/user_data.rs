//! `user_data` holds strings.

use serde_json::Value;

use super::{Fix, Fixable, Repair};
use crate::bundle::{Edit, pointer};

/// The fix.
pub(super) const FIX: Fix = Fix {
    rules: &["bundle-user-data-nonstring"],
    change,
};

/// A number or a truth value is the text it is written as.
fn change(case: &Fixable<'_>) -> Option<Repair> {
    const DATA: &str = "/user_data";
    let data = case.manifest(DATA)?.as_object()?.iter();
    let scalar = data.filter(|(_, value)| value.is_number() || value.is_boolean());
    let set = |(key, value): (&String, &Value)| {
        Edit::Set(pointer(DATA, key), Value::String(value.to_string()))
    };
    let edits: Vec<Edit> = scalar.map(set).collect();
    (!edits.is_empty()).then_some(Repair::Manifest(edits))
}
