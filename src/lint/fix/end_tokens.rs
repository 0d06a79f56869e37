//! `eos_token` and `bos_token` are the model's.

use serde_json::Value;

use super::{Fix, Fixable, Repair};
use crate::bundle::Edit;

/// The fix.
pub(super) const FIX: Fix = Fix {
    rules: &["granite-eos", "profile-eos"],
    change,
};

/// Certain where the profile names the token and the tokenizer has it.
fn change(case: &Fixable<'_>) -> Option<Repair> {
    let key = case.finding.subject.strip_prefix("tokenizer.")?;
    let model = &case.profile?.model;
    let token = match key {
        "eos_token" => model.eos_token.as_ref()?,
        "bos_token" => model.bos_token.as_ref()?,
        _ => return None,
    };
    let tokenizer = case.target.tokenizer.present()?;
    tokenizer.id_of(token)?;
    let place = match tokenizer.config.as_ref()?.value.get(key) {
        Some(Value::Object(entry)) if entry.contains_key("content") => format!("/{key}/content"),
        _ => format!("/{key}"),
    };
    let edit = Edit::Set(place, Value::String(token.clone()));
    Some(Repair::Tokenizer(vec![edit]))
}
