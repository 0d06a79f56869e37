//! What a shell completes a word to, where clap cannot know it.

use std::ffi::OsStr;

use clap_complete::CompletionCandidate;
use clap_complete::engine::{PathCompleter, ValueCompleter};

use crate::lint::Family;
use crate::lint::rules;
use crate::patch::series::Series;
use crate::profile;
use crate::report::schemas::SCHEMAS;

/// A word, and what it stands for.
pub(super) fn candidate(value: &str, help: impl Into<String>) -> CompletionCandidate {
    CompletionCandidate::new(value).help(Some(help.into().into()))
}

/// Rules, and families of them.
pub(super) fn rules() -> Vec<CompletionCandidate> {
    let families = Family::ALL
        .iter()
        .map(|family| candidate(family.name(), format!("{} (family)", family.title())));
    let rules = rules::all().map(|rule| candidate(rule.id, rule.summary));
    rules.chain(families).collect()
}

/// Rules, families, capabilities and eras.
pub(super) fn subjects() -> Vec<CompletionCandidate> {
    let mut subjects = rules();
    // What is built in can be read, or no command works.
    if let Ok(series) = Series::builtin() {
        let capabilities = series.capabilities.iter();
        subjects.extend(capabilities.map(|one| candidate(one.id.id(), one.summary.as_str())));
        subjects.extend(
            series
                .eras
                .iter()
                .map(|era| candidate(era.id.id(), era.title.as_str())),
        );
    }
    subjects
}

/// Schemas.
pub(super) fn schemas() -> Vec<CompletionCandidate> {
    let schemas = SCHEMAS.iter();
    schemas
        .map(|schema| candidate(schema.name, schema.about))
        .collect()
}

/// Profiles by name, and files.
pub(super) fn profiles(current: &OsStr) -> Vec<CompletionCandidate> {
    let builtin = profile::builtin().iter();
    let named = builtin.map(|profile| candidate(&profile.name, profile.title.as_str()));
    let words = [("auto", "The nearest by facts"), ("none", "No profile")];
    let words = words.map(|(word, help)| candidate(word, help));
    begun(named.chain(words), current)
        .chain(PathCompleter::file().complete(current))
        .collect()
}

/// Commands that have a page of their own, by the first of their words.
pub(super) fn commands() -> Vec<CompletionCandidate> {
    let command = super::command();
    let named = |command: &clap::Command| {
        candidate(
            command.get_name(),
            command
                .get_about()
                .map(ToString::to_string)
                .unwrap_or_default(),
        )
    };
    let inner = command
        .get_subcommands()
        .flat_map(clap::Command::get_subcommands);
    command.get_subcommands().chain(inner).map(named).collect()
}

/// Those that begin with a word.
pub(super) fn begun(
    candidates: impl Iterator<Item = CompletionCandidate>,
    current: &OsStr,
) -> impl Iterator<Item = CompletionCandidate> {
    let start = current.to_string_lossy().into_owned();
    let is_begun =
        move |one: &CompletionCandidate| one.get_value().to_string_lossy().starts_with(&start);
    candidates.filter(is_begun)
}
