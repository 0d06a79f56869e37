//! `user_data` holds strings.

use super::{Fix, Fixable, Repair, set};

/// The fix.
pub(super) const FIX: Fix = Fix {
    rules: &["bundle-user-data-nonstring"],
    change,
};

/// A number or a truth value is the text it is written as.
fn change(case: &Fixable<'_>) -> Option<Repair> {
    let pointer = case.finding.pointer.as_deref()?;
    let value = case.manifest(pointer)?;
    let scalar = value.is_number() || value.is_boolean();
    scalar.then(|| set(pointer, value.to_string())).flatten()
}
