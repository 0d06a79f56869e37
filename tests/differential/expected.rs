//! What `make_assets.py` and `export_assets.py` recorded about each asset.

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

/// What `export_assets.py` asked of the exporter.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    pub(crate) functions: Vec<AskedFunction>,
    pub(crate) weights: Vec<AskedWeight>,
    /// Type that what goes into operations is quantized to.
    pub(crate) activations: Option<String>,
    /// Whether head and embedding are one weight, where there are both.
    pub(crate) tied: Option<bool>,
}

/// A function, of whose outputs only the names are said.
#[derive(Debug, Deserialize)]
pub(crate) struct AskedFunction {
    pub(crate) name: String,
    pub(crate) inputs: Vec<DeclaredValue>,
    pub(crate) outputs: Vec<String>,
    pub(crate) states: Vec<DeclaredValue>,
}

/// A weight of the model, and how it was to be stored.
#[derive(Debug, Deserialize)]
pub(crate) struct AskedWeight {
    pub(crate) path: String,
    pub(crate) class: String,
    pub(crate) shape: Vec<u64>,
    pub(crate) form: Form,
}

/// How a weight is stored: type of the stored numbers, and how they become the weight's.
#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Clone)]
pub(crate) struct Form {
    pub(crate) data: String,
    pub(crate) scale: Option<ScaleForm>,
    pub(crate) palette: Option<PaletteForm>,
    pub(crate) sparse: Option<SparseForm>,
}

/// Scales, one for each block of elements.
#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Clone)]
pub(crate) struct ScaleForm {
    pub(crate) dtype: String,
    pub(crate) block: Vec<u64>,
    pub(crate) zero_point: Option<String>,
    pub(crate) minimum: Option<String>,
}

/// Tables, one for each block of elements.
#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Clone)]
pub(crate) struct PaletteForm {
    pub(crate) table: String,
    pub(crate) entries: u64,
    pub(crate) tables: u64,
    pub(crate) vector: u64,
    pub(crate) axis: Option<usize>,
    pub(crate) block: Vec<u64>,
}

/// How many elements are stored.
#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Clone)]
pub(crate) struct SparseForm {
    pub(crate) stored: u64,
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

    /// The committed sets, and those in the folder that the environment names.
    pub(crate) fn all() -> Vec<Set> {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        let committed = [fixtures.join("assets"), fixtures.join("exported")];
        let mut generated: Vec<PathBuf> = generated_folder().map_or_else(Vec::new, |folder| {
            let entries = std::fs::read_dir(folder).unwrap();
            let folders = entries.map(|entry| entry.unwrap().path());
            folders
                .filter(|path| path.join("expected.json").is_file())
                .collect()
        });
        generated.sort();
        let folders = committed.into_iter().chain(generated);
        folders.map(|folder| Set::read(&folder)).collect()
    }

    /// Folder of an asset.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.aimodel"))
    }

    /// What was asked of the exporter, for an asset that one made.
    pub(crate) fn asked(&self, name: &str) -> Option<Asked> {
        let text = std::fs::read_to_string(self.folder.join(format!("{name}.asked.json")));
        text.ok().map(|text| serde_json::from_str(&text).unwrap())
    }
}

/// The folder of generated sets, where the environment names one.
pub(crate) fn generated_folder() -> Option<PathBuf> {
    std::env::var_os("GRANITE_BUNDLE_DIFFERENTIAL").map(PathBuf::from)
}
