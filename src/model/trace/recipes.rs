//! How the graph makes weights of stored constants: by scales, tables and masks, in any order.

use std::collections::{HashMap, HashSet};

use super::dataflow::{Calls, Dataflow, Role};
use super::decoding::{
    AXIS, MASK, MAX_STEPS, MINIMUM, Made, SCALE, TABLE, TABLE_AXIS, ZERO_POINT, along, normalized,
    shares,
};
use super::gathered;
use super::parameter::Parameter;
use crate::mlir::{OpId, ValueId};
use crate::model::{Constant, DType, Palette, QuantizedWeight, Scale, Sparse};

/// The decoded constants, in file order.
#[derive(Default)]
pub(super) struct Recipes {
    pub(super) list: Vec<QuantizedWeight>,
    /// Positions in the list of constants of what each is decoded with, data excluded.
    pub(super) parameters: Vec<Vec<usize>>,
    /// Positions in `list` by data constant and sizes of the weight.
    by_data: HashMap<(usize, Vec<u64>), usize>,
    /// The first position in `list` by data constant.
    by_constant: HashMap<usize, usize>,
    /// Positions in `list` by last decoding operation and data constant.
    by_end: HashMap<(OpId, usize), usize>,
    /// The operations that decode a part of another's data.
    inner: HashSet<OpId>,
}

/// A constant that a value is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ingredient {
    /// Position in the list of constants.
    pub(super) constant: usize,
    /// Position in the list of recipes, if it is decoded on the way.
    pub(super) recipe: Option<usize>,
}

impl Recipes {
    pub(super) fn of(flow: &Dataflow<'_>) -> Recipes {
        let mut recipes = Recipes::default();
        let mut found = Vec::new();
        for (id, op) in flow.program.module.ir.ops() {
            if !flow.role(op).decodes() {
                continue;
            }
            // A graph that several others call decodes something else for each of them.
            let follow = |calls: Calls| {
                let made = Made::of(flow, id, calls.clone());
                made.or_else(|| gathered::decoded(flow, id, &calls))
            };
            let made: Vec<Made> = match follow(Calls::new()) {
                Some(made) => vec![made],
                None => {
                    let graph = flow.graph_of(id);
                    let callers = graph.map_or(&[][..], |graph| flow.callers_of(graph)).iter();
                    let callers = callers.take_while(|_| flow.spend(1).is_some());
                    callers.filter_map(|call| follow(vec![*call])).collect()
                }
            };
            for made in made {
                recipes.inner.extend(made.passed.iter().copied());
                found.push((id, made));
            }
        }
        for (id, made) in found {
            if !recipes.inner.contains(&id) {
                recipes.add(id, made);
            }
        }
        recipes
    }

    fn add(&mut self, end: OpId, made: Made) {
        let (constant, mut parameters) = (made.constant, made.parameters);
        let weight = made.weight;
        let next = self.list.len();
        let key = (constant, weight.shape.clone());
        let position = *self.by_data.entry(key).or_insert(next);
        self.by_end.insert((end, constant), position);
        if position == next {
            self.by_constant.entry(constant).or_insert(next);
            parameters.sort_unstable();
            parameters.dedup();
            self.list.push(weight);
            self.parameters.push(parameters);
        }
    }

    /// Position in `list` of a constant's first recipe.
    pub(super) fn position(&self, constant: usize) -> Option<usize> {
        self.by_constant.get(&constant).copied()
    }

    /// The constant a value is made of, if it is one but for shape, type and decoding.
    pub(super) fn source(
        &self,
        flow: &Dataflow<'_>,
        mut value: ValueId,
        mut calls: Calls,
    ) -> Option<Ingredient> {
        let mut end = None;
        for _ in 0..MAX_STEPS * 8 {
            let op = flow.origin(value, &mut calls)?;
            match flow.role(flow.op(op)) {
                Role::Constant => {
                    let constant = flow.constants.of(flow.program, flow.op(op))?;
                    let recipe = end.and_then(|end| self.by_end.get(&(end, constant)));
                    return Some(Ingredient {
                        constant,
                        recipe: recipe.copied(),
                    });
                }
                // Numbers that are made smaller and scaled back are stored as they were.
                Role::Reshape | Role::Quantize => {}
                role if role.decodes() => end = end.or(Some(op)),
                _ => return None,
            }
            value = flow.operand(op, 0)?;
        }
        None
    }
}

impl Made {
    /// Follows a decoding operation back to a constant; `None` if it decodes something else.
    fn of(flow: &Dataflow<'_>, end: OpId, mut calls: Calls) -> Option<Made> {
        let shape = flow.sizes(flow.op(end).results().next()?)?;
        let mut trail = Trail {
            flow,
            shape,
            scale: None,
            palette: None,
            mask: None,
            irregular: false,
            parameters: Vec::new(),
            passed: Vec::new(),
            bytes: 0,
        };
        let mut op = end;
        for _ in 0..MAX_STEPS {
            let role = flow.role(flow.op(op));
            match role {
                Role::Constant => {
                    let (constant, data) = flow.constant(op)?;
                    return Some(trail.finish(constant, data));
                }
                Role::Scale => trail.scale(op, &calls)?,
                Role::Lookup => trail.lookup(op, &calls)?,
                Role::BuildSparse => trail.sparse(op, &calls)?,
                Role::Densify | Role::Reshape => {}
                _ => return None,
            }
            if role.decodes() && op != end {
                trail.passed.push(op);
            }
            op = flow.origin(flow.operand(op, 0)?, &mut calls)?;
        }
        None
    }
}

/// What the operations passed so far do to the data.
struct Trail<'a> {
    flow: &'a Dataflow<'a>,
    /// Sizes of the weight.
    shape: Vec<u64>,
    scale: Option<Scale>,
    palette: Option<Palette>,
    mask: Option<DType>,
    irregular: bool,
    parameters: Vec<usize>,
    /// The decoding operations but the last.
    passed: Vec<OpId>,
    bytes: u64,
}

impl Trail<'_> {
    fn scale(&mut self, op: OpId, calls: &Calls) -> Option<()> {
        let scale = self.parameter(op, SCALE, calls)?;
        let zero_point = self.parameter(op, ZERO_POINT, calls);
        let minimum = self.parameter(op, MINIMUM, calls);
        let stage = self.stage(op)?;
        let block = match scale.shape.as_slice() {
            shape if shape.iter().all(|dim| *dim == 1) => Some(stage.clone()),
            shape if shape.len() == stage.len() => shares(&stage, shape),
            [scales] => self
                .axis(op, AXIS, calls, stage.len())
                .and_then(|axis| along(&stage, axis, *scales)),
            _ => None,
        };
        let block = self.in_weight(&stage, block);
        for part in [Some(&scale), zero_point.as_ref(), minimum.as_ref()] {
            self.take(part);
        }
        self.irregular |= self.scale.is_some();
        self.scale = Some(Scale {
            dtype: scale.dtype,
            block,
            zero_point: zero_point.filter(|it| !it.is_zero).map(|it| it.dtype),
            minimum: minimum.filter(|it| !it.is_zero).map(|it| it.dtype),
        });
        Some(())
    }

    fn lookup(&mut self, op: OpId, calls: &Calls) -> Option<()> {
        let table = self.parameter(op, TABLE, calls)?;
        let indices = self.flow.sizes(self.flow.operand(op, 0)?)?;
        let stage = self.stage(op)?;
        let (&vector, rest) = table.shape.split_last()?;
        let (&entries, tables) = rest.split_last()?;
        let axis = self.axis(op, TABLE_AXIS, calls, stage.len());
        let block = (tables.len() == indices.len())
            .then(|| shares(&indices, tables))
            .flatten()
            .and_then(|mut block| {
                if vector != 1 {
                    let run = block.get_mut(axis?)?;
                    *run = run.checked_mul(vector)?;
                }
                Some(block)
            });
        self.take(Some(&table));
        self.irregular |= self.palette.is_some();
        self.palette = Some(Palette {
            table: table.dtype,
            entries,
            tables: tables.iter().copied().fold(1, u64::saturating_mul),
            vector,
            axis: axis.filter(|_| stage == self.shape),
            block: self.in_weight(&stage, block),
            table_scale: table.scale,
        });
        Some(())
    }

    fn sparse(&mut self, op: OpId, calls: &Calls) -> Option<()> {
        let mask = self.parameter(op, MASK, calls)?;
        self.take(Some(&mask));
        self.irregular |= self.mask.is_some();
        self.mask = Some(mask.dtype);
        Some(())
    }

    fn finish(self, constant: usize, data: Constant) -> Made {
        let vector = self.palette.as_ref().map_or(1, |palette| palette.vector);
        let stored = data.elements().saturating_mul(vector);
        Made {
            weight: QuantizedWeight {
                shape: self.shape,
                scale: self.scale,
                palette: self.palette,
                sparse: self.mask.map(|mask| Sparse { stored, mask }),
                irregular: self.irregular,
                bytes: self.bytes.saturating_add(data.bytes()),
                data,
            },
            constant,
            parameters: self.parameters,
            passed: self.passed,
        }
    }

    /// Sizes of what an operation gives.
    fn stage(&self, op: OpId) -> Option<Vec<u64>> {
        self.flow.sizes(self.flow.op(op).results().next()?)
    }

    /// A block of a stage's result as one of the weight: the same where nothing moves in between, and all for all.
    fn in_weight(&self, stage: &[u64], block: Option<Vec<u64>>) -> Vec<u64> {
        match block {
            Some(block) if stage == self.shape => block,
            Some(block) if block == stage => self.shape.clone(),
            _ => Vec::new(),
        }
    }

    /// Counts the constants that the data are decoded with, but for those that are zero everywhere.
    fn take(&mut self, part: Option<&Parameter>) {
        let Some(part) = part.filter(|part| !part.is_zero) else {
            return;
        };
        self.passed.extend(&part.scaled_by);
        for (position, bytes) in &part.constants {
            self.parameters.push(*position);
            self.bytes = self.bytes.saturating_add(*bytes);
        }
    }

    fn parameter(&self, op: OpId, index: usize, calls: &Calls) -> Option<Parameter> {
        Parameter::of(self.flow, self.flow.operand(op, index)?, calls)
    }

    /// The one axis that an operand names, of a value of that rank.
    fn axis(&self, op: OpId, index: usize, calls: &Calls, rank: usize) -> Option<usize> {
        if index == AXIS && self.flow.name(self.flow.op(op)) != "dequantize" {
            return None;
        }
        let value = self.flow.operand(op, index)?;
        match self.flow.integers(value, calls)?.as_slice() {
            [axis] => normalized(*axis, rank),
            _ => None,
        }
    }
}
