//! Stretched values that need not be made, because what takes them stretches its operands itself.
//!
//! Exporters write a layer's part of a state as a choice between the state and the part stretched to the whole of it.

use super::{Builder, Operand};
use crate::bytes::ByteSource;
use crate::exec::kernels::broadcast;
use crate::exec::operation::Operation;
use crate::mlir::{Op, ReadError, ValueId};

/// What a value was stretched from.
pub(super) struct Stretched {
    from: Operand,
    /// Its sizes.
    shape: Vec<usize>,
}

impl<S: ByteSource + ?Sized> Builder<'_, S> {
    /// Remembers a value that is only stretched, along axes that keep their places.
    pub(super) fn note_stretch(
        &mut self,
        op: &Op,
        operation: Operation,
        operands: &[Operand],
        results: &[u32],
    ) -> Result<(), ReadError> {
        let stretches = matches!(
            operation,
            Operation::BroadcastTo | Operation::BroadcastInDims
        );
        if let ([from, ..], [slot], [value, ..]) =
            (operands, results, self.program.module.ir.operands(op))
            && stretches
            && let Some(shape) = self.sizes(*value)?
        {
            self.stretched
                .insert(*slot, Stretched { from: *from, shape });
        }
        Ok(())
    }

    /// Gives an operation what its operands were stretched from, where its result is the same by their declared sizes.
    pub(super) fn leave_out_stretches(
        &self,
        op: &Op,
        operation: Operation,
        operands: &mut [Operand],
    ) -> Result<(), ReadError> {
        if !matches!(
            operation,
            Operation::Select | Operation::Binary(_) | Operation::Compare(_)
        ) {
            return Ok(());
        }
        let values = self.program.module.ir.operands(op);
        let mut shapes = Vec::with_capacity(values.len());
        for value in values {
            let Some(shape) = self.sizes(*value)? else {
                return Ok(());
            };
            shapes.push(shape);
        }
        let result = op.results().next().map(|result| self.sizes(result));
        let Some(Some(result)) = result.transpose()? else {
            return Ok(());
        };
        if shapes.len() != operands.len() {
            return Ok(());
        }
        for place in 0..operands.len() {
            let Operand::Slot { slot, .. } = operands[place] else {
                continue;
            };
            let Some(stretched) = self.stretched.get(&slot) else {
                continue;
            };
            let before = std::mem::replace(&mut shapes[place], stretched.shape.clone());
            let whole = shapes
                .iter()
                .try_fold(Vec::new(), |whole, shape| broadcast::shape(&whole, shape));
            if whole.is_ok_and(|whole| whole == result) {
                operands[place] = stretched.from;
            } else {
                shapes[place] = before;
            }
        }
        Ok(())
    }

    /// The declared sizes of a value, where all are known.
    fn sizes(&self, value: ValueId) -> Result<Option<Vec<usize>>, ReadError> {
        let program = self.program;
        let tensor = program.tensor(program.module.ir.type_of(value))?;
        Ok(tensor.and_then(|(_, shape)| {
            let sizes = shape.dims().map(|dim| usize::try_from(dim?).ok());
            sizes.collect()
        }))
    }
}
