//! What stays the same about a finding when lines move and values change.

use sha2::{Digest, Sha256};

use super::Finding;

impl Finding {
    /// A stable id of this finding at that place: 32 hex digits.
    ///
    /// Made of the rule, the subject and the bundle's place (repository-relative where there is a
    /// repository), never of lines, levels or message text, so that a report made tomorrow on another
    /// machine recognises it.
    pub fn fingerprint(&self, place: &str) -> String {
        let mut hash = Sha256::new();
        for part in [self.rule, &self.subject, place] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        hex::encode(&hash.finalize()[..16])
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    fn finding(message: &str, line: u32) -> Finding {
        let mut finding = Finding::new(
            "graph-logits-dtype",
            Level::Error,
            "functions.main.outputs.logits".to_owned(),
            message.to_owned(),
        );
        finding.at("metadata.json", line);
        finding
    }

    #[test]
    fn lines_and_wording_do_not_change_it() {
        let before = finding("float32 logits", 3).fingerprint("bundles/a");
        let after = finding("logits of another type", 9).fingerprint("bundles/a");
        assert_eq!(before, after);
        assert_eq!(before.len(), 32);
    }

    #[test]
    fn subject_and_place_do() {
        let one = finding("", 1);
        let mut other = finding("", 1);
        other.subject.push('2');
        assert_ne!(one.fingerprint("a"), other.fingerprint("a"));
        assert_ne!(one.fingerprint("a"), one.fingerprint("b"));
    }
}
