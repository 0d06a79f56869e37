//! The operands that data are decoded with: scales, zero points, tables, masks.

use super::dataflow::{Calls, Dataflow, Role};
use super::decoding::{MAX_STEPS, SCALE};
use crate::mlir::{OpId, ValueId};
use crate::model::DType;

/// What an operand of a decoding is.
pub(super) struct Parameter {
    /// Element type as it is stored; of a value that is not stored, its own.
    pub(super) dtype: DType,
    /// Sizes of the operand's own type.
    pub(super) shape: Vec<u64>,
    /// The constants it is made of, by position in the list, and their bytes.
    pub(super) constants: Vec<(usize, u64)>,
    /// Type of the scales of an operand that is itself scaled, and the operation that does it.
    pub(super) scale: Option<DType>,
    pub(super) scaled_by: Option<OpId>,
    /// True if it is zero everywhere.
    pub(super) is_zero: bool,
}

impl Parameter {
    /// Follows an operand to its constant; `None` if its type is no static tensor.
    pub(super) fn of(flow: &Dataflow<'_>, value: ValueId, calls: &Calls) -> Option<Parameter> {
        let mut parameter = Parameter {
            dtype: flow.tensor(value)?.0,
            shape: flow.sizes(value)?,
            constants: Vec::new(),
            scale: None,
            scaled_by: None,
            is_zero: false,
        };
        parameter.follow(flow, value, calls.clone());
        Some(parameter)
    }

    /// Stops where the operand is no constant but for shape, type and scale.
    fn follow(&mut self, flow: &Dataflow<'_>, mut value: ValueId, mut calls: Calls) -> Option<()> {
        for _ in 0..MAX_STEPS {
            let op = flow.origin(value, &mut calls)?;
            match flow.role(flow.op(op)) {
                Role::Constant => {
                    let (position, constant) = flow.constant(op)?;
                    self.is_zero = flow.is_zero(op);
                    self.dtype = constant.dtype;
                    self.constants.push((position, constant.bytes()));
                    return Some(());
                }
                Role::Reshape => {}
                Role::Scale => {
                    let scale = flow.operand(op, SCALE)?;
                    self.scale = Some(flow.tensor(scale)?.0);
                    self.scaled_by = Some(op);
                    let origin = flow.origin(scale, &mut calls.clone())?;
                    let constant = flow.constant(origin);
                    self.constants
                        .extend(constant.map(|(at, it)| (at, it.bytes())));
                }
                _ => return None,
            }
            value = flow.operand(op, 0)?;
        }
        None
    }
}
