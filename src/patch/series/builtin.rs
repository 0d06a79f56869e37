//! The series built into this program, as its description has it.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;

use super::error::SeriesError;
use super::patches::{Omission, Origin, Patch, Series, Variant};
use crate::checkout::capability::{
    Capability, CapabilityDefinition, Era, EraDefinition, FeatureDefinition, Probe,
};

/// The description's own layout; `docs/adding-an-era.md` explains it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    version: u32,
    /// Names for paths.
    #[serde(default)]
    file: BTreeMap<String, String>,
    #[serde(default)]
    era: Vec<EraDefinition>,
    #[serde(default)]
    capability: Vec<CapabilityDefinition>,
    #[serde(default)]
    feature: Vec<FeatureDefinition>,
    #[serde(default)]
    patch: Vec<PatchFields>,
}

impl Description {
    /// Puts the paths in the place of their names.
    fn name_files(&mut self) {
        let mut files: Vec<&mut String> = Vec::new();
        let mut probes: Vec<&mut Vec<Probe>> = Vec::new();
        for capability in &mut self.capability {
            files.extend(capability.place.iter_mut().map(|place| &mut place.file));
            let readings = capability.readings.iter_mut();
            probes.extend(readings.map(|reading| &mut reading.when));
        }
        probes.extend(self.era.iter_mut().map(|era| &mut era.when));
        probes.extend(self.feature.iter_mut().map(|feature| &mut feature.when));
        let variants = self.patch.iter_mut().flat_map(|patch| &mut patch.variant);
        probes.extend(variants.map(|variant| &mut variant.present));
        files.extend(probes.into_iter().flatten().map(|probe| &mut probe.file));
        for file in files {
            if let Some(path) = self.file.get(file) {
                file.clone_from(path);
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PatchFields {
    name: String,
    title: String,
    provides: Vec<Capability>,
    variant: Vec<VariantFields>,
    #[serde(default)]
    unsupported: Vec<Omission>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VariantFields {
    eras: Vec<Era>,
    file: String,
    provides: Option<Vec<Capability>>,
    present: Vec<Probe>,
    #[serde(default)]
    superseded: bool,
    #[serde(default)]
    proven: Vec<Era>,
}

/// The only layout of `series.toml` so far.
const VERSION: u32 = 1;

/// The series built into this program.
pub(super) fn series() -> Result<Series, SeriesError> {
    described(DESCRIPTION, &|file| {
        let found = EMBEDDED.iter().find(|(name, _)| *name == file);
        found.map(|(_, text)| text.as_bytes().to_vec())
    })
}

fn described(
    description: &str,
    read: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Result<Series, SeriesError> {
    let mut description: Description =
        toml::from_str(description).map_err(|error| SeriesError::Description(error.to_string()))?;
    description.name_files();
    if description.version != VERSION {
        return Err(SeriesError::Description(format!(
            "version {} is not supported, only {VERSION} is",
            description.version
        )));
    }
    let mut names = HashSet::new();
    if let Some(twice) = description
        .patch
        .iter()
        .find(|patch| !names.insert(&patch.name))
    {
        return Err(SeriesError::Description(format!(
            "two patches are called `{}`",
            twice.name
        )));
    }
    let patches = description.patch.into_iter().map(|fields| {
        let variants = fields.variant.into_iter().map(|variant_fields| {
            let text = read(&variant_fields.file);
            let missing = || SeriesError::Description(format!("no file `{}`", variant_fields.file));
            let text = text.ok_or_else(missing)?;
            Ok(Variant {
                eras: variant_fields.eras,
                provides: variant_fields
                    .provides
                    .unwrap_or_else(|| fields.provides.clone()),
                present: variant_fields.present,
                superseded: variant_fields.superseded,
                proven: variant_fields.proven,
                ..Variant::of_text(&variant_fields.file, text)
            })
        });
        Ok(Patch {
            variants: variants.collect::<Result<_, SeriesError>>()?,
            name: fields.name,
            title: fields.title,
            provides: fields.provides,
            unsupported: fields.unsupported,
        })
    });
    Ok(Series {
        origin: Origin::BuiltIn,
        eras: description.era,
        capabilities: description.capability,
        features: description.feature,
        patches: patches.collect::<Result<_, SeriesError>>()?,
    })
}

const DESCRIPTION: &str = include_str!("../../../patches/series.toml");

macro_rules! embedded {
    ($($file:literal),* $(,)?) => {
        &[$(($file, include_str!(concat!("../../../patches/", $file)))),*]
    };
}

/// Every patch file of the built-in series, so that one program file installs everything.
const EMBEDDED: &[(&str, &str)] = embedded![
    "pipelined-extra-states/e1-june.patch",
    "pipelined-extra-states/e1.patch",
    "pipelined-extra-states/e2.patch",
    "pipelined-extra-states/e3.patch",
    "pipelined-extra-states/e4.patch",
    "pipelined-extra-states/zoo-0.4.patch",
    "shared-product.patch",
    "superseded/e1.patch",
    "superseded/e2.patch",
    "superseded/e3.patch",
    "superseded/e4.patch",
];

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_built_in_series_is_whole_and_readable() {
        let series = Series::builtin().unwrap();
        assert!(!series.patches.is_empty());
        for variant in series.patches.iter().flat_map(|patch| &patch.variants) {
            let files = variant.files.as_ref().unwrap();
            assert!(!variant.present.is_empty(), "{}", variant.file);
            for file in files {
                assert_eq!(file.preimage.len(), 40, "{}: {}", variant.file, file.path);
                assert_eq!(file.postimage.len(), 40, "{}: {}", variant.file, file.path);
            }
        }
    }

    #[test]
    fn the_table_of_embedded_files_is_the_folder() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("patches");
        let files = walkdir::WalkDir::new(&folder).sort_by_file_name();
        let files = files
            .into_iter()
            .map(Result::unwrap)
            .map(|entry| entry.into_path());
        let patches = files.filter(|path| path.extension().is_some_and(|end| end == "patch"));
        let found: Vec<_> = patches
            .map(|path| {
                path.strip_prefix(&folder)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .replace('\\', "/")
            })
            .collect();
        let mut embedded: Vec<_> = EMBEDDED
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect();
        embedded.sort();
        assert_eq!(embedded, found);
    }
}
