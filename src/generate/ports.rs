//! What the inputs and outputs of a function are to a language model.

use crate::exec::Plan;
use crate::exec::plan::Port;
use crate::exec::tensor::{Class, class};

use super::GenerateError;

/// Names of the ids' input, and of the positions'.
///
/// Source: the engine's input layout looks for these (2026-09-04).
const IDS: [&str; 2] = ["input_ids", "in_new_token_ids"];
const POSITIONS: [&str; 2] = ["position_ids", "pos_ids"];

/// A function's part in a language model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ports {
    /// The input that takes ids.
    pub ids: Port,
    /// Tokens it takes at a time; `None` for any number.
    pub width: Option<usize>,
    /// The input that takes positions, if there is one.
    pub positions: Option<Port>,
    /// Which output the logits are.
    pub logits: usize,
    /// How many ids there are; `None` where the function does not say.
    pub vocabulary: Option<usize>,
}

impl Ports {
    /// Finds them by name and shape.
    ///
    /// # Errors
    /// An input that is missing, or one besides these.
    pub fn of(plan: &Plan) -> Result<Ports, GenerateError> {
        let wrong = |message: String| GenerateError::Signature {
            function: plan.function.clone(),
            message,
        };
        let named = |names: &[&str]| {
            let mut inputs = plan.inputs.iter();
            inputs.find(|port| names.contains(&port.name.as_str()))
        };
        let ids = named(&IDS).ok_or_else(|| wrong("it has no input `input_ids`".to_owned()))?;
        let positions = named(&POSITIONS);
        let known = |port: &&Port| *port == ids || Some(*port) == positions;
        if let Some(other) = plan.inputs.iter().find(|port| !known(port)) {
            let name = &other.name;
            return Err(wrong(format!(
                "it takes `{name}` besides ids and positions"
            )));
        }
        let [Some(1), width] = ids.shape[..] else {
            return Err(wrong("`input_ids` is not one row of ids".to_owned()));
        };
        let is_logits = |port: &Port| port.name == "logits";
        let is_wide =
            |port: &Port| class(port.dtype) == Some(Class::Float) && port.shape.len() >= 2;
        let outputs = &plan.outputs;
        let logits = outputs
            .iter()
            .position(is_logits)
            .or_else(|| match outputs.as_slice() {
                [only] if is_wide(only) => Some(0),
                _ => None,
            });
        let logits = logits.ok_or_else(|| wrong("it has no output `logits`".to_owned()))?;
        let vocabulary = outputs[logits].shape.last().copied().flatten();
        Ok(Ports {
            ids: ids.clone(),
            width: width.map(|width| usize::try_from(width).unwrap_or(usize::MAX)),
            positions: positions.cloned(),
            logits,
            vocabulary: vocabulary.and_then(|size| usize::try_from(size).ok()),
        })
    }
}
