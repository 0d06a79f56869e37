//! What each constant is for, as far as the graph shows, and which of its axes a product sums over.

use super::axes::operand_axis;
use super::dataflow::{Dataflow, Role};
use super::recipes::Ingredient;
use crate::mlir::{Definition, Op, ValueId};
use crate::model::WeightClass;

/// What a constant is for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Use {
    pub(super) class: WeightClass,
    /// The axis of the weight that a product or convolution sums over.
    pub(super) summed: Option<usize>,
}

/// Finds the class of every constant.
pub(super) fn uses(flow: &Dataflow<'_>, embedding: Option<Ingredient>) -> Vec<Use> {
    let list = flow.constants.list.iter();
    let mut uses: Vec<Use> = list
        .map(|constant| {
            let extents = constant.shape.iter().filter(|dim| **dim > 1).count();
            Use {
                class: match extents {
                    0 => WeightClass::Scalar,
                    1 => WeightClass::Vector,
                    _ => WeightClass::Other,
                },
                summed: None,
            }
        })
        .collect();
    // The later of two classes of one constant wins.
    for class in [
        WeightClass::Convolution,
        WeightClass::Linear,
        WeightClass::QuantizationParameter,
    ] {
        for (constant, axis, decoded) in used_as(flow, class) {
            // A product with a vector is a scaling or a table of angles, not a layer; the values of a sparse weight
            // are a list, though.
            let own = &mut uses[constant];
            if class != WeightClass::Linear || own.class == WeightClass::Other || decoded {
                *own = Use {
                    class,
                    summed: axis,
                };
            }
        }
    }
    if let Some(table) = embedding {
        uses[table.constant].class = WeightClass::Embedding;
    }
    uses
}

/// A value on the way from an operand back to the constants it is made of.
#[derive(Clone, Copy)]
struct Visit {
    value: ValueId,
    /// The axis of the weight that is summed over, seen from here.
    axis: Option<usize>,
    /// True inside a decoding: the axis is the weight's already.
    decoded: bool,
}

/// The constants that reach some operands of the operations behind one class, but for shape, type and decoding; with
/// the axis summed over, and true where they are decoded on the way.
fn used_as(flow: &Dataflow<'_>, class: WeightClass) -> Vec<(usize, Option<usize>, bool)> {
    let ir = &flow.program.module.ir;
    let mut stack = Vec::new();
    for (_, op) in ir.ops() {
        starts(flow, op, class, &mut stack);
    }
    // What is known of a value's axis; a second one makes it unknown.
    let mut seen: Vec<Option<Option<usize>>> = vec![None; ir.values()];
    let mut constants: Vec<(usize, Option<usize>, bool)> = Vec::new();
    while let Some(mut step) = stack.pop() {
        let known = &mut seen[step.value.0 as usize];
        match *known {
            Some(axis) if axis == step.axis || axis.is_none() => continue,
            Some(_) => step.axis = None,
            None => {}
        }
        *known = Some(step.axis);
        let (op, index) = match ir.definition(step.value) {
            Definition::Argument { op, index } => {
                let passed = flow.passed(op, index as usize);
                stack.extend(passed.into_iter().map(|value| Visit { value, ..step }));
                continue;
            }
            Definition::Result { op, index } => (op, index as usize),
        };
        let role = flow.role(flow.op(op));
        let moved = || step.axis.and_then(|axis| operand_axis(flow, op, axis));
        let first = flow.operand(op, 0);
        let on = match role {
            Role::Constant => {
                let constant = flow.constants.of(flow.program, flow.op(op));
                constants.extend(constant.map(|it| (it, step.axis, step.decoded)));
                None
            }
            Role::Invoke => flow
                .returned(op, index)
                .map(|value| Visit { value, ..step }),
            Role::Reshape | Role::Quantize if !step.decoded => first.map(|value| Visit {
                value,
                axis: moved(),
                ..step
            }),
            Role::Gather if !step.decoded && picks_matrices(flow, first) => {
                first.map(|value| Visit {
                    value,
                    axis: moved(),
                    ..step
                })
            }
            // Picked before it is decoded, a weight keeps its axes only where whole matrices are picked.
            Role::Gather if step.decoded && picks_matrices(flow, first) => {
                first.map(|value| Visit { value, ..step })
            }
            Role::Reshape | Role::Quantize => first.map(|value| Visit { value, ..step }),
            role if role.decodes() => first.map(|value| Visit {
                value,
                decoded: true,
                ..step
            }),
            _ => None,
        };
        stack.extend(on);
    }
    constants
}

/// The operands of an operation that a class is told by.
fn starts(flow: &Dataflow<'_>, op: &Op, class: WeightClass, stack: &mut Vec<Visit>) {
    let ir = &flow.program.module.ir;
    let operands = ir.operands(op);
    let rank = |value: &ValueId| flow.tensor(*value).map(|(_, dims)| dims.len());
    let mut add = |value: &ValueId, axis| {
        stack.push(Visit {
            value: *value,
            axis,
            decoded: false,
        });
    };
    match (class, flow.role(op)) {
        (WeightClass::Convolution, Role::Convolution) => {
            // Of a plain convolution's weight [outputs, inputs, …]; a transposed one has them the other way round.
            let plain = matches!(flow.name(op), "conv2d" | "conv3d");
            operands.get(1..2).into_iter().flatten().for_each(|value| {
                add(value, plain.then_some(1));
            });
        }
        (WeightClass::Linear, Role::Matmul) => {
            for (place, value) in operands.iter().take(2).enumerate() {
                // [.., rows, summed] × [.., summed, columns].
                let back = 1 + place;
                add(
                    value,
                    rank(value).filter(|rank| *rank > 1).map(|rank| rank - back),
                );
            }
        }
        (WeightClass::QuantizationParameter, role) if role.decodes() || role == Role::Quantize => {
            for value in operands.iter().skip(1) {
                add(value, None);
            }
        }
        _ => {}
    }
}

/// True if a gather picks whole matrices of a stack, such as those of experts, not rows of a table.
fn picks_matrices(flow: &Dataflow<'_>, stack: Option<ValueId>) -> bool {
    let sizes = stack.and_then(|value| flow.sizes(value));
    sizes.is_some_and(|sizes| sizes.iter().filter(|dim| **dim > 1).count() > 2)
}
