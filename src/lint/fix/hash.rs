//! `main.hash` is there.

use super::{Fix, Fixable, Repair};
use crate::model::RecordedHash;
use crate::profile::published;

/// The fix.
pub(super) const FIX: Fix = Fix {
    rules: &["asset-hash-missing"],
    change,
};

/// Certain where nothing says what the hash should be: a published artifact of another size is not vouched for.
fn change(case: &Fixable<'_>) -> Option<Repair> {
    let asset = case.target.asset.present()?;
    let is_another =
        |name: &str| published(name).is_some_and(|published| published.bytes != asset.bytes);
    let name = case.target.manifest.present().and_then(|m| m.name());
    let doubtful = is_another(&asset.name) || name.is_some_and(is_another);
    (asset.recorded_hash == RecordedHash::Missing && !doubtful).then_some(Repair::Hash)
}
