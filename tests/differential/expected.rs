//! What `make_assets.py` recorded about each asset.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// An entry of `expected.json`.
#[derive(Debug, Deserialize)]
pub(crate) struct Expected {
    /// Absent for an asset that the script did not make.
    pub(crate) declared: Option<Declared>,
    pub(crate) apple: Option<Summary>,
}

/// What the script asked for.
#[derive(Debug, Deserialize)]
pub(crate) struct Declared {
    pub(crate) functions: Vec<DeclaredFunction>,
    pub(crate) metadata: BTreeMap<String, String>,
}

/// A graph, in the contract's spelling.
#[derive(Debug, Deserialize, PartialEq, Eq, Clone)]
pub(crate) struct DeclaredFunction {
    pub(crate) name: String,
    pub(crate) visibility: String,
    pub(crate) inputs: Vec<DeclaredValue>,
    pub(crate) outputs: Vec<DeclaredValue>,
    pub(crate) states: Vec<DeclaredValue>,
}

/// An input, output or state, in the contract's spelling.
#[derive(Debug, Deserialize, PartialEq, Eq, Clone)]
pub(crate) struct DeclaredValue {
    pub(crate) name: String,
    pub(crate) dtype: String,
    /// Absent for a value that is neither a tensor nor an image.
    pub(crate) shape: Option<Vec<Option<u64>>>,
    #[serde(default)]
    pub(crate) format: Option<String>,
}

/// Apple's summary, in Apple's display names.
#[derive(Debug, Deserialize, PartialEq, Eq, Clone)]
pub(crate) struct Summary {
    pub(crate) compatibility_version: Option<String>,
    pub(crate) functions: Vec<Signature>,
    pub(crate) operations: Vec<(String, u64)>,
    pub(crate) storage: Vec<(String, u64)>,
    pub(crate) compute_types: Vec<String>,
}

/// A public function, each value a name and a display type.
#[derive(Debug, Deserialize, PartialEq, Eq, Clone)]
pub(crate) struct Signature {
    pub(crate) name: String,
    pub(crate) inputs: Vec<(String, String)>,
    pub(crate) outputs: Vec<(String, String)>,
    pub(crate) states: Vec<(String, String)>,
}

/// A folder of assets with its `expected.json`.
#[derive(Debug)]
pub(crate) struct Set {
    pub(crate) folder: PathBuf,
    pub(crate) assets: BTreeMap<String, Expected>,
}

impl Set {
    fn read(folder: &Path) -> Set {
        let text = std::fs::read_to_string(folder.join("expected.json")).unwrap();
        Set {
            folder: folder.to_owned(),
            assets: serde_json::from_str(&text).unwrap(),
        }
    }

    /// The committed set.
    pub(crate) fn committed() -> Set {
        Set::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/assets"))
    }

    /// The committed set and, where the environment names one, the generated set.
    pub(crate) fn all() -> Vec<Set> {
        let generated = generated_folder().map(|folder| Set::read(&folder));
        std::iter::once(Set::committed()).chain(generated).collect()
    }

    /// Folder of an asset.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.aimodel"))
    }
}

/// The generated folder, where the environment names one.
pub(crate) fn generated_folder() -> Option<PathBuf> {
    std::env::var_os("GRANITE_BUNDLE_DIFFERENTIAL").map(PathBuf::from)
}
