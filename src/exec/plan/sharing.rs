//! Slices that need not be copied, because they are used up before what they are taken from is changed.
//!
//! A decode step takes each layer's part of a state, makes the new one of it, and only then writes that back.

use std::collections::{HashMap, HashSet};

use super::liveness::inner_uses;
use super::{Action, Body, Operand, Step};
use crate::exec::operation::Operation;

/// Steps within which a slice must be used up to be found: a layer has a few tens.
const REACH: usize = 256;

/// Marks the slices of a body, whose last uses are marked, that may lie in the memory of their operand.
pub(super) fn mark(body: &mut Body) {
    let ends = ends(body);
    for at in 0..body.steps.len() {
        if let Some(end) = taken_from(&body.steps[at]).and_then(|slot| ends.get(&slot))
            && is_used_up(&body.steps[at..*end])
            && let Action::Compute(operation, _) = &mut body.steps[at].action
        {
            *operation = Operation::SharedSlice;
        }
        body.steps[at].action.bodies_mut().for_each(mark);
    }
}

/// The step at which each slot is given up.
fn ends(body: &Body) -> HashMap<u32, usize> {
    let mut ends = HashMap::new();
    for (at, step) in body.steps.iter().enumerate() {
        let given_up = step.operands.iter().filter_map(given_up);
        ends.extend(
            given_up
                .chain(step.release.iter().copied())
                .map(|slot| (slot, at)),
        );
    }
    ends
}

fn given_up(operand: &Operand) -> Option<u32> {
    match operand {
        Operand::Slot { slot, last: true } => Some(*slot),
        _ => None,
    }
}

/// What a slice is taken from.
fn taken_from(step: &Step) -> Option<u32> {
    match (&step.action, step.operands.first()) {
        (Action::Compute(Operation::Slice, _), Some(Operand::Slot { slot, last: false })) => {
            Some(*slot)
        }
        _ => None,
    }
}

/// Whether the first step's results, and all that may lie in the same memory, are given up within these steps.
fn is_used_up(steps: &[Step]) -> bool {
    let mut held: HashSet<u32> = HashSet::new();
    for (place, step) in steps.iter().take(REACH).enumerate() {
        let uses = |operand: &Operand| matches!(operand, Operand::Slot { slot, .. } if held.contains(slot));
        let is_used = step.operands.iter().any(uses);
        if inner_uses(step).iter().any(|slot| held.contains(slot))
            || (is_used && !is_computed(step))
        {
            return false;
        }
        for slot in step.operands.iter().filter_map(given_up) {
            held.remove(&slot);
        }
        if place == 0 || (is_used && !makes_its_own(step)) {
            held.extend(&step.results);
        }
        for slot in &step.release {
            held.remove(slot);
        }
        if held.is_empty() {
            return true;
        }
    }
    false
}

fn is_computed(step: &Step) -> bool {
    matches!(step.action, Action::Compute(..) | Action::Fused(..))
}

/// True if results never lie in the memory of an operand that something else holds too.
fn makes_its_own(step: &Step) -> bool {
    use Operation as O;
    matches!(
        step.action,
        Action::Compute(
            O::Unary(_)
                | O::Binary(_)
                | O::Compare(_)
                | O::Reduce(_)
                | O::Select
                | O::MatMul
                | O::MatMulTransposed
                | O::Softmax,
            _
        ) | Action::Fused(..)
    )
}

#[cfg(test)]
mod tests {
    use super::super::liveness;
    use super::*;
    use crate::exec::kernels::elementwise::{Binary, Unary};
    use crate::model::DType;

    const SLICE: Operation = Operation::Slice;
    const ADD: Operation = Operation::Binary(Binary::Add);
    const EXP: Operation = Operation::Unary(Unary::Exp);
    const STATE: u32 = 0;

    fn step(action: Action, operands: &[u32], results: &[u32]) -> Step {
        let slot = |slot: &u32| Operand::Slot {
            slot: *slot,
            last: false,
        };
        Step {
            op: 0,
            name: String::new(),
            action,
            operands: operands.iter().map(slot).collect(),
            results: results.to_vec(),
            release: Vec::new(),
        }
    }

    fn compute(operation: Operation, operands: &[u32], result: u32) -> Step {
        step(
            Action::Compute(operation, vec![DType::Float16]),
            operands,
            &[result],
        )
    }

    /// How many slices share memory, where slot 0 is given and these results are returned.
    fn shared(steps: Vec<Step>, results: &[u32]) -> usize {
        let mut body = Body {
            arguments: vec![STATE],
            steps,
            results: step(Action::Write { state: 0 }, results, &[]).operands,
        };
        liveness::mark(&mut body);
        mark(&mut body);
        let is_shared =
            |step: &&Step| matches!(step.action, Action::Compute(Operation::SharedSlice, _));
        body.steps.iter().filter(is_shared).count()
    }

    #[test]
    fn a_slice_that_is_used_up_before_its_operand_is_shared() {
        let first = || [compute(SLICE, &[STATE], 1), compute(EXP, &[1], 2)];
        let steps = |more: Vec<Step>| first().into_iter().chain(more).collect::<Vec<_>>();
        assert_eq!(shared(steps(vec![compute(ADD, &[STATE, 2], 3)]), &[3]), 1);
        // Through other sizes of the same memory.
        let reshaped = vec![
            compute(SLICE, &[STATE], 1),
            compute(Operation::Reshape, &[1], 2),
            compute(EXP, &[2], 3),
            compute(ADD, &[STATE, 3], 4),
        ];
        assert_eq!(shared(reshaped, &[4]), 1);
    }

    #[test]
    fn a_slice_that_outlives_its_operand_or_meets_it_is_copied() {
        let met = vec![compute(SLICE, &[STATE], 1), compute(ADD, &[STATE, 1], 2)];
        assert_eq!(shared(met, &[2]), 0);
        let later = vec![
            compute(SLICE, &[STATE], 1),
            compute(Operation::Reshape, &[1], 2),
            compute(EXP, &[STATE], 3),
            compute(ADD, &[2, 3], 4),
        ];
        assert_eq!(shared(later, &[4]), 0);
        let returned = vec![compute(SLICE, &[STATE], 1), compute(EXP, &[STATE], 2)];
        assert_eq!(shared(returned, &[1, 2]), 0);
    }

    #[test]
    fn a_slice_that_a_state_or_a_body_gets_is_copied() {
        let written = vec![
            compute(SLICE, &[STATE], 1),
            step(Action::Write { state: 0 }, &[1], &[]),
            compute(EXP, &[STATE], 2),
        ];
        assert_eq!(shared(written, &[2]), 0);
        let inner = || Body {
            results: step(Action::Write { state: 0 }, &[1], &[]).operands,
            ..Body::default()
        };
        let action = Action::If {
            then: inner(),
            otherwise: inner(),
        };
        let branched = vec![
            compute(SLICE, &[STATE], 1),
            step(action, &[], &[2]),
            compute(ADD, &[STATE, 2], 3),
        ];
        assert_eq!(shared(branched, &[3]), 0);
    }
}
