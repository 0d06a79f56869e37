//! How much memory a bundle takes in the engine, and how much of it a token reads.

use super::chunked::ChunkedFunctions;
use super::selection::Engine;
use super::signature::{StateKind, static_logits};
use crate::model::{Function, Value, Weights};

/// Tokens a growing buffer has room for at first, unless the context is shorter.
const INITIAL_CAPACITY: u64 = 256;

/// Memory of weights and states, bytes, unpadded; what overflows `u64` or cannot be told is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Footprint {
    /// All constants of all the target's assets.
    pub weights: Option<u64>,
    /// States of fixed size that are no key or value.
    pub fixed_states: Option<u64>,
    /// What one more token of context adds to the growing states; `None` if a shape leaves it open.
    pub kv_per_token: Option<u64>,
    /// Key and value states at full context, old buffers not counted; `None` without a context length.
    pub kv_at_max_context: Option<u64>,
    /// The engine's own buffers; `None` where the manifest leaves them open.
    pub buffers: Option<Vec<Buffer>>,
}

/// Something the engine allocates besides weights and states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Buffer {
    /// What it holds, in words.
    pub holds: &'static str,
    /// Its size.
    pub bytes: u64,
}

/// What decides the size of the engine's buffers.
#[derive(Debug, Clone, Copy)]
pub struct Sizing<'a> {
    /// The engine.
    pub engine: Engine,
    /// The function that makes logits.
    pub step: &'a Function,
    /// The functions of a chunked model.
    pub chunked: Option<&'a ChunkedFunctions<'a>>,
    /// Context in tokens, as the manifest declares it.
    pub context: Option<u64>,
    /// Vocabulary, as the manifest declares it.
    pub vocabulary: Option<u64>,
}

impl Footprint {
    /// The budget of a step beside that many bytes of weights.
    pub fn of(sizing: Sizing<'_>, kinds: &[StateKind], weights: Option<u64>) -> Footprint {
        let states = || sizing.step.states.iter().zip(kinds);
        let caches = || states().filter(|(_, kind)| **kind == StateKind::KvCache);
        let fixed = states()
            .filter(|(_, kind)| **kind != StateKind::KvCache)
            .map(|(state, _)| state.static_bytes());
        let (growing, still): (Vec<_>, Vec<_>) = caches()
            .map(|(state, _)| state)
            .partition(|state| state.is_dynamic());
        let kv_per_token = total(growing.iter().map(|state| bytes_per_token(state)));
        let still = total(still.iter().map(|state| state.static_bytes()));
        let grown = match kv_per_token {
            Some(0) => Some(0),
            bytes => bytes
                .zip(sizing.context)
                .and_then(|(bytes, context)| bytes.checked_mul(context)),
        };
        Footprint {
            weights,
            fixed_states: total(fixed),
            kv_per_token,
            kv_at_max_context: total([grown, still].into_iter()),
            buffers: sizing.buffers(),
        }
    }

    /// The buffers together.
    pub fn buffer_bytes(&self) -> Option<u64> {
        let buffers = self.buffers.as_ref()?;
        total(buffers.iter().map(|buffer| Some(buffer.bytes)))
    }

    /// Everything at full context, if all of it is known; without buffers where the manifest leaves them open.
    pub fn at_max_context(&self) -> Option<u64> {
        let buffers = match &self.buffers {
            Some(_) => self.buffer_bytes(),
            None => Some(0),
        };
        let parts = [
            self.weights,
            self.fixed_states,
            self.kv_at_max_context,
            buffers,
        ];
        total(parts.into_iter())
    }
}

/// Bytes of the constants of several assets; `None` where they overflow.
pub fn weight_bytes<'a>(assets: impl Iterator<Item = &'a Weights>) -> Option<u64> {
    let storage = assets.flat_map(|weights| &weights.storage);
    total(storage.map(|storage| Some(storage.bytes)))
}

/// The sum, unless a part is unknown or the sum overflows.
fn total(mut parts: impl Iterator<Item = Option<u64>>) -> Option<u64> {
    parts.try_fold(0_u64, |sum, part| sum.checked_add(part?))
}

impl Sizing<'_> {
    /// `V` is the vocabulary, `C` the context.
    fn buffers(&self) -> Option<Vec<Buffer>> {
        match self.engine {
            Engine::Pipelined => self.pipelined(),
            Engine::StaticShape => self.static_shape(),
            Engine::VisionLanguage => self.vision_language(),
        }
    }

    /// Ids 4C, and those just sampled 3·64; positions, three in rotation, 12C; logits of decode steps 3·2V; logits of the
    /// prompt 2V times the static query length, else times 256 (at most C) to begin with.
    ///
    /// Source: the pipelined variant since commit `e358c84`.
    fn pipelined(&self) -> Option<Vec<Buffer>> {
        let (vocabulary, context) = (self.vocabulary?, self.context?);
        let rows = static_logits(self.step).unwrap_or_else(|| context.min(INITIAL_CAPACITY));
        Some(vec![
            buffer("ids", context.checked_mul(4))?,
            buffer("ids", Some(3 * 64))?,
            buffer("positions", context.checked_mul(12))?,
            buffer("logits", vocabulary.checked_mul(6))?,
            buffer(
                "logits",
                vocabulary
                    .checked_mul(2)
                    .and_then(|row| row.checked_mul(rows)),
            )?,
        ])
    }

    /// A copy of the embedding table; one row of logits, 2V, for the sampler on the CPU; the logits of the call.
    ///
    /// Source: `StaticShapeEngine` up to commit `86b363d`.
    fn static_shape(&self) -> Option<Vec<Buffer>> {
        let row = self.vocabulary?.checked_mul(2);
        let rows = self.chunked?.longest_query()?;
        Some(vec![
            buffer("embedding table", self.chunked?.table_bytes())?,
            buffer("logits", row)?,
            buffer("logits", row.and_then(|row| row.checked_mul(rows)))?,
        ])
    }

    /// Logits of one token, 2V; those of a prompt are allocated with it.
    ///
    /// Source: `CoreAISequentialVLMEngine` up to commit `86b363d`.
    fn vision_language(&self) -> Option<Vec<Buffer>> {
        Some(vec![buffer("logits", self.vocabulary?.checked_mul(2))?])
    }
}

fn buffer(holds: &'static str, bytes: Option<u64>) -> Option<Buffer> {
    bytes.map(|bytes| Buffer { holds, bytes })
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

    fn memory(
        function: &Function,
        weights: u64,
        context: Option<u64>,
        vocabulary: Option<u64>,
    ) -> Footprint {
        let sizing = Sizing {
            engine: Engine::Pipelined,
            step: function,
            chunked: None,
            context,
            vocabulary,
        };
        Footprint::of(sizing, &StateKind::of(&function.states), Some(weights))
    }

    #[test]
    fn granite_1b_takes_what_the_engine_allocates() {
        let memory = memory(&granite(), 1_600_000_000, Some(4096), Some(100_352));
        assert_eq!(memory.kv_per_token, Some(8192));
        assert_eq!(memory.kv_at_max_context, Some(32 << 20));
        assert_eq!(memory.fixed_states, Some(718_848 + 28_311_552));
        let buffers = memory.buffers.unwrap_or_default();
        let bytes: Vec<u64> = buffers.iter().map(|buffer| buffer.bytes).collect();
        assert_eq!(bytes, [16_384, 192, 49_152, 602_112, 200_704]);
    }

    #[test]
    fn an_open_shape_or_context_leaves_the_caches_unknown() {
        let open = Function {
            states: vec![tensor("k", &[None, None]), tensor("v", &[None])],
            ..function("main")
        };
        let figures = memory(&open, 1, Some(4096), None);
        assert_eq!(
            (figures.kv_per_token, figures.kv_at_max_context),
            (None, None)
        );
        let figures = memory(&granite(), 1, None, None);
        assert_eq!(
            (figures.kv_per_token, figures.kv_at_max_context),
            (Some(8192), None)
        );
        assert_eq!(figures.at_max_context(), None);
    }

    #[test]
    fn static_caches_do_not_grow() {
        let still = [Some(2), Some(1), Some(2), Some(16), Some(8)];
        let function = Function {
            states: vec![tensor("k_cache", &still), tensor("v_cache", &still)],
            ..function("main")
        };
        let memory = memory(&function, 0, None, None);
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
        let memory = memory(&function, 0, Some(4096), Some(u64::MAX));
        assert_eq!((memory.kv_per_token, memory.buffers), (None, None));
    }

    #[test]
    fn no_state_is_dropped_where_a_shape_or_the_sum_overflows() {
        let largest = tensor("rec", &[Some(1 << 62)]);
        let larger = tensor("conv", &[Some(u64::MAX)]);
        let pair = [tensor("k", &[None]), tensor("v", &[None])];
        let with = |states: &[Value]| {
            let function = Function {
                states: [&pair, states].concat(),
                ..function("main")
            };
            memory(&function, 0, Some(16), None)
        };
        assert_eq!(with(std::slice::from_ref(&larger)).fixed_states, None);
        let sum = with(&[largest.clone(), largest]);
        assert_eq!((sum.fixed_states, sum.at_max_context()), (None, None));
    }

    #[test]
    fn a_static_cache_beside_a_growing_one_counts() {
        let function = Function {
            states: vec![
                tensor("k", &[None, Some(8)]),
                tensor("kv_window", &[Some(64), Some(8)]),
            ],
            ..function("main")
        };
        let memory = memory(&function, 0, Some(100), None);
        assert_eq!(memory.kv_at_max_context, Some(100 * 16 + 64 * 16));
    }

    #[test]
    fn weights_of_several_assets_add_up_and_never_wrap() {
        let parts = [weights(10), weights(20)];
        assert_eq!(weight_bytes(parts.iter()), Some(30));
        let huge = [weights(u64::MAX), weights(1)];
        assert_eq!(weight_bytes(huge.iter()), None);
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
