//! What an iPhone makes of a Granite bundle.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};
use crate::model::Value;

/// What an iPhone makes of a Granite bundle.
pub(super) static RULE: Rule = Rule {
    id: "granite-ios",
    family: Family::Profile,
    level: Level::Note,
    summary: "what an iPhone makes of this bundle",
    explanation: include_str!("granite_ios.md"),
    provenance: &[Provenance::Community],
    needs: &[Need::Asset, Need::Manifest, Need::Profile],
    check,
};

/// Bytes from which an asset needs the increased-memory entitlement on iOS.
const ENTITLEMENT_BYTES: u64 = 2 << 30;

/// Bound key/value capacity from which iOS miscompiles a growing cache, tokens.
const BROKEN_CAPACITY: i64 = 2048;

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let (Some(profile), Some(asset), Some(function)) =
        (super::granite(context), context.asset(), context.function())
    else {
        return;
    };
    let length = context
        .language()
        .and_then(|language| language.max_context_length());
    let Some(length) = length.filter(|length| *length >= BROKEN_CAPACITY) else {
        return;
    };
    if !function.states.iter().any(Value::is_dynamic) {
        return;
    }
    let memory = if asset.bytes < ENTITLEMENT_BYTES {
        "it needs no memory entitlement"
    } else {
        "it needs the increased-memory entitlement"
    };
    findings
        .report(
            "language.max_context_length",
            format!(
                "on iOS {} must not bind {BROKEN_CAPACITY} or more key/value tokens, and a context of {length} \
                 with a growing cache can; {memory}",
                profile.title
            ),
        )
        .expected(format!("under {BROKEN_CAPACITY}"))
        .actual(length)
        .help("on iOS pass a token limit so that prompt and answer together stay at or under 1024");
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::RULE;
    use crate::lint::testing::Case;

    #[test]
    fn the_published_bundle_is_told_of_the_limit() {
        let found = Case::granite_1b().check(&RULE);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].message.ends_with("it needs no memory entitlement"),
            "{}",
            found[0].message
        );
    }

    #[test]
    fn a_small_context_is_fine() {
        let mut case = Case::granite_1b();
        case.edit_manifest(|json| json["language"]["max_context_length"] = 1024.into());
        assert_eq!(case.check(&RULE), []);
    }
}
