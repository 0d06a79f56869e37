//! The one table of exit codes, and how an error reaches the user.

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use super::Ui;

/// The exit code of a process that Ctrl-C ended, as shells count it.
pub(super) const INTERRUPTED: u8 = 130;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: fine.
    Fine,
    /// 1: findings at or above the threshold, or a patch that cannot apply, is missing or does not verify.
    Findings,
    /// 2: usage, I/O or unreadable input.
    Trouble,
    /// 130: ended by Ctrl-C, as shells count it.
    Interrupted,
}

impl Exit {
    /// Fine if it all holds, else findings.
    pub(super) fn unless_findings(holds: bool) -> Exit {
        match holds {
            true => Exit::Fine,
            false => Exit::Findings,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Fine => 0,
            Exit::Findings => 1,
            Exit::Trouble => 2,
            Exit::Interrupted => INTERRUPTED,
        })
    }
}

/// Shows clap's own message: help and version on stdout with 0, usage errors on stderr with 2.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    let wanted = !error.use_stderr();
    match error.print() {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Exit::Trouble.into(),
        _ if wanted => Exit::Fine.into(),
        _ => Exit::Trouble.into(),
    }
}

/// Turns a command's outcome into the process's exit code, once all of its output is out.
///
/// A reader that goes away changes nothing: the code stays that of what was found.
pub(super) fn code(outcome: anyhow::Result<Exit>, ui: &mut Ui) -> ExitCode {
    let flushed = ui.out.flush();
    let outcome = outcome.and_then(|exit| Ok(flushed.map(|()| exit)?));
    match outcome {
        Ok(exit) => exit.into(),
        Err(error) => {
            ui.error(&error);
            Exit::Trouble.into()
        }
    }
}
