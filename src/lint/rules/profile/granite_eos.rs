//! The stop token is Granite's.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

use super::checks;

/// The stop token is Granite's.
pub(super) static RULE: Rule = Rule {
    id: "granite-eos",
    family: Family::Profile,
    level: Level::Warning,
    summary: "eos and bos are <|end_of_text|>",
    explanation: include_str!("granite_eos.md"),
    provenance: &[Provenance::Community, Provenance::Engine],
    needs: &[Need::Tokenizer, Need::Profile],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if let Some(profile) = super::granite(context) {
        checks::stop_tokens(profile, context, findings);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::RULE;
    use crate::lint::testing::Case;
    use crate::lint::testing::document;

    #[test]
    fn the_published_tokens_are_right() {
        assert_eq!(Case::granite_1b().check(&RULE), []);
    }

    #[test]
    fn another_or_no_token_is_found() {
        let mut case = Case::granite_1b();
        let config = serde_json::json!({ "eos_token": { "content": "<|endoftext|>" } });
        case.tokenizer().config = Some(document("tokenizer/tokenizer_config.json", &config));
        let found = case.check(&RULE);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].actual.as_deref(), Some("<|endoftext|>"));
        assert_eq!(found[1].subject, "tokenizer.bos_token");
        assert_eq!(found[1].actual, None);
    }
}
