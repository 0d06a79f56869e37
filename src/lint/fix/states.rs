//! `language.states` names kinds the decoder knows, or nothing.

use serde_json::Value;

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
    let wrong = |kind: &Value| !kind.as_str().is_some_and(|kind| KINDS.contains(&kind));
    let own = case.finding.pointer.as_deref()?;
    if !case.manifest(own).is_some_and(wrong) {
        return None;
    }
    if !states.values().all(wrong) {
        return Some(Repair::Manifest(vec![Edit::Remove(own.to_owned())]));
    }
    // The first of them answers for all: nothing stays that the field could say.
    let first = states.keys().next()?;
    let whole = vec![Edit::Remove(STATES.to_owned())];
    (pointer(STATES, first) == own).then_some(Repair::Manifest(whole))
}
