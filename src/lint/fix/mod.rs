//! What is certain to be right instead: changes to a bundle's own texts, and the hash file it lacks.
//!
//! A fix answers a finding that is neither accepted nor switched off. It never touches weights, nor a hash that is there.

mod compression;
mod end_tokens;
mod function_map;
mod hash;
mod kind;
mod main_asset;
mod metadata_version;
mod states;
mod user_data;
mod vocab_size;

use crate::bundle::{Edit, Target};
use crate::files::quoted;
use crate::finding::Finding;
use crate::profile::Profile;

/// A change that follows from what is known.
pub(super) struct Fix {
    /// The rules whose findings it answers.
    pub(super) rules: &'static [&'static str],
    /// The change that one of their findings needs; `None` where nothing is certain.
    pub(super) change: fn(&Fixable<'_>) -> Option<Repair>,
}

/// A finding and what it was found in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fixable<'a> {
    pub(super) target: &'a Target,
    pub(super) profile: Option<&'a Profile>,
    pub(super) finding: &'a Finding,
}

/// What a fix changes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Repair {
    /// `metadata.json`.
    Manifest(Vec<Edit>),
    /// `tokenizer/tokenizer_config.json`.
    Tokenizer(Vec<Edit>),
    /// The SHA-256 of the bytecode, into `main.hash`.
    Hash,
}

/// Every fix, in the order in which they are tried.
pub(super) const FIXES: &[Fix] = &[
    metadata_version::FIX,
    kind::FIX,
    main_asset::FIX,
    vocab_size::FIX,
    function_map::FIX,
    states::FIX,
    user_data::FIX,
    compression::FIX,
    end_tokens::FIX,
    hash::FIX,
];

impl<'a> Fixable<'a> {
    /// The manifest's value at a JSON pointer.
    fn manifest(&self, pointer: &str) -> Option<&'a serde_json::Value> {
        let manifest = self.target.manifest.present()?;
        manifest.document.value.pointer(pointer)
    }
}

/// One value set in the manifest.
fn set(pointer: &str, value: impl Into<serde_json::Value>) -> Option<Repair> {
    Some(Repair::Manifest(vec![Edit::Set(
        pointer.to_owned(),
        value.into(),
    )]))
}

/// Says of each finding that has a certain fix which command makes it.
pub(super) fn advise(findings: &mut [Finding], target: &Target, profile: Option<&Profile>) {
    let command = format!(
        "`granite-bundle lint {} --fix` does it",
        quoted(&target.path)
    );
    for finding in findings {
        let case = Fixable {
            target,
            profile,
            finding,
        };
        let mut fixes = FIXES.iter().filter(|fix| fix.rules.contains(&finding.rule));
        if fixes.any(|fix| (fix.change)(&case).is_some()) {
            finding.help = Some(match &finding.help {
                Some(help) => format!("{help}; {command}"),
                None => command.clone(),
            });
        }
    }
}

/// True if there is a fix for findings of that rule.
pub fn may_fix(rule: &str) -> bool {
    FIXES.iter().any(|fix| fix.rules.contains(&rule))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::rules;

    #[test]
    fn fixes_answer_rules_that_exist() {
        for rule in FIXES.iter().flat_map(|fix| fix.rules) {
            assert!(rules::find(rule).is_some(), "{rule}");
        }
        assert!(may_fix("bundle-version") && !may_fix("asset-hash-mismatch"));
    }
}
