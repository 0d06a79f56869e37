//! Where a finding is, as other programs need it: relative to the repository's root.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::finding::Finding;

/// The file a finding without an anchor is shown at.
const ANCHOR: &str = "metadata.json";

/// Maps the paths findings carry to folders relative to the repository's root, `/`-separated; the root
/// itself is empty.
#[derive(Debug, Clone, Default)]
pub struct Anchors(BTreeMap<String, String>);

impl Anchors {
    /// Takes pairs of a finding's path and its folder.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Anchors {
        Anchors(pairs.into_iter().collect())
    }

    /// The finding's folder relative to the root; its path as it is, if it is not known.
    pub fn folder<'a>(&'a self, finding: &'a Finding) -> &'a str {
        let known = self.0.get(&finding.path);
        known.map_or(finding.path.trim_start_matches('/'), String::as_str)
    }

    /// The finding's file relative to the root, and its 1-based line.
    pub fn file(&self, finding: &Finding) -> (String, u32) {
        let (file, line) = match &finding.location {
            Some(location) => (location.file.as_str(), location.line.max(1)),
            None => (ANCHOR, 1),
        };
        match self.folder(finding) {
            "" => (file.to_owned(), line),
            folder => (format!("{folder}/{file}"), line),
        }
    }
}

/// A relative path as a URI reference: everything but unreserved characters and `/` percent-encoded.
pub fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                uri.push(char::from(byte));
            }
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Level;

    #[test]
    fn a_finding_is_placed_below_the_root() {
        let places = Anchors::new([("/r/a".to_owned(), "bundles/a".to_owned())]);
        let mut finding = Finding::new("x", Level::Note, String::new(), String::new());
        finding.path = "/r/a".to_owned();
        assert_eq!(
            places.file(&finding),
            ("bundles/a/metadata.json".to_owned(), 1)
        );
        finding.at("LICENSE", 0);
        assert_eq!(places.file(&finding), ("bundles/a/LICENSE".to_owned(), 1));
    }

    #[test]
    fn spaces_colons_and_umlauts_are_encoded() {
        assert_eq!(uri("a b/c:d/ö.json"), "a%20b/c%3Ad/%C3%B6.json");
    }
}
