//! Guided generation: a grammar forces tokens between those that the engine chooses.

use super::{Engine, Failure, Incident, Stop, Thrown, Timing, Token, chain};

impl Engine {
    /// `generateConstrained`, where `forced(n)` are the tokens the grammar forces after `n` others.
    pub(crate) fn generate_guided(
        &mut self,
        input: &[Token],
        limit: usize,
        incident: Option<Incident>,
        forced: impl Fn(usize) -> Vec<Token>,
    ) -> Result<Vec<Option<Token>>, Stop> {
        let guided = self.text.guided.unwrap_or_default();
        let is_whole = guided.is_whole;
        if self.is_stuck {
            return Err(Stop::Failed(Failure::GuidedOff));
        }
        let exceeds = is_whole && input.len() + 1 > self.context;
        if exceeds && guided.refuses_first {
            return Err(Stop::Threw(Thrown::ContextLengthExceeded));
        }
        self.reset_counters_and_states();
        self.history.clear();
        // What is still in flight writes into the states just zeroed, unless the reset waited for it.
        let unsettled = std::mem::take(&mut self.unsettled);
        if !guided.resets_at_rest {
            self.recurrent = chain(&unsettled);
        }
        if exceeds {
            self.is_stuck = incident == Some(Incident::TaskEndsFirst);
            return Err(Stop::Threw(Thrown::ContextLengthExceeded));
        }
        let mut limit = limit;
        if is_whole {
            limit = limit.min(self.context - input.len());
        }
        let timing = Timing::guided(incident);
        let prefill = self.chunked(input, timing)?;
        let mut last = self.encode_guided(prefill)?;
        if guided.emits_accepted {
            return self.guided_of_e4(last, limit, timing, forced);
        }
        // A sampled token is `Some`, a forced one `None`: the grammar, not the model, chose it.
        let mut produced = vec![Some(last)];
        while produced.len() < limit {
            let jump = forced(produced.len());
            let fits = !is_whole || jump.len() < limit - produced.len();
            if !jump.is_empty() && fits {
                let mut tokens = vec![last];
                tokens.extend(&jump);
                let rest = if is_whole {
                    self.chunked(&tokens, timing)?.to_owned()
                } else {
                    tokens
                };
                last = self.encode_guided(&rest)?;
                produced.extend(jump.iter().map(|_| None));
            } else {
                last = self.encode_guided(&[])?;
            }
            produced.push(Some(last));
        }
        Ok(produced)
    }

    /// The loop of E4c: a token is emitted once the grammar took it, and so the last one sampled never is.
    fn guided_of_e4(
        &mut self,
        first: Token,
        limit: usize,
        timing: Timing,
        forced: impl Fn(usize) -> Vec<Token>,
    ) -> Result<Vec<Option<Token>>, Stop> {
        let is_whole = self.text.guided.is_some_and(|guided| guided.is_whole);
        let mut last = first;
        let mut produced = Vec::new();
        while produced.len() < limit {
            produced.push(Some(last));
            if produced.len() == limit {
                break;
            }
            let jump = forced(produced.len());
            let fits = !is_whole || jump.len() <= limit - produced.len();
            if jump.is_empty() || !fits {
                last = self.encode_guided(&[])?;
                continue;
            }
            let mut tokens = vec![last];
            tokens.extend(&jump);
            if is_whole {
                tokens = self.chunked(&tokens, timing)?.to_owned();
            }
            last = self.encode_guided(&tokens)?;
            produced.extend(jump.iter().map(|_| None));
        }
        Ok(produced)
    }

    /// `_encodeStepForConstrainedGeneration`.
    fn encode_guided(&mut self, tokens: &[Token]) -> Result<Token, Stop> {
        let previous = [self.guided_output];
        let tokens = if tokens.is_empty() { &previous } else { tokens };
        if !self.text.guided.is_some_and(|guided| guided.is_whole) {
            if self.graph.is_hybrid {
                return Err(Stop::Failed(Failure::UnboundState));
            }
            self.feed_positions(tokens)?;
        } else {
            self.feed(tokens)?;
        }
        self.step += 1;
        self.guided_output = self.sample();
        Ok(self.guided_output)
    }
}
