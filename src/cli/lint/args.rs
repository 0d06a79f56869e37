//! The arguments of `lint`.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::str::FromStr;

use clap::ValueEnum;
use clap_complete::engine::{PathCompleter, ValueCompleter};
use clap_complete::{ArgValueCandidates, ArgValueCompleter, CompletionCandidate};

use crate::cli::{candidates, examples};
use crate::finding::{Level, closest};
use crate::lint::{Platform, Selector};

/// Hold bundles to what the engine and the model's profile require
///
/// PATH is a bundle folder, an `.aimodel` or `.aimodelc` folder, or a folder that holds some at any depth.
/// Each bundle is judged under the nearest `granite-bundle.toml` in a folder above it, up to the root of its repository.
/// One inside the bundle came with it and is not obeyed.
///
/// Exit code: 0 nothing at or above --fail-on; 1 something; 2 a path that does not exist, a mistake in the
/// command or the configuration, or output that cannot be written. The format never changes it.
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle lint exports/granite-4.0-h-1b",
    "granite-bundle lint exports --engine coreai-models --fail-on warning",
    "granite-bundle lint exports --format github --output sarif=lint.sarif --output markdown=summary.md",
    "granite-bundle lint exports --select graph,asset-hash-mismatch",
    "granite-bundle lint exports/granite-4.0-h-1b --diff",
]))]
pub(in crate::cli) struct Args {
    /// What to lint
    #[arg(required = true, value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// A built-in profile, a profile file, `auto` (the nearest by facts) or `none`
    #[arg(long, value_name = "NAME|FILE|auto|none", add = ArgValueCompleter::new(candidates::profiles))]
    pub(super) profile: Option<String>,
    /// Judge what depends on the engine by this checkout of coreai-models
    #[arg(long, value_name = "CHECKOUT")]
    pub(super) engine: Option<PathBuf>,
    /// The platform the bundles are for
    #[arg(long, value_enum)]
    pub(super) platform: Option<PlatformArg>,
    /// What goes to stdout [default: human, or one line with --output]
    #[arg(long, value_enum)]
    pub(super) format: Option<Format>,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    pub(super) json: bool,
    /// Write a report to a file; may be repeated. Without FORMAT= it is that of --format
    #[arg(long, value_name = "[FORMAT=]FILE", add = ArgValueCompleter::new(outputs))]
    pub(super) output: Vec<OutputArg>,
    /// The least level shown and exported [default: note for human, else warning; never above --fail-on]
    #[arg(long, value_enum)]
    pub(super) level: Option<LevelArg>,
    /// Say nothing but what is found
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// Keep accepted findings in SARIF, marked as suppressed
    #[arg(long)]
    pub(super) suppressed: bool,
    /// Run only these rules: ids, families, or patterns such as `graph-*`
    #[arg(long, value_name = "RULE", value_delimiter = ',', add = ArgValueCandidates::new(candidates::rules))]
    pub(super) select: Vec<Selector>,
    /// Do not run these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',', add = ArgValueCandidates::new(candidates::rules))]
    pub(super) ignore: Vec<Selector>,
    /// The mildest level that makes the exit code 1 [default: error]
    #[arg(long, value_enum)]
    pub(super) fail_on: Option<LevelArg>,
    /// Use this configuration for every bundle
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Use no configuration
    #[arg(long, conflicts_with_all = ["config", "write_baseline"])]
    pub(super) no_config: bool,
    /// Print what each bundle would be judged by, and judge none
    #[arg(long, conflicts_with_all = ["format", "json", "output", "write_baseline"])]
    pub(super) show_config: bool,
    /// Accept every finding at or above --fail-on in the configuration's baseline
    #[arg(long)]
    pub(super) write_baseline: bool,
    /// Write what is certain to be right into the bundle's own texts, say each change, and judge the result
    #[arg(long, conflicts_with_all = ["diff", "write_baseline", "show_config"])]
    pub(super) fix: bool,
    /// Print as a diff, or with --json as `fixes`, what --fix would write, and write nothing
    #[arg(long, conflicts_with_all = ["format", "output", "write_baseline", "show_config"])]
    pub(super) diff: bool,
    /// Do not hash bytecode, which is nearly all of the time large bundles take
    #[arg(long)]
    pub(super) no_hash: bool,
}

/// A format of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Pages for people
    Human,
    /// The document `granite-bundle schema lint` describes
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, a case for each rule
    Junit,
    /// GitHub workflow annotations
    Github,
    /// GitLab Code Quality
    Gitlab,
    /// A summary of the job, for people
    Markdown,
}

/// Formats with the sign that a file comes after, or files.
fn outputs(current: &OsStr) -> Vec<CompletionCandidate> {
    let files = |start: &str| PathCompleter::any().complete(OsStr::new(start));
    match current.to_str().and_then(|text| text.split_once('=')) {
        Some((format, file)) => {
            let prefix = format!("{format}=");
            let files = files(file).into_iter();
            files.map(|file| file.add_prefix(&prefix)).collect()
        }
        None => {
            let formats = Format::value_variants().iter().filter_map(|format| {
                let value = format.to_possible_value()?;
                let help = value.get_help().map(ToString::to_string);
                Some(candidates::candidate(
                    &format!("{}=", value.get_name()),
                    help.unwrap_or_default(),
                ))
            });
            let start = current.to_string_lossy();
            candidates::begun(formats, current)
                .chain(files(&start))
                .collect()
        }
    }
}

/// A report to be written to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OutputArg {
    /// Its format; none means that of `--format`.
    pub(super) format: Option<Format>,
    /// The file.
    pub(super) file: PathBuf,
}

impl FromStr for OutputArg {
    type Err = String;

    fn from_str(text: &str) -> Result<OutputArg, String> {
        if text.is_empty() {
            return Err("names no file".to_owned());
        }
        let is_word =
            |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphabetic());
        let Some((word, file)) = text.split_once('=').filter(|(word, _)| is_word(word)) else {
            return Ok(OutputArg {
                format: None,
                file: text.into(),
            });
        };
        let format = Format::from_str(word, false).map_err(|_| no_format(word, text))?;
        if file.is_empty() {
            return Err(format!("{word}= names no file"));
        }
        Ok(OutputArg {
            format: Some(format),
            file: file.into(),
        })
    }
}

fn no_format(word: &str, text: &str) -> String {
    let values = Format::value_variants().iter();
    let names = values
        .filter_map(|format| Some(format.to_possible_value()?.get_name().to_owned()))
        .collect::<Vec<_>>();
    match closest(word, names.iter().map(String::as_str)) {
        Some(name) => format!("{word:?} is no format; did you mean {name:?}?"),
        None => format!(
            "{word:?} is no format; the formats are {}, and a file of that name is \"./{text}\"",
            names.join(", ")
        ),
    }
}

/// A platform.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum PlatformArg {
    /// iPhone and iPad
    Ios,
    /// Mac: no requirement is known that holds there alone, so it asks for what `any` does
    Macos,
    /// None in particular
    #[value(alias = "none")]
    Any,
}

/// A level.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum LevelArg {
    Error,
    Warning,
    Note,
}

impl From<PlatformArg> for Platform {
    fn from(platform: PlatformArg) -> Platform {
        match platform {
            PlatformArg::Ios => Platform::Ios,
            PlatformArg::Macos | PlatformArg::Any => Platform::Any,
        }
    }
}

impl From<LevelArg> for Level {
    fn from(level: LevelArg) -> Level {
        match level {
            LevelArg::Error => Level::Error,
            LevelArg::Warning => Level::Warning,
            LevelArg::Note => Level::Note,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn an_output_has_a_format_or_takes_that_of_stdout() {
        let read = |text: &str| text.parse::<OutputArg>();
        let of = |format, file: &str| OutputArg {
            format,
            file: file.into(),
        };
        assert_eq!(read("sarif=a=b").unwrap(), of(Some(Format::Sarif), "a=b"));
        assert_eq!(read("x.sarif").unwrap(), of(None, "x.sarif"));
        assert_eq!(read("./x=y").unwrap(), of(None, "./x=y"));
        assert!(
            read("srif=x")
                .unwrap_err()
                .contains("did you mean \"sarif\"")
        );
        assert!(read("x=y").unwrap_err().contains("\"./x=y\""));
        assert!(read("json=").is_err() && read("").is_err());
    }
}
