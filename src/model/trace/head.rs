//! The matrix behind the logits and the table behind the token ids.

use super::classes::Use;
use super::dataflow::{Calls, Dataflow, Role};
use super::recipes::{Ingredient, Recipes};
use crate::mlir::{OpId, ValueId};
use crate::model::{Embedding, Function, Granularity, Head, HeadKind, QuantizedKind};

/// Most operations between the logits and their product.
const MAX_STEPS: usize = 64;
/// Passes over the program that follow the token ids into graphs that come earlier in the file.
const MAX_PASSES: usize = 8;
/// The function the engine runs.
const ENTRY: &str = "main";
/// Names of the logits, in the order the engine looks for them.
const LOGITS: &[&str] = &["logits", "out_logits"];
/// Names of embedded tokens, where another function or asset embeds them.
const EMBEDS: &[&str] = &["inputs_embeds", "transformer_input"];
/// Names of the token ids, in the order the engine looks for them.
const TOKEN_IDS: &[&str] = &["input_ids", "in_new_token_ids"];

/// The function that makes the logits: the public `main`, else the only public one, else the first that says so.
pub(super) fn entry(functions: &[Function]) -> Option<usize> {
    let mut public = functions.iter().enumerate().filter(|(_, f)| f.is_public());
    let main = public.clone().find(|(_, f)| f.name == ENTRY);
    let makes_logits = |function: &Function| {
        let mut outputs = function.outputs.iter();
        outputs.any(|output| LOGITS.contains(&output.name.as_str()))
    };
    let logits = public.clone().find(|(_, f)| makes_logits(f));
    let only = public.next().filter(|_| public.next().is_none());
    main.or(only).or(logits).map(|(index, _)| index)
}

/// The function that takes the token ids: the entry, or where that takes none, the first public one that does.
pub(super) fn reader(functions: &[Function]) -> Option<usize> {
    let takes_ids = |function: &Function| {
        let mut inputs = function.inputs.iter();
        inputs.any(|input| TOKEN_IDS.contains(&input.name.as_str()))
    };
    let entry = entry(functions).filter(|entry| takes_ids(&functions[*entry]));
    let mut public = functions.iter().enumerate().filter(|(_, f)| f.is_public());
    entry.or_else(|| Some(public.find(|(_, f)| takes_ids(f))?.0))
}

/// Traces head and embedding of one graph.
pub(super) struct Tracer<'a> {
    pub(super) flow: &'a Dataflow<'a>,
    pub(super) recipes: &'a Recipes,
    pub(super) graph: OpId,
    pub(super) function: &'a Function,
}

impl Tracer<'_> {
    /// The embedding table: what the first gather by token ids picks rows of.
    pub(super) fn embedding(&self) -> Option<Ingredient> {
        let ids = self.token_ids()?;
        let reached = self.reached(ids);
        let ir = &self.flow.program.module.ir;
        let mut gathers = ir
            .ops()
            .filter(|(_, op)| self.flow.role(op) == Role::Gather);
        gathers.find_map(|(id, _)| {
            let indices = self.flow.operand(id, 1)?;
            let table = self
                .flow
                .operand(id, 0)
                .filter(|_| reached[indices.0 as usize])?;
            let source = self.table(id, table)?;
            let shape = self.recipes.sizes(self.flow, source);
            (shape.iter().filter(|dim| **dim > 1).count() >= 2).then_some(source)
        })
    }

    /// The table of a gather, which may come from the callers of its graph; they hand over the same one.
    fn table(&self, gather: OpId, table: ValueId) -> Option<Ingredient> {
        let graph = self.flow.graph_of(gather)?;
        let calls = self.flow.callers_of(graph).iter();
        let calls = calls.take_while(|_| self.flow.spend(1).is_some());
        let mut stacks = std::iter::once(Calls::new()).chain(calls.map(|call| vec![*call]));
        let found = stacks.find_map(|calls| self.source(table, calls))?;
        // What is looked up may be decoded after the lookup.
        let recipe = found
            .recipe
            .or_else(|| self.recipes.position(found.constant));
        Some(Ingredient { recipe, ..found })
    }

    fn token_ids(&self) -> Option<ValueId> {
        let named = |name: &&str| {
            let mut inputs = self.function.inputs.iter();
            inputs.position(|input| input.name == **name)
        };
        self.flow
            .input(self.graph, TOKEN_IDS.iter().find_map(named)?)
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

    fn source(&self, value: ValueId, calls: Calls) -> Option<Ingredient> {
        self.recipes.source(self.flow, value, calls)
    }

    /// The output head, and whether it is the embedding table.
    pub(super) fn head(&self, embedding: Option<Ingredient>, uses: &[Use]) -> Option<Head> {
        let (product, calls) = self.product(embedding)?;
        let operands = [1, 0].map(|index| self.flow.operand(product, index));
        let source = operands
            .into_iter()
            .flatten()
            .find_map(|value| self.source(value, calls.clone()))?;
        let shape = self.recipes.sizes(self.flow, source);
        Some(Head {
            kind: self.kind(product, source, &shape, uses[source.constant].summed),
            weight: self.flow.constants.list[source.constant].clone(),
            shape,
            quantized: source.recipe,
            tied: embedding.map(|table| table.constant == source.constant),
        })
    }

    /// The product whose result, scaled and reshaped, is the logits; and the calls around it.
    fn product(&self, embedding: Option<Ingredient>) -> Option<(OpId, Calls)> {
        let mut calls = Calls::new();
        let mut value = self.logits(embedding)?;
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
        let is_constant = |value| self.source(value, calls.clone()).is_some();
        match (is_constant(a), is_constant(b)) {
            (true, false) => Some(b),
            (false, true) => Some(a),
            _ => None,
        }
    }

    /// The logits: the output of that name, or the only one if it is as wide as the embedding has rows.
    ///
    /// Scores of a few classes, such as those of images, go by the same name and are none.
    fn logits(&self, embedding: Option<Ingredient>) -> Option<ValueId> {
        let (flow, outputs) = (self.flow, &self.function.outputs);
        let named = |name: &&str| outputs.iter().position(|output| output.name == **name);
        let rows = embedding.map(|table| self.recipes.sizes(flow, table));
        let rows = rows.and_then(|sizes| sizes.first().copied());
        if let Some(place) = LOGITS.iter().find_map(named) {
            let logits = flow.returns(self.graph, place)?;
            let is_text = !self.function.states.is_empty()
                || match (rows, self.last_dim(logits)) {
                    (Some(rows), Some(width)) => width >= rows / 2,
                    (Some(_), None) => true,
                    (None, _) => self
                        .function
                        .inputs
                        .iter()
                        .any(|input| EMBEDS.contains(&input.name.as_str())),
                };
            return Some(logits).filter(|_| is_text);
        }
        let only = flow.returns(self.graph, 0).filter(|_| outputs.len() == 1)?;
        (rows.is_some() && self.last_dim(only) == rows).then_some(only)
    }

    /// How the matrix of a product is stored.
    fn kind(
        &self,
        product: OpId,
        source: Ingredient,
        shape: &[u64],
        summed: Option<usize>,
    ) -> HeadKind {
        let Some(recipe) = source.recipe else {
            let dtype = self.flow.constants.list[source.constant].dtype;
            return match dtype.name().contains("float") {
                true => HeadKind::Float,
                false => HeadKind::Unknown,
            };
        };
        let weight = &self.recipes.list[recipe];
        match (weight.kind(), &weight.palette) {
            (QuantizedKind::Palette, Some(palette)) => return HeadKind::Palette(palette.entries),
            (QuantizedKind::Sparse, _) => return HeadKind::Sparse,
            (QuantizedKind::Affine, _) => {}
            _ => return HeadKind::Unknown,
        }
        let outputs = || self.outputs(product, shape, summed);
        let block = weight.block();
        match weight.granularity() {
            Granularity::Tensor => HeadKind::PerTensor,
            Granularity::Unknown => HeadKind::Unknown,
            _ => match outputs() {
                None => HeadKind::Unknown,
                Some(outputs) => {
                    let mut cut = (0..shape.len()).filter(|axis| block[*axis] < shape[*axis]);
                    match cut.find(|axis| *axis != outputs) {
                        Some(axis) => HeadKind::PerBlock(block[axis]),
                        None if block[outputs] == 1 => HeadKind::PerChannel,
                        None => HeadKind::PerRows(block[outputs]),
                    }
                }
            },
        }
    }

    /// The axis of the head that the logits lie along.
    fn outputs(&self, product: OpId, shape: &[u64], summed: Option<usize>) -> Option<usize> {
        let wide = |axis: &usize| shape[*axis] > 1;
        let mut rest = (0..shape.len())
            .filter(|axis| Some(*axis) != summed)
            .filter(wide);
        match (summed, rest.next(), rest.next()) {
            (Some(_), only, None) => only,
            _ => {
                let width = self.last_dim(self.flow.op(product).results().next()?)?;
                shape.iter().position(|dim| *dim == width)
            }
        }
    }

    fn last_dim(&self, value: ValueId) -> Option<u64> {
        *self.flow.tensor(value)?.1.last()?
    }
}

impl Recipes {
    /// Sizes of the weight that a constant is stored for.
    pub(super) fn sizes(&self, flow: &Dataflow<'_>, source: Ingredient) -> Vec<u64> {
        match source.recipe {
            Some(recipe) => self.list[recipe].shape.clone(),
            None => flow.constants.list[source.constant].shape.clone(),
        }
    }

    /// The facts of a token embedding.
    pub(super) fn embedding(&self, flow: &Dataflow<'_>, table: Ingredient) -> Embedding {
        Embedding {
            weight: flow.constants.list[table.constant].clone(),
            shape: self.sizes(flow, table),
            quantized: table.recipe,
        }
    }
}
