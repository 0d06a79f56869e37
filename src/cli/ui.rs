//! The user's terminal: stdout for the result, stderr for everything else.

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice, stream::RawStream};
use anstyle::{AnsiColor, Style};

use super::advised::Advised;
use super::output::Output;
use crate::bundle::{Failure, shown};
use crate::report::findings::Trouble;
use crate::report::terminal::safe;

/// Width assumed where stdout is not a terminal and `COLUMNS` does not say, in columns.
const DEFAULT_WIDTH: u16 = 100;

/// Streams that drop colour where it is not wanted, and the width to fit.
pub struct Ui {
    /// The result.
    pub out: Output<io::StdoutLock<'static>>,
    /// Everything else.
    pub err: Output<io::StderrLock<'static>>,
    /// Columns to fit.
    pub width: u16,
    /// True if stdout is a terminal.
    pub terminal: bool,
    /// True if stderr is a terminal, so progress may be drawn on it.
    pub progress: bool,
}

impl Ui {
    /// The process's own streams; honours `NO_COLOR`, `CLICOLOR` and non-terminals.
    pub fn from_process() -> Ui {
        let width = terminal_size::terminal_size_of(io::stdout())
            .map(|(terminal_size::Width(columns), _)| columns)
            .or_else(|| std::env::var("COLUMNS").ok()?.parse().ok())
            .unwrap_or(DEFAULT_WIDTH);
        Ui {
            out: output(io::stdout().lock()),
            err: output(io::stderr().lock()),
            width,
            terminal: io::stdout().is_terminal(),
            progress: io::stderr().is_terminal(),
        }
    }

    /// Prints what another program is to read byte by byte; on a terminal everything in it that steers one is made visible,
    /// codes of colour too, for none of them is ours.
    ///
    /// # Errors
    /// When stdout does not take it.
    pub fn exact(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self.terminal {
            true => self.out.write_foreign(bytes),
            false => self.out.write_exact(bytes),
        }
    }

    /// Shows an error, its causes and its next step.
    pub fn error(&mut self, error: &anyhow::Error) {
        let red = AnsiColor::Red.on_default().bold();
        self.line(red, "error", &error.to_string());
        // What is said already, as the end of the sentence before, is not said again.
        let mut said = error.to_string();
        for cause in error.chain().skip(1).map(ToString::to_string) {
            if !said.contains(&cause) {
                self.line(Style::new().bold(), "  because", &cause);
                said = cause;
            }
        }
        if let Some(advised) = error
            .chain()
            .find_map(|cause| cause.downcast_ref::<Advised>())
        {
            self.help(&advised.help);
        }
    }

    /// Shows what kept a command from doing all it was asked, and its next step.
    pub fn trouble(&mut self, trouble: &Trouble) {
        self.line(
            AnsiColor::Red.on_default().bold(),
            "error",
            &trouble.message,
        );
        if let Some(help) = &trouble.help {
            self.help(help);
        }
    }

    /// Shows something worth knowing that is not the result.
    pub fn note(&mut self, text: &str) {
        self.line(AnsiColor::Yellow.on_default().bold(), "note", text);
    }

    /// Shows why a target could not be read, and what to do about it.
    pub fn failure(&mut self, failure: &Failure) {
        self.unread(AnsiColor::Red.on_default().bold(), "error", failure);
    }

    /// Shows why a part of a target could not be read, which does not stop the command.
    pub fn part_failure(&mut self, failure: &Failure) {
        self.unread(AnsiColor::Yellow.on_default().bold(), "warning", failure);
    }

    fn unread(&mut self, style: Style, label: &str, failure: &Failure) {
        let path = shown(&failure.path);
        let place = match failure.offset {
            Some(offset) if !failure.message.contains("at byte") => format!(" (byte {offset})"),
            _ => String::new(),
        };
        self.line(style, label, &format!("{path}: {}{place}", failure.message));
        if let Some(help) = &failure.help {
            self.help(help);
        }
    }

    /// Shows something that does not stop the command.
    pub fn warning(&mut self, text: &str) {
        self.line(AnsiColor::Yellow.on_default().bold(), "warning", text);
    }

    /// Shows a next step.
    pub fn help(&mut self, text: &str) {
        self.line(AnsiColor::Cyan.on_default().bold(), "help", text);
    }

    // A failure to write to stderr leaves nobody to tell.
    fn line(&mut self, style: Style, label: &str, text: &str) {
        let _ = writeln!(self.err, "{style}{label}{style:#}: {}", safe(text));
    }
}

/// A stream of the process, painted where the user and the terminal want it.
fn output<W: RawStream>(stream: W) -> Output<W> {
    let paint = AutoStream::choice(&stream) != ColorChoice::Never;
    Output::new(stream, paint)
}
