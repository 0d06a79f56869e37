//! Operations whose results nothing else needs, made one step with the operation that takes them.

use std::collections::HashMap;

use super::liveness::inner_uses;
use super::{Action, Body, Operand, Step};
use crate::exec::apply::Argument;
use crate::exec::kernels::elementwise::Fused;
use crate::exec::kernels::movement;
use crate::exec::operation::Operation;
use crate::exec::tensor::{Class, class};

/// Operands that one step takes at most.
const OPERANDS: usize = 8;

/// Steps that may lie between an operation and the one that takes its result: until then its operands are kept.
const REACH: usize = 16;

/// Fuses the operations of a body, and of those inside it. To be done before last uses are marked.
pub(super) fn fuse(body: &mut Body) {
    let mut makers = Makers::new(body);
    let mut steps: Vec<Option<Step>> = Vec::with_capacity(body.steps.len());
    for mut step in std::mem::take(&mut body.steps) {
        step.action.bodies_mut().for_each(fuse);
        if let Some(mut fused) = fusible(&step) {
            let mut place = 0;
            while place < step.operands.len() {
                let maker = makers.of(&step.operands[place], steps.len());
                let inner = maker.and_then(|maker| {
                    let inner = fusible(steps[maker].as_ref()?)?;
                    (fused.operands() + inner.operands() <= OPERANDS + 1).then_some((maker, inner))
                });
                let Some((maker, inner)) = inner else {
                    place += 1;
                    continue;
                };
                fused = fused.with(place, &inner);
                let taken = steps[maker]
                    .take()
                    .map_or_else(Vec::new, |step| step.operands);
                step.operands.splice(place..=place, taken);
                step.action = Action::Fused(fused.clone());
            }
            makers.note(&step, steps.len());
        }
        steps.push(Some(step));
    }
    body.steps = steps.into_iter().flatten().collect();
}

/// Leaves out the change of rows for columns of what is only multiplied by: the product reads it as it lies.
pub(super) fn leave_out_transposes(body: &mut Body, constants: &[Argument]) {
    let mut makers = Makers::new(body);
    let mut steps: Vec<Option<Step>> = Vec::with_capacity(body.steps.len());
    for mut step in std::mem::take(&mut body.steps) {
        let inner = step.action.bodies_mut();
        inner.for_each(|body| leave_out_transposes(body, constants));
        match &mut step.action {
            Action::Compute(Operation::Transpose, types)
                if types.first().and_then(|dtype| class(*dtype)) == Some(Class::Float)
                    && changes_rows_for_columns(&step.operands, constants) =>
            {
                makers.note(&step, steps.len());
            }
            Action::Compute(operation @ Operation::MatMul, _) => {
                let maker = step.operands.get(1);
                let maker = maker.and_then(|operand| makers.of(operand, steps.len()));
                if let Some(transpose) = maker.and_then(|maker| steps[maker].take()) {
                    step.operands[1] = transpose.operands[0];
                    *operation = Operation::MatMulTransposed;
                }
            }
            _ => {}
        }
        steps.push(Some(step));
    }
    body.steps = steps.into_iter().flatten().collect();
}

/// True of the operands of a transpose of a value with the order that changes its last two axes for each other.
fn changes_rows_for_columns(operands: &[Operand], constants: &[Argument]) -> bool {
    let [Operand::Slot { .. }, Operand::Constant(order)] = operands else {
        return false;
    };
    let Some(Argument::Tensor(order)) = constants.get(*order as usize) else {
        return false;
    };
    movement::order(order, order.len()).is_ok_and(|order| movement::is_swap(&order))
}

/// Where values are made that may become a part of the step that takes them.
struct Makers {
    uses: HashMap<u32, usize>,
    places: HashMap<u32, usize>,
}

impl Makers {
    fn new(body: &Body) -> Makers {
        Makers {
            uses: uses(body),
            places: HashMap::new(),
        }
    }

    /// Remembers a step that is to be at a place.
    fn note(&mut self, step: &Step, place: usize) {
        let result = step.results.first();
        self.places.extend(result.map(|slot| (*slot, place)));
    }

    /// The step that makes an operand, if it is near and nothing but the step at `place` needs it.
    fn of(&self, operand: &Operand, place: usize) -> Option<usize> {
        let slot = operand.slot()?;
        let maker = *self.places.get(&slot)?;
        (self.uses.get(&slot) == Some(&1) && place - maker <= REACH).then_some(maker)
    }
}

/// What a step makes as a part of another, if it is of the kind.
fn fusible(step: &Step) -> Option<Fused> {
    match &step.action {
        Action::Compute(Operation::Binary(by), types)
            if class(*types.first()?) == Some(Class::Float) =>
        {
            Fused::new(*by)
        }
        Action::Fused(fused) => Some(fused.clone()),
        _ => None,
    }
}

/// How often each value is used; one that a body inside uses, more than once.
fn uses(body: &Body) -> HashMap<u32, usize> {
    let mut uses = HashMap::new();
    let operands = body.steps.iter().flat_map(|step| &step.operands);
    for slot in operands.chain(&body.results).filter_map(Operand::slot) {
        *uses.entry(slot).or_default() += 1;
    }
    for slot in body.steps.iter().flat_map(inner_uses) {
        *uses.entry(slot).or_default() += 2;
    }
    uses
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::Tensor;
    use crate::exec::kernels::elementwise::Binary;
    use crate::model::DType;

    fn step(operation: Operation, dtype: DType, operands: &[u32], result: u32) -> Step {
        let slot = |slot: &u32| Operand::Slot {
            slot: *slot,
            last: false,
        };
        Step {
            op: result,
            name: String::new(),
            action: Action::Compute(operation, vec![dtype]),
            operands: operands.iter().map(slot).collect(),
            results: vec![result],
            release: Vec::new(),
        }
    }

    fn binary(by: Binary, operands: &[u32], result: u32) -> Step {
        step(Operation::Binary(by), DType::Float16, operands, result)
    }

    /// The operands and the result of each step that is left.
    fn fused(steps: Vec<Step>, result: u32) -> Vec<(Vec<u32>, u32)> {
        let mut body = Body {
            arguments: (0..4).collect(),
            steps,
            results: step(Operation::Same, DType::Float16, &[result], 0).operands,
        };
        fuse(&mut body);
        let steps = body.steps.iter();
        steps
            .map(|step| {
                (
                    step.operands.iter().filter_map(Operand::slot).collect(),
                    step.results[0],
                )
            })
            .collect()
    }

    #[test]
    fn what_only_another_operation_needs_becomes_a_part_of_it() {
        let steps = vec![
            binary(Binary::Mul, &[0, 1], 4),
            binary(Binary::Mul, &[2, 3], 5),
            binary(Binary::Add, &[4, 5], 6),
            binary(Binary::Divide, &[0, 6], 7),
        ];
        assert_eq!(fused(steps, 7), [(vec![0, 0, 1, 2, 3], 7)]);
    }

    #[test]
    fn what_is_needed_twice_or_is_of_another_kind_stays() {
        let twice = vec![
            binary(Binary::Mul, &[0, 1], 4),
            binary(Binary::Add, &[4, 4], 5),
        ];
        assert_eq!(fused(twice, 5).len(), 2);
        let returned = vec![
            binary(Binary::Mul, &[0, 1], 4),
            binary(Binary::Add, &[4, 2], 5),
        ];
        assert_eq!(fused(returned, 4).len(), 2);
        let whole = Operation::Binary(Binary::Mul);
        let integers = vec![
            step(whole, DType::Int32, &[0, 1], 4),
            step(Operation::Binary(Binary::Add), DType::Int32, &[4, 2], 5),
        ];
        assert_eq!(fused(integers, 5).len(), 2);
        let power = vec![
            binary(Binary::Pow, &[0, 1], 4),
            binary(Binary::Add, &[4, 2], 5),
        ];
        assert_eq!(fused(power, 5).len(), 2);
    }

    #[test]
    fn a_product_reads_rows_that_were_to_be_columns() {
        let list = |order: &[i64]| {
            Argument::Tensor(Tensor::ints(
                DType::UInt32,
                vec![order.len()],
                order.to_vec(),
            ))
        };
        let constants = [list(&[0, 2, 1]), list(&[1, 0, 2])];
        let left = |order: u32, result: u32| {
            let mut turned = step(Operation::Transpose, DType::Float16, &[1], 4);
            turned.operands.push(Operand::Constant(order));
            let product = step(Operation::MatMul, DType::Float16, &[0, 4], 5);
            let mut body = Body {
                arguments: vec![0, 1],
                steps: vec![turned, product],
                results: step(Operation::Same, DType::Float16, &[result], 0).operands,
            };
            leave_out_transposes(&mut body, &constants);
            body.steps
        };
        let [product] = &left(0, 5)[..] else {
            panic!("one step is left");
        };
        let operands: Vec<_> = product.operands.iter().filter_map(Operand::slot).collect();
        assert_eq!(operands, [0, 1]);
        assert!(matches!(
            product.action,
            Action::Compute(Operation::MatMulTransposed, _)
        ));
        assert_eq!((left(1, 5).len(), left(0, 4).len()), (2, 2));
    }

    #[test]
    fn a_long_sum_is_made_in_several_steps() {
        let add = |at: u32| binary(Binary::Add, &[at + 3, 1], at + 4);
        let steps = fused((0..20).map(add).collect(), 23);
        assert!(steps.iter().all(|(operands, _)| operands.len() <= OPERANDS));
        assert_eq!(steps.len(), 3);
    }

    #[test]
    fn an_operand_is_not_kept_for_long() {
        let mut steps = vec![binary(Binary::Mul, &[0, 1], 4)];
        let between = |at: u32| step(Operation::Same, DType::Float16, &[0], at);
        steps.extend((10..10 + REACH as u32 + 1).map(between));
        let count = steps.len();
        steps.push(binary(Binary::Add, &[4, 2], 5));
        assert_eq!(fused(steps, 5).len(), count + 1);
    }
}
