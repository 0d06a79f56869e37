//! What the graph does with its constants: how they become weights, what each is for, and which a step reads.
//!
//! Nothing here reads a byte of a weight: everything follows from types, operations and the constants that the program
//! holds inline.

mod activations;
mod axes;
mod classes;
mod dataflow;
mod decoding;
mod gathered;
mod head;
mod parameter;
mod ports;
mod reads;
mod recipes;

use super::constants::Constants;
use super::{Function, Weight, Weights};
use crate::aicode::Program;
use crate::mlir::ReadError;
use dataflow::Dataflow;
use head::Tracer;
use recipes::Recipes;

/// Finds out what a program's constants are for.
pub(super) fn weights(
    program: &Program,
    constants: &Constants,
    functions: &[Function],
) -> Result<Weights, ReadError> {
    let flow = Dataflow::new(program, constants, functions)?;
    let recipes = Recipes::of(&flow);
    let tracer = |function: usize| {
        Some(Tracer {
            flow: &flow,
            recipes: &recipes,
            graph: *flow.graphs().get(function)?,
            function: &functions[function],
        })
    };
    let entry = head::entry(functions).and_then(tracer);
    let reader = head::reader(functions).and_then(tracer);
    let embedding = reader.as_ref().and_then(Tracer::embedding);
    let uses = classes::uses(&flow, embedding);
    let steps = reads::steps(&flow, &recipes, &uses, functions);
    let list = constants.list.iter().zip(&uses).enumerate();
    Ok(Weights {
        storage: constants.storage(),
        constants: list
            .map(|(position, (constant, used))| Weight {
                constant: constant.clone(),
                class: used.class,
                quantized: recipes.position(position),
                summed_axis: used.summed,
            })
            .collect(),
        activations: activations::activations(&flow, &recipes),
        head: entry
            .as_ref()
            .and_then(|tracer| tracer.head(embedding, &uses)),
        embedding: embedding.map(|table| recipes.embedding(&flow, table)),
        steps,
        quantized: recipes.list,
    })
}
