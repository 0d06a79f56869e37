//! `assets.main` names the one asset there is.

use serde_json::{Value, json};

use super::{Fix, Fixable, Repair, set};

/// The fix.
pub(super) const FIX: Fix = Fix {
    rules: &["bundle-asset-missing", "bundle-required-field"],
    change,
};

/// Certain where nothing else is declared and one asset lies in the folder.
fn change(case: &Fixable<'_>) -> Option<Repair> {
    if !["assets.main", "assets"].contains(&case.finding.subject.as_str()) {
        return None;
    }
    let resolved = case.target.resolution.as_ref();
    if resolved.is_some_and(|resolution| resolution.escapes || resolution.newest.is_some()) {
        return None;
    }
    let [asset] = case.target.siblings.as_slice() else {
        return None;
    };
    let name = asset.file_name()?.to_str()?;
    match case.manifest("/assets") {
        Some(Value::Object(assets)) => {
            let alone = assets.keys().all(|role| role == "main");
            alone.then(|| set("/assets/main", name)).flatten()
        }
        None | Some(Value::Null) => set("/assets", json!({ "main": name })),
        Some(_) => None,
    }
}
