//! On to the end the journal asks for.

use super::{Machine, Slot, changed};
use crate::patch::change::transaction::error::{KeptEdit, KeptReason, TransactionError};
use crate::patch::change::transaction::failpoint;
use crate::patch::change::transaction::files::Found;
use crate::patch::change::transaction::journal::{JournalFile, Phase};
use crate::patch::change::transaction::publish;
use crate::patch::change::transaction::record::Recorded;

impl Machine<'_> {
    pub(super) fn forward(&self) -> Result<Vec<KeptEdit>, TransactionError> {
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
        if let Some((repository, publish)) = self.publishing() {
            publish::advance(repository, publish, self.journal.action)?;
        }
        self.notes.advance(Phase::Committed, Phase::Concluding)?;
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

    /// Tidies up after every target is as asked.
    pub(super) fn conclude(&self) -> Result<Vec<KeptEdit>, TransactionError> {
        if let Some((repository, publish)) = self.publishing() {
            failpoint::pass("update the index")
                .map_err(|error| TransactionError::io("write", "index", error))?;
            publish::update_index(repository, publish)?;
        }
        self.notes.publish_receipt()?;
        let mut kept = Vec::new();
        for index in 0..self.journal.files.len() {
            if let Some(slot) = self.slot(index)? {
                kept.extend(self.tidy(&slot)?);
            }
        }
        self.remove_directories(self.journal.prune.iter())?;
        self.notes.end(Phase::Concluding)?;
        Ok(kept)
    }

    fn tidy(&self, slot: &Slot<'_>) -> Result<Option<KeptEdit>, TransactionError> {
        let file = slot.file;
        let before = self.is(&slot.aside, file.before)?;
        if slot.aside != Found::Absent && !before && !self.is(&slot.aside, file.after)? {
            let aside = Some(slot.aside_name.as_str());
            return Ok(Some(self.left(file, KeptReason::OldFileEdited, aside)));
        }
        self.discard(slot)?;
        let edited = !self.is(&slot.target, file.after)?;
        Ok(edited.then(|| self.left(file, KeptReason::EditedAfter, None)))
    }
}
