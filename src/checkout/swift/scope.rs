//! Where a declaration's text is.

use std::ops::Range;

use super::tokens::{Code, Kind};

/// The keywords that introduce a named declaration with a body.
const DECLARES: [&str; 7] = [
    "func",
    "struct",
    "class",
    "enum",
    "actor",
    "extension",
    "protocol",
];

/// The declarations of this name that have a body: from the name to the closing brace, as ranges of tokens.
///
/// `Type.function` asks for a function inside a type; `init` is a name like any other.
pub fn bodies(code: &Code, name: &str) -> Vec<Range<usize>> {
    let whole = 0..code.tokens().len();
    name.split('.').fold(vec![whole], |scopes, part| {
        scopes
            .into_iter()
            .flat_map(|scope| inside(code, scope, part))
            .collect()
    })
}

fn inside(code: &Code, scope: Range<usize>, name: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut index = scope.start;
    while index < scope.end {
        if declares(code, index, name)
            && let Some(body) = body(code, index + 1, scope.end)
        {
            found.push(index..body.end);
            index = body.end;
        } else {
            index += 1;
        }
    }
    found
}

/// Whether the token at `index` is the name in a declaration.
fn declares(code: &Code, index: usize, name: &str) -> bool {
    if !code.is(index, name) || index == 0 && name != "init" {
        return false;
    }
    if name == "init" {
        let called = index > 0 && code.is(index - 1, ".");
        return !called && (code.is(index + 1, "(") || code.is(index + 1, "?"));
    }
    DECLARES.iter().any(|keyword| code.is(index - 1, keyword))
}

/// The body that follows a declaration's name, braces included; `None` where there is none.
pub(super) fn body(code: &Code, after: usize, end: usize) -> Option<Range<usize>> {
    let mut index = after;
    while index < end {
        match code.bracket(index) {
            Some(true) if code.is(index, "{") => return Some(index..code.closing(index) + 1),
            Some(true) => index = code.closing(index),
            // The end of what the declaration stands in, or the next one.
            Some(false) => return None,
            None if is_next_declaration(code, index) => return None,
            None => {}
        }
        index += 1;
    }
    None
}

fn is_next_declaration(code: &Code, index: usize) -> bool {
    let Some(token) = code.tokens().get(index) else {
        return true;
    };
    // `where T: class` and `any Actor` name no declaration; `func` and `var` do.
    token.kind == Kind::Word && matches!(code.text(token), b"func" | b"var" | b"let")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const SOURCE: &str = "\
protocol P { func f(_ x: Int) -> Int }
struct A { func f(_ x: [Int] = { [1] }()) async throws -> [Int] where T: U { return x } }
extension A { init(y: Int) { g.init(z: 1) } }
";

    #[test]
    fn a_declaration_is_found_with_its_body() {
        let code = Code::of(SOURCE.into()).unwrap();
        assert_eq!(bodies(&code, "f").len(), 1, "a requirement has no body");
        assert_eq!(bodies(&code, "A").len(), 2);
        assert_eq!(bodies(&code, "A.f").len(), 1);
        assert_eq!(bodies(&code, "A.init").len(), 1);
        assert_eq!(bodies(&code, "P.init").len(), 0);
        let found = bodies(&code, "f").remove(0);
        assert!(code.is(found.end - 1, "}") && code.is(found.end - 3, "return"));
    }
}
