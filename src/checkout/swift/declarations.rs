//! Declarations that stand twice where one may stand.

use std::collections::BTreeMap;
use std::ops::Range;

use super::scope::body;
use super::tokens::{Code, Kind};

/// A declaration that is there more than once in one type or file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Repeated {
    /// The declared name.
    pub name: String,
    /// The lines of the declarations, in order.
    pub lines: Vec<usize>,
}

/// The stored or computed properties, functions and types a compiler refuses to take a second time.
///
/// Two functions are the same only where their whole signature is. What stands between `#if` and `#endif` is left out: each
/// branch may declare the same name.
pub fn repeated_declarations(code: &Code) -> Vec<Repeated> {
    let mut known = BTreeMap::<(String, Vec<u8>), Vec<usize>>::new();
    members(code, 0..code.tokens().len(), "", &mut known);
    let mut repeated: Vec<_> = known
        .into_iter()
        .filter(|(_, lines)| lines.len() > 1)
        .map(|((_, signature), mut lines)| {
            lines.sort_unstable();
            let name = signature.split(|byte| !super::tokens::is_of_word(*byte));
            let name = name.filter(|word| !word.is_empty()).nth(1);
            let name = String::from_utf8_lossy(name.unwrap_or_default()).into_owned();
            Repeated { name, lines }
        })
        .collect();
    repeated.sort();
    repeated
}

/// Types, whose members are looked at too.
const TYPES: [&str; 5] = ["struct", "class", "enum", "actor", "extension"];

/// What is declared at the top of a scope, and in the types in it.
fn members(
    code: &Code,
    scope: Range<usize>,
    owner: &str,
    known: &mut BTreeMap<(String, Vec<u8>), Vec<usize>>,
) {
    let mut index = scope.start;
    while index < scope.end {
        let Some(token) = code.tokens().get(index) else {
            return;
        };
        let next = code.tokens().get(index + 1);
        let named = next.filter(|next| next.kind == Kind::Word && token.kind == Kind::Word);
        let Some(name) = named.map(|next| String::from_utf8_lossy(code.text(next)).into_owned())
        else {
            index = past(code, index);
            continue;
        };
        let word = String::from_utf8_lossy(code.text(token)).into_owned();
        let signature = match word.as_str() {
            "let" | "var" => Some(index..index + 2),
            "func" => Some(index..signature_end(code, index + 2, scope.end)),
            _ => None,
        };
        if let Some(signature) = signature.filter(|_| !token.conditional) {
            let mut spelling = spelled(code, signature);
            // A member of the type and one of its values may share a name.
            if is_of_type(code, index) {
                spelling.extend_from_slice(b"static");
            }
            let key = (owner.to_owned(), spelling);
            known.entry(key).or_default().push(token.line);
        }
        // `class func` and `class var` declare members.
        if TYPES.contains(&word.as_str())
            && !["func", "var", "let"].contains(&name.as_str())
            && let Some(body) = body(code, index + 1, scope.end)
        {
            // Extensions under other conditions are for other types.
            let head = spelled(code, index + 1..body.start);
            let inner = format!("{owner}.{}", String::from_utf8_lossy(&head));
            let inner = match word.as_str() {
                "extension" => inner,
                _ => format!("{owner}.{name}"),
            };
            members(code, body.start + 1..body.end - 1, &inner, known);
            index = body.end;
        } else {
            index = past(code, index);
        }
    }
}

/// The token after this one, or after the bracket it opens.
fn past(code: &Code, index: usize) -> usize {
    match code.bracket(index) {
        Some(true) => code.closing(index) + 1,
        _ => index + 1,
    }
}

/// Whether a declaration is of the type itself: `static` or `class` stands before it, among other modifiers.
fn is_of_type(code: &Code, index: usize) -> bool {
    let before = (0..index).rev().map_while(|at| {
        let token = code.tokens().get(at)?;
        let is_modifier = token.kind == Kind::Word && !code.is(at, "var") && !code.is(at, "let");
        is_modifier.then_some(at)
    });
    before
        .take(MODIFIERS)
        .any(|at| code.is(at, "static") || code.is(at, "class"))
}

/// Most modifiers of a declaration that are looked at.
const MODIFIERS: usize = 6;

/// Where a function's signature ends and its body begins.
fn signature_end(code: &Code, from: usize, end: usize) -> usize {
    body(code, from, end).map_or(from, |body| body.start)
}

/// The tokens, `let` and `var` alike: neither may follow the other.
fn spelled(code: &Code, tokens: Range<usize>) -> Vec<u8> {
    let tokens = code.tokens().get(tokens).unwrap_or_default();
    let mut spelled = Vec::new();
    for token in tokens {
        let text = match code.text(token) {
            b"let" => b"var",
            text => text,
        };
        spelled.extend_from_slice(text);
        spelled.push(b' ');
    }
    spelled
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn repeated(source: &str) -> Vec<(String, Vec<usize>)> {
        let code = Code::of(source.into()).unwrap();
        let found = repeated_declarations(&code).into_iter();
        found.map(|one| (one.name, one.lines)).collect()
    }

    #[test]
    fn a_second_declaration_is_found_with_its_lines() {
        let source = "struct A {\n    let a: Int\n    var a: Int { 1 }\n    func f(x: Int) { let b = 1 }\n    func f(y: Int) { let b = 1 }\n    func f(x: Int) {}\n}\n";
        assert_eq!(
            repeated(source),
            [("a".to_owned(), vec![2, 3]), ("f".to_owned(), vec![4, 6])]
        );
    }

    #[test]
    fn overloads_locals_other_types_and_branches_are_no_repetition() {
        let source = "struct A { static let a = 1; let a = 1; class func f() { let a = 1 } }\nextension A where T: P { var b: Int { 1 } }\nextension A where T: Q { var b: Int { 2 } }\nstruct B { let a = 1 }\nfunc g() { let a = 1 }\nfunc h() { let a = 1 }\n#if os(iOS)\nlet c = 1\n#else\nlet c = 2\n#endif\n";
        assert_eq!(repeated(source), []);
    }
}
