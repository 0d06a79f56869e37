//! How much memory a bundle takes in the engine, and how much of it a token reads.

use super::signature::StateKind;
use crate::model::{Function, Value, Weights};

/// Tokens a growing buffer has room for at first, unless the context is shorter.
const INITIAL_CAPACITY: u64 = 256;

/// Memory of weights and states, bytes; unpadded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// All constants.
    pub weights: u64,
    /// States of fixed size that are no key or value.
    pub fixed_states: u64,
    /// What one more token of context adds to the growing states; `None` if a shape leaves it open.
    pub kv_per_token: Option<u64>,
    /// Key and value states at full context, old buffers not counted; `None` without a context length.
    pub kv_at_max_context: Option<u64>,
    /// The engine's own buffers.
    pub buffers: Option<Buffers>,
}

/// What the engine allocates besides weights and states, bytes.
///
/// `V` is the vocabulary, `C` the context. Source: the pipelined variant since commit `e358c84`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Buffers {
    /// Token ids: 4C.
    pub ids: u64,
    /// Positions, three in rotation: 3·4C.
    pub positions: u64,
    /// Sampled tokens, three in rotation: 3·64.
    pub outputs: u64,
    /// Logits of the decode steps, three in rotation: 3·2V.
    pub decode_logits: u64,
    /// Logits of the prompt: 2V times the static query length, else times 256 (at most C) to begin with.
    pub prompt_logits: u64,
}

impl Buffers {
    /// All of them together.
    pub fn total(&self) -> u64 {
        self.ids + self.positions + self.outputs + self.decode_logits + self.prompt_logits
    }

    fn new(function: &Function, vocabulary: u64, context: u64) -> Option<Buffers> {
        let rows = super::signature::static_logits(function)
            .unwrap_or_else(|| context.min(INITIAL_CAPACITY));
        Some(Buffers {
            ids: context.checked_mul(4)?,
            positions: context.checked_mul(12)?,
            outputs: 3 * 64,
            decode_logits: vocabulary.checked_mul(6)?,
            prompt_logits: vocabulary.checked_mul(2)?.checked_mul(rows)?,
        })
    }
}

impl Memory {
    /// The budget of a function with these weights; context in tokens and vocabulary as the manifest declares them.
    pub fn of(
        function: &Function,
        weights: &Weights,
        context: Option<u64>,
        vocabulary: Option<u64>,
    ) -> Memory {
        let kinds = StateKind::of(&function.states);
        let states = || function.states.iter().zip(&kinds);
        let caches = || states().filter(|(_, kind)| **kind == StateKind::KvCache);
        let fixed = states()
            .filter(|(_, kind)| **kind != StateKind::KvCache)
            .map(|(state, _)| state.static_bytes().unwrap_or(0));
        let growing = caches().filter(|(state, _)| state.is_dynamic());
        let mut still = caches().filter_map(|(state, _)| state.static_bytes());
        let kv_per_token = growing
            .map(|(state, _)| bytes_per_token(state))
            .try_fold(0_u64, |sum, bytes| sum.checked_add(bytes?));
        let kv_at_max_context = match (kv_per_token, context) {
            (Some(0), _) => Some(still.fold(0, u64::saturating_add)),
            (Some(bytes), Some(context)) => {
                let growing = bytes.checked_mul(context);
                growing.and_then(|growing| still.try_fold(growing, u64::checked_add))
            }
            _ => None,
        };
        Memory {
            weights: weights.bytes(),
            fixed_states: fixed.fold(0, u64::saturating_add),
            kv_per_token,
            kv_at_max_context,
            buffers: vocabulary
                .zip(context)
                .and_then(|(vocabulary, context)| Buffers::new(function, vocabulary, context)),
        }
    }

    /// Everything at full context, if all of it is known.
    pub fn at_max_context(&self) -> Option<u64> {
        let buffers = self.buffers.map_or(0, |buffers| buffers.total());
        self.weights
            .checked_add(self.fixed_states)?
            .checked_add(self.kv_at_max_context?)?
            .checked_add(buffers)
    }
}

/// Bytes of a growing state with its one dynamic dimension at 1; `None` if it has several.
pub fn bytes_per_token(state: &Value) -> Option<u64> {
    let (dtype, shape) = state.tensor()?;
    if shape.iter().filter(|dim| dim.is_none()).count() != 1 {
        return None;
    }
    let dims = shape.iter().flatten();
    dims.copied()
        .try_fold(dtype.storage_bytes(), u64::checked_mul)
}

/// Weight bytes that one decoding step of a function reads.
///
/// Every constant the function uses is read once, except tables of which a step gathers a few rows, and stacks of
/// experts of which it picks some. What cannot be traced in the graph counts whole. States, activations and caches
/// come on top, so that the speed which follows is a ceiling, not a forecast.
pub fn weight_bytes_per_token(function: &Function, weights: &Weights) -> u64 {
    let step = weights.step(&function.name);
    step.map_or_else(|| weights.bytes(), |step| step.bytes)
}

/// Decoding steps per second that a memory bandwidth allows, bytes per second over bytes per step.
pub fn tokens_per_second(bytes_per_second: f64, bytes_per_token: u64) -> Option<f64> {
    (bytes_per_token > 0).then(|| bytes_per_second / bytes_per_token as f64)
}

#[cfg(test)]
mod tests {
    use super::super::signature::tests::{function, granite, tensor};
    use super::*;
    use crate::model::{DType, StepReads, Storage};

    fn weights(bytes: u64) -> Weights {
        Weights {
            storage: vec![Storage {
                dtype: DType::Int8,
                elements: bytes,
                bytes,
            }],
            ..Weights::default()
        }
    }

    #[test]
    fn granite_1b_takes_what_the_engine_allocates() {
        let memory = Memory::of(
            &granite(),
            &weights(1_600_000_000),
            Some(4096),
            Some(100_352),
        );
        assert_eq!(memory.kv_per_token, Some(8192));
        assert_eq!(memory.kv_at_max_context, Some(32 << 20));
        assert_eq!(memory.fixed_states, 718_848 + 28_311_552);
        let buffers = memory
            .buffers
            .map(|b| (b.ids, b.positions, b.decode_logits, b.prompt_logits));
        assert_eq!(buffers, Some((16_384, 49_152, 602_112, 200_704)));
    }

    #[test]
    fn an_open_shape_or_context_leaves_the_caches_unknown() {
        let open = Function {
            states: vec![tensor("k", &[None, None]), tensor("v", &[None])],
            ..function("main")
        };
        let memory = Memory::of(&open, &weights(1), Some(4096), None);
        assert_eq!(
            (memory.kv_per_token, memory.kv_at_max_context),
            (None, None)
        );
        let memory = Memory::of(&granite(), &weights(1), None, None);
        assert_eq!(
            (memory.kv_per_token, memory.kv_at_max_context),
            (Some(8192), None)
        );
        assert_eq!(memory.at_max_context(), None);
    }

    #[test]
    fn static_caches_do_not_grow() {
        let still = [Some(2), Some(1), Some(2), Some(16), Some(8)];
        let function = Function {
            states: vec![tensor("k", &still), tensor("v", &still)],
            ..function("main")
        };
        let memory = Memory::of(&function, &weights(0), None, None);
        assert_eq!(
            (memory.kv_per_token, memory.kv_at_max_context),
            (Some(0), Some(2048))
        );
    }

    #[test]
    fn shapes_that_overflow_leave_the_figure_unknown() {
        let huge = tensor("k", &[Some(u64::MAX), Some(4), None]);
        let function = Function {
            states: vec![huge.clone(), huge],
            ..function("main")
        };
        let memory = Memory::of(&function, &weights(0), Some(4096), Some(u64::MAX));
        assert_eq!((memory.kv_per_token, memory.buffers), (None, None));
    }

    #[test]
    fn sixty_gigabytes_a_second_over_1_6_gigabytes_give_37_tokens() {
        let bytes = weight_bytes_per_token(&function("main"), &weights(1_600_000_000));
        let ceiling = tokens_per_second(60e9, bytes);
        assert_eq!(ceiling.map(f64::floor), Some(37.0));
        assert_eq!(tokens_per_second(60e9, 0), None);
    }

    #[test]
    fn a_step_reads_what_the_function_uses() {
        let step = StepReads {
            function: "decode".to_owned(),
            bytes: 1234,
            experts: Vec::new(),
        };
        let weights = Weights {
            steps: vec![step],
            ..weights(10_000)
        };
        assert_eq!(weight_bytes_per_token(&function("decode"), &weights), 1234);
        assert_eq!(weight_bytes_per_token(&function("other"), &weights), 10_000);
    }
}
