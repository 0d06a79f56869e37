//! What the stack put into the checkout: enough to take it back to the byte.

use serde::{Deserialize, Serialize};

use super::record::Recorded;
use crate::checkout::RepoPath;
use crate::patch::judge::changes::PatchId;

/// The version of the receipt's file.
const VERSION: u32 = 1;

/// The patches in the checkout, in the order they were applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    version: u32,
    /// First applied first.
    pub applied: Vec<AppliedPatch>,
}

/// One applied patch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppliedPatch {
    /// Its name in the series.
    pub patch: String,
    /// The digest of its text's changes; older receipts have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Where its series came from; older receipts do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    /// The files it changed, in the patch's order.
    pub files: Vec<AppliedFile>,
    /// The directories made for it, outermost first; taken away again when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub directories: Vec<RepoPath>,
}

/// One file of an applied patch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppliedFile {
    /// The file.
    pub path: RepoPath,
    /// What it was; `None` if it was not there.
    pub before: Option<Recorded>,
    /// What the patch made of it; `None` if it was deleted.
    pub after: Option<Recorded>,
}

impl Default for Receipt {
    fn default() -> Receipt {
        Receipt {
            version: VERSION,
            applied: Vec::new(),
        }
    }
}

impl Receipt {
    /// Reads a receipt.
    ///
    /// # Errors
    /// When the text is not a receipt of this version.
    pub(super) fn parse(text: &[u8]) -> Result<Receipt, String> {
        let receipt: Receipt = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        if receipt.version != VERSION {
            return Err(format!(
                "version {} where {VERSION} is known",
                receipt.version
            ));
        }
        Ok(receipt)
    }

    /// The entry of a patch.
    pub fn of(&self, id: &PatchId) -> Option<&AppliedPatch> {
        self.applied.iter().find(|applied| applied.is_of(id))
    }

    /// Notes a patch as the latest applied.
    pub fn push(&mut self, id: &PatchId, applied: AppliedPatch) {
        self.forget(id);
        self.applied.push(applied);
    }

    /// Forgets a patch.
    pub fn forget(&mut self, id: &PatchId) {
        self.applied.retain(|applied| !applied.is_of(id));
    }
}

impl AppliedPatch {
    /// Whether this is the patch, by its name and, where both sides know it, its text: two stacks may call different
    /// patches by one name, and a patch may be rewritten after it was applied.
    pub fn is_of(&self, id: &PatchId) -> bool {
        let same_text = match (&self.digest, &id.digest) {
            (Some(recorded), Some(asked)) => recorded == asked,
            _ => true,
        };
        self.patch == id.name && same_text
    }
}
