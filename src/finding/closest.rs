//! Did you mean …?

/// Similarity, from 0 to 1, below which a word is no suggestion.
const SIMILAR: f64 = 0.72;

/// The candidate most like what was typed, if one is alike; the first of equals.
pub fn closest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_ascii_lowercase();
    let mut best = None;
    let mut similarity = SIMILAR;
    for candidate in candidates {
        let score = strsim::jaro_winkler(&typed, &candidate.to_ascii_lowercase())
            .max(strsim::normalized_damerau_levenshtein(&typed, candidate));
        if score > similarity {
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
    }
}
