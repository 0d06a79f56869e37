//! `tok-unreadable`.

use crate::bundle::{FileFault, JsonError, Part, shown};
use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "tok-unreadable",
    family: Family::Tokenizer,
    level: Level::Error,
    summary: "the tokenizer's files can be read",
    explanation: include_str!("tok_unreadable.md"),
    provenance: &[Provenance::Engine, Provenance::Tool],
    needs: &[Need::Manifest],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if !context
        .language()
        .is_some_and(|language| language.embedded_tokenizer())
    {
        return;
    }
    match &context.target.tokenizer {
        Part::Absent => {}
        Part::Unreadable(error) => report(context, findings, error),
        Part::Present(tokenizer) => {
            for error in &tokenizer.errors {
                report(context, findings, error);
            }
        }
    }
}

fn report(context: &Context<'_>, findings: &mut Findings<'_>, error: &JsonError) {
    let file = shown(
        error
            .path
            .strip_prefix(&context.target.path)
            .unwrap_or(&error.path),
    );
    let finding = findings.report(
        format!("path.{file}"),
        format!("{file} {}, so the engine fails to load the tokenizer, or goes on without what the file says", error.message),
    );
    let help = match (&error.help, error.fault) {
        (Some(help), fault) if fault != FileFault::Content => help,
        _ => "copy the tokenizer folder again from the source model",
    };
    finding.help(help);
    if let Some(line) = error.line {
        finding.at(file, line);
    }
}
