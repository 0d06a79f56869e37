//! The constants of a program: types, shapes, and where their data lies.

use std::collections::HashMap;

use super::packing::{self, Packing};
use super::{DType, Sizes};
use crate::aicode::{Attr, OpKind, Program};
use crate::bytes::ByteSource;
use crate::mlir::{Blob, Op, ReadError, ReadErrorKind, ResourceKind};

/// Longest part of a constant's name that a message repeats, characters.
const NAME_SHOWN: usize = 64;

/// Elements and bytes of the constants of one element type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Storage {
    /// Element type.
    pub dtype: DType,
    /// Elements, splats at their full shape (the vendor reader's figure).
    pub elements: u64,
    /// Bytes of the data, packed where they are packed; splats at their full shape.
    pub bytes: u64,
}

/// A constant's type, and where its data lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constant {
    /// Element type.
    pub dtype: DType,
    /// Sizes, outermost first.
    pub shape: Vec<u64>,
    /// How the data hold the elements; a splat's single element is whole.
    pub packing: Packing,
    /// Number of the resource that holds the data; `None` for inline data.
    pub resource: Option<u32>,
}

impl Constant {
    /// Elements at its full shape.
    pub fn elements(&self) -> u64 {
        self.shape.iter().fold(1, |n, dim| n.saturating_mul(*dim))
    }

    /// Bytes of its data; of a splat, those its full shape would take.
    pub fn bytes(&self) -> u64 {
        self.packing.bytes(self.dtype, self.elements())
    }
}

/// Distinct constants in file order: those that share a value attribute count once, with the type
/// of the first.
pub(super) struct Constants {
    pub(super) list: Vec<Constant>,
    /// Position in `list` by value attribute number; `u32::MAX` for other attributes.
    by_value: Vec<u32>,
}

impl Constants {
    /// Finds all constants and checks that their data has the length their type asks for.
    pub(super) fn read<S: ByteSource + ?Sized>(
        program: &Program,
        source: &S,
    ) -> Result<Constants, ReadError> {
        let blobs = blobs(program, source)?;
        let mut constants = Constants {
            list: Vec::new(),
            by_value: vec![u32::MAX; program.module.entries.attributes()],
        };
        let mut positions = HashMap::new();
        for (_, op) in program.module.ir.ops() {
            if program.kind(op) == OpKind::Constant {
                let value = program.constant_value(op)?;
                let constant = read_constant(program, op, value, &blobs)?;
                let slot = &mut constants.by_value[value as usize];
                if *slot == u32::MAX {
                    // Entries of the same bytes are one attribute, however often a file lists it.
                    let identity = program.module.attribute_identity(value)?;
                    // One for each operation at most, which are limited to 2^20.
                    let next = constants.list.len() as u32;
                    *slot = *positions.entry(identity).or_insert(next);
                    if *slot == next {
                        constants.list.push(constant);
                    }
                }
            }
        }
        Ok(constants)
    }

    /// Sums per element type, most elements first, then by display name.
    pub(super) fn storage(&self) -> Vec<Storage> {
        let mut storage: Vec<Storage> = Vec::new();
        for constant in &self.list {
            let (elements, bytes) = (constant.elements(), constant.bytes());
            match storage.iter_mut().find(|s| s.dtype == constant.dtype) {
                Some(sum) => {
                    sum.elements = sum.elements.saturating_add(elements);
                    sum.bytes = sum.bytes.saturating_add(bytes);
                }
                None => storage.push(Storage {
                    dtype: constant.dtype,
                    elements,
                    bytes,
                }),
            }
        }
        storage.sort_by_key(|s| (std::cmp::Reverse(s.elements), s.dtype.display_name()));
        storage
    }

    /// Position in the list of the constant that an operation makes.
    pub(super) fn of(&self, program: &Program, op: &Op) -> Option<usize> {
        let value = program.constant_value(op).ok()?;
        let position = *self.by_value.get(value as usize)?;
        (position != u32::MAX).then_some(position as usize)
    }
}

/// The header of every blob, by resource number.
fn blobs<S: ByteSource + ?Sized>(
    program: &Program,
    source: &S,
) -> Result<Vec<Option<Blob>>, ReadError> {
    let resources = program.module.resources.iter();
    let headers = resources.map(|resource| match resource.kind {
        ResourceKind::Blob => resource.blob(source).map(Some),
        ResourceKind::Bool | ResourceKind::String => Ok(None),
    });
    headers.collect()
}

fn read_constant(
    program: &Program,
    op: &Op,
    value: u32,
    blobs: &[Option<Blob>],
) -> Result<Constant, ReadError> {
    let (dtype, shape) = static_tensor(program, op)?;
    let (data, offset) = match program.attr(value)? {
        Attr::DenseElements {
            splat,
            data,
            offset,
        } => (
            Data::Inline {
                splat,
                len: data.len() as u64,
            },
            offset,
        ),
        Attr::DenseResource { resource, offset } => {
            let blob = blobs.get(resource as usize).copied().flatten();
            let Some(blob) = blob else {
                let expected = "a resource that is a blob";
                return Err(program.wrong_attribute(value, "constant value", expected));
            };
            (
                Data::Resource {
                    number: resource,
                    len: blob.data.len,
                },
                offset,
            )
        }
        _ => {
            let expected = "dense elements or a dense resource";
            return Err(program.wrong_attribute(value, "constant value", expected));
        }
    };
    let elements = shape.iter().product();
    let Some(packing) = data.packing(dtype, elements) else {
        return Err(ReadError {
            offset,
            field: "bytes of a constant",
            kind: ReadErrorKind::Misfit(misfit(program, data, dtype, &shape).into()),
        });
    };
    Ok(Constant {
        dtype,
        shape,
        packing,
        resource: data.resource(),
    })
}

/// Where a constant's data lies, and its length in bytes.
#[derive(Clone, Copy)]
enum Data {
    Inline { splat: bool, len: u64 },
    Resource { number: u32, len: u64 },
}

impl Data {
    fn len(self) -> u64 {
        match self {
            Data::Inline { len, .. } | Data::Resource { len, .. } => len,
        }
    }

    fn resource(self) -> Option<u32> {
        match self {
            Data::Inline { .. } => None,
            Data::Resource { number, .. } => Some(number),
        }
    }

    fn is_splat(self) -> bool {
        matches!(self, Data::Inline { splat: true, .. })
    }

    /// How the data hold so many elements; `None` if they cannot.
    fn packing(self, dtype: DType, elements: u64) -> Option<Packing> {
        // A splat has one element's bytes; the vendor writer stores those of `bool` in full.
        if self.is_splat() && self.len() == dtype.storage_bytes() {
            return Some(Packing::Whole);
        }
        Packing::of(dtype, elements, self.len())
    }
}

/// What a constant is, what it holds and what it should hold, one clause.
fn misfit(program: &Program, data: Data, dtype: DType, shape: &[u64]) -> String {
    let dims: Vec<_> = shape.iter().copied().map(Some).collect();
    let elements = shape.iter().product();
    let needed = match data.is_splat() {
        true => format!("the one value of a splat takes {}", dtype.storage_bytes()),
        false => format!("its elements take {}", packing::lengths(dtype, elements)),
    };
    format!(
        "{} of {dtype} {} holds {} bytes, {needed},",
        name(program, data),
        Sizes(&dims),
        data.len()
    )
}

/// What a message calls a constant: by the key of its resource, the only name the file has for it.
fn name(program: &Program, data: Data) -> String {
    let resource = data.resource();
    let key = resource.and_then(|number| program.module.resources.get(number));
    let key = key.and_then(|resource| program.module.string_bytes(resource.key).ok());
    match key {
        Some(key) => {
            let key = String::from_utf8_lossy(key);
            let shown: String = key.chars().take(NAME_SHOWN).collect();
            format!("constant {shown:?}")
        }
        None => "an inline constant".to_owned(),
    }
}

/// Element type and sizes of a constant's only result, which must be static and of less than 2^64 bytes.
fn static_tensor(program: &Program, op: &Op) -> Result<(DType, Vec<u64>), ReadError> {
    let (dtype, shape) = result_tensor(program, op)?;
    let found = shape.len() as u64;
    let sizes: Option<Vec<u64>> = shape.into_iter().collect();
    let is_small = |sizes: &Vec<u64>| {
        let mut sizes = sizes.iter();
        let bytes = sizes.try_fold(dtype.storage_bytes(), |n, dim| n.checked_mul(*dim));
        bytes.is_some()
    };
    let expected = "a static shape of less than 2^64 bytes";
    sizes
        .filter(is_small)
        .map(|sizes| (dtype, sizes))
        .ok_or_else(|| at_op(op, ReadErrorKind::Unexpected { found, expected }))
}

/// Element type and sizes of a constant's only result.
fn result_tensor(program: &Program, op: &Op) -> Result<(DType, Vec<Option<u64>>), ReadError> {
    let mut results = op.results();
    let count = results.len() as u64;
    let ty = results.next().filter(|_| count == 1);
    let tensor = match ty {
        Some(value) => program.tensor(program.module.ir.type_of(value))?,
        None => None,
    };
    match tensor {
        Some((dtype, shape)) => Ok((dtype, shape.dims().collect())),
        None => {
            let expected = "one result, a tensor of a known element type";
            Err(at_op(
                op,
                ReadErrorKind::Unexpected {
                    found: count,
                    expected,
                },
            ))
        }
    }
}

fn at_op(op: &Op, kind: ReadErrorKind) -> ReadError {
    ReadError {
        offset: op.offset,
        field: "constant type",
        kind,
    }
}
