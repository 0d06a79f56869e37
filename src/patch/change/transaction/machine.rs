//! Takes a journal forward or back, from wherever it stands.
//!
//! Every operation reads the target and the file beside it first and does what is left to do, so that each may be
//! repeated after a crash at any of its steps.

use git2::Repository;

use super::failpoint;
use super::journal::{Journal, JournalFile, Phase};
use super::publish;
use super::record::Recorded;
use super::state::{Images, LockedState};
use super::tree::{Folder, Found, Tree, TreeError, file_name};
use super::{Left, LeftReason, Recovered, TransactionError, located};

pub(super) struct Machine<'a> {
    repository: &'a Repository,
    tree: &'a Tree,
    state: &'a LockedState,
    images: &'a Images,
    journal: &'a Journal,
}

/// A target, the name beside it, and what is under both.
struct Slot<'a> {
    file: &'a JournalFile,
    folder: Folder,
    name: &'a str,
    aside_name: String,
    target: Found,
    aside: Found,
}

impl<'a> Machine<'a> {
    pub(super) fn new(
        repository: &'a Repository,
        tree: &'a Tree,
        state: &'a LockedState,
        images: &'a Images,
        journal: &'a Journal,
    ) -> Machine<'a> {
        Machine {
            repository,
            tree,
            state,
            images,
            journal,
        }
    }

    /// Runs a prepared transaction to its end.
    pub(super) fn run(&self) -> Result<Vec<Left>, TransactionError> {
        self.create_directories()?;
        for index in 0..self.journal.files.len() {
            self.stage(index)?;
        }
        self.state.advance(Phase::Prepared, Phase::Committed)?;
        self.forward()
    }

    /// Brings an interrupted transaction to the end its phase calls for.
    pub(super) fn settle(&self, phase: Phase) -> Result<Recovered, TransactionError> {
        let (finished, left) = match phase {
            Phase::Committed => match self.forward() {
                Ok(left) => (true, left),
                // Past the point of no return there is no way back, and the next command tries again.
                Err(cause) if self.state.folder().phase() != Some(phase) => return Err(cause),
                Err(_) => (false, self.undo(phase)?),
            },
            Phase::Concluding => (true, self.conclude()?),
            Phase::Prepared | Phase::Undoing => (false, self.undo(phase)?),
        };
        Ok(Recovered {
            action: self.journal.action,
            patches: self.journal.patches.clone(),
            finished,
            left,
        })
    }

    /// Undoes a transaction that failed while it ran; `None` where it is too late for that.
    pub(super) fn back(&self, phase: Phase) -> Result<Option<Vec<Left>>, TransactionError> {
        match phase {
            Phase::Concluding => Ok(None),
            _ => self.undo(phase).map(Some),
        }
    }

    /// The commits the journal ends with, oldest first.
    pub(super) fn commits(&self) -> Result<Vec<git2::Oid>, TransactionError> {
        match &self.journal.publish {
            Some(publish) => Ok(publish::commits(self.repository, publish)?),
            None => Ok(Vec::new()),
        }
    }

    fn create_directories(&self) -> Result<(), TransactionError> {
        for directory in &self.journal.create {
            let (parent, name) = split(directory);
            let create = |folder: &Folder| -> Result<(), TreeError> {
                failpoint::pass("create a directory")?;
                folder.create_directory(name)?;
                Ok(folder.sync()?)
            };
            self.in_directory(parent, create)?;
        }
        Ok(())
    }

    fn in_directory(
        &self,
        path: &str,
        act: impl Fn(&Folder) -> Result<(), TreeError>,
    ) -> Result<(), TransactionError> {
        let act = || match self.tree.directory(path)? {
            Some(folder) => act(&folder),
            None => Ok(()),
        };
        act().map_err(|error| match error {
            TreeError::Io(source) => TransactionError::io("change", path, source),
            // A directory that is not one any more is somebody else's and holds nothing of the transaction.
            TreeError::Boundary(boundary) => {
                TransactionError::io("change", path, std::io::Error::other(boundary))
            }
        })
    }

    /// Writes a file's new content beside it.
    fn stage(&self, index: usize) -> Result<(), TransactionError> {
        let file = &self.journal.files[index];
        let Some(after) = file.after else {
            return Ok(());
        };
        let folder = self
            .tree
            .folder(&file.path)
            .map_err(|error| located(error, self.tree, &file.path))?
            .ok_or_else(|| changed(file))?;
        let aside = self.journal.aside(index);
        self.stage_as(&folder, &aside, file, after)
    }

    /// Writes `image` under `aside` and reads it back.
    fn stage_as(
        &self,
        folder: &Folder,
        aside: &str,
        file: &JournalFile,
        image: Recorded,
    ) -> Result<(), TransactionError> {
        let content = self.images.get(image)?;
        let write = || {
            failpoint::pass("stage a file")?;
            folder.stage(aside, &content, file_name(&file.path))?;
            failpoint::pass("staged a file")?;
            folder.sync()?;
            if self.tree.same(&folder.read(aside)?, Some(&content)) {
                return Ok(());
            }
            Err(std::io::Error::other("what was written does not read back"))
        };
        write().map_err(|error| TransactionError::io("write", self.tree.place(&file.path), error))
    }

    fn is(&self, found: &Found, recorded: Option<Recorded>) -> Result<bool, TransactionError> {
        let (Found::File(image), Some(recorded)) = (found, recorded) else {
            return Ok(*found == Found::Absent && recorded.is_none());
        };
        if image.oid()? != recorded.oid {
            return Ok(false);
        }
        let mut expected = image.clone();
        expected.mode = recorded.mode;
        Ok(self.tree.same(found, Some(&expected)))
    }

    /// Reads what is under both names; `None` if their directory is gone.
    fn slot(&self, index: usize) -> Result<Option<Slot<'a>>, TransactionError> {
        let file = &self.journal.files[index];
        let folder = match self.tree.folder(&file.path) {
            Ok(Some(folder)) => folder,
            Ok(None) | Err(TreeError::Boundary(_)) => return Ok(None),
            Err(error) => return Err(located(error, self.tree, &file.path)),
        };
        let name = file_name(&file.path);
        let aside_name = self.journal.aside(index);
        let read = || -> std::io::Result<(Found, Found)> {
            folder.settle(&aside_name)?;
            Ok((folder.read(name)?, folder.read(&aside_name)?))
        };
        let (target, aside) = read().map_err(|error| self.io("read", file, error))?;
        Ok(Some(Slot {
            file,
            folder,
            name,
            aside_name,
            target,
            aside,
        }))
    }

    fn io(
        &self,
        doing: &'static str,
        file: &JournalFile,
        error: std::io::Error,
    ) -> TransactionError {
        TransactionError::io(doing, self.tree.place(&file.path), error)
    }

    fn left(&self, file: &JournalFile, reason: LeftReason, aside: Option<&str>) -> Left {
        let target = self.tree.place(&file.path);
        Left {
            path: file.path.clone(),
            place: match aside {
                Some(aside) => target.with_file_name(aside),
                None => target,
            },
            reason,
        }
    }

    // Forward.

    fn forward(&self) -> Result<Vec<Left>, TransactionError> {
        for index in 0..self.journal.files.len() {
            let slot = self.slot(index)?;
            let slot = slot.ok_or_else(|| changed(&self.journal.files[index]))?;
            match (slot.file.before.is_some(), slot.file.after) {
                (true, Some(after)) => self.modify(&slot, after)?,
                (false, Some(after)) => self.create(&slot, after)?,
                (true, None) => self.delete(&slot)?,
                (false, None) => {}
            }
        }
        if let Some(publish) = &self.journal.publish {
            publish::advance(self.repository, publish, self.journal.action)?;
        }
        self.state.advance(Phase::Committed, Phase::Concluding)?;
        self.conclude()
    }

    fn modify(&self, slot: &Slot<'_>, after: Recorded) -> Result<(), TransactionError> {
        let file = slot.file;
        let staged = self.is(&slot.aside, Some(after))?;
        if !staged && slot.aside != Found::Absent {
            return self.expect(&slot.aside, file);
        }
        if !self.is(&slot.target, file.before)? {
            let done = self.is(&slot.target, Some(after))?;
            return if done { Ok(()) } else { Err(changed(file)) };
        }
        if !staged {
            self.stage_as(&slot.folder, &slot.aside_name, file, after)?;
        }
        self.act(slot, "exchange a file", |slot| {
            slot.folder.exchange(&slot.aside_name, slot.name)
        })?;
        self.expect(&self.read(slot, &slot.aside_name)?, file)
    }

    fn create(&self, slot: &Slot<'_>, after: Recorded) -> Result<(), TransactionError> {
        let waiting = slot.aside != Found::Absent;
        match slot.target {
            Found::Absent => {}
            _ if self.is(&slot.target, Some(after))? || !waiting => return Ok(()),
            _ => return Err(changed(slot.file)),
        }
        if !waiting {
            self.stage_as(&slot.folder, &slot.aside_name, slot.file, after)?;
        }
        self.act(slot, "create a file", |slot| {
            slot.folder.put(&slot.aside_name, slot.name)
        })
    }

    fn delete(&self, slot: &Slot<'_>) -> Result<(), TransactionError> {
        if slot.aside != Found::Absent {
            return self.expect(&slot.aside, slot.file);
        }
        if slot.target == Found::Absent {
            return Ok(());
        }
        self.expect(&slot.target, slot.file)?;
        self.act(slot, "delete a file", |slot| {
            slot.folder.put(slot.name, &slot.aside_name)
        })?;
        self.expect(&self.read(slot, &slot.aside_name)?, slot.file)
    }

    /// Holds what was found to the pre-image.
    fn expect(&self, found: &Found, file: &JournalFile) -> Result<(), TransactionError> {
        if self.is(found, file.before)? {
            return Ok(());
        }
        Err(changed(file))
    }

    fn read(&self, slot: &Slot<'_>, name: &str) -> Result<Found, TransactionError> {
        let found = slot.folder.read(name);
        found.map_err(|error| self.io("read", slot.file, error))
    }

    fn act(
        &self,
        slot: &Slot<'_>,
        point: &str,
        act: impl Fn(&Slot<'_>) -> std::io::Result<()>,
    ) -> Result<(), TransactionError> {
        let act = || {
            failpoint::pass(point)?;
            act(slot)?;
            failpoint::pass(&format!("{point}, done"))?;
            slot.folder.sync()
        };
        act().map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => changed(slot.file),
            _ => self.io("replace", slot.file, error),
        })
    }

    /// Tidies up after every target is as asked.
    fn conclude(&self) -> Result<Vec<Left>, TransactionError> {
        if let Some(publish) = &self.journal.publish {
            failpoint::pass("update the index")
                .map_err(|error| TransactionError::io("write", "index", error))?;
            publish::update_index(self.repository, publish)?;
        }
        self.state.publish_receipt()?;
        let mut left = Vec::new();
        for index in 0..self.journal.files.len() {
            if let Some(slot) = self.slot(index)? {
                left.extend(self.tidy(&slot)?);
            }
        }
        self.remove_directories(self.journal.prune.iter())?;
        self.state.end(Phase::Concluding)?;
        Ok(left)
    }

    fn tidy(&self, slot: &Slot<'_>) -> Result<Option<Left>, TransactionError> {
        let file = slot.file;
        let before = self.is(&slot.aside, file.before)?;
        if slot.aside != Found::Absent && !before && !self.is(&slot.aside, file.after)? {
            let aside = Some(slot.aside_name.as_str());
            return Ok(Some(self.left(file, LeftReason::OldFileEdited, aside)));
        }
        self.discard(slot)?;
        let edited = !self.is(&slot.target, file.after)?;
        Ok(edited.then(|| self.left(file, LeftReason::EditedAfter, None)))
    }

    fn discard(&self, slot: &Slot<'_>) -> Result<(), TransactionError> {
        if slot.aside == Found::Absent {
            return Ok(());
        }
        self.act(slot, "remove the file beside", |slot| {
            slot.folder.remove(&slot.aside_name)
        })
    }

    fn remove_directories<'d>(
        &self,
        directories: impl Iterator<Item = &'d String>,
    ) -> Result<(), TransactionError> {
        for directory in directories {
            let (parent, name) = split(directory);
            self.in_directory(parent, |folder| {
                failpoint::pass("remove a directory")?;
                folder.remove_empty(name)?;
                Ok(folder.sync()?)
            })?;
        }
        Ok(())
    }

    // Back.

    fn undo(&self, phase: Phase) -> Result<Vec<Left>, TransactionError> {
        let nothing_swapped = phase == Phase::Prepared;
        if !nothing_swapped {
            self.state.advance(phase, Phase::Undoing)?;
            if let Some(publish) = &self.journal.publish {
                publish::retreat(self.repository, publish, self.journal.action)?;
            }
        }
        let mut left = Vec::new();
        for index in (0..self.journal.files.len()).rev() {
            let Some(slot) = self.slot(index)? else {
                continue;
            };
            if nothing_swapped {
                self.discard(&slot)?;
                continue;
            }
            left.extend(match (slot.file.before, slot.file.after) {
                (Some(before), Some(after)) => self.unmodify(&slot, before, after)?,
                (None, Some(after)) => self.uncreate(&slot, after)?,
                (Some(before), None) => self.undelete(&slot, before)?,
                (None, None) => None,
            });
        }
        self.remove_directories(self.journal.create.iter().rev())?;
        self.state.drop_next_receipt()?;
        self.state.end(if nothing_swapped {
            Phase::Prepared
        } else {
            Phase::Undoing
        })?;
        Ok(left)
    }

    fn unmodify(
        &self,
        slot: &Slot<'_>,
        before: Recorded,
        after: Recorded,
    ) -> Result<Option<Left>, TransactionError> {
        let file = slot.file;
        let target_ours = self.is(&slot.target, Some(after))?;
        let target_old = self.is(&slot.target, Some(before))?;
        let swapped_back = |slot: &Slot<'_>| slot.folder.exchange(&slot.aside_name, slot.name);
        if slot.aside == Found::Absent {
            if target_old || !target_ours {
                return Ok((!target_old).then(|| self.left(file, LeftReason::EditedAfter, None)));
            }
            self.stage_as(&slot.folder, &slot.aside_name, file, before)?;
        } else if self.is(&slot.aside, Some(after))? && !(target_ours && target_old) {
            self.discard(slot)?;
            return Ok((!target_old).then(|| self.left(file, LeftReason::EditedBefore, None)));
        } else if slot.target == Found::Absent {
            self.act(slot, "put a file back", |slot| {
                slot.folder.put(&slot.aside_name, slot.name)
            })?;
            return Ok(None);
        } else if !target_ours {
            return self.keep_both(slot, before);
        }
        self.act(slot, "exchange a file back", swapped_back)?;
        let out = self.read(slot, &slot.aside_name)?;
        if !self.is(&out, Some(after))? {
            // Edited in the moment before the exchange: the edit goes back to where it was made.
            self.act(slot, "exchange a file again", swapped_back)?;
            return Ok(Some(self.left(file, LeftReason::EditedAfter, None)));
        }
        self.act(slot, "remove the file beside", |slot| {
            slot.folder.remove(&slot.aside_name)
        })?;
        let back = self.is(&self.read(slot, slot.name)?, Some(before))?;
        Ok((!back).then(|| self.left(file, LeftReason::EditedBefore, None)))
    }

    /// The target is somebody else's; what is beside it goes only if it is the pre-image, which is kept elsewhere.
    fn keep_both(
        &self,
        slot: &Slot<'_>,
        before: Recorded,
    ) -> Result<Option<Left>, TransactionError> {
        if self.is(&slot.aside, Some(before))? {
            self.discard(slot)?;
            return Ok(Some(self.left(slot.file, LeftReason::EditedAfter, None)));
        }
        let aside = Some(slot.aside_name.as_str());
        Ok(Some(self.left(slot.file, LeftReason::OldFileEdited, aside)))
    }

    fn uncreate(&self, slot: &Slot<'_>, after: Recorded) -> Result<Option<Left>, TransactionError> {
        let file = slot.file;
        if slot.aside != Found::Absent {
            if self.is(&slot.aside, Some(after))? {
                self.discard(slot)?;
                let theirs = slot.target != Found::Absent;
                return Ok(theirs.then(|| self.left(file, LeftReason::EditedBefore, None)));
            }
            self.act(slot, "put a file back", |slot| {
                slot.folder.put(&slot.aside_name, slot.name)
            })?;
            return Ok(Some(self.left(file, LeftReason::EditedAfter, None)));
        }
        if slot.target == Found::Absent {
            return Ok(None);
        }
        if !self.is(&slot.target, Some(after))? {
            return Ok(Some(self.left(file, LeftReason::EditedAfter, None)));
        }
        self.act(slot, "take a file away", |slot| {
            slot.folder.put(slot.name, &slot.aside_name)
        })?;
        let aside = self.read(slot, &slot.aside_name)?;
        let moved = Slot {
            file,
            folder: self.reopen(slot)?,
            name: slot.name,
            aside_name: slot.aside_name.clone(),
            target: Found::Absent,
            aside,
        };
        self.uncreate(&moved, after)
    }

    fn undelete(
        &self,
        slot: &Slot<'_>,
        before: Recorded,
    ) -> Result<Option<Left>, TransactionError> {
        match (&slot.aside, &slot.target) {
            (Found::Absent, Found::Absent) => {
                self.stage_as(&slot.folder, &slot.aside_name, slot.file, before)?;
            }
            (Found::Absent, target) => {
                let edited = !self.is(target, Some(before))?;
                return Ok(edited.then(|| self.left(slot.file, LeftReason::EditedBefore, None)));
            }
            (_, Found::Absent) => {}
            _ => return self.keep_both(slot, before),
        }
        self.act(slot, "put a file back", |slot| {
            slot.folder.put(&slot.aside_name, slot.name)
        })?;
        let back = self.is(&self.read(slot, slot.name)?, Some(before))?;
        Ok((!back).then(|| self.left(slot.file, LeftReason::EditedBefore, None)))
    }

    fn reopen(&self, slot: &Slot<'_>) -> Result<Folder, TransactionError> {
        let folder = self.tree.folder(&slot.file.path);
        folder
            .map_err(|error| located(error, self.tree, &slot.file.path))?
            .ok_or_else(|| changed(slot.file))
    }
}

fn changed(file: &JournalFile) -> TransactionError {
    TransactionError::Changed {
        path: file.path.clone(),
    }
}

fn split(directory: &str) -> (&str, &str) {
    directory.rsplit_once('/').unwrap_or(("", directory))
}
