//! The constants of a program: types, shapes, and where their data lies.

use super::{Constant, DType, Storage};
use crate::aicode::{Attr, OpKind, Program};
use crate::bytes::ByteSource;
use crate::mlir::{Blob, Op, ReadError, ReadErrorKind, ResourceKind};

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
        for (_, op) in program.module.ir.ops() {
            if program.kind(op) == OpKind::Constant {
                let value = program.constant_value(op)?;
                let constant = read_constant(program, op, value, &blobs)?;
                let slot = &mut constants.by_value[value as usize];
                if *slot == u32::MAX {
                    // One for each operation at most, which are limited to 2^20.
                    *slot = constants.list.len() as u32;
                    constants.list.push(constant);
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
    let (dtype, shape) = result_tensor(program, op)?;
    let sizes: Option<Vec<u64>> = shape.iter().copied().collect();
    let elements = shape
        .iter()
        .try_fold(1_u64, |n, dim| n.checked_mul((*dim)?));
    let bytes = elements.and_then(|n| n.checked_mul(dtype.storage_bytes()));
    let Some((shape, bytes)) = sizes.zip(bytes) else {
        let found = shape.len() as u64;
        let expected = "a static shape of less than 2^64 bytes";
        return Err(at_op(op, ReadErrorKind::Unexpected { found, expected }));
    };
    let (found, expected, offset, resource) = match program.attr(value)? {
        Attr::DenseElements {
            splat,
            data,
            offset,
        } => {
            // A splat has one element's bytes; the vendor writer stores those of `bool` in full.
            let one = splat && data.len() as u64 != bytes;
            let expected = if one { dtype.storage_bytes() } else { bytes };
            (data.len() as u64, expected, offset, None)
        }
        Attr::DenseResource { resource, offset } => {
            let blob = blobs.get(resource as usize).copied().flatten();
            let Some(blob) = blob else {
                let expected = "a resource that is a blob";
                return Err(program.wrong_attribute(value, "constant value", expected));
            };
            (blob.data.len, bytes, offset, Some(resource))
        }
        _ => {
            let expected = "dense elements or a dense resource";
            return Err(program.wrong_attribute(value, "constant value", expected));
        }
    };
    if found != expected {
        return Err(ReadError {
            offset,
            field: "bytes of a constant",
            kind: ReadErrorKind::Mismatch { found, expected },
        });
    }
    Ok(Constant {
        dtype,
        shape,
        resource,
    })
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
