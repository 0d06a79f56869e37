//! Did you mean …?

/// Similarity, from 0 to 1, below which a word is no suggestion.
const SIMILAR: f64 = 0.72;
/// Share of a word, from 0 to 1, that must stay when the typed one is edited into it: a short word's few letters are
/// found somewhere in most long ones.
const KEPT: f64 = 0.3;

/// The candidate most like what was typed, if one is alike; the first of equals.
pub fn closest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_ascii_lowercase();
    let mut best = None;
    let mut similarity = SIMILAR;
    for candidate in candidates {
        let candidate_lower = candidate.to_ascii_lowercase();
        let kept = strsim::normalized_damerau_levenshtein(&typed, &candidate_lower);
        let score = strsim::jaro_winkler(&typed, &candidate_lower).max(kept);
        if kept > KEPT && score > similarity {
            similarity = score;
            best = Some(candidate);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: [&str; 3] = ["graph-logits-dtype", "graph-logits-static", "granite-vocab"];

    #[test]
    fn a_typo_finds_its_word() {
        assert_eq!(
            closest("graph-logit-static", WORDS),
            Some("graph-logits-static")
        );
        assert_eq!(closest("granite-vocabulary", WORDS), Some("granite-vocab"));
    }

    #[test]
    fn an_unlike_word_finds_nothing() {
        assert_eq!(closest("zzz", WORDS), None);
        assert_eq!(closest("nope", ["run-long-prefill-reset"]), None);
    }
}
