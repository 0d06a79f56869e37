//! Conversations, written as a bundle's chat template asks for.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, ErrorKind, Value, context};

use crate::bundle::{ChatTemplate, Parsing, on_deep_stack};

/// One turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// `system`, `user` or `assistant`.
    pub role: &'static str,
    /// What was said.
    pub content: String,
}

/// Why a template could not be rendered.
#[derive(Debug, thiserror::Error)]
#[error("the chat template cannot be rendered: {0}")]
pub struct ChatError(String);

/// The text of a conversation, up to where the assistant goes on.
///
/// # Errors
/// A template that refuses the conversation, or uses what this renderer does not have.
pub fn render(
    template: &ChatTemplate,
    messages: &[Message],
    tokens: (Option<&str>, Option<&str>),
) -> Result<String, ChatError> {
    // Checked first: what the parser could not take without running out of stack is said to be that.
    if let Parsing::Broken(reason) | Parsing::Unknown(reason) = template.parse() {
        return Err(ChatError(reason));
    }
    // Templates nest expressions as deep as they are allowed to when they are parsed.
    let rendered = on_deep_stack(|| written(template, messages, tokens));
    rendered.unwrap_or_else(|| Err(ChatError("it could not be rendered here".to_owned())))
}

fn written(
    template: &ChatTemplate,
    messages: &[Message],
    tokens: (Option<&str>, Option<&str>),
) -> Result<String, ChatError> {
    let failed = |error: minijinja::Error| ChatError(format!("{error:#}"));
    let mut environment = Environment::new();
    // As transformers sets its own up.
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true);
    environment.set_syntax(syntax.build().map_err(failed)?);
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    environment.add_function(
        "raise_exception",
        |message: String| -> Result<Value, minijinja::Error> {
            Err(minijinja::Error::new(ErrorKind::InvalidOperation, message))
        },
    );
    let text = template.prepared();
    let parsed = environment.template_from_str(&text).map_err(failed)?;
    let (bos, eos) = tokens;
    let turn = |message: &Message| {
        let content = Value::from(message.content.as_str());
        Value::from_pairs([("role", Value::from(message.role)), ("content", content)])
    };
    let turns: Vec<Value> = messages.iter().map(turn).collect();
    let values = context! {
        messages => turns,
        add_generation_prompt => true,
        bos_token => bos.unwrap_or_default(),
        eos_token => eos.unwrap_or_default(),
    };
    parsed.render(values).map_err(failed)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn template(text: &str) -> ChatTemplate {
        ChatTemplate {
            source: "chat_template.jinja".to_owned(),
            text: text.to_owned(),
        }
    }

    fn said(role: &'static str, content: &str) -> Message {
        Message {
            role,
            content: content.to_owned(),
        }
    }

    #[test]
    fn a_conversation_is_written_as_transformers_writes_it() {
        let granite = template(
            "{%- for message in messages %}\n    {{- '<|start_of_role|>' + message['role'] + '<|end_of_role|>' + message.content.strip() + eos_token }}\n{% endfor %}\n{%- if add_generation_prompt %}\n    {{- '<|start_of_role|>assistant<|end_of_role|>' }}\n{%- endif %}",
        );
        let messages = [said("system", " Be brief. "), said("user", "Hi")];
        let text = render(&granite, &messages, (None, Some("<|end_of_text|>"))).unwrap();
        assert_eq!(
            text,
            "<|start_of_role|>system<|end_of_role|>Be brief.<|end_of_text|>\n\
             <|start_of_role|>user<|end_of_role|>Hi<|end_of_text|>\n\
             <|start_of_role|>assistant<|end_of_role|>"
        );
    }

    #[test]
    fn a_template_as_deep_as_may_be_does_not_overflow_the_stack() {
        let deep = template(&format!("{{{{ {}true }}}}", "not ".repeat(1_900)));
        assert!(render(&deep, &[said("user", "Hi")], (None, None)).is_ok());
        let deeper = template(&format!("{{{{ {}true }}}}", "not ".repeat(100_000)));
        assert!(render(&deeper, &[said("user", "Hi")], (None, None)).is_err());
    }

    #[test]
    fn a_template_that_refuses_says_why() {
        let strict = template("{{ raise_exception('no system turn') }}");
        let error = render(&strict, &[said("user", "Hi")], (None, None)).unwrap_err();
        assert!(error.to_string().contains("no system turn"), "{error}");
    }
}
