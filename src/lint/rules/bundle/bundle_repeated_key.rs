//! `bundle-repeated-key`.

use crate::bundle::JsonDocument;
use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "bundle-repeated-key",
    family: Family::Bundle,
    level: Level::Warning,
    summary: "no key stands twice in one object",
    explanation: include_str!("bundle_repeated_key.md"),
    provenance: &[Provenance::Tool],
    needs: &[],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let manifest = context.manifest().map(|manifest| &manifest.document);
    let tokenizer = context.tokenizer();
    let config = tokenizer.and_then(|tokenizer| tokenizer.config.as_ref());
    let generation = tokenizer.and_then(|tokenizer| tokenizer.generation_config.as_ref());
    for document in [manifest, config, generation].into_iter().flatten() {
        judge(context, document, findings);
    }
}

fn judge(context: &Context<'_>, document: &JsonDocument, findings: &mut Findings<'_>) {
    let path = document.path.strip_prefix(&context.target.path);
    let file = crate::bundle::shown(path.unwrap_or(&document.path));
    for key in document.repeated_keys() {
        let lines = match key.first == key.again {
            true => format!("twice on line {}", key.again),
            false => format!("on lines {} and {}", key.first, key.again),
        };
        let message = format!(
            "{} of {file} stands {lines}; readers differ in which of the two they take, and none of them says so",
            key.path
        );
        findings
            .report(key.path, message)
            .at(file.clone(), key.again)
            .help("keep the line that is meant and remove the other");
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::RULE;
    use crate::bundle::Part;
    use crate::lint::testing::Case;

    #[test]
    fn key_and_both_lines_are_named() {
        let mut case = Case::granite_1b();
        assert_eq!(case.check(&RULE), []);
        let Part::Present(manifest) = &mut case.target.manifest else {
            panic!("no manifest")
        };
        manifest.document.text = "{\n\"kind\": \"vlm\",\n\"kind\": \"llm\"\n}".to_owned();
        let found = case.check(&RULE);
        assert_eq!(found.len(), 1);
        assert!(
            found[0]
                .message
                .starts_with("kind of metadata.json stands on lines 2 and 3")
        );
        assert_eq!(found[0].location.as_ref().unwrap().line, 3);
    }
}
