//! A language model's function, fed token by token or in chunks.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::exec::tensor::Tensor;
use crate::exec::{ExecError, Plan, Session};

use super::{GenerateError, Ports};

/// Tokens a growing state first has room for; doubled when they are used up.
const FIRST_ROOM: usize = 256;

/// Most tokens fed in one call where the function takes any number: their logits are all in memory at once.
const CHUNK: usize = 256;

/// A sequence under way: the states after all tokens that were fed.
#[derive(Debug)]
pub struct Decoder<'p> {
    session: Session<'p>,
    /// The function's name.
    function: &'p str,
    ports: Ports,
    fed: usize,
    room: usize,
    context: usize,
    stop: Option<&'static AtomicBool>,
}

impl<'p> Decoder<'p> {
    /// An empty sequence of at most `context` tokens.
    ///
    /// # Errors
    /// A function that is no language model's, or states that are too large.
    pub fn new(plan: &'p Plan, context: usize) -> Result<Decoder<'p>, GenerateError> {
        let room = FIRST_ROOM.min(context.max(1));
        Ok(Decoder {
            ports: Ports::of(plan)?,
            session: Session::new(plan, room)?,
            function: &plan.function,
            fed: 0,
            room,
            context,
            stop: None,
        })
    }

    /// Stops feeding once `stop` is set.
    pub fn stop_when(&mut self, stop: &'static AtomicBool) {
        self.stop = Some(stop);
    }

    /// The name of the function that is fed.
    pub fn function(&self) -> &str {
        self.function
    }

    /// How many tokens were fed.
    pub fn fed(&self) -> usize {
        self.fed
    }

    /// How many more can be.
    pub fn room(&self) -> usize {
        self.context.saturating_sub(self.fed)
    }

    /// Feeds tokens; the logits after the last of them. `rows` sees those after each.
    ///
    /// # Errors
    /// No token, one beyond the vocabulary, more than there is room for, a function that cannot be executed, or that it was
    /// told to stop.
    pub fn feed(
        &mut self,
        ids: &[u32],
        rows: &mut impl FnMut(&[f32]),
    ) -> Result<Vec<f32>, GenerateError> {
        if ids.is_empty() {
            return Err(GenerateError::EmptyPrompt);
        }
        if let Some(vocabulary) = self.ports.vocabulary
            && let Some(id) = ids.iter().find(|id| **id as usize >= vocabulary)
        {
            return Err(GenerateError::Vocabulary {
                id: *id,
                // Above an id, so at least 1.
                last: u32::try_from(vocabulary - 1).unwrap_or(u32::MAX),
            });
        }
        let wanted = self.fed + ids.len();
        if wanted > self.context {
            return Err(GenerateError::Context {
                wanted,
                context: self.context,
            });
        }
        if wanted > self.room {
            self.room = wanted.next_power_of_two().min(self.context);
            self.session.grow(self.room)?;
        }
        let width = self.ports.width.unwrap_or(CHUNK).max(1);
        if self.ports.width.is_some() && !ids.len().is_multiple_of(width) {
            return Err(GenerateError::Signature {
                function: self.function.to_owned(),
                message: format!(
                    "it takes {width} tokens at a time, and {} are left",
                    ids.len()
                ),
            });
        }
        let mut last = Vec::new();
        for chunk in ids.chunks(width) {
            if self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed)) {
                return Err(GenerateError::Interrupted);
            }
            last = self.call(chunk, rows)?;
        }
        Ok(last)
    }

    fn call(
        &mut self,
        ids: &[u32],
        rows: &mut impl FnMut(&[f32]),
    ) -> Result<Vec<f32>, GenerateError> {
        let end = self.fed + ids.len();
        let ints = ids.iter().map(|id| i64::from(*id)).collect();
        let port = &self.ports.ids;
        let mut inputs = BTreeMap::from([(
            port.name.as_str(),
            Tensor::ints(port.dtype, vec![1, ids.len()], ints),
        )]);
        if let Some(port) = &self.ports.positions {
            // The whole range up to the last token where the length is open, else the positions of these tokens.
            let open = port.shape.last().is_some_and(Option::is_none);
            let first = if open { 0 } else { self.fed };
            let positions: Vec<i64> = (first..end).map(|position| position as i64).collect();
            let mut shape = vec![1; port.shape.len().max(1)];
            shape[port.shape.len().saturating_sub(1)] = positions.len();
            inputs.insert(&port.name, Tensor::ints(port.dtype, shape, positions));
        }
        let mut outputs = self.session.call(&inputs)?;
        let logits = outputs.swap_remove(self.ports.logits);
        self.fed = end;
        let width = logits.shape.last().copied().unwrap_or(0);
        let values = logits.as_floats()?;
        if width == 0 || values.is_empty() {
            return Err(ExecError::Operands {
                message: "the logits are empty".to_owned(),
            }
            .into());
        }
        let all = values.chunks_exact(width);
        let last = all.clone().next_back().unwrap_or_default().to_vec();
        all.for_each(rows);
        Ok(last)
    }
}
