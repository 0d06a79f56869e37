//! From TOML text to a profile whose facts hold together.

use std::path::{Path, PathBuf};

use super::Profile;
use crate::files::{self, FileReadError};

/// Largest profile file read, bytes.
const MAX_BYTES: u64 = 1 << 20;

/// Why a profile could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Neither a built-in name nor a file.
    #[error("no profile is called {name:?} and there is no such file")]
    Unknown {
        /// As the user gave it.
        name: String,
    },
    /// The file cannot be read.
    #[error("{path}: cannot read the profile")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is not a profile.
    #[error("{path}: not a profile: {message}")]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Every mistake, one a line.
        message: String,
    },
}

impl Profile {
    /// Parses a profile and checks that its facts hold together.
    ///
    /// # Errors
    /// The syntax error or every contradiction, one a line.
    pub fn parse(text: &str) -> Result<Profile, String> {
        let profile: Profile = toml::from_str(text).map_err(|error| at_line(text, &error))?;
        let mistakes = profile.mistakes();
        if mistakes.is_empty() {
            return Ok(profile);
        }
        Err(mistakes.join("\n"))
    }

    /// Loads a profile from a regular file of at most 1 MiB.
    ///
    /// # Errors
    /// When it cannot be read or is not a profile.
    pub fn open(path: &Path) -> Result<Profile, ProfileError> {
        let io = |source| ProfileError::Io {
            path: path.to_owned(),
            source,
        };
        let invalid = |message| ProfileError::Invalid {
            path: path.to_owned(),
            message,
        };
        let text = files::read_text(path, MAX_BYTES).map_err(|error| match error {
            FileReadError::Io(source) => io(source),
            error => invalid(format!("it {error}")),
        })?;
        Profile::parse(&text).map_err(invalid)
    }

    /// The profile as a file that `parse` reads back to the same facts.
    ///
    /// # Errors
    /// When a number does not fit TOML's signed 64 bits.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }

    fn mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        if self.model.vocab_size == 0 {
            mistakes.push("model.vocab_size must be positive".to_owned());
        }
        if self.model.context == Some(0) {
            mistakes.push("model.context must be positive".to_owned());
        }
        if let (Some(positions), Some(context)) = (self.model.source_positions, self.model.context)
            && positions < context
        {
            mistakes.push(format!(
                "model.context {context} is over model.source_positions {positions}"
            ));
        }
        if self.model.by_source && self.model.sources.is_empty() {
            mistakes.push("model.by_source needs model.sources".to_owned());
        }
        let duplicate = |form: &&super::Form| {
            self.forms
                .iter()
                .filter(|other| other.name == form.name)
                .count()
                > 1
        };
        if let Some(form) = self.forms.iter().find(duplicate) {
            mistakes.push(format!("forms: {:?} is there more than once", form.name));
        }
        for form in &self.forms {
            if self.weights.quantization_refused.is_some() && form.is_quantized() {
                mistakes.push(format!(
                    "forms: {:?} is quantized, which weights.quantization_refused rules out",
                    form.name
                ));
            }
            let hex =
                |digest: &str| digest.len() == 64 && digest.chars().all(|c| c.is_ascii_hexdigit());
            if form.published.as_ref().is_some_and(|it| !hex(&it.sha256)) {
                mistakes.push(format!(
                    "forms: the sha256 of {:?} is not 64 hex digits",
                    form.name
                ));
            }
        }
        mistakes
    }
}
/// What is wrong with a TOML text and where, in one line.
fn at_line(text: &str, error: &toml::de::Error) -> String {
    let message = error.message();
    match error.span().and_then(|span| text.get(..span.start)) {
        Some(before) => format!("line {}: {message}", before.matches('\n').count() + 1),
        None => message.to_owned(),
    }
}
