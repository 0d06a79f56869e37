//! Whether a stack verifies.

use std::io::{self, Write};

use anstyle::AnsiColor;

use super::paragraph::{refusal, wrapped};
use crate::patch::judge::report::State;
use crate::patch::judge::verify::Verification;

/// What keeps a verification from passing, one sentence each.
pub fn shortcomings(verification: &Verification) -> Vec<String> {
    let lacking = verification
        .lacking
        .iter()
        .map(|id| format!("`{id}` is neither native nor applied"));
    let patches = verification.report.patches.iter();
    let unfinished = patches.filter(|patch| verification.unfinished.contains(&patch.name));
    let unfinished = unfinished.map(|patch| match patch.state {
        State::Partial => format!("`{}` is only partly there", patch.name),
        State::Applied | State::AppliedModified => format!(
            "`{}` is there as an earlier version of the stack applied it: revert it, then apply",
            patch.name
        ),
        _ => format!("`{}` is not there", patch.name),
    });
    let faults = verification.faults.iter().map(|(path, fault)| {
        format!(
            "`{path}` line {}: a syntax error its pre-image lacks: {}",
            fault.line, fault.text
        )
    });
    let repeated = verification.repeated.iter().map(ToString::to_string);
    let all = lacking.chain(unfinished).chain(faults);
    all.chain(repeated).collect()
}

/// Whether the stack verifies, and what that does and does not say.
///
/// # Errors
/// The writer's.
pub fn verification(
    out: &mut dyn Write,
    width: u16,
    verification: &Verification,
) -> io::Result<()> {
    writeln!(out)?;
    if !verification.holds() {
        return refusal(out, width, "not verified", &shortcomings(verification));
    }
    let green = AnsiColor::Green.on_default().bold();
    writeln!(out, "{green}verified{green:#}")?;
    let found = match verification.report.capabilities.as_slice() {
        [] => "Every patch is there, and no touched file has a new syntax error.",
        _ => {
            "Every needed capability is native or applied, no touched file has a new syntax error, and nothing is declared twice."
        }
    };
    let text = format!("{found} {}", verified_how(&verification.proven));
    wrapped(out, width, "  ", &text)
}

/// What a passed verification rests on.
fn verified_how(proven: &[String]) -> String {
    if proven.is_empty() {
        return "The stack was checked by structure and by reading; it was not run on Apple hardware."
            .to_owned();
    }
    let names: Vec<_> = proven.iter().map(|name| format!("`{name}`")).collect();
    format!(
        "{} was compiled and run against a simulated runtime in this era's engine, not on Apple hardware.",
        names.join(", ")
    )
}
