//! A gate in which oracle and engine each ran on their own: `coreai-gate-transcript/1`.

use serde_json::Value;

/// What the two sides wrote. Every field may be absent; the rule says which must not be.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FreeRun {
    /// `protocol.greedy`.
    pub greedy: Option<bool>,
    /// `oracle.gen_ids`: the oracle's tokens.
    pub oracle_ids: Vec<i64>,
    /// `oracle.top2_margins`: its top-2 margin at each of them; `None` for one that is no number.
    pub margins: Vec<Option<f64>>,
    /// `oracle.gen_text`.
    pub oracle_text: Option<String>,
    /// `engine.gen_ids`: the engine's tokens, where they are recorded.
    pub engine_ids: Option<Vec<i64>>,
    /// `engine.gen_text`; absent where the engine wrote nothing.
    pub engine_text: Option<String>,
    /// `match.first_divergence`: the first position at which they differ, from 0; absent where they do not.
    pub stated_divergence: Option<u64>,
}

impl FreeRun {
    /// True for a transcript of this kind.
    pub(super) fn is_one(value: &Value) -> bool {
        let schema = value.get("schema").and_then(Value::as_str);
        schema.is_some_and(|schema| schema.starts_with("coreai-gate-transcript/"))
    }

    /// The facts of a transcript's JSON, if it is of this kind.
    pub(super) fn of(value: &Value) -> Option<FreeRun> {
        if !FreeRun::is_one(value) {
            return None;
        }
        let at = |pointer: &str| value.pointer(pointer);
        let text = |pointer: &str| at(pointer).and_then(Value::as_str).map(str::to_owned);
        let list = |pointer: &str| at(pointer).and_then(Value::as_array);
        Some(FreeRun {
            greedy: at("/protocol/greedy").and_then(Value::as_bool),
            oracle_ids: list("/oracle/gen_ids")
                .map(|ids| ids_of(ids))
                .unwrap_or_default(),
            margins: list("/oracle/top2_margins")
                .map(|margins| margins.iter().map(Value::as_f64).collect())
                .unwrap_or_default(),
            oracle_text: text("/oracle/gen_text"),
            engine_ids: list("/engine/gen_ids").map(|ids| ids_of(ids)),
            engine_text: text("/engine/gen_text"),
            stated_divergence: at("/match/first_divergence").and_then(Value::as_u64),
        })
    }

    /// The first position at which the engine left the oracle, from 0: `Ok(None)` where it never did.
    ///
    /// Equal texts are equal runs: the runner prints text, and another split of it into tokens is no divergence.
    ///
    /// # Errors
    /// When they differ and nothing says where.
    pub fn divergence(&self) -> Result<Option<usize>, Unlocated> {
        if self.engine_text.is_some() && self.engine_text == self.oracle_text {
            return Ok(None);
        }
        if let Some(engine) = &self.engine_ids {
            let both = engine.iter().zip(&self.oracle_ids);
            let first = both.take_while(|(one, other)| one == other).count();
            let same = first == engine.len() && first == self.oracle_ids.len();
            return Ok((!same).then_some(first));
        }
        match self.stated_divergence.map(usize::try_from) {
            Some(Ok(first)) => Ok(Some(first)),
            _ => Err(Unlocated),
        }
    }
}

/// The two sides differ, and the transcript does not say where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unlocated;

/// Token ids; what is no integer is no token.
fn ids_of(values: &[Value]) -> Vec<i64> {
    values.iter().map(|id| id.as_i64().unwrap_or(-1)).collect()
}
