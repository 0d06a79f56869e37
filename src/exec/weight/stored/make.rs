//! Where stored elements come from: a file, an attribute, a value, a sparse pair.

use std::sync::Arc;

use half::slice::{HalfBitsSliceExt, HalfFloatSliceExt};

use super::{Data, Stored};
use crate::bytes::ByteSource;
use crate::exec::tensor::{Elements, Tensor};
use crate::exec::{Buffer, ExecError};
use crate::mlir::{FileRange, ReadError, ReadErrorKind};
use crate::model::{DType, Packing};

impl Stored {
    /// Reads `len` elements from a range of the file, whose length was checked against them.
    ///
    /// # Errors
    /// A file that cannot be read; elements in a form that no known writer has.
    pub fn read<S: ByteSource + ?Sized>(
        source: &S,
        range: FileRange,
        dtype: DType,
        len: usize,
        packing: Packing,
    ) -> Result<Stored, ExecError> {
        let fill = |buffer: &mut [u8]| {
            source
                .read_at(range.offset, buffer)
                .map_err(|error| ReadError {
                    offset: range.offset,
                    field: "data of a constant",
                    kind: ReadErrorKind::Io(error.kind()),
                })
        };
        let data = match (dtype, packing) {
            (_, Packing::Unknown(_)) => return Err(ExecError::Type { dtype }),
            (DType::Float16 | DType::BFloat16, _) => {
                let mut halves = vec![0_u16; len];
                fill(bytemuck::cast_slice_mut(&mut halves))?;
                little_endian(&mut halves, u16::from_le);
                Data::Halves(halves.into())
            }
            (DType::Float32, _) => {
                let mut words = vec![0_f32; len];
                fill(bytemuck::cast_slice_mut(&mut words))?;
                little_endian(&mut words, |word: f32| {
                    f32::from_bits(u32::from_le(word.to_bits()))
                });
                Data::Words(Buffer::from(words).into())
            }
            _ => {
                // The range lies in the file, so it fits memory as far as the file does.
                let mut bytes = vec![0; range.len as usize];
                fill(&mut bytes)?;
                match packing {
                    Packing::Packed => Data::Packed(Arc::new(bytes)),
                    _ => Data::Bytes(Arc::new(bytes)),
                }
            }
        };
        Ok(Stored { dtype, len, data })
    }

    /// Elements that are in memory already: of whole bytes each, or one for all.
    ///
    /// # Errors
    /// Bytes of another length than the elements need.
    pub fn inline(
        dtype: DType,
        len: usize,
        bytes: &[u8],
        splat: bool,
        packing: Packing,
    ) -> Result<Stored, ExecError> {
        if splat {
            let data = Data::Splat(Arc::new(bytes.to_vec()));
            return Ok(Stored { dtype, len, data });
        }
        let range = FileRange {
            offset: 0,
            len: bytes.len() as u64,
        };
        Stored::read(bytes, range, dtype, len, packing)
    }

    /// The elements of a tensor, in as few bytes as their type needs.
    ///
    /// # Errors
    /// Integers of more than 16 bits, which floats do not hold.
    pub fn of(tensor: &Tensor) -> Result<Stored, ExecError> {
        let dtype = tensor.dtype;
        let data = match &tensor.data {
            Elements::Int(data) if dtype.storage_bytes() <= 2 => {
                let bytes = data.iter().flat_map(|value| {
                    let width = dtype.storage_bytes() as usize;
                    value.to_le_bytes().into_iter().take(width)
                });
                Data::Bytes(Arc::new(bytes.collect()))
            }
            Elements::Int(_) => return Err(ExecError::Type { dtype }),
            Elements::Float(data) => match dtype {
                DType::Float16 => {
                    let mut halves = vec![0_u16; data.len()];
                    let out = halves.reinterpret_cast_mut::<half::f16>();
                    out.convert_from_f32_slice(data);
                    Data::Halves(halves.into())
                }
                DType::BFloat16 => {
                    let mut halves = vec![0_u16; data.len()];
                    let out = halves.reinterpret_cast_mut::<half::bf16>();
                    out.convert_from_f32_slice(data);
                    Data::Halves(halves.into())
                }
                _ => Data::Words(data.clone()),
            },
        };
        Ok(Stored {
            dtype,
            len: tensor.len(),
            data,
        })
    }

    /// Values where a mask is 1, in its order, and zeros elsewhere.
    ///
    /// # Errors
    /// Fewer values than the mask asks for.
    pub fn spread(values: &Stored, mask: &Stored) -> Result<Stored, ExecError> {
        let mut places = 0..values.len;
        let mut next = |bit: usize| match mask.int(bit) {
            0 => Ok(None),
            _ => places.next().map(Some).ok_or_else(|| {
                ExecError::operands(format!("the mask asks for more than {} values", values.len))
            }),
        };
        let data = match &values.data {
            Data::Halves(halves) => {
                let one = |bit| Ok(next(bit)?.map_or(0, |at| halves[at]));
                let spread = (0..mask.len)
                    .map(one)
                    .collect::<Result<Vec<_>, ExecError>>()?;
                Data::Halves(spread.into())
            }
            Data::Words(words) => {
                let one = |bit| Ok(next(bit)?.map_or(0.0, |at| words[at]));
                let spread = (0..mask.len)
                    .map(one)
                    .collect::<Result<Vec<_>, ExecError>>()?;
                Data::Words(Buffer::from(spread).into())
            }
            _ => {
                let width = values.dtype.storage_bytes() as usize;
                let mut bytes = Vec::with_capacity(mask.len * width);
                for bit in 0..mask.len {
                    match next(bit)? {
                        None => bytes.resize(bytes.len() + width, 0),
                        Some(at) => bytes.extend(values.whole(at).iter().take(width)),
                    }
                }
                Data::Bytes(Arc::new(bytes))
            }
        };
        Ok(Stored {
            dtype: values.dtype,
            len: mask.len,
            data,
        })
    }
}

fn little_endian<T: Copy>(values: &mut [T], convert: impl Fn(T) -> T) {
    if cfg!(target_endian = "big") {
        for value in values {
            *value = convert(*value);
        }
    }
}
