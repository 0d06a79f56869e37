//! Findings to stdout or a file, in the format asked for.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::Format;
use crate::bundle::shown;
use crate::cli::Ui;
use crate::engine::outlook::Outlook;
use crate::files;
use crate::lint::ContentHash;
use crate::lint::fleet::{Linted, Report};
use crate::report::findings::place::Places;
use crate::report::findings::{github, junit, sarif};
use crate::report::human;
use crate::report::json::inspect::{Entry, Options};
use crate::report::json::lint::Document;
use crate::report::terminal::visible;

/// Renders the report, and writes it whole or not at all.
pub(super) fn write(
    report: &Report,
    format: Format,
    file: Option<&Path>,
    ui: &mut Ui,
) -> anyhow::Result<()> {
    let text = render(report, format, ui.width)?;
    match file {
        Some(file) => {
            let text = visible(&text, false);
            files::write(file, text.as_bytes())
                .with_context(|| format!("cannot write {}", file.display()))
        }
        None => {
            ui.out.write_all(text.as_bytes())?;
            Ok(ui.out.flush()?)
        }
    }
}

fn render(report: &Report, format: Format, columns: u16) -> anyhow::Result<String> {
    Ok(match format {
        Format::Human => human::lint::render(report, columns),
        Format::Json => json(report)?,
        Format::Sarif => sarif::render(report.findings(), &places(report))?,
        Format::Junit => junit::render(report)?,
        Format::Github => github::render(report.findings(), &places(report)),
    })
}

fn json(report: &Report) -> serde_json::Result<String> {
    let outlooks = report
        .linted
        .iter()
        .map(|one| Outlook::of(&one.target))
        .collect::<Vec<_>>();
    let entries = report
        .linted
        .iter()
        .zip(&outlooks)
        .map(|(one, outlook)| Entry::new(&one.target, outlook.as_ref(), options(one)))
        .collect();
    let document = Document::new(report, entries, &places(report));
    serde_json::to_string_pretty(&document).map(|text| text + "\n")
}

fn options(one: &Linted) -> Options<'_> {
    Options {
        computed_hash: match one.hash {
            ContentHash::Computed(hash) => Some(hash),
            _ => None,
        },
        profile: one.profile.as_deref(),
        ..Options::default()
    }
}

/// Where each finding's path is below the root of its repository, or else below the current folder.
fn places(report: &Report) -> Places {
    let paths = report.findings().map(|finding| finding.path.as_str());
    let targets = report.linted.iter().map(|one| shown(&one.target.path));
    let mut paths = paths.map(str::to_owned).chain(targets).collect::<Vec<_>>();
    paths.sort();
    paths.dedup();
    Places::new(paths.into_iter().map(|path| {
        let relative = relative_to_root(Path::new(&path));
        (path, relative)
    }))
}

fn relative_to_root(path: &Path) -> String {
    let here = if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    };
    let absolute = here.canonicalize().unwrap_or_else(|_| here.to_owned());
    let relative =
        root(&absolute).and_then(|root| absolute.strip_prefix(root).ok().map(Path::to_owned));
    let shown =
        relative.unwrap_or_else(|| absolute.file_name().map(PathBuf::from).unwrap_or_default());
    let parts = shown
        .components()
        .map(|part| part.as_os_str().to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

fn root(path: &Path) -> Option<PathBuf> {
    let repository = path.ancestors().find(|folder| folder.join(".git").exists());
    let here = || std::env::current_dir().ok()?.canonicalize().ok();
    let below_here = || here().filter(|here| path.starts_with(here));
    repository.map(Path::to_owned).or_else(below_here)
}
