//! Reads, judges and prepares Core AI language bundles, with no Apple software.
//!
//! Data flows one way, and a lower layer never names a higher one:
//!
//! ```text
//! bytes ─► mlir ─► aicode ─► model ─► bundle ─┬─► engine, profile ─► lint ─► finding ─┐
//!                                             └─► inspect, diff ──────────────────────┼─► report ─► cli
//! checkout ─┬─► patch: format ─► series ─► fit ─► judge ─► change ────────────────────┘
//!           └─► lint, preflight
//! ```
//!
//! # What each command is in the library
//!
//! | Command | Entry |
//! | --- | --- |
//! | `inspect` | [`bundle::Target::open`], [`engine::deployment::Deployment::of`] |
//! | `diff` | [`bundle::compare`] |
//! | `lint` | [`lint::fleet::Settings::lint`] |
//! | `rules`, `explain` | [`lint::rules`], [`engine::messages::find`], [`patch::series::Series`] |
//! | `preflight` | [`patch::judge::engine::read`], [`preflight::examine`] |
//! | `patch` | [`patch::change::Stack`] |
//! | `run` | [`generate::LanguageModel`], [`generate::generate`] |
//! | `gate` | [`gate::free`], [`gate::teacher_forced`], [`gate::against`] |
//!
//! What they print is made by [`mod@report`], as pages and as documents.
//!
//! Look at a bundle, and lint it:
//!
//! ```
//! use std::path::Path;
//! use std::sync::Arc;
//!
//! use granite_bundle::bundle::Target;
//! use granite_bundle::engine::deployment::Deployment;
//! use granite_bundle::finding::Level;
//! use granite_bundle::lint::Gate;
//! use granite_bundle::lint::fleet::{ProfileChoice, Settings};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let target = Target::open(Path::new("examples/granite-4.0-h-1b-signature"))?;
//! let deployment = Deployment::of(&target).ok_or("no language model")?;
//! assert_eq!(deployment.step.states.len(), 4);
//!
//! let settings = Arc::new(Settings {
//!     config: None,
//!     gate: Gate::default(),
//!     profile: ProfileChoice::Auto(Vec::new()),
//!     platform: None,
//!     engine: None,
//!     hash: true,
//! });
//! let linted = settings.lint(target);
//! assert!(linted.findings.iter().all(|finding| finding.level < Level::Error));
//! # Ok(())
//! # }
//! ```
//!
//! Ask whether it runs on an engine, and what a message of the engine means:
//!
//! ```no_run
//! use std::path::Path;
//!
//! use granite_bundle::bundle::Target;
//! use granite_bundle::checkout::open::Checkout;
//! use granite_bundle::engine::messages;
//! use granite_bundle::patch::judge::engine::read;
//! use granite_bundle::patch::series::Series;
//! use granite_bundle::preflight::{Surroundings, examine};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let target = Target::open(Path::new("granite-4.0-h-1b"))?;
//! let checkout = Checkout::open(Path::new("coreai-models"))?;
//! let reading = read(checkout.trees()?.site(), &Series::builtin()?)?;
//! let around = Surroundings {
//!     checkout: "coreai-models",
//!     clone: None,
//!     takes_whole_stack: reading.plan.refusal.is_none(),
//!     objections: &[],
//!     way_out: &[],
//!     better: None,
//! };
//! println!("{}", examine(&target, &reading.checkout, around).verdict.word());
//!
//! for found in messages::find("Missing state view for convState.") {
//!     println!("{}", found.message.id);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Run it, and hold it to an oracle:
//!
//! ```no_run
//! use std::path::Path;
//!
//! use granite_bundle::bundle::JsonDocument;
//! use granite_bundle::gate::{self, Oracle};
//! use granite_bundle::generate::{GenerationRequest, LanguageModel, Sampler, Sampling, generate};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let model = LanguageModel::open(Path::new("granite-4.0-h-1b"), None)?;
//! let text = model.text()?;
//! let prompt = text.encode("The capital of France is", true)?;
//! let ends = model.ends(&text);
//! let request = GenerationRequest { prompt: &prompt, limit: 64, ends: &ends };
//! let mut sampler = Sampler::new(Sampling::GREEDY);
//! let generation = generate(&mut model.decoder()?, request, &mut sampler, |_| true, |_| ())?;
//! println!("{}", text.decode(&generation.ids())?);
//!
//! let path = Path::new("gate-granite-4.0-h-1b.json");
//! let oracle = Oracle::of(path, JsonDocument::read(path)?.value)?;
//! assert!(gate::free(&mut model.decoder()?, &oracle, 0.1)?.passes());
//! # Ok(())
//! # }
//! ```

pub mod aicode;
pub mod bundle;
pub mod bytes;
pub mod checkout;
pub mod cli;
pub mod engine;
pub mod exec;
pub mod files;
pub mod finding;
pub mod gate;
pub mod generate;
pub mod lint;
pub mod mlir;
pub mod model;
pub mod patch;
pub mod preflight;
pub mod profile;
pub mod report;
