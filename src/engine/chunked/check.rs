//! What the static-shape engine would stumble over in the functions.

use super::{
    Bucket, CACHES, ChunkedFunctions, LOAD_EMBEDDINGS, TABLE, named, sorted, transformer_input,
};
use crate::model::{DType, Value};

const LOGITS: &str = "out_logits";
const TOKENS: &str = "in_new_token_ids";

/// Inputs that later texts feed besides the ones all texts do.
const FED_LATER: [&str; 6] = [
    "rope_cos",
    "rope_sin",
    "ple_embeddings",
    "sliding_in_step",
    "sliding_causal_mask",
    "ssm_update_flag",
];

/// Something the engine would stumble over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// Dotted path of what it is about, from `functions` on.
    pub subject: String,
    /// What is seen, what is needed and what happens, one sentence without its full stop.
    pub message: String,
    /// What is needed.
    pub expected: String,
    /// True where a later text of the engine does without it.
    pub older_only: bool,
}

impl ChunkedFunctions<'_> {
    /// What the engine would stumble over; `context` in tokens as the manifest declares it.
    pub fn objections(&self, context: Option<u64>) -> Vec<Obstacle> {
        let mut found = Vec::new();
        self.check_context(context, &mut found);
        self.check_table(&mut found);
        self.check_gathers(&mut found);
        self.check_lengths(&mut found);
        for bucket in self.decoders() {
            bucket.check_inputs(&mut found);
        }
        if let Some(widest) = self.widest() {
            widest.check_caches(&mut found);
        }
        for bucket in &self.extend {
            bucket.check_logits(&mut found);
        }
        found
    }

    fn check_context(&self, context: Option<u64>, found: &mut Vec<Obstacle>) {
        let Some(context) = context else { return };
        let fits = |bucket: Bucket<'_>| {
            bucket.context == Some(context)
                || bucket.cached().is_none_or(|cached| cached == context)
        };
        if self.decoders().any(fits) {
            return;
        }
        let lengths: Vec<String> = self.contexts().iter().map(u64::to_string).collect();
        found.push(Obstacle {
            subject: "functions".to_owned(),
            message: format!(
                "the manifest declares a context of {context} tokens and the functions are made for {}, so creating \
                 the engine fails with `Failed to find an extend function with the max context length`",
                lengths.join(", ")
            ),
            expected: format!("a function `extend_{context}_…`"),
            older_only: false,
        });
    }

    fn check_table(&self, found: &mut Vec<Obstacle>) {
        if named(&self.load.outputs, TABLE).is_none() {
            found.push(Obstacle {
                subject: format!("functions.{LOAD_EMBEDDINGS}.outputs"),
                message: format!(
                    "{LOAD_EMBEDDINGS} gives no output {TABLE}, so creating the engine fails because it has no \
                     embeddings"
                ),
                expected: TABLE.to_owned(),
                older_only: false,
            });
        }
    }

    fn check_gathers(&self, found: &mut Vec<Obstacle>) {
        let takes_rows = |bucket: &Bucket<'_>| transformer_input(bucket.function).is_some();
        for query in sorted(self.decoders().filter(takes_rows).filter_map(|b| b.rows())) {
            let name = format!("gather_embeddings_{query}");
            let gather = self
                .gather
                .iter()
                .find(|gather| gather.function.name == name);
            let (subject, missing) = match gather {
                None => (
                    "functions".to_owned(),
                    format!("the function {name} is missing"),
                ),
                Some(gather) if named(&gather.function.inputs, TOKENS).is_none() => (
                    format!("functions.{name}.inputs"),
                    format!("{name} has no input {TOKENS}"),
                ),
                Some(_) => continue,
            };
            found.push(Obstacle {
                subject,
                message: format!(
                    "{missing}, and the engine looks up the embeddings of {query} tokens with it, so the first call \
                     of that length fails"
                ),
                expected: format!("{name} with an input {TOKENS}"),
                older_only: false,
            });
        }
    }

    /// The engine pairs every context with every query length it knows the names of.
    fn check_lengths(&self, found: &mut Vec<Obstacle>) {
        let has = |family: &[Bucket<'_>], context: u64, query: u64| {
            family
                .iter()
                .any(|bucket| (bucket.context, bucket.query) == (Some(context), Some(query)))
        };
        let longest = self.longest_query();
        for bucket in self.decoders() {
            let (Some(context), Some(query)) = (bucket.context, bucket.query) else {
                continue;
            };
            let is_prompt = bucket.function.name.starts_with("prompt");
            if is_prompt && !has(&self.extend, context, query) {
                found.push(lacking(
                    &format!("extend_{context}_{query}"),
                    &format!("calls of {query} tokens at a context of {context} fail"),
                    true,
                ));
            } else if !is_prompt && Some(query) == longest && !has(&self.prompt, context, query) {
                found.push(lacking(
                    &format!("prompt_opt_{context}_{query}"),
                    &format!("prompts of more than {query} tokens fail"),
                    true,
                ));
            }
        }
    }
}

impl Bucket<'_> {
    fn subject(&self, part: &str, value: &str) -> String {
        format!("functions.{}.{part}.{value}", self.function.name)
    }

    fn check_caches(&self, found: &mut Vec<Obstacle>) {
        let states = &self.function.states;
        let has_caches = CACHES.iter().all(|cache| named(states, cache).is_some());
        if !has_caches {
            let names: Vec<&str> = states.iter().map(|state| state.name.as_str()).collect();
            found.push(Obstacle {
                subject: format!("functions.{}.states", self.function.name),
                message: format!(
                    "{} has the states {}, and the engine allocates key_cache and value_cache by these names, so \
                     creating it fails",
                    self.function.name,
                    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
                ),
                expected: CACHES.join(" and "),
                older_only: true,
            });
        }
    }

    fn check_logits(&self, found: &mut Vec<Obstacle>) {
        let name = &self.function.name;
        match named(&self.function.outputs, LOGITS) {
            None => found.push(Obstacle {
                subject: format!("functions.{name}.outputs"),
                message: format!(
                    "{name} gives no output {LOGITS}, so the engine fails to create, or finds no logits to sample"
                ),
                expected: LOGITS.to_owned(),
                older_only: false,
            }),
            Some(logits) => self.check_type(logits, "outputs", DType::Float16, found),
        }
    }

    fn check_inputs(&self, found: &mut Vec<Obstacle>) {
        let inputs = &self.function.inputs;
        if !inputs.iter().any(|input| input.name.contains("pos")) {
            found.push(Obstacle {
                subject: format!("functions.{}.inputs", self.function.name),
                message: format!(
                    "{} takes no positions, and the engine looks for an input with pos in its name, so the first call \
                     fails",
                    self.function.name
                ),
                expected: "position_ids".to_owned(),
                older_only: true,
            });
        }
        for input in inputs {
            let wanted = match input.name.as_str() {
                name if name.contains("transformer_input") || name == TABLE => continue,
                name if FED_LATER.contains(&name) => {
                    self.not_fed(input, true, found);
                    continue;
                }
                name if name.contains("pos") => DType::UInt16,
                "causal_mask" => DType::Float16,
                name if name.contains("step") => DType::Int32,
                _ => {
                    self.not_fed(input, false, found);
                    continue;
                }
            };
            self.check_type(input, "inputs", wanted, found);
        }
    }

    fn not_fed(&self, input: &Value, older_only: bool, found: &mut Vec<Obstacle>) {
        let who = if older_only {
            "earlier engines never feed"
        } else {
            "the engine never feeds"
        };
        found.push(Obstacle {
            subject: self.subject("inputs", &input.name),
            message: format!(
                "{} takes {}, which {who}, so the call fails",
                self.function.name, input.name
            ),
            expected: "transformer_input, embedding_table, position_ids, causal_mask and in_step"
                .to_owned(),
            older_only,
        });
    }

    fn check_type(&self, value: &Value, part: &str, wanted: DType, found: &mut Vec<Obstacle>) {
        let Some((dtype, _)) = value.tensor().filter(|(dtype, _)| *dtype != wanted) else {
            return;
        };
        found.push(Obstacle {
            subject: self.subject(part, &value.name),
            message: format!(
                "{} of {} is {dtype} and the engine handles it as {wanted}, so the process aborts or reads garbage",
                value.name, self.function.name
            ),
            expected: wanted.to_string(),
            older_only: false,
        });
    }
}

fn lacking(name: &str, consequence: &str, older_only: bool) -> Obstacle {
    Obstacle {
        subject: "functions".to_owned(),
        message: format!("the function {name} is missing, so {consequence}"),
        expected: name.to_owned(),
        older_only,
    }
}
