//! Puts a read asset into the words of the script and of Apple's reader.

use granite_bundle::model::{
    Asset, DType, Dim, Function, ImageFormat, Value, ValueType, Visibility,
};

use crate::expected::{DeclaredFunction, DeclaredValue, Signature, Summary};

/// An asset as Apple's summary would put it.
pub(crate) fn summary(asset: &Asset) -> Summary {
    let public = asset
        .functions
        .iter()
        .filter(|function| function.visibility == Visibility::Public);
    Summary {
        compatibility_version: asset.compatibility_version().map(str::to_owned),
        functions: public.map(signature).collect(),
        operations: asset.statistics.operations.clone(),
        storage: asset
            .weights
            .storage
            .iter()
            .map(|storage| (storage.dtype.display_name().to_owned(), storage.elements))
            .collect(),
        compute_types: asset
            .statistics
            .compute_types
            .iter()
            .map(|name| display_dtype(name))
            .collect(),
    }
}

/// Apple's display name for a contract spelling.
pub(crate) fn display_dtype(name: &str) -> String {
    let display = DType::from_name(name)
        .map(DType::display_name)
        .unwrap_or(name);
    display.to_owned()
}

/// Apple's display form of a tensor.
pub(crate) fn display_tensor(dtype: &str, shape: &[Dim]) -> String {
    let dims: Vec<String> = shape
        .iter()
        .map(|dim| dim.map_or_else(|| "?".to_owned(), |dim| dim.to_string()))
        .collect();
    match dims.as_slice() {
        [] => format!("NDArray ({dtype})"),
        dims => format!("NDArray ({dtype}, {})", dims.join(" × ")),
    }
}

/// Apple's display form of an image, its format by contract spelling.
pub(crate) fn display_image(height: u64, width: u64, format: &str) -> String {
    let format = match format {
        "RGB24" => "24RGB",
        "ARGB32" => "32ARGB",
        "BGRA32" => "32BGRA",
        other => other,
    };
    format!("Image ({width} × {height}, {format})")
}

fn signature(function: &Function) -> Signature {
    let display = |values: &[Value]| values.iter().map(display_value).collect();
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

fn display_value(value: &Value) -> (String, String) {
    let display = match &value.ty {
        ValueType::Tensor { dtype, shape } => display_tensor(dtype.display_name(), shape),
        ValueType::Image {
            height,
            width,
            format,
        } => display_image(*height, *width, &format.to_string()),
        ValueType::Other(description) => display_dtype(description),
    };
    (apple_name(&value.name), display)
}

/// A graph as the script would have declared it.
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
        ValueType::Tensor { dtype, shape } => (dtype.name().to_owned(), shape.clone(), None),
        ValueType::Image {
            height,
            width,
            format,
        } => image(*height, *width, *format),
        ValueType::Other(description) => (description.clone(), Vec::new(), None),
    };
    DeclaredValue {
        name: value.name.clone(),
        dtype,
        shape,
        format,
    }
}

fn image(height: u64, width: u64, format: ImageFormat) -> (String, Vec<Dim>, Option<String>) {
    let shape = vec![Some(height), Some(width)];
    ("image".to_owned(), shape, Some(format.to_string()))
}
