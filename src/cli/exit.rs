//! The one table of exit codes, and how an error reaches the user.

use std::io::{self, ErrorKind};
use std::process::ExitCode;

use super::Ui;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: fine.
    Fine,
    /// 1: findings at or above the threshold, or a patch that cannot apply, is missing or does not verify.
    Findings,
    /// 2: usage, I/O or unreadable input.
    Trouble,
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

/// An error with a next step for the user, shown as a `help:` line.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Advised {
    /// What went wrong, one sentence.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Fine => 0,
            Exit::Findings => 1,
            Exit::Trouble => 2,
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

/// Turns a command's outcome into the process's exit code; a closed pipe is not an error.
pub(super) fn code(outcome: anyhow::Result<Exit>, ui: &mut Ui) -> ExitCode {
    match outcome {
        Ok(exit) => exit.into(),
        Err(error) if is_broken_pipe(&error) => Exit::Fine.into(),
        Err(error) => {
            ui.error(&error);
            Exit::Trouble.into()
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == ErrorKind::BrokenPipe)
}
