//! Whether a chat template parses: as Jinja with the extensions that chat templates are rendered with.

use std::borrow::Cow;
use std::thread;

use minijinja::Environment;

/// What a parser makes of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parsing {
    /// It parses.
    Sound,
    /// It cannot parse: where and why.
    Broken(String),
    /// This tool's parser does not know what stands there, which another may: where and what.
    Unknown(String),
}

/// Most tokens in one tag, and most `elif` branches; the parser recurses over both, and real templates have a few dozen.
const MAX_CHAIN: usize = 2_000;

/// Most of them in a row for which the stack of any thread is enough: real templates do not take a thread each.
const SHALLOW: usize = 100;

/// Stack for deeper recursion, bytes, with room to spare in builds that are not optimised.
const STACK: usize = 64 << 20;

/// Statements that only go on with or end another, so that one alone is a mistake and not an extension.
const INNER: [&str; 4] = ["else", "elif", "endgeneration", "endwith"];

/// The statements around an assistant's turn, and blocks without any effect that the parser knows.
const GENERATION: [(&str, &str); 2] = [("generation", "with"), ("endgeneration", "endwith")];

/// What the parser says of valid Jinja that it does not implement: unary plus, and several subscripts.
const GAPS: [&str; 3] = [
    "unexpected `+`",
    "unexpected `,`",
    "unexpected `,`, expected `]`",
];

/// Parses a template's text.
pub(super) fn parse(text: &str) -> Parsing {
    let (chain, line) = longest_chain(text);
    if chain > MAX_CHAIN {
        return Parsing::Unknown(format!(
            "line {line}: more than {MAX_CHAIN} tokens or branches in a row"
        ));
    }
    let text = known_statements(text);
    let parse = || match Environment::empty().template_from_str(&text) {
        Ok(_) => Parsing::Sound,
        Err(error) => judge(&error),
    };
    if chain <= SHALLOW {
        return parse();
    }
    let parsed = on_deep_stack(parse);
    parsed.unwrap_or_else(|| Parsing::Unknown("it could not be parsed here".to_owned()))
}

/// Does work on templates as deep as may be parsed, on a stack that is enough for it; `None` where there is no such stack.
pub fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK);
        thread.spawn_scoped(scope, work).ok()?.join().ok()
    })
}

fn judge(error: &minijinja::Error) -> Parsing {
    let reason = error
        .detail()
        .map_or_else(|| error.kind().to_string(), str::to_owned);
    let statement = reason.strip_prefix("unknown statement ");
    let is_extension =
        statement.is_some_and(|word| !INNER.contains(&word) && !word.starts_with("end"));
    let is_deep = reason.contains("recursion limit");
    let is_gap = GAPS.contains(&reason.as_str());
    let place = match error.line() {
        Some(line) => format!("line {line}: {reason}"),
        None => reason,
    };
    match is_extension || is_deep || is_gap {
        true => Parsing::Unknown(place),
        false => Parsing::Broken(place),
    }
}

/// The text with `generation` blocks, which mark the assistant's turns for training and render as what they hold,
/// written as blocks the parser knows.
pub(super) fn known_statements(text: &str) -> Cow<'_, str> {
    if !text.contains("generation") {
        return Cow::Borrowed(text);
    }
    let mut known = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("{%") {
        let (before, tag) = rest.split_at(start + 2);
        known += before;
        let inner = tag.trim_start_matches(['-', '+']).trim_start();
        let opening = &tag[..tag.len() - inner.len()];
        known += opening;
        rest = inner;
        for (word, by) in GENERATION {
            let after = inner.strip_prefix(word).map(str::trim_start);
            let end = after.map(|after| after.trim_start_matches(['-', '+']));
            if end.is_some_and(|end| end.starts_with("%}")) {
                known += by;
                rest = &inner[word.len()..];
            }
        }
    }
    known += rest;
    Cow::Owned(known)
}

/// The most tokens of a tag, or the `elif` branches if they are more, and the line where that is reached; beyond what may be
/// parsed, the first such line.
fn longest_chain(text: &str) -> (usize, usize) {
    let (mut branches, mut at) = (0, 0);
    let (mut longest, mut place) = (0, 0);
    while let Some(start) = text[at..].find(['{']).map(|start| at + start) {
        let open = text.as_bytes().get(start + 1);
        if !matches!(open, Some(b'{' | b'%')) {
            at = start + 1;
            continue;
        }
        let close = if open == Some(&b'{') { "}}" } else { "%}" };
        let body = &text[start + 2..];
        let (tokens, length) = tokens(body, close);
        let statement = body.trim_start_matches(['-', '+']).trim_start();
        branches += usize::from(statement.starts_with("elif"));
        if tokens.max(branches) > longest {
            (longest, place) = (tokens.max(branches), start);
        }
        if longest > MAX_CHAIN {
            break;
        }
        at = start + 2 + length;
    }
    (longest, 1 + text[..place].matches('\n').count())
}

/// How many tokens there are before `close`, and how many bytes; strings count as one.
fn tokens(body: &str, close: &str) -> (usize, usize) {
    let bytes = body.as_bytes();
    let (mut count, mut at) = (0, 0);
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    while at < bytes.len() && !bytes[at..].starts_with(close.as_bytes()) {
        let byte = bytes[at];
        at += 1;
        if byte.is_ascii_whitespace() {
            continue;
        }
        count += 1;
        if is_word(byte) {
            while bytes.get(at).is_some_and(|byte| is_word(*byte)) {
                at += 1;
            }
        } else if byte == b'"' || byte == b'\'' {
            while bytes.get(at).is_some_and(|next| *next != byte) {
                at += if bytes[at] == b'\\' { 2 } else { 1 };
            }
            at += 1;
        }
    }
    (count, at.min(bytes.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_published_templates_use_parses() {
        for text in [
            "{% for m in messages %}{% if m.role == 'x' %}{% continue %}{% endif %}{% break %}{% endfor %}",
            "{%- generation -%}{{ m.content }}{%- endgeneration -%}",
            "{% generation %}{{ m['content'] + eos_token }}{% endgeneration %}",
            "{{ tools | tojson(indent=4) }}{{ x | tojson(ensure_ascii=False) }}",
            "{{ raise_exception('roles must alternate') }}{{ strftime_now('%d %b %Y') }}",
            "{{ m.content.split('</think>')[-1].lstrip('\\n') }}{{ m.content.startswith('a') }}",
            "{% set ns = namespace(last=none) %}{% set ns.last = messages[-1] %}",
            "{{ messages[1:] }}{{ messages[::-1] }}{{ x[:-1] }}",
            "{% macro render(tool, depth=0) %}{{ render(tool, depth + 1) }}{% endmacro %}",
            "{% call(x) render(1) %}{{ x }}{% endcall %}{% set x %}a{% endset %}{% do x.append(1) %}",
            "{%+ if x is not none and x is mapping %}{%+ endif %}{{- x if x }}",
            "{# generation #}{% raw %}{% generation %}{{ {% endraw %}the next generation",
            "{% if a %}{% elif b %}{% else %}{% endif %}",
        ] {
            assert_eq!(parse(text), Parsing::Sound, "{text}");
        }
    }

    #[test]
    fn a_broken_template_says_where() {
        for text in [
            "ok\n{% if x %}\nno end",
            "{% for m in messages %}{% endif %}{% endfor %}",
            "{{ message['content' }}",
            "{{ 'unclosed }}",
            "{% if role = 'user' %}{% endif %}",
            "{% generation %}",
            "{% endgeneration %}",
            "{# no end",
            "{% break %}",
        ] {
            let parsing = parse(text);
            assert!(
                matches!(&parsing, Parsing::Broken(why) if why.starts_with("line ")),
                "{text}: {parsing:?}"
            );
        }
    }

    #[test]
    fn what_only_this_parser_does_not_know_is_unknown() {
        for text in [
            "{% tool_block x %}a{% endtool_block %}",
            "{{ +x }}",
            "{{ x[1, 2] }}",
            &"{% if x %}".repeat(500),
        ] {
            let parsing = parse(text);
            assert!(
                matches!(parsing, Parsing::Unknown(_)),
                "{text}: {parsing:?}"
            );
        }
    }

    #[test]
    fn what_is_parsed_without_a_stack_of_its_own_needs_little() {
        let nested = |open: &str, close: &str| open.repeat(1_000) + &close.repeat(1_000);
        let mut texts = vec![
            format!(
                "{{% if x %}}{}{{% endif %}}",
                "{% elif x %}".repeat(SHALLOW - 1)
            ),
            nested("{% if x %}", "{% endif %}"),
            nested("{% for x in y %}", "{% endfor %}"),
            nested("{% set x %}", "{% endset %}"),
            nested("{% with x = y %}", "{% endwith %}"),
        ];
        for (link, end) in [
            ("(", ")"),
            ("[", "]"),
            ("{'a': ", "}"),
            ("f(", ")"),
            ("x if y else ", ""),
        ] {
            let link_tokens = tokens(&format!("{link}{end}"), "}}").0;
            let count = (SHALLOW - 1) / link_tokens;
            texts.push(format!(
                "{{{{ {}a{} }}}}",
                link.repeat(count),
                end.repeat(count)
            ));
        }
        for link in ["not ", "- ", "a or ", "a ~ ", "a ** "] {
            texts.push(format!("{{{{ {}a }}}}", link.repeat((SHALLOW - 1) / 3)));
        }
        let small = thread::Builder::new().stack_size(1 << 20);
        let parsed = small.spawn(move || {
            for text in texts {
                assert!(longest_chain(&text).0 <= SHALLOW, "{text}");
                parse(&text);
            }
        });
        let ended = parsed.map(|thread| thread.join().is_ok());
        assert!(matches!(ended, Ok(true)));
    }

    #[test]
    fn chains_without_end_do_not_overflow_the_stack() {
        let long = |link: &str| format!("{{{{ a{} }}}}", link.repeat(300_000 / link.len()));
        for link in [
            "-",
            " not ",
            "[0]",
            "|f",
            "+a",
            " if a else b",
            " ** b",
            ".a",
            "(",
            "f(",
        ] {
            assert!(matches!(parse(&long(link)), Parsing::Unknown(_)), "{link}");
        }
        let branches = format!("{{% if x %}}{}{{% endif %}}", "{% elif x %}".repeat(60_000));
        assert!(matches!(parse(&branches), Parsing::Unknown(_)));
        // At the limit there is stack enough.
        for link in ["-", " not", "[0]", "|f", "+a", " if a else b", " ** b"] {
            let tokens = tokens(link, "%}").0;
            let text = format!("{{{{ a{} }}}}", link.repeat(MAX_CHAIN / tokens - 1));
            drop(parse(&text));
        }
        let branches = format!(
            "{{% if x %}}{}{{% endif %}}",
            "{% elif x %}".repeat(MAX_CHAIN - 1)
        );
        assert_eq!(parse(&branches), Parsing::Sound);
    }
}
