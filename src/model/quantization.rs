//! Which constants the graph dequantizes, and how.

use std::collections::HashMap;

use super::dataflow::{Calls, Dataflow, Role};
use super::{Constant, QuantizedWeight};
use crate::aicode::{Attr, base_name};
use crate::mlir::{OpId, ReadError};

/// Operand number of the axis of a `dequantize`.
const DEQUANTIZE_AXIS: usize = 4;

/// The dequantized constants, in file order.
#[derive(Default)]
pub(super) struct Quantization {
    pub(super) weights: Vec<QuantizedWeight>,
    /// Position in `weights` by position in the list of constants.
    by_constant: HashMap<usize, usize>,
}

impl Quantization {
    pub(super) fn of(flow: &Dataflow<'_>) -> Result<Quantization, ReadError> {
        let mut quantization = Quantization::default();
        for (id, op) in flow.program.module.ir.ops() {
            if flow.role(op) == Role::Dequantize {
                quantization.add(flow, id)?;
            }
        }
        Ok(quantization)
    }

    fn add(&mut self, flow: &Dataflow<'_>, op: OpId) -> Result<(), ReadError> {
        let operand = |index| flow.operand(op, index);
        let source = |index| operand(index).and_then(|value| flow.source(value, Calls::new()));
        let (Some(data), Some(scale)) = (source(0), source(1)) else {
            return Ok(());
        };
        if data.dequantize.is_some() || self.by_constant.contains_key(&data.constant) {
            return Ok(());
        }
        let list = &flow.constants.list;
        let weight = QuantizedWeight {
            data: list[data.constant].clone(),
            scale: list[scale.constant].clone(),
            block: block(flow, op, &list[data.constant], &list[scale.constant])?,
        };
        self.by_constant.insert(data.constant, self.weights.len());
        self.weights.push(weight);
        Ok(())
    }

    /// Position in `weights` of a constant.
    pub(super) fn position(&self, constant: usize) -> Option<usize> {
        self.by_constant.get(&constant).copied()
    }

    /// Block size of a constant along each of its axes.
    pub(super) fn block_of(&self, constant: usize) -> Option<&[u64]> {
        let block = &self.weights[self.position(constant)?].block;
        (!block.is_empty()).then_some(block)
    }
}

/// Data elements per scale along each axis; empty where the graph does not show it.
fn block(
    flow: &Dataflow<'_>,
    op: OpId,
    data: &Constant,
    scale: &Constant,
) -> Result<Vec<u64>, ReadError> {
    let name = flow.program.module.op_name(flow.op(op))?;
    // A table of values has two more axes: the entries, and the elements of each.
    let scales = match base_name(name) {
        "lut_to_dense" => scale.shape.get(..data.shape.len()),
        _ => Some(scale.shape.as_slice()),
    };
    let block = match scales {
        Some(scales) if scales.len() == data.shape.len() => blocks(&data.shape, scales),
        Some([]) => Some(data.shape.clone()),
        Some([scales]) => axis(flow, op)?.and_then(|axis| along(&data.shape, axis, *scales)),
        _ => None,
    };
    Ok(block.unwrap_or_default())
}

fn blocks(data: &[u64], scales: &[u64]) -> Option<Vec<u64>> {
    let pairs = data.iter().zip(scales);
    pairs.map(|(dim, scales)| share(*dim, *scales)).collect()
}

/// One scale, or several, along one axis.
fn along(data: &[u64], axis: i64, scales: u64) -> Option<Vec<u64>> {
    let rank = i64::try_from(data.len()).ok()?;
    let axis = if axis < 0 {
        axis.checked_add(rank)?
    } else {
        axis
    };
    let mut block = data.to_vec();
    let dim = block.get_mut(usize::try_from(axis).ok()?)?;
    *dim = share(*dim, scales)?;
    Some(block)
}

/// Elements per scale, if they divide evenly.
fn share(dim: u64, scales: u64) -> Option<u64> {
    (scales > 0 && dim.is_multiple_of(scales)).then(|| dim / scales)
}

/// The axis operand of a `dequantize`, an integer constant stored inline.
fn axis(flow: &Dataflow<'_>, op: OpId) -> Result<Option<i64>, ReadError> {
    let value = flow.operand(op, DEQUANTIZE_AXIS);
    let Some(origin) = value.and_then(|value| flow.origin(value, &mut Calls::new())) else {
        return Ok(None);
    };
    if flow.role(flow.op(origin)) != Role::Constant {
        return Ok(None);
    }
    let attribute = flow.program.constant_value(flow.op(origin))?;
    let Attr::DenseElements { data, .. } = flow.program.attr(attribute)? else {
        return Ok(None);
    };
    Ok(match *data {
        [a] => Some(i8::from_le_bytes([a]).into()),
        [a, b] => Some(i16::from_le_bytes([a, b]).into()),
        [a, b, c, d] => Some(i32::from_le_bytes([a, b, c, d]).into()),
        [a, b, c, d, e, f, g, h] => Some(i64::from_le_bytes([a, b, c, d, e, f, g, h])),
        _ => None,
    })
}
