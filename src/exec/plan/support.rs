//! What a function has that cannot be executed, found without reading a constant.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::aicode::{OpKind, Program, Type, base_name};
use crate::mlir::{OpId, ReadError};

use crate::exec::Unsupported;
use crate::exec::operation::Meaning;
use crate::exec::tensor::class;

/// The graphs of a program by name, the first of each.
pub(super) fn graphs(program: &Program) -> Result<HashMap<&str, OpId>, ReadError> {
    let mut graphs = HashMap::new();
    for (id, op) in program.module.ir.ops() {
        if program.kind(op) == OpKind::Graph {
            let name = program.text(program.graph(op)?.name, "graph name")?;
            graphs.entry(name).or_insert(id);
        }
    }
    Ok(graphs)
}

/// Everything in a graph, and in those it calls, that cannot be executed; sorted.
///
/// # Errors
/// Damaged bytecode.
pub fn unsupported(program: &Program, graph: OpId) -> Result<Vec<Unsupported>, ReadError> {
    let graphs = graphs(program)?;
    let mut found = BTreeMap::new();
    let mut seen = HashSet::from([graph]);
    let mut left = vec![graph];
    while let Some(graph) = left.pop() {
        let op = program.module.ir.op(graph);
        let function = program.text(program.graph(op)?.name, "graph name")?;
        let mut scan = Scan {
            program,
            graphs: &graphs,
            calls: Vec::new(),
            found: &mut found,
            function,
        };
        scan.body(graph)?;
        let calls = scan.calls;
        left.extend(calls.into_iter().filter(|call| seen.insert(*call)));
    }
    let list = found
        .into_iter()
        .map(|((function, op), count)| Unsupported {
            function,
            op,
            count,
        });
    Ok(list.collect())
}

struct Scan<'a> {
    program: &'a Program,
    graphs: &'a HashMap<&'a str, OpId>,
    calls: Vec<OpId>,
    found: &'a mut BTreeMap<(String, String), u64>,
    function: &'a str,
}

impl Scan<'_> {
    fn body(&mut self, owner: OpId) -> Result<(), ReadError> {
        let ir = &self.program.module.ir;
        let mut left: Vec<_> = ir.children(owner).collect();
        while let Some(id) = left.pop() {
            let op = ir.op(id);
            let name = base_name(self.program.module.op_name(op)?);
            let Some(meaning) = Meaning::of(self.program, op)? else {
                self.report(name.to_owned());
                continue;
            };
            match meaning {
                Meaning::If | Meaning::While => left.extend(ir.children(id)),
                Meaning::Invoke => match self
                    .program
                    .callee(op)?
                    .and_then(|name| self.graphs.get(name))
                {
                    Some(graph) => self.calls.push(*graph),
                    None => self.report(name.to_owned()),
                },
                _ => {}
            }
            for value in op.results() {
                if let Some(reason) = self.unheld(ir.type_of(value))? {
                    self.report(format!("{name} of {reason}"));
                }
            }
        }
        Ok(())
    }

    /// The type, where a session cannot hold values of it.
    fn unheld(&self, ty: u32) -> Result<Option<&'static str>, ReadError> {
        Ok(match self.program.r#type(ty)? {
            Type::Tensor { .. } | Type::Handle(_) => match self.program.tensor(ty)? {
                Some((dtype, _)) if class(dtype).is_some() => None,
                Some((dtype, _)) => Some(dtype.name()),
                None => Some("an unknown type"),
            },
            Type::Token => None,
            Type::Image { .. } => Some("image"),
            _ => Some("an unknown type"),
        })
    }

    fn report(&mut self, op: String) {
        *self
            .found
            .entry((self.function.to_owned(), op))
            .or_default() += 1;
    }
}
