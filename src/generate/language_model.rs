//! A bundle whose language model is to be executed: its plan, its context, its text.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{Decoder, GenerateError, Text, TextError};
use crate::bundle::{ChatTemplate, Failure, Language, Manifest, Target, shown};
use crate::engine::stop_tokens::stop_tokens;
use crate::exec::{ExecError, Plan};

/// Context where the manifest does not say: of the bare asset, or of a bundle without the field.
const DEFAULT_CONTEXT: usize = 4096;

/// Why a bundle cannot be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The bundle, or its asset, cannot be read.
    #[error("{}: {}", shown(&.0.path), .0.message)]
    Unreadable(Failure),
    /// The manifest names no asset.
    #[error("{}: there is no model asset", shown(path))]
    NoAsset {
        /// The bundle.
        path: PathBuf,
    },
    /// The function cannot be executed.
    #[error(transparent)]
    Exec(#[from] ExecError),
    /// There is no `tokenizer.json`.
    #[error(
        "{}: there is no tokenizer.json, so text cannot be turned into ids",
        shown(path)
    )]
    NoTokenizer {
        /// The bundle.
        path: PathBuf,
    },
    /// The tokenizer cannot be used.
    #[error(transparent)]
    Text(#[from] TextError),
}

/// A bundle, ready to be run.
pub struct LanguageModel {
    /// The bundle, read.
    pub target: Target,
    /// The function, planned, its weights in memory.
    pub plan: Plan,
    /// Most tokens of one sequence.
    pub context: usize,
    /// How long it took to load.
    pub load: Duration,
}

impl LanguageModel {
    /// Reads a bundle or a bare asset, and loads `function`, or the main one that its manifest names.
    ///
    /// # Errors
    /// When it cannot be read, has no such function, or one that cannot be executed.
    pub fn open(path: &Path, function: Option<&str>) -> Result<LanguageModel, LoadError> {
        LanguageModel::open_watched(path, function, &|_, _| ())
    }

    /// The same; `each` sees how many bytes each read of the weights gave, and how many the file has.
    ///
    /// # Errors
    /// As [`LanguageModel::open`].
    pub fn open_watched(
        path: &Path,
        function: Option<&str>,
        each: &dyn Fn(u64, u64),
    ) -> Result<LanguageModel, LoadError> {
        let start = Instant::now();
        let target = Target::open(path).map_err(|error| LoadError::Unreadable(error.into()))?;
        let Some(asset) = target.asset.present() else {
            let failure = target.main_failure().or_else(|| target.failure());
            let none = || LoadError::NoAsset {
                path: path.to_owned(),
            };
            return Err(failure.map_or_else(none, LoadError::Unreadable));
        };
        let language = target.manifest.present().and_then(Manifest::language);
        let name = function
            .unwrap_or_else(|| language.map_or("main", |language| language.main_function()));
        let plan = Plan::open_watched(&asset.bytecode_path, name, each)?;
        let stated = language.and_then(|language: Language<'_>| language.max_context_length());
        let context = stated.and_then(|context| usize::try_from(context).ok());
        Ok(LanguageModel {
            plan,
            context: context
                .filter(|context| *context > 0)
                .unwrap_or(DEFAULT_CONTEXT),
            load: start.elapsed(),
            target,
        })
    }

    /// An empty sequence.
    ///
    /// # Errors
    /// When the function is none that a language model has.
    pub fn decoder(&self) -> Result<Decoder<'_>, GenerateError> {
        Decoder::new(&self.plan, self.context)
    }

    /// The bundle's tokenizer.
    ///
    /// # Errors
    /// When there is none, or it cannot be used.
    pub fn text(&self) -> Result<Text, LoadError> {
        let tokenizer = self.target.tokenizer.present();
        let path = tokenizer.map(|tokenizer| tokenizer.path.join("tokenizer.json"));
        let found = path.filter(|path| path.is_file());
        let path = found.ok_or_else(|| LoadError::NoTokenizer {
            path: self.target.path.clone(),
        })?;
        Ok(Text::open(&path)?)
    }

    /// Ids that end text, by the engine's own rules.
    pub fn ends(&self, text: &Text) -> Vec<u32> {
        let tokenizer = self.target.tokenizer.present();
        let tokens = tokenizer.map(stop_tokens).unwrap_or_default();
        let ids = tokens.iter().map(|token| text.id(&token.content));
        ids.flatten().collect()
    }

    /// The chat template, and the tokens it may name.
    pub fn template(&self) -> Option<(&ChatTemplate, Option<&str>, Option<&str>)> {
        let tokenizer = self.target.tokenizer.present()?;
        let template = tokenizer.chat_template.as_ref()?;
        Some((
            template,
            tokenizer.named_token("bos_token"),
            tokenizer.named_token("eos_token"),
        ))
    }
}
