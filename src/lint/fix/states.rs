//! `language.states` names kinds the decoder knows, or nothing.

use super::{Fix, Fixable, Repair};
use crate::bundle::{Edit, pointer};

/// The fix.
pub(super) const FIX: Fix = Fix {
    rules: &["bundle-states-kind"],
    change,
};

/// The kinds that decode.
const KINDS: [&str; 3] = ["kv_cache", "sliding_cache", "fixed"];

/// An entry that does not decode refuses the whole bundle, and one that does has no effect: it goes.
fn change(case: &Fixable<'_>) -> Option<Repair> {
    const STATES: &str = "/language/states";
    let states = case.manifest(STATES)?.as_object()?;
    let decodes =
        |kind: &serde_json::Value| kind.as_str().is_some_and(|kind| KINDS.contains(&kind));
    let wrong: Vec<&String> = states
        .iter()
        .filter(|(_, kind)| !decodes(kind))
        .map(|(name, _)| name)
        .collect();
    let edits = match wrong.len() {
        0 => return None,
        all if all == states.len() => vec![Edit::Remove(STATES.to_owned())],
        _ => wrong
            .into_iter()
            .map(|name| Edit::Remove(pointer(STATES, name)))
            .collect(),
    };
    Some(Repair::Manifest(edits))
}
