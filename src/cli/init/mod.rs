//! `granite-bundle init`.

mod repository;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use self::repository::{Ci, Repository};
use super::{Advised, Exit, Ui, examples};
use crate::bundle::shown;
use crate::files;
use crate::report::schemas::Schema;

/// Write a commented configuration, its schema and a CI job into the repository
///
/// What is there already is left as it is, unless --force.
///
/// Exit code: 0 when all of it is there afterwards; 2 when it cannot be written, or the repository is itself a bundle.
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle init",
    "granite-bundle init releases --ci gitlab",
]))]
pub(super) struct Args {
    /// A folder of the repository
    #[arg(default_value = ".", value_name = "DIR")]
    folder: PathBuf,
    /// The CI system a job is written for [default: the one the repository is set up for, else github]
    #[arg(long, value_enum)]
    ci: Option<Ci>,
    /// Write over what is there
    #[arg(long)]
    force: bool,
    /// Only say what would be written
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    if !args.folder.is_dir() {
        return Err(Advised {
            message: format!("{} is no folder", shown(&args.folder)),
            help: "name a folder of the repository that holds the bundles".to_owned(),
        }
        .into());
    }
    let repository = Repository::around(&args.folder);
    if repository.is_bundle() {
        return Err(Advised {
            message: format!("{} is a bundle", shown(&repository.root)),
            help: "a configuration inside a bundle is not obeyed: run this in a repository that holds bundles".to_owned(),
        }
        .into());
    }
    for (file, text) in documents(&repository, args.ci) {
        let path = repository.root.join(file);
        let there = path.symlink_metadata().is_ok();
        let name = shown(&path);
        match (there && !args.force, args.dry_run) {
            (true, _) => ui.note(&format!("{name} is there and stays as it is")),
            (false, true) => ui.note(&format!("{name} would be written")),
            (false, false) => {
                write(&path, &text).with_context(|| format!("cannot write {name}"))?;
                ui.note(&format!("{name} written"));
            }
        }
    }
    let next = format!(
        "granite-bundle lint {}",
        files::quoted(repository.lint_path())
    );
    ui.help(&format!("`{next}` says what is to be done"));
    Ok(Exit::Fine)
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    files::write(path, text.as_bytes())
}

/// Every file with its text, by its path in the repository.
fn documents(repository: &Repository, ci: Option<Ci>) -> Vec<(&'static str, String)> {
    let mut documents = vec![(
        "granite-bundle.toml",
        repository.fill(include_str!("config.toml")),
    )];
    if let Some(schema) = Schema::named("config") {
        documents.push(("granite-bundle.schema.json", schema.text.to_owned()));
    }
    match ci.unwrap_or_else(|| repository.ci()) {
        Ci::Github => documents.push((
            ".github/workflows/bundles.yml",
            repository.fill(include_str!("github.yml")),
        )),
        Ci::Gitlab => documents.push((
            repository.gitlab_file(),
            repository.fill(include_str!("gitlab.yml")),
        )),
        Ci::None => {}
    }
    documents
}
