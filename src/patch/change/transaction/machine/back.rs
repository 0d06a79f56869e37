//! Back to where a transaction started from.

use super::{Machine, Slot, changed};
use crate::patch::change::transaction::error::{KeptEdit, KeptReason, TransactionError, located};
use crate::patch::change::transaction::files::{Directory, Found};
use crate::patch::change::transaction::journal::Phase;
use crate::patch::change::transaction::publish;
use crate::patch::change::transaction::record::Recorded;

impl Machine<'_> {
    pub(super) fn undo(&self, phase: Phase) -> Result<Vec<KeptEdit>, TransactionError> {
        let nothing_swapped = phase == Phase::Prepared;
        if !nothing_swapped {
            self.notes.advance(phase, Phase::Undoing)?;
            if let Some((repository, publish)) = self.publishing() {
                publish::retreat(repository, publish, self.journal.action)?;
            }
        }
        let mut kept = Vec::new();
        for index in (0..self.journal.files.len()).rev() {
            let Some(slot) = self.slot(index)? else {
                continue;
            };
            if nothing_swapped {
                self.discard(&slot)?;
                continue;
            }
            kept.extend(match (slot.file.before, slot.file.after) {
                (Some(before), Some(after)) => self.unmodify(&slot, before, after)?,
                (None, Some(after)) => self.uncreate(&slot, after)?,
                (Some(before), None) => self.undelete(&slot, before)?,
                (None, None) => None,
            });
        }
        self.remove_directories(self.journal.create.iter().rev())?;
        self.notes.drop_next_receipt()?;
        self.notes.end(if nothing_swapped {
            Phase::Prepared
        } else {
            Phase::Undoing
        })?;
        Ok(kept)
    }

    fn unmodify(
        &self,
        slot: &Slot<'_>,
        before: Recorded,
        after: Recorded,
    ) -> Result<Option<KeptEdit>, TransactionError> {
        let file = slot.file;
        let target_ours = self.is(&slot.target, Some(after))?;
        let target_old = self.is(&slot.target, Some(before))?;
        let swapped_back = |slot: &Slot<'_>| slot.folder.exchange(&slot.aside_name, slot.name);
        if slot.aside == Found::Absent {
            if target_old || !target_ours {
                return Ok((!target_old).then(|| self.left(file, KeptReason::EditedAfter, None)));
            }
            self.stage_as(&slot.folder, &slot.aside_name, file, before)?;
        } else if self.is(&slot.aside, Some(after))? && !(target_ours && target_old) {
            self.discard(slot)?;
            return Ok((!target_old).then(|| self.left(file, KeptReason::EditedBefore, None)));
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
            return Ok(Some(self.left(file, KeptReason::EditedAfter, None)));
        }
        self.act(slot, "remove the file beside", |slot| {
            slot.folder.remove(&slot.aside_name)
        })?;
        let back = self.is(&self.read(slot, slot.name)?, Some(before))?;
        Ok((!back).then(|| self.left(file, KeptReason::EditedBefore, None)))
    }

    /// The target is somebody else's; what is beside it goes only if it is the pre-image, which is kept elsewhere.
    fn keep_both(
        &self,
        slot: &Slot<'_>,
        before: Recorded,
    ) -> Result<Option<KeptEdit>, TransactionError> {
        if self.is(&slot.aside, Some(before))? {
            self.discard(slot)?;
            return Ok(Some(self.left(slot.file, KeptReason::EditedAfter, None)));
        }
        let aside = Some(slot.aside_name.as_str());
        Ok(Some(self.left(slot.file, KeptReason::OldFileEdited, aside)))
    }

    fn uncreate(
        &self,
        slot: &Slot<'_>,
        after: Recorded,
    ) -> Result<Option<KeptEdit>, TransactionError> {
        let file = slot.file;
        if slot.aside != Found::Absent {
            if self.is(&slot.aside, Some(after))? {
                self.discard(slot)?;
                let theirs = slot.target != Found::Absent;
                return Ok(theirs.then(|| self.left(file, KeptReason::EditedBefore, None)));
            }
            self.act(slot, "put a file back", |slot| {
                slot.folder.put(&slot.aside_name, slot.name)
            })?;
            return Ok(Some(self.left(file, KeptReason::EditedAfter, None)));
        }
        if slot.target == Found::Absent {
            return Ok(None);
        }
        if !self.is(&slot.target, Some(after))? {
            return Ok(Some(self.left(file, KeptReason::EditedAfter, None)));
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
    ) -> Result<Option<KeptEdit>, TransactionError> {
        match (&slot.aside, &slot.target) {
            (Found::Absent, Found::Absent) => {
                self.stage_as(&slot.folder, &slot.aside_name, slot.file, before)?;
            }
            (Found::Absent, target) => {
                let edited = !self.is(target, Some(before))?;
                return Ok(edited.then(|| self.left(slot.file, KeptReason::EditedBefore, None)));
            }
            (_, Found::Absent) => {}
            _ => return self.keep_both(slot, before),
        }
        self.act(slot, "put a file back", |slot| {
            slot.folder.put(&slot.aside_name, slot.name)
        })?;
        let back = self.is(&self.read(slot, slot.name)?, Some(before))?;
        Ok((!back).then(|| self.left(slot.file, KeptReason::EditedBefore, None)))
    }

    fn reopen(&self, slot: &Slot<'_>) -> Result<Directory, TransactionError> {
        let folder = self.files.directory_of(&slot.file.path);
        folder
            .map_err(|error| located(error, self.files, &slot.file.path))?
            .ok_or_else(|| changed(slot.file))
    }
}
