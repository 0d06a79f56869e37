//! Constants of a program, loaded once each.

use std::collections::HashMap;

use crate::aicode::{Attr, Program};
use crate::bytes::ByteSource;
use crate::mlir::{FileRange, Op, ReadErrorKind, ResourceKind};
use crate::model::{DType, Packing};

use crate::exec::apply::Argument;
use crate::exec::tensor::{Class, Tensor, class, elements};
use crate::exec::weight::{Stored, Weight};
use crate::exec::{ExecError, limits};

/// Loads constants; those that share data share it in memory too.
pub(super) struct Loader<'a, S: ?Sized> {
    program: &'a Program,
    source: &'a S,
    /// By value attribute, element type and number of elements.
    loaded: HashMap<(u32, DType, usize), Stored>,
}

impl<'a, S: ByteSource + ?Sized> Loader<'a, S> {
    pub(super) fn new(program: &'a Program, source: &'a S) -> Loader<'a, S> {
        Loader {
            program,
            source,
            loaded: HashMap::new(),
        }
    }

    /// The value of a constant operation.
    pub(super) fn load(&mut self, op: &Op) -> Result<Argument, ExecError> {
        let value = self.program.constant_value(op)?;
        let tensor = match op.results().next() {
            Some(result) => self
                .program
                .tensor(self.program.module.ir.type_of(result))?,
            None => None,
        };
        let sizes = tensor.and_then(|(dtype, shape)| {
            let sizes = shape.dims().map(|dim| usize::try_from(dim?).ok());
            Some((dtype, sizes.collect::<Option<Vec<_>>>()?))
        });
        let wrong = || {
            let expected = "a tensor of known sizes";
            self.program
                .wrong_attribute(value, "constant value", expected)
        };
        let (dtype, shape) = sizes.ok_or_else(wrong)?;
        let len = elements(&shape)?;
        let key = (value, dtype, len);
        let stored = match self.loaded.get(&key) {
            Some(stored) => stored.clone(),
            None => {
                let stored = self.read(value, dtype, len)?;
                self.loaded.insert(key, stored.clone());
                stored
            }
        };
        argument(stored, shape)
    }

    fn read(&self, value: u32, dtype: DType, len: usize) -> Result<Stored, ExecError> {
        let packing = |bytes: u64| {
            Packing::of(dtype, len as u64, bytes).ok_or_else(|| {
                self.program.wrong_attribute(
                    value,
                    "constant value",
                    "data as long as its type asks for",
                )
            })
        };
        match self.program.attr(value)? {
            Attr::DenseElements { splat, data, .. } => {
                let packing = if splat {
                    Packing::Whole
                } else {
                    packing(data.len() as u64)?
                };
                Stored::inline(dtype, len, data, splat, packing)
            }
            Attr::DenseResource { resource, .. } => {
                let range = self.range(resource)?.ok_or_else(|| {
                    self.program.wrong_attribute(
                        value,
                        "constant value",
                        "a resource that is a blob",
                    )
                })?;
                Stored::read(self.source, range, dtype, len, packing(range.len)?)
            }
            _ => {
                let expected = "dense elements or a dense resource";
                Err(self
                    .program
                    .wrong_attribute(value, "constant value", expected)
                    .into())
            }
        }
    }

    fn range(&self, resource: u32) -> Result<Option<FileRange>, ExecError> {
        let resource = self.program.module.resources.get(resource);
        let Some(resource) = resource.filter(|resource| resource.kind == ResourceKind::Blob) else {
            return Ok(None);
        };
        let data = resource.blob(self.source)?.data;
        if data
            .offset
            .checked_add(data.len)
            .is_none_or(|end| end > self.source.len())
        {
            let missing = data
                .offset
                .saturating_add(data.len)
                .saturating_sub(self.source.len());
            return Err(crate::mlir::ReadError {
                offset: data.offset,
                field: "data of a constant",
                kind: ReadErrorKind::Truncated { missing },
            }
            .into());
        }
        Ok(Some(data))
    }
}

/// Decoded where it is small or of integers that do not fit floats, else as it is stored.
pub(super) fn argument(stored: Stored, shape: Vec<usize>) -> Result<Argument, ExecError> {
    let bits_fit = match class(stored.dtype) {
        Some(Class::Float) => true,
        // Up to 16 bits an integer is a float too.
        Some(Class::Int) => stored.dtype.storage_bytes() <= 2,
        None => {
            return Err(ExecError::Type {
                dtype: stored.dtype,
            });
        }
    };
    if bits_fit && !shape.is_empty() && stored.len > limits::DECODED_ELEMENTS {
        return Ok(Argument::Weight(Weight::plain(stored, shape)?));
    }
    let data = stored.decoded()?;
    Ok(Argument::Tensor(Tensor {
        dtype: stored.dtype,
        shape,
        data,
    }))
}
