//! Graph signatures.

use std::fmt;

use super::DType;

/// One dimension of a tensor; `None` is dynamic.
pub type Dim = Option<u64>;

/// Who may call a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Visibility {
    /// Listed to users.
    Public,
    /// A helper other graphs invoke, or the definition of a composite operation.
    Private,
}

/// One graph of the program, in file order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// The graph's name; not necessarily unique.
    pub name: String,
    /// Who may call it.
    pub visibility: Visibility,
    /// Arguments that are tensors or images, in position order.
    pub inputs: Vec<Value>,
    /// Results that are not tokens, in position order.
    pub outputs: Vec<Value>,
    /// Arguments of handle type, in position order.
    pub states: Vec<Value>,
}

/// A named input, output or state. A value without a name has `""`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// The `aicode.name` of the argument or result.
    pub name: String,
    /// What it holds.
    pub ty: ValueType,
}

/// What an input, output or state holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueType {
    /// A tensor; for a state, the handle's inner tensor.
    Tensor {
        /// Element type.
        dtype: DType,
        /// Sizes, outermost first; empty for rank 0.
        shape: Vec<Dim>,
    },
    /// An image.
    Image {
        /// Pixels.
        height: u64,
        /// Pixels.
        width: u64,
        /// Pixel format.
        format: ImageFormat,
    },
    /// A type this reader does not know, as its printable description in lower case.
    Other(String),
}

/// Pixel format of an image value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant is the fourcc its name says")]
pub enum ImageFormat {
    Rgb24,
    Argb32,
    Bgra32,
    YCbCr420Planar,
    /// A fourcc outside the known ones.
    Unknown(u64),
}

impl fmt::Display for ImageFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ImageFormat::Rgb24 => f.pad("RGB24"),
            ImageFormat::Argb32 => f.pad("ARGB32"),
            ImageFormat::Bgra32 => f.pad("BGRA32"),
            ImageFormat::YCbCr420Planar => f.pad("420YpCbCr8Planar"),
            ImageFormat::Unknown(code) => write!(f, "fourcc {code:#x}"),
        }
    }
}

impl Function {
    /// True if users may call it.
    pub fn is_public(&self) -> bool {
        self.visibility == Visibility::Public
    }
}

/// Sizes as people read them: `1 × ?`; `scalar` for rank 0.
#[derive(Debug, Clone, Copy)]
pub struct Sizes<'a>(pub &'a [Dim]);

impl fmt::Display for Sizes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, dim) in self.0.iter().enumerate() {
            let times = if place == 0 { "" } else { " × " };
            match dim {
                Some(size) => write!(f, "{times}{size}")?,
                None => write!(f, "{times}?")?,
            }
        }
        if self.0.is_empty() {
            f.write_str("scalar")
        } else {
            Ok(())
        }
    }
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ValueType::Tensor { dtype, shape } => write!(f, "{dtype} {}", Sizes(shape)),
            ValueType::Image {
                height,
                width,
                format,
            } => write!(f, "image {width} × {height} {format}"),
            ValueType::Other(description) => f.write_str(description),
        }
    }
}

impl Value {
    /// The element type and shape, if this is a tensor.
    pub fn tensor(&self) -> Option<(DType, &[Dim])> {
        match &self.ty {
            ValueType::Tensor { dtype, shape } => Some((*dtype, shape)),
            _ => None,
        }
    }

    /// True if some dimension is dynamic.
    pub fn is_dynamic(&self) -> bool {
        self.tensor()
            .is_some_and(|(_, shape)| shape.contains(&None))
    }

    /// Bytes of one instance, unpadded; `None` if dynamic, not a tensor, or over `u64`.
    pub fn static_bytes(&self) -> Option<u64> {
        let (dtype, shape) = self.tensor()?;
        shape.iter().try_fold(dtype.storage_bytes(), |bytes, dim| {
            bytes.checked_mul((*dim)?)
        })
    }
}
