//! The commands that lead on from a verdict.

use super::{Condition, ConditionState, Provider, Revisions, Surroundings, Verdict};
use crate::checkout::capability::Capability;
use crate::files::quoted;

/// What the commands are about.
pub(super) struct Names<'a> {
    pub(super) bundle: &'a str,
    pub(super) around: Surroundings<'a>,
    /// The tool that runs the bundle; the benchmark knows one asset only.
    pub(super) tool: Tool,
}

/// A tool of the engine's package.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tool {
    /// `llm-benchmark`.
    Benchmark,
    /// `llm-runner`.
    Runner,
}

/// What to type next, in order; every line stands on its own in a POSIX shell. The needs named in `of_engine` are not the
/// bundle's to meet.
pub(super) fn next(
    verdict: Verdict,
    needs: &[Condition],
    of_engine: &[&str],
    names: &Names<'_>,
) -> Vec<String> {
    let environment = needs.iter().find_map(|need| match need.outcome {
        ConditionState::WithEnvironment(variable) => Some(variable),
        _ => None,
    });
    let bundle = quoted(names.bundle);
    match verdict {
        Verdict::Runs | Verdict::RunsWithEnvironment | Verdict::RunsAfterPatch => {
            let (mut lines, checkout) = match names.around.clone {
                Some((command, path)) => (vec![command.to_owned()], quoted(path)),
                None => (Vec::new(), quoted(names.around.checkout)),
            };
            if verdict == Verdict::RunsAfterPatch {
                let apply = format!("granite-bundle patch apply --engine {checkout}");
                match names.around.takes_whole_stack {
                    true => lines.push(apply),
                    false => lines.extend(one_by_one(needs, &apply)),
                }
            }
            lines.extend(run(environment, names.tool, &bundle, &checkout));
            lines
        }
        Verdict::Unknown => {
            let checkout = quoted(names.around.checkout);
            vec![format!("granite-bundle patch status --engine {checkout}")]
        }
        Verdict::CannotRun => blocked(needs, of_engine, &bundle, &names.around),
    }
}

/// The patches that are needed, each by itself: the stack as a whole would be refused.
fn one_by_one(needs: &[Condition], apply: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for need in needs.iter().filter(|need| need.required) {
        if let ConditionState::AfterPatch(patch) = &need.outcome {
            let line = format!("{apply} --only {}", quoted(patch));
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    lines
}

/// Build in release (a debug build is about three times slower on the host) and run.
fn run(environment: Option<&str>, tool: Tool, bundle: &str, checkout: &str) -> Vec<String> {
    let call = match tool {
        Tool::Benchmark => format!("llm-benchmark --model {bundle} -p 128 -g 256"),
        Tool::Runner => format!("llm-runner --model {bundle} --prompt Hello"),
    };
    let environment = environment.map_or_else(String::new, |variable| format!("{variable} "));
    vec![
        format!("swift build -c release --package-path {checkout}"),
        format!("{environment}swift run -c release --package-path {checkout} {call}"),
    ]
}

fn blocked(
    needs: &[Condition],
    of_engine: &[&str],
    bundle: &str,
    around: &Surroundings<'_>,
) -> Vec<String> {
    let checkout = &quoted(around.checkout);
    let unmet = |need: &&Condition| need.required && need.outcome == ConditionState::Unmet;
    let is_of_engine = |need: &&Condition| {
        let mut capabilities = Capability::ALL.iter();
        of_engine.contains(&need.id) || capabilities.any(|capability| capability.id() == need.id)
    };
    let (of_engine, of_bundle): (Vec<_>, Vec<_>) =
        needs.iter().filter(unmet).partition(is_of_engine);
    let mut lines = Vec::new();
    if !of_bundle.is_empty() {
        lines.push(format!("granite-bundle lint {bundle} --engine {checkout}"));
    }
    if of_engine.is_empty() {
        return lines;
    }
    if !around.way_out.is_empty() {
        lines.extend_from_slice(around.way_out);
        lines.push(preflight(bundle, checkout));
    } else if let Some((tag, revisions)) = around.better {
        lines.extend(moved_to(tag, revisions, bundle, checkout));
    } else {
        lines.push(format!("granite-bundle patch check --engine {checkout}"));
    }
    lines
}

/// Where upstream's repository is.
const UPSTREAM: &str = "https://github.com/apple/coreai-models";

/// Moves to another revision, and asks again.
fn moved_to(tag: &str, revisions: Revisions, bundle: &str, checkout: &str) -> Vec<String> {
    let git = format!("git -C {checkout}");
    let (mut lines, edited) = match revisions {
        Revisions::Here { edited } => (Vec::new(), edited),
        Revisions::AtOrigin { edited } => {
            let fetch = format!("{git} fetch --depth 1 origin tag {tag}");
            (vec![fetch], edited)
        }
        Revisions::Elsewhere => {
            let folder = format!("coreai-models-{tag}");
            return vec![
                format!("git clone --depth 1 --branch {tag} {UPSTREAM} {folder}"),
                preflight(bundle, &folder),
            ];
        }
    };
    lines.extend(edited.then(|| format!("{git} stash push")));
    lines.push(format!("{git} switch --detach {tag}"));
    lines.push(preflight(bundle, checkout));
    lines
}

fn preflight(bundle: &str, checkout: &str) -> String {
    format!("granite-bundle preflight {bundle} --engine {checkout}")
}

impl Provider {
    /// The word used in JSON; a patch goes by its name.
    pub fn word(&self) -> &str {
        match self {
            Provider::Bundle => "bundle",
            Provider::Native => "native",
            Provider::Patch(name) => name,
            Provider::Other(by) => by.as_deref().unwrap_or("provided"),
        }
    }
}
