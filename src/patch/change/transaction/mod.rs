//! Changes files of a checkout all together or not at all, whatever happens meanwhile.
//!
//! # Protocol
//!
//! Everything happens under the lock (see [`WorkTree`] for where that is); nothing is read for a decision before it is
//! held, and what an earlier, interrupted transaction left is settled first.
//!
//! | step | what | after a crash here |
//! | --- | --- | --- |
//! | check | every target is, to the byte and mode, what the plan started from | nothing happened |
//! | keep | pre- and post-images become git blobs in `images.git` | nothing happened |
//! | prepare | `receipt.next`, then `journal.prepared` are written | **undo**: remove what was staged |
//! | stage | missing directories are made; each new content is written beside its target and read back | **undo** |
//! | commit | `journal.prepared` is renamed to `journal.committed` | **finish** |
//! | swap | each staged file is exchanged with its target in one step, and what came out is looked at | **finish** |
//! | publish | with commits: the branch moves from the commit the plan started from | **finish** |
//! | conclude | renamed to `journal.concluding`; index, receipt, old files and emptied directories are tidied | **finish** |
//! | end | the journal is removed | all done |
//!
//! Every step before the commit is undone because nothing but additions happened. Every step after it needs no more
//! space than a rename, and is finished. There is one exception: where a target turns out to be edited by somebody
//! else before its swap, the swap is undone by a second exchange, and so is everything else
//! (`journal.undoing`). The exchange means that there is no moment in which an edit can be lost: what was at the
//! target is in the file beside it, and is compared with the pre-image before it is let go.
//! An error while swapping (a directory became read-only) is answered by undoing, too.
//!
//! Which of its steps a swap has taken can be told from the two files alone, so the journal is never rewritten.

mod error;
mod failpoint;
mod files;
mod journal;
mod machine;
mod notes;
mod outcome;
mod publish;
mod receipt;
mod record;
mod request;
mod session;
mod work_tree;

#[cfg(test)]
mod tests;

pub use error::{KeptEdit, KeptReason, TransactionError};
pub use files::Boundary;
pub use journal::Direction;
pub use outcome::{Outcome, Recovered};
pub use publish::NewCommit;
pub use receipt::{AppliedFile, AppliedPatch, Receipt};
pub use record::Recorded;
pub use request::{Request, emptied_directories, net_changes};
pub use session::{WriteSession, image, interrupted, receipt};
pub use work_tree::WorkTree;
