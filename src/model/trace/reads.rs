//! Which bytes of the weights one step of a function reads.

use std::collections::{BTreeMap, HashSet};

use super::classes::Use;
use super::dataflow::{Calls, Dataflow, Role};
use super::decoding::normalized;
use super::recipes::Recipes;
use crate::mlir::{Definition, OpId, ValueId};
use crate::model::{Constant, Dim, Experts, Function, StepReads, WeightClass};

/// Most functions whose steps are followed; the work is that of the whole program for each.
const MAX_FUNCTIONS: usize = 32;
/// Most operations between a gather and what makes its indices.
const MAX_STEPS: usize = 64;

/// How much of a constant a step reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Read {
    Whole,
    /// So many of its parts; `None` where the graph does not show it.
    Parts {
        of: u64,
        picked: Option<u64>,
    },
}

/// What a step of each public function reads.
pub(super) fn steps(
    flow: &Dataflow<'_>,
    recipes: &Recipes,
    uses: &[Use],
    functions: &[Function],
) -> Vec<StepReads> {
    let all = functions.iter().zip(flow.graphs());
    let public = all.filter(|(function, _)| function.is_public());
    public
        .take(MAX_FUNCTIONS)
        .map(|(function, graph)| StepWalk::of(flow, *graph).reads(recipes, uses, &function.name))
        .collect()
}

/// A function and the graphs it calls.
struct StepWalk<'a> {
    flow: &'a Dataflow<'a>,
    graphs: Vec<OpId>,
    is_called: HashSet<OpId>,
    reads: BTreeMap<usize, Read>,
    /// How many walks were begun, and the last that met each value.
    walks: usize,
    seen: Vec<usize>,
    /// True if the walks ended before everything was followed.
    is_cut_short: bool,
}

impl<'a> StepWalk<'a> {
    fn of(flow: &'a Dataflow<'a>, graph: OpId) -> StepWalk<'a> {
        let mut step = StepWalk {
            flow,
            graphs: vec![graph],
            is_called: HashSet::from([graph]),
            reads: BTreeMap::new(),
            walks: 0,
            seen: vec![0; flow.program.module.ir.values()],
            is_cut_short: false,
        };
        let mut next = 0;
        while let Some(graph) = step.graphs.get(next).copied() {
            next += 1;
            for op in step.ops(graph) {
                if let Some(callee) = flow.callee(op)
                    && step.is_called.insert(callee)
                {
                    step.graphs.push(callee);
                }
            }
        }
        step.follow();
        step
    }

    fn ops(&self, graph: OpId) -> impl Iterator<Item = OpId> + use<> {
        self.flow.program.module.ir.nested(graph).map(OpId)
    }

    /// Follows every operand that is read back to its constants: first those that are gathered from, then the others.
    fn follow(&mut self) {
        let ir = &self.flow.program.module.ir;
        let mut whole = Vec::new();
        let mut gathered = Vec::new();
        for graph in self.graphs.clone() {
            for id in self.ops(graph) {
                let op = self.flow.op(id);
                let operands = ir.operands(op);
                match self.flow.role(op) {
                    Role::Constant | Role::Invoke => {}
                    Role::Gather => {
                        gathered.extend(operands.first().map(|stack| (id, *stack)));
                        whole.extend(operands.iter().skip(1));
                    }
                    // What a weight is decoded with is counted with the weight.
                    role if role.decodes() => {}
                    Role::Reshape | Role::Quantize => whole.extend(operands.iter().skip(1)),
                    _ => whole.extend(operands),
                }
            }
        }
        for (gather, stack) in gathered {
            let read = self.parts(gather).unwrap_or(Read::Whole);
            for constant in self.constants(vec![stack]) {
                let known = self.reads.entry(constant).or_insert(read);
                *known = both(*known, read);
            }
        }
        for constant in self.constants(whole) {
            self.reads.insert(constant, Read::Whole);
        }
    }

    /// The constants that values are made of, but for shape, type and decoding.
    fn constants(&mut self, mut stack: Vec<ValueId>) -> Vec<usize> {
        let (flow, ir) = (self.flow, &self.flow.program.module.ir);
        self.walks += 1;
        let mut found = Vec::new();
        while let Some(value) = stack.pop() {
            let walk = &mut self.seen[value.0 as usize];
            if std::mem::replace(walk, self.walks) == self.walks {
                continue;
            }
            if flow.spend(1).is_none() {
                self.is_cut_short = true;
                break;
            }
            match ir.definition(value) {
                Definition::Argument { op, index } => {
                    let is_called = |call: &OpId| {
                        flow.graph_of(*call)
                            .is_some_and(|it| self.is_called.contains(&it))
                    };
                    stack.extend(flow.passed_by(op, index as usize, is_called));
                }
                Definition::Result { op, index } => match flow.role(flow.op(op)) {
                    Role::Constant => found.extend(flow.constants.of(flow.program, flow.op(op))),
                    Role::Invoke => stack.extend(flow.returned(op, index as usize)),
                    Role::Reshape | Role::Quantize => stack.extend(flow.operand(op, 0)),
                    role if role.decodes() => stack.extend(flow.operand(op, 0)),
                    _ => {}
                },
            }
        }
        found
    }

    /// How many of how many parts a gather picks.
    fn parts(&self, gather: OpId) -> Option<Read> {
        let flow = self.flow;
        let sizes = flow.sizes(flow.operand(gather, 0)?)?;
        let (_, indices) = flow.tensor(flow.operand(gather, 1)?)?;
        let of = if flow.name(flow.op(gather)) == "gather_nd" {
            let (depth, picked) = indices.split_last()?;
            let depth = usize::try_from((*depth)?).ok()?;
            let parts = sizes.get(..depth)?.iter();
            let of = parts.copied().fold(1, u64::saturating_mul);
            if depth != 1 {
                // Indices of several axes are put together of several values.
                let picked = counted(picked).map(|picked| picked.min(of));
                return Some(Read::Parts { of, picked });
            }
            of
        } else {
            let axis = flow.integers(flow.operand(gather, 2)?, &Calls::new())?;
            let [axis] = axis.as_slice() else { return None };
            sizes[normalized(*axis, sizes.len())?]
        };
        let picked = self.picked(flow.operand(gather, 1)?);
        let picked = picked.map(|picked| picked.min(of));
        Some(Read::Parts { of, picked })
    }

    /// How many indices there are before they are spread over the sizes of what they pick; `None` if more than one of
    /// their sizes is open.
    fn picked(&self, mut value: ValueId) -> Option<u64> {
        let (flow, ir) = (self.flow, &self.flow.program.module.ir);
        for _ in 0..MAX_STEPS {
            value = match ir.definition(value) {
                Definition::Argument { op, index } => {
                    // Callers of one graph pick alike.
                    match flow.callers_of(op).first() {
                        Some(call) => flow.operand(*call, index as usize)?,
                        None => break,
                    }
                }
                Definition::Result { op, index } => match flow.role(flow.op(op)) {
                    Role::Invoke => flow.returned(op, index as usize)?,
                    Role::Reshape if !self.cuts(op) => flow.operand(op, 0)?,
                    _ => break,
                },
            };
        }
        counted(&flow.tensor(value)?.1)
    }

    /// True if an operation gives only a part of its operand.
    fn cuts(&self, op: OpId) -> bool {
        matches!(self.flow.name(self.flow.op(op)), "slice" | "split")
    }

    fn reads(self, recipes: &Recipes, uses: &[Use], function: &str) -> StepReads {
        let list = &self.flow.constants.list;
        let mut step = StepReads {
            function: function.to_owned(),
            ..StepReads::default()
        };
        let mut parameters: BTreeMap<usize, Read> = BTreeMap::new();
        if self.is_cut_short {
            step.bytes = list
                .iter()
                .map(Constant::bytes)
                .fold(0, u64::saturating_add);
            return step;
        }
        for (constant, read) in &self.reads {
            let mut bytes = list[*constant].bytes();
            step.bytes = step.bytes.saturating_add(read.of(bytes));
            if let Some(recipe) = recipes.position(*constant) {
                for part in &recipes.parameters[recipe] {
                    let known = parameters.entry(*part).or_insert(*read);
                    *known = both(*known, *read);
                }
                bytes = recipes.list[recipe].bytes;
            }
            if let (Read::Parts { of, picked }, WeightClass::Linear) =
                (*read, uses[*constant].class)
            {
                step.add_experts(of, picked, bytes);
            }
        }
        for (part, read) in parameters {
            if self.reads.contains_key(&part) {
                continue;
            }
            // Only what there is of each part is read in parts: a table that all share is read whole.
            let is_shared = match read {
                Read::Whole => true,
                Read::Parts { of, .. } => !list[part].shape.contains(&of),
            };
            let bytes = list[part].bytes();
            let read = if is_shared { bytes } else { read.of(bytes) };
            step.bytes = step.bytes.saturating_add(read);
        }
        step.experts
            .sort_by_key(|experts| (experts.of, experts.picked));
        step
    }
}

/// Elements of a shape, an open size counting as one; `None` if more than one is open.
fn counted(dims: &[Dim]) -> Option<u64> {
    let open = dims.iter().filter(|dim| dim.is_none()).count();
    let sizes = dims.iter().flatten();
    let count = sizes.copied().try_fold(1_u64, u64::checked_mul);
    count.filter(|_| open < 2)
}

impl Read {
    /// How many of so many bytes are read; all, where it is not known.
    fn of(self, bytes: u64) -> u64 {
        match self {
            Read::Whole | Read::Parts { picked: None, .. } => bytes,
            Read::Parts {
                of,
                picked: Some(picked),
            } => {
                let share = u128::from(bytes) * u128::from(picked) / u128::from(of.max(1));
                u64::try_from(share).unwrap_or(bytes)
            }
        }
    }
}

/// What is read of a constant that is used twice: the larger part, as a step gathers the same rows again.
fn both(a: Read, b: Read) -> Read {
    match (a, b) {
        (
            Read::Parts {
                of,
                picked: Some(one),
            },
            Read::Parts {
                of: same,
                picked: Some(other),
            },
        ) if of == same => Read::Parts {
            of,
            picked: Some(one.max(other)),
        },
        (Read::Parts { of, .. }, Read::Parts { of: same, .. }) if of == same => {
            Read::Parts { of, picked: None }
        }
        _ => Read::Whole,
    }
}

impl StepReads {
    fn add_experts(&mut self, of: u64, picked: Option<u64>, bytes: u64) {
        let mut known = self.experts.iter_mut();
        match known.find(|experts| (experts.of, experts.picked) == (of, picked)) {
            Some(experts) => {
                experts.stacks += 1;
                experts.bytes = experts.bytes.saturating_add(bytes);
            }
            None => self.experts.push(Experts {
                of,
                picked,
                stacks: 1,
                bytes,
            }),
        }
    }
}
