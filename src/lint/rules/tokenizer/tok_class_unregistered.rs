//! `tok-class-unregistered`.

use crate::finding::Level;
use crate::lint::rules::facts::tokenizer;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    id: "tok-class-unregistered",
    family: Family::Tokenizer,
    level: Level::Error,
    summary: "the tokenizer's class is known to swift-transformers",
    explanation: include_str!("tok_class_unregistered.md"),
    provenance: &[Provenance::Community],
    needs: &[Need::Manifest, Need::Tokenizer],
    check,
};

/// Classes swift-transformers registers, without the `Fast` it removes; versions 1.2.0 to 1.3.3.
const REGISTERED: [&str; 18] = [
    "BertTokenizer",
    "CodeGenTokenizer",
    "CodeLlamaTokenizer",
    "CohereTokenizer",
    "DistilBertTokenizer",
    "DistilbertTokenizer",
    "FalconTokenizer",
    "GPT2Tokenizer",
    "GemmaTokenizer",
    "LlamaTokenizer",
    "PreTrainedTokenizer",
    "Qwen2Tokenizer",
    "RobertaTokenizer",
    "T5Tokenizer",
    "TokenizersBackend",
    "WhisperTokenizer",
    "XLMRobertaTokenizer",
    "Xlm-RobertaTokenizer",
];

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(tokenizer) = tokenizer::embedded(context) else {
        return;
    };
    // A configuration that cannot be read is another rule's.
    if tokenizer
        .errors
        .iter()
        .any(|error| error.path.ends_with("tokenizer_config.json"))
    {
        return;
    }
    let class = tokenizer.class();
    if class.is_some_and(|class| REGISTERED.contains(&class.replace("Fast", "").as_str())) {
        return;
    }
    let actual = class.unwrap_or("absent");
    findings
        .report(
            "tokenizer.tokenizer_class",
            format!("tokenizer_class is {actual} and must be one that swift-transformers registers, so loading the tokenizer fails"),
        )
        .expected("a registered class such as GPT2Tokenizer or PreTrainedTokenizerFast")
        .actual(actual)
        .help("for a byte-pair tokenizer whose tokenizer.json is complete, write PreTrainedTokenizerFast")
        .at(tokenizer::CONFIG, tokenizer::config_line(tokenizer, "/tokenizer_class"));
}
