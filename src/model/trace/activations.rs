//! Values that the graph quantizes as it runs.

use super::dataflow::{Calls, Dataflow, Role};
use super::decoding::normalized;
use super::recipes::Recipes;
use crate::mlir::OpId;
use crate::model::{Granularity, QuantizedActivations};

/// Operand number of the axis of a `quantize`.
const AXIS: usize = 4;

/// The quantizing operations by what they make, in order of first appearance; those of constants are left out.
pub(super) fn activations(flow: &Dataflow<'_>, recipes: &Recipes) -> Vec<QuantizedActivations> {
    let mut groups: Vec<QuantizedActivations> = Vec::new();
    for (id, op) in flow.program.module.ir.ops() {
        if flow.role(op) != Role::Quantize {
            continue;
        }
        let Some(one) = quantized(flow, recipes, id) else {
            continue;
        };
        let same = groups.iter_mut().find(|group| {
            (group.data, group.scale, group.granularity) == (one.data, one.scale, one.granularity)
        });
        match same {
            Some(group) => group.operations += 1,
            None => groups.push(one),
        }
    }
    groups
}

fn quantized(flow: &Dataflow<'_>, recipes: &Recipes, op: OpId) -> Option<QuantizedActivations> {
    let value = flow.operand(op, 0)?;
    if recipes.source(flow, value, Calls::new()).is_some() {
        return None;
    }
    let (scale, scales) = flow.tensor(flow.operand(op, 1)?)?;
    let rank = flow.tensor(value)?.1.len();
    let axes = flow
        .operand(op, AXIS)
        .and_then(|axis| flow.integers(axis, &Calls::new()));
    let granularity = match (scales.as_slice(), axes.as_deref()) {
        ([] | [Some(1)], _) => Granularity::Tensor,
        ([_], Some([axis])) => {
            normalized(*axis, rank).map_or(Granularity::Unknown, Granularity::Channel)
        }
        _ => Granularity::Unknown,
    };
    Some(QuantizedActivations {
        data: flow.tensor(flow.op(op).results().next()?)?.0,
        scale,
        granularity,
        operations: 1,
    })
}
