//! Findings to stdout and to files, in the formats asked for.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::args::{Args, Format};
use crate::bundle::shown;
use crate::cli::Ui;
use crate::engine::deployment::Deployment;
use crate::files;
use crate::finding::Level;
use crate::lint::ContentHash;
use crate::lint::fleet::{Linted, Report, View};
use crate::report::findings::anchor::Anchors;
use crate::report::findings::{Run, Trouble, github, gitlab, junit, markdown, sarif};
use crate::report::human;
use crate::report::json;
use crate::report::json::inspect::{Details, TargetEntry};
use crate::report::json::lint::{Document, Fix};
use crate::report::terminal::visible;

/// Columns of a page in a file, which no terminal limits.
const FILE_COLUMNS: u16 = 100;

/// One run, to be rendered in any format.
struct Reports<'a> {
    report: &'a Report,
    troubles: &'a [Trouble],
    fixes: Option<&'a [Fix]>,
    places: Anchors,
    args: &'a Args,
}

/// Writes every report; false if one of them could not be written, which is shown and stops none of the others.
pub(super) fn write(
    report: &Report,
    troubles: &[Trouble],
    fixes: Option<&[Fix]>,
    args: &Args,
    ui: &mut Ui,
) -> anyhow::Result<bool> {
    let reports = Reports {
        report,
        troubles,
        fixes,
        places: places(report),
        args,
    };
    let mut all_written = true;
    for output in &args.output {
        let format = output.format.or(asked(args)).unwrap_or(Format::Human);
        let file = &output.file;
        let text = reports.render(format, FILE_COLUMNS)?;
        let written = files::write(file, visible(&text, false).as_bytes());
        if let Err(error) = written.with_context(|| format!("cannot write {}", file.display())) {
            all_written = false;
            ui.error(&error);
        }
    }
    if let Some(text) = reports.stdout(ui.width)? {
        ui.out.write_all(text.as_bytes())?;
    }
    ui.out.flush()?;
    if !args.quiet && asked(args).is_some_and(|format| format != Format::Human) {
        tell_of_configurations(report, ui);
    }
    Ok(all_written)
}

/// The format that the user asked for by itself.
fn asked(args: &Args) -> Option<Format> {
    match args.json {
        true => Some(Format::Json),
        false => args.format,
    }
}

/// A page says by what it judged; for other formats stderr does.
fn tell_of_configurations(report: &Report, ui: &mut Ui) {
    let mut told: Vec<&Path> = Vec::new();
    let files = report.linted.iter();
    for file in files.filter_map(|one| one.settings.config.as_deref()) {
        if !told.contains(&file) {
            told.push(file);
            ui.note(&format!("judged by {}", file.display()));
        }
    }
}

impl Reports<'_> {
    /// What goes to stdout: the format asked for, unless a file without a format of its own takes it; one line where
    /// there are files alone.
    fn stdout(&self, columns: u16) -> anyhow::Result<Option<String>> {
        let taken = self
            .args
            .output
            .iter()
            .any(|output| output.format.is_none());
        match asked(self.args) {
            Some(format) if !taken => self.render(format, columns).map(Some),
            None if self.args.output.is_empty() => self.render(Format::Human, columns).map(Some),
            _ if self.args.quiet => Ok(None),
            _ => {
                let view = View::new(self.report, Level::Note);
                Ok(Some(human::lint::verdict_line(&view) + "\n"))
            }
        }
    }

    fn render(&self, format: Format, columns: u16) -> anyhow::Result<String> {
        let view = View::new(self.report, self.level(format));
        let run = Run {
            view: &view,
            places: &self.places,
            troubles: self.troubles,
        };
        Ok(match format {
            Format::Human => human::lint::render(run, columns, self.args.quiet),
            Format::Json => document(run, self.fixes)?,
            Format::Sarif => sarif::render(run, self.args.suppressed)?,
            Format::Junit => junit::render(run)?,
            Format::Github => github::render(run),
            Format::Gitlab => gitlab::render(run)?,
            Format::Markdown => markdown::render(run),
        })
    }

    /// The least level a format shows: as asked, else notes for people only; what refuses a bundle is always shown.
    fn level(&self, format: Format) -> Level {
        if let Some(level) = self.args.level {
            return level.into();
        }
        let usual = match format {
            Format::Human if !self.args.quiet => Level::Note,
            _ => Level::Warning,
        };
        let linted = self.report.linted.iter();
        let refusing = linted.filter_map(|one| one.settings.gate.fail_on);
        refusing.min().map_or(usual, |refusing| refusing.min(usual))
    }
}

fn document(run: Run<'_>, fixes: Option<&[Fix]>) -> serde_json::Result<String> {
    let linted = &run.view.report.linted;
    let deployments = linted
        .iter()
        .map(|one| Deployment::of(&one.target))
        .collect::<Vec<_>>();
    let side_hashes = linted
        .iter()
        .map(|one| one.side_hashes().iter().map(computed).collect::<Vec<_>>())
        .collect::<Vec<_>>();
    let entries = linted
        .iter()
        .zip(&deployments)
        .zip(&side_hashes)
        .map(|((one, deployment), sides)| {
            TargetEntry::new(&one.target, deployment.as_ref(), options(one, sides))
        })
        .collect();
    json::text(&Document::new(run, entries, fixes))
}

fn options<'a>(one: &'a Linted, side_hashes: &'a [Option<[u8; 32]>]) -> Details<'a> {
    Details {
        computed_hash: computed(one.hash()),
        side_hashes,
        profile: one.profile.as_deref(),
        ..Details::default()
    }
}

fn computed(hash: &ContentHash) -> Option<[u8; 32]> {
    match hash {
        ContentHash::Computed(hash) => Some(*hash),
        _ => None,
    }
}

/// Where each finding's path is below the root of its repository, or else below the current folder.
fn places(report: &Report) -> Anchors {
    let paths = report.findings().map(|finding| finding.path.as_str());
    let targets = report.linted.iter().map(|one| shown(&one.target.path));
    let mut paths = paths.map(str::to_owned).chain(targets).collect::<Vec<_>>();
    paths.sort();
    paths.dedup();
    Anchors::new(paths.into_iter().map(|path| {
        let relative = relative_to_root(Path::new(&path));
        (path, relative)
    }))
}

fn relative_to_root(path: &Path) -> String {
    let named = files::absolute(path);
    let below = |path: &Path| {
        let root = root(path)?;
        path.strip_prefix(root).ok().map(Path::to_owned)
    };
    let real = || below(&named.canonicalize().ok()?);
    let shown = below(&named)
        .or_else(real)
        .unwrap_or_else(|| named.file_name().map(PathBuf::from).unwrap_or_default());
    let parts = shown
        .components()
        .map(|part| part.as_os_str().to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

fn root(path: &Path) -> Option<PathBuf> {
    let here = || std::env::current_dir().ok();
    let below_here = || here().filter(|here| path.starts_with(here));
    files::repository(path)
        .map(Path::to_owned)
        .or_else(below_here)
}
