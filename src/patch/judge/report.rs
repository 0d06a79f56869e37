//! The states of capabilities, patches and files, and the report that carries them.

use std::collections::BTreeSet;
use std::fmt;

use git2::Oid;
use serde::{Serialize, Serializer};

use crate::checkout::RepoPath;
use crate::checkout::capability::{Capability, Era, Feature, Standing};
use crate::patch::fit::explain::HunkReport;
use crate::patch::fit::problem::FileProblem;
use crate::patch::format::file::FileOperation;

/// Where a capability, a patch or a file stands. The order is the order of preference: where several could be said, the
/// first is.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum State {
    /// Upstream already has it.
    Native,
    /// The files equal what the patch makes of the committed pre-image.
    Applied,
    /// The change is there and the file has other edits.
    AppliedModified,
    /// Text that is neither upstream's nor the stack's has it.
    Provided,
    /// Applies cleanly.
    Applicable,
    /// Some files, or some hunks of a file, are there and others are not.
    Partial,
    /// Applies by merge against the recorded pre-image.
    ThreeWay,
    /// Does not apply.
    Conflict,
    /// The place where it is decided holds text nobody has described.
    Unknown,
    /// No variant for this engine, or a patch that cannot be read.
    Unsupported,
}

impl State {
    /// Every state, in order of preference.
    pub const ALL: &[State] = <State as strum::VariantArray>::VARIANTS;

    /// The word used in JSON and on the terminal.
    pub fn word(self) -> &'static str {
        self.into()
    }

    /// True where nothing is left to do: the change is there, from upstream, by the patch or by somebody else's text.
    pub fn is_there(self) -> bool {
        matches!(
            self,
            State::Native | State::Applied | State::AppliedModified | State::Provided
        )
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// Where the whole stack stands in one tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackReport {
    /// The tree's era; `None` where the content is of no known one, and for a stack that knows no eras.
    pub era: Option<Era>,
    /// What upstream's own text has.
    pub native: Vec<Capability>,
    /// How the engine differs from others otherwise.
    pub features: BTreeSet<Feature>,
    /// One entry per capability the series declares, in its order; empty for a folder of patches.
    pub capabilities: Vec<CapabilityReport>,
    /// One entry per patch judged, in the order of the series.
    pub patches: Vec<PatchReport>,
}

/// Where one capability stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapabilityReport {
    /// The capability.
    pub id: Capability,
    /// Exactly one state.
    pub state: State,
    /// The patch that provides it or would; `None` where it is native, provided otherwise, or no patch provides it.
    pub patch: Option<String>,
    /// Where the text by itself stands, the stack's patches taken out.
    pub standing: Standing,
}

impl CapabilityReport {
    /// Whose text provides it, where it is neither upstream's nor the stack's and known.
    pub fn by(&self) -> Option<&str> {
        match (&self.standing, self.state) {
            (Standing::Provided { by }, State::Provided) => by.as_deref(),
            _ => None,
        }
    }

    /// Why it stands there: the place nobody has described, or what more is known of the text.
    pub fn reason(&self) -> Option<&str> {
        match &self.standing {
            Standing::Unknown { place } if self.state == State::Unknown => Some(place),
            Standing::Absent { remark } | Standing::NoPath { remark }
                if matches!(self.state, State::Unsupported | State::Conflict) =>
            {
                remark.as_deref()
            }
            _ => None,
        }
    }

    /// Whether a checkout can do without it: it is there, or there is nothing that could have it.
    pub fn is_settled(&self) -> bool {
        self.state.is_there() || matches!(self.standing, Standing::NoPath { .. })
    }
}

/// Where one patch stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchReport {
    /// Its name in the series.
    pub name: String,
    /// The file of the variant judged, relative to the stack's folder.
    pub file: String,
    /// Its state.
    pub state: State,
    /// The files it names, in its order.
    pub files: Vec<FileReport>,
    /// True where `apply` gets the patch in, or has nothing to do.
    pub achievable: bool,
    /// Why it is where it is, where the files do not say it: an unreadable patch, an era without a variant, a merge whose
    /// result was refused.
    pub reason: Option<String>,
}

/// Where one file of a patch stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReport {
    /// The file's path: the new one where the patch renames or copies.
    pub path: RepoPath,
    /// The path renamed or copied from.
    pub from: Option<RepoPath>,
    /// What the patch does to the file.
    pub operation: FileOperation,
    /// The file's state.
    pub state: State,
    /// Blob id before the patch, `None` where there is no such file or it is not known.
    pub preimage: Option<Oid>,
    /// Blob id after the patch, likewise.
    pub postimage: Option<Oid>,
    /// What keeps the whole file from being patched.
    pub problem: Option<FileProblem>,
    /// The file's hunks.
    pub hunks: Vec<HunkReport>,
}
