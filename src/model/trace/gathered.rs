//! Weights that are decoded after a gather has picked rows of them: embeddings and experts, mostly.

use super::dataflow::{Calls, Dataflow, Role};
use super::decoding::{MAX_STEPS, MINIMUM, Made, SCALE, TABLE, ZERO_POINT, along, shares};
use crate::mlir::{OpId, ValueId};
use crate::model::{Constant, Palette, QuantizedWeight, Scale};

/// A constant, or rows of one.
struct Stored {
    position: usize,
    constant: Constant,
    is_gathered: bool,
    is_zero: bool,
}

/// Follows a decoding of gathered data back to the constant they are gathered from; `None` if it is no such thing.
pub(super) fn decoded(flow: &Dataflow<'_>, end: OpId, calls: &Calls) -> Option<Made> {
    let stored = |operand| stored(flow, flow.operand(end, operand)?, calls.clone());
    let data = stored(0).filter(|data| data.is_gathered)?;
    let shape = data.constant.shape.clone();
    let mut made = Made {
        weight: QuantizedWeight {
            bytes: data.constant.bytes(),
            data: data.constant,
            shape: shape.clone(),
            scale: None,
            palette: None,
            sparse: None,
            irregular: false,
        },
        constant: data.position,
        parameters: Vec::new(),
        passed: Vec::new(),
    };
    match flow.role(flow.op(end)) {
        Role::Scale => {
            let (dtype, dims) = flow.tensor(flow.operand(end, SCALE)?)?;
            let scale = stored(SCALE);
            let is_one = dims.iter().all(|dim| *dim == Some(1));
            let block = match &scale {
                _ if is_one => Some(shape),
                Some(rows) if rows.is_gathered => match rows.constant.shape.as_slice() {
                    [scales] => along(&shape, 0, *scales),
                    scales if scales.len() == shape.len() => shares(&shape, scales),
                    _ => None,
                },
                _ => None,
            };
            let offsets = [ZERO_POINT, MINIMUM].map(|operand| {
                let found = stored(operand);
                let is_zero = found.as_ref().is_some_and(|it| it.is_zero);
                let dtype = flow
                    .operand(end, operand)
                    .and_then(|value| flow.tensor(value));
                made.take(found.filter(|_| !is_zero));
                dtype.map(|(dtype, _)| dtype).filter(|_| !is_zero)
            });
            made.weight.scale = Some(Scale {
                dtype: scale.as_ref().map_or(dtype, |it| it.constant.dtype),
                block: block.unwrap_or_default(),
                zero_point: offsets[0],
                minimum: offsets[1],
            });
            made.take(scale);
        }
        Role::Lookup => {
            let table = stored(TABLE)?;
            let (&vector, rest) = table.constant.shape.split_last()?;
            let (&entries, tables) = rest.split_last()?;
            let tables = tables.iter().copied().fold(1, u64::saturating_mul);
            let is_plain = vector == 1 && tables == 1;
            made.weight.palette = Some(Palette {
                table: table.constant.dtype,
                entries,
                tables,
                vector,
                axis: None,
                block: if is_plain { shape } else { Vec::new() },
                table_scale: None,
            });
            made.take(Some(table));
        }
        _ => return None,
    }
    Some(made)
}

impl Made {
    fn take(&mut self, part: Option<Stored>) {
        if let Some(part) = part {
            self.parameters.push(part.position);
            let bytes = part.constant.bytes();
            self.weight.bytes = self.weight.bytes.saturating_add(bytes);
        }
    }
}

/// Follows a value back to a constant, through changes of shape and type and gathers.
fn stored(flow: &Dataflow<'_>, mut value: ValueId, mut calls: Calls) -> Option<Stored> {
    let mut is_gathered = false;
    for _ in 0..MAX_STEPS {
        let op = flow.origin(value, &mut calls)?;
        match flow.role(flow.op(op)) {
            Role::Constant => {
                let (position, constant) = flow.constant(op)?;
                return Some(Stored {
                    position,
                    constant,
                    is_gathered,
                    is_zero: flow.is_zero(op),
                });
            }
            Role::Gather => is_gathered = true,
            Role::Reshape => {}
            _ => return None,
        }
        value = flow.operand(op, 0)?;
    }
    None
}
