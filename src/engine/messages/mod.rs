//! What engine, tools and runtime print when something goes wrong, and what it means.
//!
//! The messages are data (`messages.toml`); a message is found by its words, whatever the names and numbers in it.

mod matching;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use matching::Phrase;

/// Most bytes of a text that are looked at.
pub const LOOKED_AT: usize = 64 << 10;

/// Whose fault a message tells of, as a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Concern {
    /// The bundle.
    Bundle,
    /// The engine's text.
    Engine,
    /// The program that drives the engine.
    Host,
    /// The machine or its system.
    System,
}

impl Concern {
    /// What it is to people.
    pub const fn title(self) -> &'static str {
        match self {
            Concern::Bundle => "the bundle",
            Concern::Engine => "the engine",
            Concern::Host => "the program that drives the engine",
            Concern::System => "the machine",
        }
    }
}

/// A message, or several of one cause.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Kebab-case, unique.
    pub id: String,
    /// The words that stay the same, in each form; `{}` stands for what changes.
    pub said: Vec<String>,
    /// Whose fault it is, as a rule.
    pub concerns: Concern,
    /// The cause.
    pub means: String,
    /// What to do.
    pub then: String,
    /// Ids of the rules that have more to say.
    #[serde(default)]
    pub rules: Vec<String>,
    /// Ids of the capabilities that decide it.
    #[serde(default)]
    pub capabilities: Vec<String>,
    /// Who prints it, and where that was seen.
    pub seen: String,
}

/// A message found in a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FoundMessage {
    /// The message.
    pub message: &'static Message,
    /// Which of its forms, an index of [`Message::said`].
    pub form: usize,
    /// How much of the form is there, from 0 to 1.
    pub likeness: f64,
}

#[derive(Deserialize)]
struct Messages {
    message: Vec<Message>,
}

struct Known {
    message: Message,
    phrases: Vec<Phrase>,
}

static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    // A unit test holds the embedded text to this form, so nothing is dropped here.
    let read = toml::from_str(include_str!("messages.toml"));
    let messages = read.map_or_else(|_| Vec::new(), |messages: Messages| messages.message);
    messages
        .into_iter()
        .map(|message| Known {
            phrases: message.said.iter().map(|said| Phrase::of(said)).collect(),
            message,
        })
        .collect()
});

/// Every message, in the order of the file.
pub fn messages() -> impl Iterator<Item = &'static Message> {
    KNOWN.iter().map(|known| &known.message)
}

/// The messages that are in a text, pasted whole or quoted, each once and in the order they come; of one line the one it
/// is most like. The first [`LOOKED_AT`] bytes are looked at.
pub fn find(text: &str) -> Vec<FoundMessage> {
    let mut found: Vec<FoundMessage> = Vec::new();
    for lines in matching::passages(text, LOOKED_AT) {
        let Some(best) = best(&lines, matching::ENOUGH) else {
            continue;
        };
        match found
            .iter_mut()
            .find(|known| known.message.id == best.message.id)
        {
            Some(known) if known.likeness < best.likeness => *known = best,
            Some(_) => {}
            None => found.push(best),
        }
    }
    found
}

/// The message a text is most like, where it is like none; `None` where nothing is alike at all.
pub fn nearest(text: &str) -> Option<FoundMessage> {
    let passages = matching::passages(text, LOOKED_AT);
    let all = passages
        .iter()
        .filter_map(|lines| best(lines, matching::ALIKE));
    all.max_by(|a, b| a.likeness.total_cmp(&b.likeness))
}

fn best(words: &[matching::Word], least: f64) -> Option<FoundMessage> {
    let mut best: Option<(f64, FoundMessage)> = None;
    for known in KNOWN.iter() {
        for (form, phrase) in known.phrases.iter().enumerate() {
            let likeness = phrase.likeness(words);
            let enough = if least < matching::ENOUGH {
                least
            } else {
                phrase.enough()
            };
            if likeness < enough {
                continue;
            }
            // Of two that fit, the one of more words says more.
            let rank = likeness * phrase.weight().sqrt();
            if best.is_none_or(|(other, _)| other < rank) {
                let message = &known.message;
                best = Some((
                    rank,
                    FoundMessage {
                        message,
                        form,
                        likeness,
                    },
                ));
            }
        }
    }
    best.map(|(_, found)| found)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn embedded() -> Vec<Message> {
        let read: Messages = toml::from_str(include_str!("messages.toml")).unwrap();
        read.message
    }

    fn ids(text: &str) -> Vec<&'static str> {
        let found = find(text).into_iter();
        found.map(|found| found.message.id.as_str()).collect()
    }

    #[test]
    fn every_message_is_whole_and_named_once() {
        let messages = embedded();
        assert_eq!(messages.len(), KNOWN.len());
        assert!(messages.len() >= 40, "{}", messages.len());
        let ids: BTreeSet<&str> = messages.iter().map(|message| message.id.as_str()).collect();
        assert_eq!(ids.len(), messages.len());
        let forms = messages.iter().flat_map(|message| &message.said);
        let forms: Vec<&String> = forms.collect();
        assert_eq!(forms.iter().collect::<BTreeSet<_>>().len(), forms.len());
        for message in &messages {
            let texts = [&message.means, &message.then, &message.seen];
            assert!(texts.iter().all(|text| !text.is_empty()), "{}", message.id);
            assert!(
                message.means.ends_with('.') && message.then.ends_with('.'),
                "{}",
                message.id
            );
        }
    }

    /// A form with other names and numbers than any seen.
    fn filled(said: &str) -> String {
        let fillings = ["1024", "'someName'", "[\"a\", \"b\"]", "/tmp/bundle"];
        let mut parts = said.split("{}");
        let mut text = parts.next().unwrap().to_owned();
        for (part, filling) in parts.zip(fillings.iter().cycle()) {
            text += filling;
            text += part;
        }
        text
    }

    #[test]
    fn every_message_is_found_by_its_own_words_with_other_names_and_numbers() {
        for message in embedded() {
            for said in &message.said {
                let text = filled(said);
                let log = format!(
                    "2026-11-02 10:11:12.345 llm-runner[4711:1a2b] [error] InferenceRuntimeError: {text}\n"
                );
                let fatal = format!(
                    "Engine initialized\nCoreAILanguageModels/CoreAIPipelinedEngine.swift:321: Fatal error: {text}\nzsh: trace trap"
                );
                let upper = text.to_uppercase();
                for shown in [&text, &log, &fatal, &upper] {
                    assert_eq!(ids(shown), [message.id.as_str()], "{shown}");
                }
            }
        }
    }

    #[test]
    fn a_message_is_found_broken_over_two_lines_misspelt_or_without_a_word() {
        for (text, id) in [
            (
                "Shape at dimension 1 of 17 is not a\nvalid substitution for source shape 1",
                "shape-substitution",
            ),
            (
                "shape at dimension 1 of 256 is not valid subsitution for source shape 1",
                "shape-substitution",
            ),
            (
                "invalidOutputType(\"Expected 2 states (KV cache), got 4: [\\\"keyCache\\\"]\")",
                "two-states-expected",
            ),
            ("Expected 2-4 states, got 6", "two-to-four-states"),
            ("Error: unsupportedVersion(\"0.1\")", "metadata-version"),
            (
                "CoreAIError(kind: Missing value, message: \"Missing state view for recState.\")",
                "missing-state-view",
            ),
        ] {
            assert_eq!(ids(text), [id], "{text}");
        }
    }

    #[test]
    fn a_pasted_log_gives_each_of_its_messages_once_and_in_order() {
        let log = "loading\nExpected 2 inputs, got 3: [a, b, c]\nretrying\nExpected 2 inputs, got 3\nFailed to create Metal device\n";
        assert_eq!(ids(log), ["two-inputs", "no-metal"]);
    }

    #[test]
    fn what_nobody_described_is_not_taken_for_a_message() {
        for text in [
            "",
            "   \n\n",
            "hello world",
            "Segmentation fault (core dumped)",
            "error: linker command failed with exit code 1",
            "the model is not found",
            "Expected a comma in the list of states",
            "no such file or directory",
            "states inputs outputs function model engine",
            "error 2",
            "1 2 3 4 5 6 7 8",
            "main",
            "prefill",
        ] {
            assert_eq!(ids(text), Vec::<&str>::new(), "{text}");
        }
        let near = nearest("Expected 3 gizmos, got 4").unwrap();
        assert!(near.likeness < 1.0);
        assert_eq!(nearest("xyzzy"), None);
    }

    #[test]
    fn a_text_of_any_length_ends() {
        let long = "Expected ".repeat(1 << 20);
        assert_eq!(ids(&long), Vec::<&str>::new());
        let lines = "Shape\n".repeat(1 << 18);
        assert_eq!(ids(&lines), Vec::<&str>::new());
        let cut = "é".repeat(LOOKED_AT);
        assert_eq!(ids(&cut), Vec::<&str>::new());
    }
}
