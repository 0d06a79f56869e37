//! Vocabulary, context and license against the profile's.

use crate::lint::{Context, Findings};
use crate::profile::Profile;

/// Holds every width the bundle states for the vocabulary to the profile's.
pub(in super::super) fn vocabulary(
    profile: &Profile,
    context: &Context<'_>,
    findings: &mut Findings<'_>,
) {
    let needed = profile.model.vocab_size;
    let claimed = context
        .language()
        .and_then(|language| language.vocab_size())
        .map(i128::from);
    let width = context.function().and_then(|function| {
        let logits = function.outputs.first()?;
        Some((
            logits.name.clone(),
            function.name.clone(),
            *logits.tensor()?.1.last()?,
        ))
    });
    let weights = context.asset().map(|asset| &asset.weights);
    let rows = weights.and_then(|weights| weights.embedding.as_ref()?.shape.first().copied());
    if let Some(claimed) = claimed.filter(|claimed| *claimed != i128::from(needed)) {
        report(
            profile,
            findings,
            "language.vocab_size",
            "language.vocab_size is",
            claimed,
        );
    }
    if let Some((logits, function, Some(width))) = width
        && width != needed
    {
        let subject = format!("functions.{function}.outputs.{logits}");
        report(
            profile,
            findings,
            &subject,
            "the logits are as wide as",
            i128::from(width),
        );
    }
    if let Some(rows) = rows.filter(|rows| *rows != needed) {
        let rows = i128::from(rows);
        report(
            profile,
            findings,
            "weights.embedding",
            "the embedding's rows number",
            rows,
        );
    }
}

fn report(profile: &Profile, findings: &mut Findings<'_>, subject: &str, what: &str, seen: i128) {
    let needed = profile.model.vocab_size;
    let message = format!(
        "{what} {seen}, {} has {needed}; a wrong width aborts the engine or samples from the wrong columns",
        profile.title
    );
    findings
        .report(subject, message)
        .expected(needed)
        .actual(seen)
        .help(format!(
            "export with a vocabulary of {needed} and state the same in the manifest"
        ));
}

/// Says when the context is another than the one releases are exported and measured with.
///
/// A context over the trained positions is another rule's.
pub(in super::super) fn context_length(
    profile: &Profile,
    context: &Context<'_>,
    findings: &mut Findings<'_>,
) {
    let Some(claimed) = context
        .language()
        .and_then(|language| language.max_context_length())
    else {
        return;
    };
    let Some(published) = profile.model.context else {
        return;
    };
    let trained = profile.model.source_positions.unwrap_or(u64::MAX);
    let Ok(claimed) = u64::try_from(claimed) else {
        return;
    };
    if claimed == published || claimed == 0 || claimed > trained {
        return;
    }
    let message = format!(
        "max_context_length is {claimed}, releases of {} are exported and gated with {published}; \
         memory and speed figures do not carry over",
        profile.title
    );
    findings
        .report("language.max_context_length", message)
        .expected(published)
        .actual(claimed);
}

/// Holds what the bundle says of its license to the profile's.
///
/// Silence is another rule's: this one speaks when another license is named.
pub(in super::super) fn license(
    profile: &Profile,
    context: &Context<'_>,
    findings: &mut Findings<'_>,
) {
    let Some(needed) = &profile.model.license else {
        return;
    };
    let named = context
        .asset()
        .and_then(|asset| asset.metadata.as_ref()?.license.as_deref())
        .filter(|license| !license.trim().is_empty() && !names(license, needed));
    if let Some(seen) = named {
        let message = format!(
            "the asset names the license {seen:?}, the weights of {} come under {needed}",
            profile.title
        );
        findings
            .report("asset.license", message)
            .expected(needed)
            .actual(seen)
            .help(format!("state {needed} as the asset's license"));
    }
    for file in context.licenses {
        if let Some(seen) = file.spdx.filter(|seen| *seen != needed) {
            let message = format!(
                "{} is the text of {seen}, the weights of {} come under {needed}",
                file.name, profile.title
            );
            findings
                .report(format!("license.{}", file.name), message)
                .expected(needed)
                .actual(seen)
                .at(&file.name, 1)
                .help(format!("ship the text of {needed} with the bundle"));
        }
    }
}

/// True if a free text names an SPDX license: by its id, or by its words.
fn names(text: &str, spdx: &str) -> bool {
    let plain = |text: &str| {
        text.to_ascii_lowercase()
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !["license", "version", "the", "0", ""].contains(word))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    plain(text) == plain(spdx)
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_license_is_known_by_its_words() {
        for text in ["Apache-2.0", "apache 2.0", "Apache License, Version 2.0"] {
            assert!(names(text, "Apache-2.0"), "{text}");
        }
        for text in ["MIT", "Apache-1.1", "not Apache-2.0"] {
            assert!(!names(text, "Apache-2.0"), "{text}");
        }
    }
}
