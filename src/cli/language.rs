//! A bundle whose language model is to be executed: its plan, its context, its text.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;

use super::Advised;
use crate::bundle::{ChatTemplate, Language, Manifest, Target};
use crate::engine::stop_tokens::stop_tokens;
use crate::exec::{ExecError, Plan};
use crate::files::{quoted, shown};
use crate::generate::{Decoder, GenerateError, Text};

/// Context where the manifest does not say: of the bare asset, or of a bundle without the field.
const DEFAULT_CONTEXT: usize = 4096;

/// A bundle, ready to be run.
pub(super) struct LanguageModel {
    /// The bundle, read.
    pub(super) target: Target,
    /// The function, planned, its weights in memory.
    pub(super) plan: Plan,
    /// Most tokens of one sequence.
    pub(super) context: usize,
    /// Seconds it took to load.
    pub(super) load_s: f64,
}

impl LanguageModel {
    /// Reads the bundle and loads the function.
    pub(super) fn load(path: &Path, function: Option<&str>) -> anyhow::Result<LanguageModel> {
        let start = Instant::now();
        let target = Target::open(path).map_err(|error| Advised::failure(error.into()))?;
        let Some(asset) = target.asset.present() else {
            let failure = target.main_failure().or_else(|| target.failure());
            return Err(failure.map_or_else(
                || anyhow::anyhow!("{}: there is no model asset", shown(path)),
                Advised::failure,
            ));
        };
        let language = target.manifest.present().and_then(Manifest::language);
        let name = function
            .unwrap_or_else(|| language.map_or("main", |language| language.main_function()));
        let plan = plan(&asset.bytecode_path, name, path)?;
        let stated = language.and_then(|language: Language<'_>| language.max_context_length());
        let context = stated.and_then(|context| usize::try_from(context).ok());
        Ok(LanguageModel {
            plan,
            context: context
                .filter(|context| *context > 0)
                .unwrap_or(DEFAULT_CONTEXT),
            load_s: start.elapsed().as_secs_f64(),
            target,
        })
    }

    /// An empty sequence.
    pub(super) fn decoder(&self, path: &Path) -> anyhow::Result<Decoder<'_>> {
        Decoder::new(&self.plan, self.context).map_err(|error| explained(error, path))
    }

    /// The bundle's tokenizer.
    pub(super) fn text(&self) -> anyhow::Result<Text> {
        let path = self.tokenizer_path();
        let found = path.as_deref().filter(|path| path.is_file());
        let Some(path) = found else {
            return Err(Advised {
                message: format!(
                    "{}: there is no tokenizer.json, so text cannot be turned into ids",
                    shown(&self.target.path)
                ),
                help: "give the prompt as ids: --ids 1,2,3".to_owned(),
            }
            .into());
        };
        Ok(Text::open(path)?)
    }

    fn tokenizer_path(&self) -> Option<PathBuf> {
        let tokenizer = self.target.tokenizer.present()?;
        Some(tokenizer.path.join("tokenizer.json"))
    }

    /// Ids that end text, by the engine's own rules.
    pub(super) fn ends(&self, text: &Text) -> Vec<u32> {
        let tokens = self
            .target
            .tokenizer
            .present()
            .map(stop_tokens)
            .unwrap_or_default();
        tokens
            .iter()
            .filter_map(|token| text.id(&token.content))
            .collect()
    }

    /// The chat template, and the tokens it may name.
    pub(super) fn template(&self) -> Option<(&ChatTemplate, Option<&str>, Option<&str>)> {
        let tokenizer = self.target.tokenizer.present()?;
        let template = tokenizer.chat_template.as_ref()?;
        Some((
            template,
            tokenizer.named_token("bos_token"),
            tokenizer.named_token("eos_token"),
        ))
    }
}

fn plan(bytecode: &Path, function: &str, path: &Path) -> anyhow::Result<Plan> {
    Plan::open(bytecode, function).map_err(|error| {
        let help = match &error {
            ExecError::NoFunction { .. } => "name one of those with --function".to_owned(),
            ExecError::Unsupported(_) | ExecError::Type { .. } => format!(
                "this asset can be looked at, not executed: granite-bundle inspect {} --ops",
                quoted(path)
            ),
            _ => {
                let context = format!("{} cannot be executed", shown(path));
                return anyhow::Error::from(error).context(context);
            }
        };
        let message = error.to_string();
        Advised { message, help }.into()
    })
}

/// The ids of `--ids`.
pub(super) fn ids(text: &str) -> Result<Vec<u32>, String> {
    let one = |part: &str| {
        let wrong = || format!("`{}` is no token id", part.trim());
        part.trim().parse::<u32>().map_err(|_| wrong())
    };
    text.split(',').map(one).collect()
}

/// Computes on so many threads from here on; on all processors where no number is given.
pub(super) fn use_threads(threads: Option<u16>) -> anyhow::Result<()> {
    let Some(threads) = threads else {
        return Ok(());
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads));
    // Only the first pool of a process can be its global one, and a command makes one.
    pool.build_global().context("the threads cannot be started")
}

/// The most memory this process has held so far, bytes; `None` where the system does not say.
pub(super) fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// Adds the next step to a failure.
pub(super) fn explained(error: GenerateError, path: &Path) -> anyhow::Error {
    let path = quoted(path);
    let help = match &error {
        GenerateError::EmptyPrompt => format!("granite-bundle run {path} 'Once upon a time'"),
        GenerateError::Vocabulary { .. } => {
            format!("see the vocabulary's size: granite-bundle inspect {path}")
        }
        GenerateError::Context { .. } => "give a shorter prompt".to_owned(),
        GenerateError::Signature { .. } => {
            format!("see its functions: granite-bundle inspect {path} --all")
        }
        GenerateError::NotANumber { .. } => {
            format!("check the file: granite-bundle inspect {path} --verify-hash")
        }
        _ => return error.into(),
    };
    Advised {
        message: error.to_string(),
        help,
    }
    .into()
}
