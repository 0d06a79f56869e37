//! Keys that stand twice in one object.

use std::collections::BTreeMap;

use super::lines::Scanner;

/// Repeated keys that are told; a stranger's file may hold a million.
const MOST: usize = 64;

/// Characters of a path that are kept, from its end.
const LONGEST: usize = 200;

/// A key that stands again in the same object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepeatedKey {
    /// Dotted path of the key, its beginning left out where it is long.
    pub path: String,
    /// Line of the one before, from 1.
    pub first: u32,
    /// Line of this one.
    pub again: u32,
}

/// Where reading stands in an object or array.
enum Level {
    /// The lines of its keys, and the key whose value is read.
    Object(BTreeMap<String, u32>, Option<String>),
    /// The number of the element.
    Array(usize),
}

/// The repeated keys of a valid JSON text, in its order.
pub(super) fn repeated(text: &str) -> Vec<RepeatedKey> {
    let mut scanner = Scanner::new(text);
    let mut levels: Vec<Level> = Vec::new();
    let mut found = Vec::new();
    let mut line = 1_u32;
    while let Some(byte) = scanner.peek() {
        if byte == b'"' {
            let key = scanner.key();
            if let Some(Level::Object(seen, current @ None)) = levels.last_mut() {
                let before = seen.insert(key.clone(), line);
                *current = Some(key);
                if let Some(first) = before {
                    found.push(RepeatedKey {
                        path: path(&levels),
                        first,
                        again: line,
                    });
                    if found.len() == MOST {
                        return found;
                    }
                }
            }
            continue;
        }
        match (byte, levels.last_mut()) {
            (b'\n', _) => line = line.saturating_add(1),
            (b'{', _) => levels.push(Level::Object(BTreeMap::new(), None)),
            (b'[', _) => levels.push(Level::Array(0)),
            (b'}' | b']', _) => {
                levels.pop();
            }
            (b',', Some(Level::Object(_, current))) => *current = None,
            (b',', Some(Level::Array(number))) => *number += 1,
            _ => {}
        }
        scanner.next();
    }
    found
}

fn path(levels: &[Level]) -> String {
    let mut path = String::new();
    for level in levels.iter().rev() {
        let step = match level {
            Level::Object(_, key) => key.clone().unwrap_or_default(),
            Level::Array(number) => number.to_string(),
        };
        path = match path.is_empty() {
            true => step,
            false => format!("{step}.{path}"),
        };
        let length = path.chars().count();
        if length > LONGEST {
            let end: String = path.chars().skip(length - LONGEST).collect();
            return format!("…{end}");
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(String, u32, u32)> {
        let all = repeated(text).into_iter();
        all.map(|it| (it.path, it.first, it.again)).collect()
    }

    #[test]
    fn repeated_keys_are_told_with_both_lines() {
        let text = "{\n\"a\": 1,\n\"b\": [{\"c\": \"a\", \"x\": {}},\n{\"c\": 2, \"\\u0063\":\n3}],\n\"a\": {\"a\": 1},\n\"a\": 2}";
        let expected = [("b.1.c", 4, 4), ("a", 2, 6), ("a", 6, 7)];
        let expected = expected.map(|(path, first, again)| (path.to_owned(), first, again));
        assert_eq!(told(text), expected);
        assert_eq!(told("{\"a\": {\"b\": 1}, \"b\": [\"b\", \"b\"]}"), []);
    }

    #[test]
    fn a_million_repeats_are_few_and_short() {
        let key = "k".repeat(10_000);
        let text = format!("{{{}\"{key}\": 1}}", format!("\"{key}\": 0,").repeat(1000));
        let found = repeated(&text);
        assert_eq!(found.len(), MOST);
        assert!(found[0].path.chars().count() <= LONGEST + 1);
    }
}
