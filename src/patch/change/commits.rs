//! The commits a change ends with, one for each patch.

use std::io;

use git2::RepositoryState;

use crate::checkout::FileChange;
use crate::checkout::tree::{TreeView, image};
use crate::patch::change::planned::Planned;
use crate::patch::change::problem::Problem;
use crate::patch::change::stack::{Look, StackError};
use crate::patch::change::transaction::{Direction, NewCommit, TransactionError, net_changes};
use crate::patch::format::mail::MailMessage;
use crate::patch::judge::changes::PatchChanges;

/// Adds the commits, or the reason why there can be none.
///
/// # Errors
/// When what is committed cannot be read.
pub(super) fn add_commits(look: &Look<'_, '_>, planned: &mut Planned) -> Result<(), StackError> {
    let repository = look.stack.checkout.repository();
    let committed = look.trees.site().committed;
    let (Some(repository), Some(committed)) = (repository, committed) else {
        planned.problems.push(Problem::NoCommit);
        return Ok(());
    };
    if repository.state() != RepositoryState::Clean {
        planned.problems.push(Problem::InProgress);
        return Ok(());
    }
    let Some(done) = steps_in(committed, &planned.chain)? else {
        planned.problems.push(Problem::Uncommittable);
        return Ok(());
    };
    let commits = planned.chain[done..].iter();
    planned.request.commits = commits
        .map(|step| commit(look, step, planned.request.action))
        .collect();
    if !planned.request.commits.is_empty()
        && let Err(error) = repository.signature()
    {
        let reason = error.message().to_owned();
        planned.problems.push(Problem::NoSignature(reason));
    }
    Ok(())
}

/// The commit of one patch, in the words of the variant that is used.
fn commit(look: &Look<'_, '_>, step: &PatchChanges, action: Direction) -> NewCommit {
    let variants = look.stack.series.patches.iter();
    let mut variants = variants.flat_map(|patch| &patch.variants);
    let variant = variants.find(|variant| step.id.digest.as_ref() == Some(&variant.digest));
    let words = variant
        .map(|variant| MailMessage::of(&variant.text))
        .unwrap_or_default();
    let message = words.commit(&step.id.name);
    let (message, author) = match action {
        Direction::Apply => (message, words.author),
        Direction::Revert => {
            let title = message.lines().next().unwrap_or(&step.id.name);
            (format!("Revert \"{title}\"\n"), None)
        }
    };
    NewCommit {
        message,
        author,
        changes: step.changes.clone(),
    }
}

/// How many of the steps a tree has in it, from the first on; `None` where it is at none of their ends.
fn steps_in(
    tree: &dyn TreeView,
    steps: &[PatchChanges],
) -> Result<Option<usize>, TransactionError> {
    let mut whole = net_changes(steps)?;
    for change in &mut whole {
        let unreadable =
            |error: io::Error| TransactionError::io("read", change.path.as_path(), error);
        change.before = image(tree, &change.path).map_err(unreadable)?;
    }
    for done in (0..=steps.len()).rev() {
        let rest = net_changes(&steps[done..])?;
        let goal = |change: &FileChange| {
            let left = rest.iter().find(|left| left.path == change.path);
            left.map_or(&change.after, |left| &left.before) == &change.before
        };
        if whole.iter().all(goal) {
            return Ok(Some(done));
        }
    }
    Ok(None)
}
