//! Branches and loops.

use super::{Bound, Builder, Values, bound, operand};
use crate::bytes::ByteSource;
use crate::exec::operation::Meaning;
use crate::exec::plan::{Action, Body, Step};
use crate::exec::{ExecError, limits};
use crate::mlir::{Op, OpId};

impl<S: ByteSource + ?Sized> Builder<'_, S> {
    /// A branch or a loop, whose regions are bodies of their own.
    pub(super) fn control(
        &mut self,
        id: OpId,
        op: &Op,
        meaning: Option<Meaning>,
        values: &Values,
        steps: &mut Vec<Step>,
        depth: usize,
    ) -> Result<Vec<Bound>, ExecError> {
        if depth > limits::DEPTH {
            return Err(ExecError::TooDeep {
                what: "branches and loops inside each other",
            });
        }
        let ir = &self.program.module.ir;
        let operands: Result<Vec<_>, _> = bound(ir.operands(op), values)?
            .into_iter()
            .map(operand)
            .collect();
        let operands = operands?;
        let mut bodies = self.bodies(id, op, values, depth)?.into_iter();
        let (first, second) = (bodies.next(), bodies.next());
        let wrong = || ExecError::operands("two regions are needed");
        let action = if meaning == Some(Meaning::While) {
            let (before, after) = first.zip(second).ok_or_else(wrong)?;
            let fits = before.arguments.len() == operands.len()
                && after.results.len() == operands.len()
                && before.results.len() == op.results().len() + 1
                && after.arguments.len() == op.results().len();
            if !fits {
                return Err(ExecError::operands(
                    "the regions of the loop do not go together",
                ));
            }
            Action::While { before, after }
        } else {
            let then = first.ok_or_else(wrong)?;
            let otherwise = second.unwrap_or_default();
            let count = op.results().len();
            if operands.len() != 1 || [then.results.len(), otherwise.results.len()] != [count; 2] {
                return Err(ExecError::operands(
                    "the regions of the branch do not go together",
                ));
            }
            Action::If { then, otherwise }
        };
        let results: Vec<_> = op.results().map(|_| self.slot()).collect();
        steps.push(Step {
            op: id.0,
            name: self.name(op)?,
            action,
            operands,
            results: results.clone(),
            release: Vec::new(),
        });
        Ok(results.into_iter().map(Bound::Slot).collect())
    }

    /// The regions of an operation, each up to its end.
    fn bodies(
        &mut self,
        id: OpId,
        op: &Op,
        values: &Values,
        depth: usize,
    ) -> Result<Vec<Body>, ExecError> {
        let program = self.program;
        let ir = &program.module.ir;
        let ops: Vec<_> = ir.children(id).collect();
        let mut left = ops.as_slice();
        let mut bodies = Vec::new();
        for block in ir.blocks(op) {
            let mut length = 0;
            for inner in left {
                length += 1;
                let meaning = Meaning::of(program, ir.op(*inner))?;
                if matches!(meaning, Some(Meaning::End | Meaning::Condition)) {
                    break;
                }
            }
            let (own, rest) = left.split_at(length);
            left = rest;
            let mut body = Body::default();
            let mut inner = values.clone();
            for value in block.arguments() {
                let slot = self.slot();
                body.arguments.push(slot);
                inner.insert(value, Bound::Slot(slot));
            }
            let results = self.region(own, &mut inner, &mut body.steps, depth + 1)?;
            let results: Result<_, _> = results.into_iter().map(operand).collect();
            body.results = results?;
            bodies.push(body);
        }
        Ok(bodies)
    }
}
