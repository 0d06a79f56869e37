//! `kind` is spelt as the loader reads it.

use super::{Fix, Fixable, Repair, set};

/// The fix.
pub(super) const FIX: Fix = Fix {
    rules: &["bundle-kind"],
    change,
};

/// Every kind the loader knows.
const KINDS: [&str; 5] = ["llm", "vlm", "diffusion", "segmenter", "speech_recognizer"];

/// Certain for one letter too many, missing, swapped or wrong, or in another case, if only one kind is that near.
fn change(case: &Fixable<'_>) -> Option<Repair> {
    let spelt = case.manifest("/kind")?.as_str()?;
    if KINDS.contains(&spelt) {
        return None;
    }
    let plain = spelt.trim().to_lowercase().replace(['-', ' '], "_");
    let near = |kind: &&&str| strsim::osa_distance(&plain, kind) <= 1;
    let mut near = KINDS.iter().filter(near);
    let first = *near.next()?;
    let kind = match near.next() {
        None => first,
        // Between the two language kinds the field that only one of them needs decides.
        Some(_)
            if case
                .manifest("/vision")
                .is_some_and(serde_json::Value::is_object) =>
        {
            "vlm"
        }
        Some(_) => "llm",
    };
    set("/kind", kind)
}
