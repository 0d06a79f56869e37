//! The matrix behind the logits and the table behind the token ids.

use super::dataflow::{Calls, Dataflow, Role, Source};
use super::quantization::Quantization;
use super::{Constant, Function, Head, HeadKind};
use crate::aicode::Type;
use crate::mlir::{OpId, ValueId};

/// Most operations between the logits and their product.
const MAX_STEPS: usize = 64;
/// Passes over the program that follow the token ids into graphs that come earlier in the file.
const MAX_PASSES: usize = 8;
/// The function the engine runs.
const ENTRY: &str = "main";
/// Names of the logits, in the order the engine looks for them.
const LOGITS: &[&str] = &["logits", "out_logits"];
/// Names of the token ids, in the order the engine looks for them.
const TOKEN_IDS: &[&str] = &["input_ids", "in_new_token_ids"];

/// The function an engine would run: the public `main`, else the only public one.
pub(super) fn entry(functions: &[Function]) -> Option<usize> {
    let mut public = functions.iter().enumerate().filter(|(_, f)| f.is_public());
    let main = public.clone().find(|(_, f)| f.name == ENTRY);
    let only = public.next().filter(|_| public.next().is_none());
    main.or(only).map(|(index, _)| index)
}

/// Traces head and embedding of one graph.
pub(super) struct Tracer<'a> {
    pub(super) flow: &'a Dataflow<'a>,
    pub(super) quantization: &'a Quantization,
    pub(super) graph: OpId,
    pub(super) function: &'a Function,
}

impl Tracer<'_> {
    /// The embedding table: what the first gather by token ids picks rows of.
    pub(super) fn embedding(&self) -> Option<Source> {
        let ids = self.token_ids()?;
        let reached = self.reached(ids);
        let ir = &self.flow.program.module.ir;
        let mut gathers = ir
            .ops()
            .filter(|(_, op)| self.flow.role(op) == Role::Gather);
        gathers.find_map(|(id, _)| {
            let indices = self.flow.operand(id, 1)?;
            let source = reached[indices.0 as usize]
                .then(|| self.flow.source(self.flow.operand(id, 0)?, Calls::new()))
                .flatten()?;
            let shape = &self.flow.constants.list[source.constant].shape;
            (shape.iter().filter(|dim| **dim > 1).count() >= 2).then_some(source)
        })
    }

    fn token_ids(&self) -> Option<ValueId> {
        let ir = &self.flow.program.module.ir;
        let arguments = ir.entry_block(self.flow.op(self.graph))?.arguments();
        // Inputs are the arguments that are not handles, in order.
        let mut inputs = arguments.filter(|value| {
            let ty = self.flow.program.r#type(ir.type_of(*value));
            !matches!(ty, Ok(Type::Handle(_) | Type::Token))
        });
        let named = |name: &&str| {
            let mut inputs = self.function.inputs.iter();
            inputs.position(|input| input.name == **name)
        };
        inputs.nth(TOKEN_IDS.iter().find_map(named)?)
    }

    /// Which values are computed from the token ids, up to the gathers and products that use them.
    fn reached(&self, ids: ValueId) -> Vec<bool> {
        let ir = &self.flow.program.module.ir;
        let mut reached = vec![false; ir.values()];
        reached[ids.0 as usize] = true;
        for _ in 0..MAX_PASSES {
            let mut changed = false;
            for (id, op) in ir.ops() {
                let operands = ir.operands(op);
                if operands.iter().any(|value| reached[value.0 as usize]) {
                    changed |= self.spread(id, &mut reached);
                }
            }
            if !changed {
                break;
            }
        }
        reached
    }

    /// Marks what an operation makes of its marked operands; true if something new is marked.
    fn spread(&self, id: OpId, reached: &mut [bool]) -> bool {
        let (flow, ir) = (self.flow, &self.flow.program.module.ir);
        let op = flow.op(id);
        let role = flow.role(op);
        let body = match role {
            Role::Gather | Role::Matmul | Role::Convolution => return false,
            Role::Invoke => flow.callee(id).map(|graph| flow.op(graph)),
            _ => Some(op),
        };
        let arguments = body.and_then(|body| ir.entry_block(body));
        let arguments = arguments.into_iter().flat_map(|block| block.arguments());
        let passed = ir.operands(op).iter().zip(arguments);
        let marked = passed.filter(|(operand, _)| reached[operand.0 as usize]);
        let mut news: Vec<ValueId> = marked.map(|(_, argument)| argument).collect();
        if role != Role::Invoke {
            news.extend(op.results());
        }
        let mut changed = false;
        for value in news {
            changed |= !std::mem::replace(&mut reached[value.0 as usize], true);
        }
        changed
    }

    /// The output head, and whether it is the embedding table.
    pub(super) fn head(&self, embedding: Option<Source>) -> Option<Head> {
        let (product, calls) = self.product()?;
        let operands = [1, 0].map(|index| self.flow.operand(product, index));
        let source = operands
            .into_iter()
            .flatten()
            .find_map(|value| self.flow.source(value, calls.clone()))?;
        let weight = self.flow.constants.list[source.constant].clone();
        Some(Head {
            kind: self.kind(product, source, &weight)?,
            weight,
            tied: embedding.map(|table| table.constant == source.constant),
        })
    }

    /// The product whose result, scaled and reshaped, is the logits; and the calls around it.
    fn product(&self) -> Option<(OpId, Calls)> {
        let mut calls = Calls::new();
        let mut value = self.logits()?;
        for _ in 0..MAX_STEPS {
            let op = self.flow.origin(value, &mut calls)?;
            value = match self.flow.role(self.flow.op(op)) {
                Role::Matmul => return Some((op, calls)),
                Role::Reshape | Role::Map => self.flow.operand(op, 0)?,
                Role::Arithmetic => self.variable_operand(op, &calls)?,
                _ => return None,
            };
        }
        None
    }

    /// The operand of an arithmetic operation that is not a constant, if there is just one.
    fn variable_operand(&self, op: OpId, calls: &Calls) -> Option<ValueId> {
        let (a, b) = (self.flow.operand(op, 0)?, self.flow.operand(op, 1)?);
        let is_constant = |value| self.flow.source(value, calls.clone()).is_some();
        match (is_constant(a), is_constant(b)) {
            (true, false) => Some(b),
            (false, true) => Some(a),
            _ => None,
        }
    }

    fn logits(&self) -> Option<ValueId> {
        let outputs = &self.function.outputs;
        let named = |name: &&str| outputs.iter().position(|output| output.name == **name);
        let only = || (outputs.len() == 1).then_some(0);
        let position = LOGITS.iter().find_map(named).or_else(only)?;
        // Outputs are the results that are not tokens, in order.
        let ir = &self.flow.program.module.ir;
        let output = self.flow.output(self.graph)?;
        let mut values = ir.operands(self.flow.op(output)).iter().filter(|value| {
            let ty = self.flow.program.r#type(ir.type_of(**value));
            !matches!(ty, Ok(Type::Token))
        });
        values.nth(position).copied()
    }

    fn kind(&self, product: OpId, source: Source, weight: &Constant) -> Option<HeadKind> {
        if source.dequantize.is_none() {
            return Some(HeadKind::Float);
        }
        let block = self.quantization.block_of(source.constant)?;
        let outputs = self.last_dim(self.flow.op(product).results().next()?)?;
        let output_axis = weight.shape.iter().position(|dim| *dim == outputs)?;
        let axes = weight.shape.iter().zip(block).enumerate();
        let split = axes
            .filter(|(axis, (dim, block))| *axis != output_axis && block < dim)
            .map(|(_, (_, block))| *block)
            .next();
        Some(split.map_or(HeadKind::PerChannel, HeadKind::PerBlock))
    }

    fn last_dim(&self, value: ValueId) -> Option<u64> {
        let program = self.flow.program;
        let tensor = program.tensor(program.module.ir.type_of(value)).ok()?;
        let (_, shape) = tensor?;
        shape.dims().last()?
    }
}
