//! `granite-bundle patch revert`.

use git2::Repository;

use super::change::{Change, Planned};
use super::{ChangeArgs, EngineArgs, Exit, OutputArgs, StackArgs, Ui, change};
use crate::checkout::eol::CheckedOut;
use crate::checkout::site::Site;
use crate::checkout::tree::image;
use crate::checkout::{FileImage, RepoPath};
use crate::cli::examples;
use crate::patch::change::revert::{Revert, RevertError, Source};
use crate::patch::change::transaction::{
    self, Action, Receipt, Recorded, Request, Step, TransactionError,
};
use crate::patch::judge::plan;

/// Take the stack back, to the byte
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle patch revert --engine coreai-models",
]))]
pub(super) struct Args {
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    stack: StackArgs,
    #[command(flatten)]
    change: ChangeArgs,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    let change = Change {
        action: Action::Revert,
        engine: &args.engine,
        stack: &args.stack,
        change: &args.change,
        json: args.output.json,
    };
    change.run(ui, |checkout, stack, site, receipt| {
        let options = args.stack.options();
        let plan = plan::revert(site, &stack.series, &options)?;
        let mut problems = checkout.problems(&plan)?;
        let wanted = stack.series.patches.iter().map(|patch| patch.name.as_str());
        let wanted = wanted.filter(|name| options.only.as_deref().is_none_or(|only| only == *name));
        let repository = checkout.writable()?;
        let source = WorkTree {
            repository,
            files: checkout.files()?,
        };
        let steps: Vec<_> = plan.steps.iter().map(change::step).collect();
        let written = change::written(&steps, &source.files)?;
        let request = match request(&source, site, written, wanted, receipt.clone()) {
            Ok(request) => request,
            Err(RevertError::Entangled(entangled)) => {
                problems.push(entangled.to_string());
                Revert::new(receipt, &source).finish()
            }
            Err(error) => return Err(error.into()),
        };
        let chain = if args.change.commit {
            steps
        } else {
            Vec::new()
        };
        Ok(Planned {
            report: plan.report,
            problems,
            request,
            chain,
        })
    })
}

fn request<'n>(
    source: &WorkTree<'_>,
    site: Site<'_>,
    written: Vec<Step>,
    wanted: impl DoubleEndedIterator<Item = &'n str>,
    receipt: Receipt,
) -> Result<Request, RevertError> {
    let mut revert = Revert::new(receipt, source);
    for step in written {
        revert.step(&step.patch, step.changes)?;
    }
    for name in wanted.rev() {
        revert.leftover(name, |path| {
            let committed = site.committed.map(|committed| image(committed, path));
            let committed = committed.transpose()?.flatten();
            let written = committed.map(|image| source.files.written(path, &image));
            written.transpose()
        })?;
    }
    Ok(revert.finish())
}

/// The images kept and the files as they are.
struct WorkTree<'r> {
    repository: &'r Repository,
    files: CheckedOut<'r>,
}

impl Source for WorkTree<'_> {
    fn image(&self, recorded: Recorded) -> Result<FileImage, TransactionError> {
        transaction::image(self.repository, recorded)
    }

    fn current(&self, path: &RepoPath) -> std::io::Result<Option<FileImage>> {
        self.files.file(path)
    }
}
