//! What each constant is for, as far as the graph shows.

use super::WeightClass;
use super::dataflow::{Dataflow, Role, Source};
use crate::mlir::Definition;

/// Finds the class of every constant.
pub(super) fn classes(flow: &Dataflow<'_>, embedding: Option<Source>) -> Vec<WeightClass> {
    let list = flow.constants.list.iter();
    let mut classes: Vec<WeightClass> = list
        .map(|constant| {
            let extents = constant.shape.iter().filter(|dim| **dim > 1).count();
            match extents {
                0 => WeightClass::Scalar,
                1 => WeightClass::Vector,
                _ => WeightClass::Other,
            }
        })
        .collect();
    // The later of two classes of one constant wins.
    for (role, operands, class) in [
        (Role::Convolution, 1..2, WeightClass::Convolution),
        (Role::Matmul, 0..2, WeightClass::Linear),
        (Role::Dequantize, 1..4, WeightClass::QuantizationParameter),
    ] {
        for constant in used_by(flow, role, operands) {
            // A product with a vector is a scaling or a table of angles, not a layer.
            if class != WeightClass::Linear || classes[constant] == WeightClass::Other {
                classes[constant] = class;
            }
        }
    }
    if let Some(table) = embedding {
        classes[table.constant] = WeightClass::Embedding;
    }
    classes
}

/// The constants that reach some operands of the operations of one role, but for shape, type and
/// quantization.
fn used_by(flow: &Dataflow<'_>, role: Role, operands: std::ops::Range<usize>) -> Vec<usize> {
    let ir = &flow.program.module.ir;
    let mut seen = vec![false; ir.values()];
    let mut stack = Vec::new();
    for (_, op) in ir.ops().filter(|(_, op)| flow.role(op) == role) {
        let all = ir.operands(op);
        let used = operands.start.min(all.len())..operands.end.min(all.len());
        stack.extend_from_slice(&all[used]);
    }
    let mut constants = Vec::new();
    while let Some(value) = stack.pop() {
        if std::mem::replace(&mut seen[value.0 as usize], true) {
            continue;
        }
        match ir.definition(value) {
            Definition::Argument { op, index } => stack.extend(flow.passed(op, index as usize)),
            Definition::Result { op, index } => match flow.role(flow.op(op)) {
                Role::Constant => constants.extend(flow.constants.of(flow.program, flow.op(op))),
                Role::Reshape | Role::Dequantize => stack.extend(flow.operand(op, 0)),
                Role::Invoke => stack.extend(flow.returned(op, index as usize)),
                _ => {}
            },
        }
    }
    constants
}
