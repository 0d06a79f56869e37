//! Findings for people: what says in detail what another one says as a whole stands under it.

use crate::finding::Finding;

/// A finding, and those that are parts of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded<'a> {
    /// The finding that stands for all.
    pub whole: &'a Finding,
    /// Its parts, of the same level.
    pub parts: Vec<&'a Finding>,
}

/// The findings of one target in their order, each part with its whole where that is among them at the same level.
pub fn folded<'a>(findings: &[&'a Finding]) -> Vec<Folded<'a>> {
    let whole_of = |part: &Finding| {
        let whole = part.part_of?;
        findings
            .iter()
            .find(|finding| finding.rule == whole && finding.level == part.level)
    };
    let wholes = findings
        .iter()
        .filter(|finding| whole_of(finding).is_none());
    wholes
        .map(|whole| Folded {
            whole,
            parts: findings
                .iter()
                .filter(|part| whole_of(part).is_some_and(|of| std::ptr::eq(*of, *whole)))
                .copied()
                .collect(),
        })
        .collect()
}

impl Folded<'_> {
    /// The rules of the parts, such as `graph-state-count, graph-logits-static`; `None` without parts.
    pub fn also(&self) -> Option<String> {
        let rules: Vec<&str> = self.parts.iter().map(|part| part.rule).collect();
        (!rules.is_empty()).then(|| rules.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Level;

    fn finding(rule: &'static str, level: Level, part_of: Option<&'static str>) -> Finding {
        let mut finding = Finding::new(rule, level, "s".to_owned(), "m".to_owned());
        finding.part_of = part_of;
        finding
    }

    #[test]
    fn parts_stand_under_their_whole_and_nowhere_else() {
        let all = [
            finding("part", Level::Error, Some("whole")),
            finding("whole", Level::Error, None),
            finding("part", Level::Warning, Some("whole")),
            finding("other", Level::Error, Some("absent")),
        ];
        let folded = folded(&all.iter().collect::<Vec<_>>());
        let shown = folded.iter().map(|it| (it.whole.rule, it.also()));
        let expected = [
            ("whole", Some("part".to_owned())),
            ("part", None),
            ("other", None),
        ];
        assert!(shown.eq(expected));
    }
}
