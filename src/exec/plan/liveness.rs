//! When values are no longer needed: so that a step may change what it is given in place, and memory is given back.

use std::collections::HashSet;

use super::{Action, Body, Operand, Step};

/// Marks the last use of every slot that `body` fills or is given.
pub(super) fn mark(body: &mut Body) {
    let outer = HashSet::new();
    let mut own: HashSet<u32> = body.arguments.iter().copied().collect();
    own.extend(
        body.steps
            .iter()
            .flat_map(|step| step.results.iter().copied()),
    );
    visit(body, &own, &outer);
}

/// Takes out the steps that only compute what nothing uses.
pub(super) fn drop_unused(body: &mut Body) {
    let mut needed = HashSet::new();
    let slots = |operands: &[Operand]| {
        operands
            .iter()
            .filter_map(Operand::slot)
            .collect::<Vec<_>>()
    };
    needed.extend(slots(&body.results));
    let mut kept = Vec::with_capacity(body.steps.len());
    for mut step in std::mem::take(&mut body.steps).into_iter().rev() {
        let is_computed = matches!(step.action, Action::Compute(..) | Action::Fused(..));
        if is_computed && !step.results.iter().any(|slot| needed.contains(slot)) {
            continue;
        }
        step.action.bodies_mut().for_each(drop_unused);
        needed.extend(slots(&step.operands));
        needed.extend(inner_uses(&step));
        kept.push(step);
    }
    kept.reverse();
    body.steps = kept;
}

/// Goes backwards through a body; `own` are the slots it may give up, `kept` those it may not.
fn visit(body: &mut Body, own: &HashSet<u32>, kept: &HashSet<u32>) {
    let mut needed = kept.clone();
    let results = &mut body.results;
    for place in (0..results.len()).rev() {
        use_up(&mut results[place], own, &mut needed);
    }
    for step in body.steps.iter_mut().rev() {
        // What nothing needs is given up as soon as it is there.
        let unused = step.results.iter().filter(|slot| !needed.contains(slot));
        step.release = unused.copied().collect();
        let inner = inner_uses(step);
        let ends: Vec<_> = inner
            .iter()
            .filter(|slot| own.contains(slot) && !needed.contains(slot))
            .copied()
            .collect();
        step.release.extend(ends);
        needed.extend(&inner);
        for place in (0..step.operands.len()).rev() {
            use_up(&mut step.operands[place], own, &mut needed);
        }
        step.action.bodies_mut().for_each(mark);
    }
    mark_takes(body);
}

fn use_up(operand: &mut Operand, own: &HashSet<u32>, needed: &mut HashSet<u32>) {
    if let Operand::Slot { slot, last } = operand {
        *last = needed.insert(*slot) && own.contains(slot);
    }
}

/// Slots that bodies inside a step use and do not fill themselves.
pub(super) fn inner_uses(step: &Step) -> HashSet<u32> {
    let mut uses = HashSet::new();
    for body in step.action.bodies() {
        let slots = |operands: &[Operand]| {
            operands
                .iter()
                .filter_map(Operand::slot)
                .collect::<Vec<_>>()
        };
        let mut filled: HashSet<u32> = body.arguments.iter().copied().collect();
        for step in &body.steps {
            filled.extend(&step.results);
            uses.extend(slots(&step.operands));
            uses.extend(inner_uses(step));
        }
        uses.extend(slots(&body.results));
        uses.retain(|slot| !filled.contains(slot));
    }
    uses
}

/// A state that is written before it is read again may be taken: what is made of it is then made in place.
fn mark_takes(body: &mut Body) {
    let mut written = HashSet::new();
    for step in body.steps.iter_mut().rev() {
        match &mut step.action {
            Action::Write { state } => {
                written.insert(*state);
            }
            Action::Read { state, take } => *take = written.remove(state),
            Action::If { .. } | Action::While { .. } => written.clear(),
            Action::Compute(..) | Action::Fused(..) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::operation::Operation;
    use crate::model::DType;

    fn step(operand: u32, result: u32) -> Step {
        Step {
            op: result,
            name: "get_shape".to_owned(),
            action: Action::Compute(Operation::GetShape, vec![DType::Int32]),
            operands: vec![Operand::Slot {
                slot: operand,
                last: false,
            }],
            results: vec![result],
            release: Vec::new(),
        }
    }

    #[test]
    fn what_only_unused_steps_need_is_dropped_with_them() {
        let inner = |result| Body {
            steps: vec![step(2, 20), step(1, 21)],
            results: vec![Operand::Slot {
                slot: result,
                last: false,
            }],
            ..Body::default()
        };
        let branch = Step {
            action: Action::If {
                then: inner(20),
                otherwise: inner(21),
            },
            ..step(5, 6)
        };
        let mut body = Body {
            arguments: vec![0],
            steps: vec![
                step(0, 1),
                step(0, 2),
                step(0, 3),
                step(3, 4),
                step(0, 5),
                branch,
            ],
            results: vec![Operand::Slot {
                slot: 6,
                last: false,
            }],
        };
        drop_unused(&mut body);
        let results = |body: &Body| {
            body.steps
                .iter()
                .map(|step| step.results[0])
                .collect::<Vec<_>>()
        };
        assert_eq!(results(&body), [1, 2, 5, 6]);
        let Some(Action::If { then, otherwise }) = body.steps.last().map(|step| &step.action)
        else {
            panic!("the branch stays");
        };
        assert_eq!((results(then), results(otherwise)), (vec![20], vec![21]));
    }
}
