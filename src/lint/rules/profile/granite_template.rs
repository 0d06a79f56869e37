//! The chat template is Granite's in form.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

use super::checks;

/// The chat template is Granite's in form.
pub(super) static RULE: Rule = Rule {
    id: "granite-template",
    family: Family::Profile,
    level: Level::Warning,
    summary: "the chat template parses and frames roles as Granite does",
    explanation: include_str!("granite_template.md"),
    provenance: &[Provenance::Community],
    needs: &[Need::Tokenizer, Need::Profile],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if let Some(profile) = super::granite(context) {
        checks::template(profile, context, findings);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::RULE;
    use crate::lint::testing::Case;

    fn set_template(case: &mut Case, text: &str) {
        case.tokenizer().chat_template.as_mut().unwrap().text = text.to_owned();
    }

    #[test]
    fn the_published_template_is_right() {
        assert_eq!(Case::granite_1b().check(&RULE), []);
    }

    #[test]
    fn missing_markers_are_found() {
        let mut case = Case::granite_1b();
        set_template(&mut case, "{{ messages[0].content }}<|end_of_role|>");
        let found = case.check(&RULE);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].message.contains("never writes <|start_of_role|>,"),
            "{}",
            found[0].message
        );
    }

    #[test]
    fn a_template_that_does_not_parse_is_found() {
        let mut case = Case::granite_1b();
        set_template(&mut case, "{% for m in messages %}");
        assert!(case.check(&RULE)[0].message.contains("does not parse"));
    }
}
