//! What a reader makes of an asset, in the words of the script and of Apple's reader.

use granite_bundle::model::{Asset, DType, Dim, Function, Value, ValueType, Visibility};

use crate::expected::{DeclaredFunction, DeclaredValue, Expected, Signature, Summary};

/// An asset as read by the library or by the command.
#[derive(Debug)]
pub(crate) struct Reading {
    /// Every graph, as the script would have declared it.
    pub(crate) graphs: Vec<DeclaredFunction>,
    /// The asset as Apple's summary would put it.
    pub(crate) summary: Summary,
}

/// Figures of a reading, types by contract spelling.
#[derive(Debug)]
pub(crate) struct Figures {
    pub(crate) compatibility_version: Option<String>,
    pub(crate) operations: Vec<(String, u64)>,
    pub(crate) storage: Vec<(String, u64)>,
    pub(crate) compute_types: Vec<String>,
}

impl Reading {
    pub(crate) fn of(asset: &Asset) -> Reading {
        let storage = asset.weights.storage.iter();
        Reading::new(
            asset.functions.iter().map(declared).collect(),
            Figures {
                compatibility_version: asset.compatibility_version().map(str::to_owned),
                operations: asset.statistics.operations.clone(),
                storage: storage
                    .map(|storage| (storage.dtype.name().to_owned(), storage.elements))
                    .collect(),
                compute_types: asset.statistics.compute_types.clone(),
            },
        )
    }

    pub(crate) fn new(graphs: Vec<DeclaredFunction>, figures: Figures) -> Reading {
        let public = graphs.iter().filter(|graph| graph.visibility == "public");
        let storage = figures.storage.iter();
        let summary = Summary {
            compatibility_version: figures.compatibility_version,
            functions: public.map(signature).collect(),
            operations: figures.operations,
            storage: storage
                .map(|(dtype, elements)| (display_dtype(dtype), *elements))
                .collect(),
            compute_types: figures
                .compute_types
                .iter()
                .map(|dtype| display_dtype(dtype))
                .collect(),
        };
        Reading { graphs, summary }
    }

    /// Everything in which the reading differs from Apple's summary and from what was declared.
    pub(crate) fn differences(&self, name: &str, expected: &Expected) -> Vec<String> {
        let mut ours = self.summary.clone();
        let theirs = expected.apple.clone().unwrap();
        // Apple's reader names no version for a program it finds no function in.
        if theirs.functions.is_empty() {
            ours.compatibility_version = None;
        }
        let mut differences = Vec::new();
        if ours != theirs {
            differences.push(format!(
                "{name}: Apple's reader\n  ours   {ours:?}\n  theirs {theirs:?}"
            ));
        }
        if let Some(declared) = &expected.declared {
            let declared = self.kept(&declared.functions);
            if self.graphs != declared {
                differences.push(format!(
                    "{name}: declared\n  ours   {:?}\n  theirs {declared:?}",
                    self.graphs
                ));
            }
        }
        differences
    }

    /// Declared graphs that must be in the file: the vendor's writer inlines or drops private ones that it can.
    fn kept(&self, declared: &[DeclaredFunction]) -> Vec<DeclaredFunction> {
        let present = |name: &str| self.graphs.iter().any(|graph| graph.name == name);
        let kept = declared
            .iter()
            .filter(|graph| graph.visibility == "public" || present(&graph.name));
        kept.cloned().collect()
    }
}

pub(crate) fn declared(function: &Function) -> DeclaredFunction {
    let values = |values: &[Value]| values.iter().map(declared_value).collect();
    DeclaredFunction {
        name: function.name.clone(),
        visibility: match function.visibility {
            Visibility::Public => "public".to_owned(),
            Visibility::Private => "private".to_owned(),
        },
        inputs: values(&function.inputs),
        outputs: values(&function.outputs),
        states: values(&function.states),
    }
}

fn declared_value(value: &Value) -> DeclaredValue {
    let (dtype, shape, format) = match &value.ty {
        ValueType::Tensor { dtype, shape } => (dtype.name(), Some(shape.clone()), None),
        ValueType::Image {
            height,
            width,
            format,
        } => (
            "image",
            Some(vec![Some(*height), Some(*width)]),
            Some(format.to_string()),
        ),
        ValueType::Other(description) => (description.as_str(), None, None),
    };
    DeclaredValue {
        name: value.name.clone(),
        dtype: dtype.to_owned(),
        shape,
        format,
    }
}

fn signature(function: &DeclaredFunction) -> Signature {
    let display = |values: &[DeclaredValue]| {
        let values = values.iter();
        values
            .map(|value| (apple_name(&value.name), display(value)))
            .collect()
    };
    Signature {
        name: apple_name(&function.name),
        inputs: display(&function.inputs),
        outputs: display(&function.outputs),
        states: display(&function.states),
    }
}

/// Apple's interface hands names out as C strings.
fn apple_name(name: &str) -> String {
    name.split('\0').next().unwrap_or_default().to_owned()
}

/// Apple's text for a value's type.
fn display(value: &DeclaredValue) -> String {
    let dtype = display_dtype(&value.dtype);
    match (value.shape.as_deref(), &value.format) {
        (None, _) => dtype,
        (Some([Some(height), Some(width)]), Some(format)) => {
            let format = match format.as_str() {
                "RGB24" => "24RGB",
                "ARGB32" => "32ARGB",
                "BGRA32" => "32BGRA",
                // Apple's reader takes any code that it does not know for this.
                other if other.starts_with("fourcc") => "32ARGB",
                other => other,
            };
            format!("Image ({width} × {height}, {format})")
        }
        (Some([]), _) => format!("NDArray ({dtype})"),
        (Some(shape), _) => format!("NDArray ({dtype}, {})", display_shape(shape)),
    }
}

fn display_shape(shape: &[Dim]) -> String {
    let dims = shape
        .iter()
        .map(|dim| dim.map_or_else(|| "?".to_owned(), |dim| dim.to_string()));
    dims.collect::<Vec<_>>().join(" × ")
}

/// Apple's name for a contract spelling.
fn display_dtype(name: &str) -> String {
    let display = DType::from_name(name).map(DType::display_name);
    display.unwrap_or(name).to_owned()
}
