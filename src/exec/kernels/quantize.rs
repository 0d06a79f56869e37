//! Operations between few bits and many.

use crate::exec::ExecError;
use crate::exec::tensor::{Class, Elements, Tensor, class, elements};
use crate::model::DType;

use super::elementwise::{cast, clamped};
use super::{axis, strides};

/// `(x - zero) * scale + offset` in blocks, whose size is that of `x` by that of `scale`.
///
/// # Errors
/// Sizes that do not divide.
pub fn blockwise_shift_scale(
    x: &Tensor,
    scale: &Tensor,
    zero: &Tensor,
    offset: &Tensor,
) -> Result<Tensor, ExecError> {
    let fits = x.rank() == scale.rank()
        && scale.shape == zero.shape
        && scale.shape == offset.shape
        && x.shape
            .iter()
            .zip(&scale.shape)
            .all(|(fine, coarse)| *coarse > 0 && fine % coarse == 0);
    if !fits {
        return Err(ExecError::shapes(&x.shape, &scale.shape));
    }
    let (fine, coarse) = (strides(&x.shape), strides(&scale.shape));
    let block = |place: usize| -> usize {
        let along = |axis: usize| {
            let at = place / fine[axis] % x.shape[axis];
            at / (x.shape[axis] / scale.shape[axis]) * coarse[axis]
        };
        (0..x.rank()).map(along).sum()
    };
    let (scale, zero) = (as_floats(scale)?, as_floats(zero)?);
    let data = as_floats(x)?;
    let offsets = as_floats(offset)?;
    let value = |(place, value): (usize, &f32)| {
        let block = block(place);
        (value - zero[block]) * scale[block] + offsets[block]
    };
    let data = data.iter().enumerate().map(value).collect();
    Ok(Tensor::floats(offset.dtype, x.shape.clone(), data))
}

/// The elements as floats, whatever they are.
fn as_floats(x: &Tensor) -> Result<Vec<f32>, ExecError> {
    Ok(cast(x, DType::Float32)?.as_floats()?.to_vec())
}

/// Which of the values along an axis, or the only one, an element of `x` meets.
fn channel(
    x: &Tensor,
    scale: &Tensor,
    at: &Tensor,
) -> Result<impl Fn(usize) -> usize + use<>, ExecError> {
    let (inner, size) = match (at.as_ints()?, scale.len()) {
        (_, 1) => (1, 1),
        ([number], channels) => {
            let at = axis(*number, x.rank())?;
            if x.shape[at] != channels {
                return Err(ExecError::shapes(&x.shape, &scale.shape));
            }
            (x.shape[at + 1..].iter().product::<usize>().max(1), channels)
        }
        _ => return Err(ExecError::shapes(&x.shape, &scale.shape)),
    };
    Ok(move |place: usize| place / inner % size)
}

/// Each element of `x` with the scale, the zero point and the offset that it meets.
fn with_scales(
    x: &Tensor,
    scale: &Tensor,
    zero: &Tensor,
    offset: &Tensor,
    at: &Tensor,
) -> Result<Vec<[f32; 4]>, ExecError> {
    let channel = channel(x, scale, at)?;
    let (scales, zeros, offsets) = (as_floats(scale)?, as_floats(zero)?, as_floats(offset)?);
    if zeros.len() != scales.len() || offsets.len() != scales.len() {
        return Err(ExecError::shapes(&scale.shape, &zero.shape));
    }
    let met = |(place, value): (usize, f32)| {
        let at = channel(place);
        [value, scales[at], zeros[at], offsets[at]]
    };
    Ok(as_floats(x)?.into_iter().enumerate().map(met).collect())
}

/// `(x - zero) * scale + offset`, per tensor or along an axis.
///
/// # Errors
/// Sizes that do not go together.
pub fn dequantize(
    x: &Tensor,
    scale: &Tensor,
    zero: &Tensor,
    offset: &Tensor,
    at: &Tensor,
) -> Result<Tensor, ExecError> {
    let met = with_scales(x, scale, zero, offset, at)?.into_iter();
    let data = met.map(|[value, scale, zero, offset]| (value - zero) * scale + offset);
    Ok(Tensor::floats(
        offset.dtype,
        x.shape.clone(),
        data.collect(),
    ))
}

/// The nearest quantized values: `round((x - offset) / scale) + zero`, held in the range of the type.
///
/// # Errors
/// Sizes that do not go together, or a type that cannot be executed.
pub fn quantize(
    x: &Tensor,
    scale: &Tensor,
    zero: &Tensor,
    offset: &Tensor,
    at: &Tensor,
) -> Result<Tensor, ExecError> {
    let dtype = zero.dtype;
    let met = with_scales(x, scale, zero, offset, at)?.into_iter();
    let scaled = met.map(|[value, scale, zero, offset]| ((value - offset) / scale, zero));
    match class(dtype) {
        Some(Class::Int) => {
            let data = scaled.map(|(value, zero)| clamped(dtype, value.round_ties_even() + zero));
            Ok(Tensor::ints(dtype, x.shape.clone(), data.collect()))
        }
        Some(Class::Float) => {
            let data = scaled.map(|(value, zero)| value + zero);
            Ok(Tensor::floats(dtype, x.shape.clone(), data.collect()))
        }
        None => Err(ExecError::Type { dtype }),
    }
}

/// The entries of tables, `[blocks…, entries, vector]`, that indices name; those of a vector stand along an axis.
///
/// # Errors
/// Sizes that do not divide, or an index beyond the table.
pub fn lut_to_dense(indices: &Tensor, tables: &Tensor, at: &Tensor) -> Result<Tensor, ExecError> {
    let wrong = || ExecError::shapes(&indices.shape, &tables.shape);
    let [blocks @ .., entries, vector] = tables.shape.as_slice() else {
        return Err(wrong());
    };
    let at = axis(super::scalar(at)?, indices.rank())?;
    let divides = |(fine, coarse): (&usize, &usize)| *coarse > 0 && fine % coarse == 0;
    if blocks.len() != indices.rank() || !indices.shape.iter().zip(blocks).all(divides) {
        return Err(wrong());
    }
    let mut shape = indices.shape.clone();
    shape[at] = shape[at].saturating_mul(*vector);
    let count = elements(&shape)?;
    let (to, from, coarse) = (strides(&shape), strides(&indices.shape), strides(blocks));
    let ints = indices.as_ints()?;
    let source = |place: usize| {
        let (mut index, mut table, mut within) = (0, 0, 0);
        for axis in 0..shape.len() {
            let mut along = place / to[axis] % shape[axis];
            if axis == at {
                within = along % vector;
                along /= vector;
            }
            index += along * from[axis];
            table += along / (indices.shape[axis] / blocks[axis]) * coarse[axis];
        }
        let entry = usize::try_from(ints[index])
            .ok()
            .filter(|entry| entry < entries)?;
        Some((table * entries + entry) * vector + within)
    };
    let places: Option<Vec<_>> = (0..count).map(source).collect();
    Ok(super::picked(
        tables,
        shape,
        places.ok_or_else(wrong)?.into_iter(),
    ))
}

/// A tensor with values where a mask is 1, in its order, and zeros elsewhere.
///
/// # Errors
/// Fewer values than the mask asks for.
pub fn sparse_to_dense(values: &Tensor, mask: &Tensor) -> Result<Tensor, ExecError> {
    let bits = mask.as_ints()?;
    let wanted = bits.iter().filter(|bit| **bit != 0).count();
    if wanted > values.len() {
        return Err(ExecError::operands(format!(
            "{wanted} values are wanted and {} are there",
            values.len()
        )));
    }
    let shape = mask.shape.clone();
    match &values.data {
        Elements::Float(data) => Ok(Tensor::exact(values.dtype, shape, spread(data, bits))),
        Elements::Int(data) => Ok(Tensor::ints(values.dtype, shape, spread(data, bits))),
    }
}

fn spread<T: Copy + Default>(values: &[T], mask: &[i64]) -> Vec<T> {
    let mut values = values.iter();
    let one = |bit: &i64| match bit {
        0 => T::default(),
        _ => values.next().copied().unwrap_or_default(),
    };
    mask.iter().map(one).collect()
}
