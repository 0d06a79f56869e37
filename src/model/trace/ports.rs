//! Which values of a graph its inputs and outputs are, and what a host hands from one function to another.

use std::collections::HashMap;

use super::dataflow::Dataflow;
use crate::aicode::Type;
use crate::mlir::{Definition, OpId, ValueId};
use crate::model::{Function, ValueType};

impl Dataflow<'_> {
    /// The argument that input number `place` is: inputs are the arguments that are no handles, in order.
    pub(super) fn input(&self, graph: OpId, place: usize) -> Option<ValueId> {
        let ir = &self.program.module.ir;
        let mut arguments = ir.entry_block(self.op(graph))?.arguments().filter(|value| {
            let ty = self.program.r#type(ir.type_of(*value));
            !matches!(ty, Ok(Type::Handle(_) | Type::Token))
        });
        arguments.nth(place)
    }

    /// The value that output number `place` is: outputs are the results that are no tokens, in order.
    pub(super) fn returns(&self, graph: OpId, place: usize) -> Option<ValueId> {
        let ir = &self.program.module.ir;
        let values = ir.operands(self.op(self.output(graph)?)).iter();
        let mut values = values.filter(|value| {
            let ty = self.program.r#type(ir.type_of(**value));
            !matches!(ty, Ok(Type::Token))
        });
        values.nth(place).copied()
    }

    /// The tables a host loads by one function and hands to the others, by graph and number of the argument: outputs of
    /// a public function without inputs, and public functions' inputs of the same name and type.
    pub(super) fn loaded(&self, functions: &[Function]) -> HashMap<(OpId, u32), ValueId> {
        let public = || {
            functions
                .iter()
                .zip(self.graphs())
                .filter(|(it, _)| it.is_public())
        };
        let mut loaded: HashMap<&str, (&ValueType, ValueId)> = HashMap::new();
        for (function, graph) in public() {
            if !function.inputs.is_empty() || !function.states.is_empty() {
                continue;
            }
            for (place, output) in function.outputs.iter().enumerate() {
                if let Some(value) = self.returns(*graph, place) {
                    loaded.entry(&output.name).or_insert((&output.ty, value));
                }
            }
        }
        let mut links = HashMap::new();
        for (function, graph) in public().filter(|_| !loaded.is_empty()) {
            for (place, input) in function.inputs.iter().enumerate() {
                let Some((ty, value)) = loaded.get(input.name.as_str()) else {
                    continue;
                };
                let argument = self.input(*graph, place).filter(|_| input.ty == **ty);
                if let Some(argument) = argument
                    && let Definition::Argument { op, index } =
                        self.program.module.ir.definition(argument)
                {
                    links.insert((op, index), *value);
                }
            }
        }
        links
    }
}
