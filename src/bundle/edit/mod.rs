//! Changes to JSON text that leave everything else in it as it is: order, spacing, numbers as they are spelt.

mod many;
mod places;

use serde_json::Value;

use super::lines::{ValueSpan, span_of};

/// One change to a JSON text.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// The value at this pointer becomes this one; a member that is not there is added behind the others.
    Set(String, Value),
    /// The member at this pointer goes.
    Remove(String),
}

impl Edit {
    /// The text with the change made; `None` if it cannot be made for certain: no such place, or a key that is repeated
    /// on the way to it.
    pub fn apply(&self, text: &str) -> Option<String> {
        let changed = match self {
            Edit::Set(pointer, value) => match span_of(text, pointer) {
                Some(span) => replace(text, &span, &value.to_string()),
                None => insert(text, pointer, value)?,
            },
            Edit::Remove(pointer) => remove(text, &span_of(text, pointer)?)?,
        };
        // What was meant is what the changed text says, or it is not offered.
        let mut expected: Value = serde_json::from_str(text).ok()?;
        self.change(&mut expected)?;
        let found: Value = serde_json::from_str(&changed).ok()?;
        (found == expected).then_some(changed)
    }

    /// The same change to a tree.
    fn change(&self, root: &mut Value) -> Option<()> {
        match self {
            Edit::Set(pointer, value) => {
                if let Some(place) = root.pointer_mut(pointer) {
                    *place = value.clone();
                    return Some(());
                }
                let (parent, key) = parent(pointer)?;
                let object = root.pointer_mut(parent)?.as_object_mut()?;
                object.insert(key, value.clone());
            }
            Edit::Remove(pointer) => {
                let (parent, key) = parent(pointer)?;
                let object = root.pointer_mut(parent)?.as_object_mut()?;
                object.shift_remove(&key)?;
            }
        }
        Some(())
    }
}

/// A JSON pointer to a member of the object at `parent`.
pub fn pointer(parent: &str, key: &str) -> String {
    format!("{parent}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// The pointer of the object, and the key in it.
fn parent(pointer: &str) -> Option<(&str, String)> {
    let (parent, token) = pointer.rsplit_once('/')?;
    Some((parent, token.replace("~1", "/").replace("~0", "~")))
}

fn replace(text: &str, span: &ValueSpan, value: &str) -> String {
    let (before, after) = (&text[..span.value.start], &text[span.value.end..]);
    format!("{before}{value}{after}")
}

/// Adds a member behind the last one, spaced as the first one is.
fn insert(text: &str, pointer: &str, value: &Value) -> Option<String> {
    let (parent, key) = parent(pointer)?;
    let object = span_of(text, parent)?.value;
    let inner = text[object.clone()].strip_prefix('{')?.strip_suffix('}')?;
    let key = Value::String(key);
    let trimmed = inner.trim();
    if trimmed.is_empty() {
        let (before, after) = (&text[..object.start], &text[object.end..]);
        return Some(format!("{before}{{{key}: {value}}}{after}"));
    }
    let lead = &inner[..inner.len() - inner.trim_start().len()];
    let lead = if lead.is_empty() { " " } else { lead };
    let end = object.start + 1 + inner.trim_end().len();
    let (before, after) = (&text[..end], &text[end..]);
    Some(format!("{before},{lead}{key}: {value}{after}"))
}

/// Takes out a member with the comma that set it apart.
fn remove(text: &str, span: &ValueSpan) -> Option<String> {
    let key = span.key.as_ref()?;
    let before = text[..key.start].trim_end();
    let after = &text[span.value.end..];
    if let Some(before) = before.strip_suffix(',') {
        return Some(format!("{before}{after}"));
    }
    match after.trim_start().strip_prefix(',') {
        // The first of several: the next one takes its place.
        Some(rest) => Some(format!("{}{}", &text[..key.start], rest.trim_start())),
        None => Some(format!("{before}{}", after.trim_start())),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde_json::json;

    use super::*;

    const TEXT: &str =
        "{\r\n\t\"b\" : 7.0,\r\n\t\"a\": { \"x\": [1,2], \"y~/\": \"é\" },\r\n\t\"e\": {}\r\n}\r\n";

    fn set(pointer: &str, value: Value) -> Option<String> {
        Edit::Set(pointer.to_owned(), value).apply(TEXT)
    }

    fn removed(text: &str, pointer: &str) -> Option<String> {
        Edit::Remove(pointer.to_owned()).apply(text)
    }

    #[test]
    fn only_the_value_changes() {
        assert_eq!(
            set("/a/x/1", json!(3)).unwrap(),
            TEXT.replace("[1,2]", "[1,3]")
        );
        assert_eq!(set("/a/y~0~1", json!("z")).unwrap(), TEXT.replace("é", "z"));
        assert_eq!(set("/b", json!("7")).unwrap(), TEXT.replace("7.0", "\"7\""));
        assert_eq!(set("/a/x", json!([])).unwrap(), TEXT.replace("[1,2]", "[]"));
    }

    #[test]
    fn a_new_member_stands_behind_the_others_as_they_do() {
        assert_eq!(
            set("/c", json!(null)).unwrap(),
            TEXT.replace("{}\r\n}", "{},\r\n\t\"c\": null\r\n}")
        );
        assert_eq!(
            set("/a/z", json!(1)).unwrap(),
            TEXT.replace("\"é\" }", "\"é\", \"z\": 1 }")
        );
        assert_eq!(
            set("/e/k\"", json!([1])).unwrap(),
            TEXT.replace("{}", "{\"k\\\"\": [1]}")
        );
        assert_eq!(
            Edit::Set("/b".to_owned(), json!(2))
                .apply("{\"a\":1}")
                .unwrap(),
            "{\"a\":1, \"b\": 2}"
        );
    }

    #[test]
    fn a_member_goes_with_its_comma() {
        assert_eq!(
            removed(TEXT, "/b").unwrap(),
            TEXT.replace("\"b\" : 7.0,\r\n\t", "")
        );
        assert_eq!(
            removed(TEXT, "/e").unwrap(),
            TEXT.replace(",\r\n\t\"e\": {}", "")
        );
        assert_eq!(removed("{ \"a\": 1 }", "/a").unwrap(), "{}");
        assert_eq!(
            removed(TEXT, "/a/x").unwrap(),
            TEXT.replace("\"x\": [1,2], ", "")
        );
    }

    #[test]
    fn what_is_not_certain_is_not_done() {
        assert_eq!(set("/none/x", json!(1)), None);
        assert_eq!(set("/a/x/9", json!(1)), None);
        assert_eq!(set("/b/c", json!(1)), None);
        assert_eq!(removed(TEXT, "/none"), None);
        assert_eq!(removed(TEXT, "/a/x/0"), None);
        assert_eq!(removed("{\"a\":1,\"a\":2}", "/a"), None);
        let twice = "{\"a\":{\"x\":1},\"a\":{\"x\":1}}";
        assert_eq!(Edit::Set("/a/x".to_owned(), json!(2)).apply(twice), None);
    }

    #[test]
    fn pointers_escape_their_keys() {
        assert_eq!(pointer("/a", "y~/"), "/a/y~0~1");
    }
}
