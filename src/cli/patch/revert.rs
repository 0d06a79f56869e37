//! `granite-bundle patch revert`.

use git2::Repository;

use super::change::{Change, Planned};
use super::{ChangeArgs, EngineArgs, Exit, OutputArgs, StackArgs, Ui, change};
use crate::patch::plan::{self, Plan, Site};
use crate::patch::revert::{Revert, RevertError, Source};
use crate::patch::transaction::{self, Action, Receipt, Recorded, Request, TransactionError};
use crate::patch::view::{Entry, TreeView};
use crate::patch::{FileImage, RepoPath};

/// Take the stack back, to the byte
#[derive(Debug, clap::Args)]
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
        let request = match request(repository, site, &plan, wanted, receipt.clone()) {
            Ok(request) => request,
            Err(RevertError::Entangled(entangled)) => {
                problems.push(entangled.to_string());
                Revert::new(receipt, &WorkTree { repository, site }).finish()
            }
            Err(error) => return Err(error.into()),
        };
        let chain = if args.change.commit {
            plan.steps.iter().map(change::step).collect()
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
    repository: &Repository,
    site: Site<'_>,
    plan: &Plan,
    wanted: impl DoubleEndedIterator<Item = &'n str>,
    receipt: Receipt,
) -> Result<Request, RevertError> {
    let source = WorkTree { repository, site };
    let mut revert = Revert::new(receipt, &source);
    for step in &plan.steps {
        revert.step(&step.patch, step.changes.clone())?;
    }
    for name in wanted.rev() {
        revert.leftover(name, |path| match site.committed {
            Some(committed) => image(committed, path),
            None => Ok(None),
        })?;
    }
    Ok(revert.finish())
}

/// The images kept and the files as they are.
struct WorkTree<'r> {
    repository: &'r Repository,
    site: Site<'r>,
}

impl Source for WorkTree<'_> {
    fn image(&self, recorded: Recorded) -> Result<FileImage, TransactionError> {
        transaction::image(self.repository, recorded)
    }

    fn current(&self, path: &RepoPath) -> std::io::Result<Option<FileImage>> {
        image(self.site.view, path)
    }
}

fn image(view: &dyn TreeView, path: &RepoPath) -> std::io::Result<Option<FileImage>> {
    Ok(match view.entry(path)? {
        Entry::File(image) => Some(image),
        _ => None,
    })
}
