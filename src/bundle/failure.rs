//! Why a target, or a part of it, cannot be shown.

use std::path::PathBuf;

use super::{DiscoverError, JsonError, Part, Resolution, SideAsset, Target, TargetKind};
use crate::model::AssetError;

/// The one reason why a target as a whole cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The file or folder at fault.
    pub path: PathBuf,
    /// Byte offset in it, where there is one.
    pub offset: Option<u64>,
    /// What is wrong and what was expected, as the rest of a sentence that begins with the path.
    pub message: String,
    /// What the user can do.
    pub help: Option<String>,
}

impl Target {
    /// Why the target is not whole, if so: an unreadable manifest, or a declared asset that is absent or unreadable.
    pub fn failure(&self) -> Option<Failure> {
        let side = || self.side_assets.iter().find_map(|side| side.failure(self));
        self.main_failure().or_else(side)
    }

    /// Why there is nothing to show, if so: an unreadable manifest, or a main asset that is absent or unreadable.
    ///
    /// A bundle of a kind that no language engine loads need not have a main asset.
    pub fn main_failure(&self) -> Option<Failure> {
        match (&self.manifest, &self.asset) {
            (Part::Unreadable(error), _) => Some(error.clone().into()),
            (Part::Absent, _) if self.kind == TargetKind::Bundle => Some(self.failed(
                "has no `metadata.json`",
                "restore the manifest, or name the asset itself to look at it alone",
            )),
            (_, Part::Unreadable(error)) => Some(error.into()),
            (Part::Present(manifest), Part::Absent)
                if self.resolution.is_none()
                    && !manifest.may_be_language()
                    && !self.side_assets.is_empty() =>
            {
                None
            }
            (_, Part::Absent) => Some(self.no_asset()),
            (_, Part::Present(_)) => None,
        }
    }

    fn failed(&self, message: &str, help: &str) -> Failure {
        Failure {
            path: self.path.clone(),
            offset: None,
            message: message.to_owned(),
            help: Some(help.to_owned()),
        }
    }

    fn no_asset(&self) -> Failure {
        let manifest = self.path.join("metadata.json");
        let mut failure = match &self.resolution {
            None => self.failed(
                "does not name an asset: `assets.main` must be a string",
                "set `assets.main` to the asset's folder name",
            ),
            Some(resolution) => self.unresolved("main", resolution),
        };
        failure.path = manifest;
        failure
    }

    /// Why a declared path stands for no asset.
    fn unresolved(&self, role: &str, resolution: &Resolution) -> Failure {
        let declared = &resolution.declared;
        let mut failure = if resolution.escapes {
            self.failed(
                &format!(
                    "names the asset `{declared}`, which leaves the bundle and is not followed"
                ),
                "put the asset into the bundle's folder and name it by its relative path",
            )
        } else {
            self.failed(
                &format!("names the asset `{declared}`, which does not exist"),
                &self.instead(role),
            )
        };
        failure.path = self.path.join("metadata.json");
        failure
    }

    /// What to do about an asset that is not where the manifest says.
    fn instead(&self, role: &str) -> String {
        let names: Vec<String> = self
            .siblings
            .iter()
            .filter_map(|path| path.file_name())
            .map(|name| format!("`{}`", name.to_string_lossy()))
            .collect();
        if names.is_empty() {
            return format!("put the asset there, or correct `assets.{role}`");
        }
        format!(
            "put the asset there, or correct `assets.{role}`: the bundle has {}",
            names.join(", ")
        )
    }
}

impl SideAsset {
    /// Why it cannot be shown, if so; the message names the role.
    pub fn failure(&self, target: &Target) -> Option<Failure> {
        let failure: Failure = match &self.asset {
            Part::Present(_) => return None,
            Part::Unreadable(error) => error.into(),
            Part::Absent => target.unresolved(&self.role, &self.resolution),
        };
        Some(Failure {
            message: format!("(`assets.{}`) {}", self.role, failure.message),
            ..failure
        })
    }
}

impl From<&AssetError> for Failure {
    fn from(error: &AssetError) -> Failure {
        Failure {
            path: error.path.clone(),
            offset: error.offset,
            message: error.message.clone(),
            help: error.help.clone(),
        }
    }
}

impl From<JsonError> for Failure {
    fn from(error: JsonError) -> Failure {
        Failure {
            path: error.path,
            offset: error.offset,
            message: error.message,
            help: error.help,
        }
    }
}

impl From<DiscoverError> for Failure {
    fn from(error: DiscoverError) -> Failure {
        Failure {
            path: error.path,
            offset: None,
            message: error.message,
            help: error.help,
        }
    }
}
