//! `granite-bundle run`.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::PathBuf;

use super::language::{self, explained, ids, peak_bytes, use_threads};
use super::{Advised, Exit, Ui, examples, interrupt};
use crate::files::{beside, put, quoted, shown};
use crate::generate::chat::{Message, render};
use crate::generate::{
    GenerateError, Generation, GenerationRequest, LanguageModel, Sampler, Sampling, Stop, Stream,
    Text, generate,
};
use crate::report::json;
use crate::report::json::run::{Document, Timing};
use crate::report::npy;

/// Execute the bundle's language model on this machine
///
/// The graph is executed on the CPU from the bytes of the asset. The text goes to stdout as it is made, everything else
/// to stderr. Without --temperature the most likely token is taken each time.
///
/// Ctrl-C ends an answer after the token it is at; a second one, or one while the model is loading, ends the program.
///
/// Exit code: 0 if it ran; 2 if it cannot be executed, or the prompt does not fit; 130 if Ctrl-C ended it.
#[derive(Debug, clap::Args)]
#[command(after_help = examples(&[
    "granite-bundle run exports/granite-4.0-h-1b 'The capital of France is' -n 16",
    "granite-bundle run exports/granite-4.0-h-1b --ids 791,6864,315,9822,374 -n 2 --json",
    "granite-bundle run exports/granite-4.0-h-1b --chat",
]))]
pub(super) struct Args {
    /// The bundle, or its asset
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// What to go on from; with --system, or a chat template and --chat, what the user says
    #[arg(value_name = "TEXT", conflicts_with = "ids")]
    text: Option<String>,
    /// The same as token ids, for which no tokenizer is needed
    #[arg(long, value_name = "1,2,3", value_parser = ids)]
    ids: Option<Ids>,
    /// Talk: each line of standard input is the user's turn
    #[arg(long, conflicts_with_all = ["ids", "json", "logits"])]
    chat: bool,
    /// What the model is told first; the prompt is then written with the bundle's chat template
    #[arg(long, value_name = "TEXT", conflicts_with = "ids")]
    system: Option<String>,
    /// Most tokens to make
    #[arg(short = 'n', value_name = "N", default_value_t = 64)]
    limit: usize,
    /// Draw tokens instead of taking the most likely one; 1 as likely as the model says, less is bolder for the likely
    #[arg(long, value_name = "T", default_value_t = 0.0, value_parser = temperature)]
    temperature: f32,
    /// Draw from the K most likely ones
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..))]
    top_k: Option<u32>,
    /// Draw from the most likely ones that together have this share
    #[arg(long, value_name = "P", value_parser = share)]
    top_p: Option<f32>,
    /// Where the random numbers begin: the same seed gives the same tokens
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Go on behind tokens that end text
    #[arg(long)]
    ignore_eos: bool,
    /// The function to call, where it is not the bundle's main one
    #[arg(long, value_name = "NAME")]
    function: Option<String>,
    /// Write the logits after every token that is fed: a NumPy array, float32, [tokens, vocabulary]
    #[arg(long, value_name = "FILE.npy")]
    logits: Option<PathBuf>,
    /// Threads to compute on; the results are the same for any number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Print the document `granite-bundle schema run` describes
    #[arg(long)]
    json: bool,
}

/// Ids of one option; an alias, so that clap takes them as one value.
type Ids = Vec<u32>;

fn temperature(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(number) if number.is_finite() && number >= 0.0 => Ok(number),
        _ => Err("expected a number from 0 on".to_owned()),
    }
}

fn share(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(number) if number > 0.0 && number <= 1.0 => Ok(number),
        _ => Err("expected a share above 0 and up to 1".to_owned()),
    }
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> anyhow::Result<Exit> {
    if args.text.is_none() && args.ids.is_none() && !args.chat {
        return Err(Advised {
            message: "there is no prompt".to_owned(),
            help: format!(
                "give a text: granite-bundle run {} 'Once upon a time', or ids: --ids 1,2,3, or talk: --chat",
                quoted(&args.path)
            ),
        }
        .into());
    }
    interrupt::watch()?;
    use_threads(args.threads)?;
    let model = language::load(&args.path, args.function.as_deref(), ui)?;
    match args.chat {
        true => chat(args, &model, ui),
        false => once(args, &model, ui),
    }
}

impl Args {
    fn sampler(&self) -> Sampler {
        Sampler::new(Sampling {
            temperature: self.temperature,
            top_k: self.top_k.map(|count| count as usize),
            top_p: self.top_p,
            seed: self.seed,
        })
    }
}

fn once(args: &Args, model: &LanguageModel, ui: &mut Ui) -> anyhow::Result<Exit> {
    // With ids alone the text is a courtesy: a bundle without a tokenizer runs too.
    let text = match &args.ids {
        Some(_) => language::text(model).ok(),
        None => Some(language::text(model)?),
    };
    let prompt = match (&args.ids, &args.text, &text) {
        (Some(ids), ..) => ids.clone(),
        (None, Some(said), Some(text)) => encode(model, text, said, args.system.as_deref())?,
        _ => Vec::new(),
    };
    let ends = match (&text, args.ignore_eos) {
        (Some(text), false) => model.ends(text),
        _ => Vec::new(),
    };
    let mut decoder = language::decoder(model, &args.path)?;
    // Beside the file it takes the place of once it is whole.
    let mut logits = match &args.logits {
        Some(path) => Some((npy::Rows::new(beside(path)?)?, path)),
        None => None,
    };
    let mut failed = None;
    let mut stream = text.as_ref().map(Stream::new);
    let request = GenerationRequest {
        prompt: &prompt,
        limit: args.limit,
        ends: &ends,
    };
    let live = !args.json;
    let out = &mut ui.out;
    let (generation, interrupted) = interrupt::heeded(|| {
        generate(
            &mut decoder,
            request,
            &mut args.sampler(),
            |step| match show(out, live, stream.as_mut(), step.id, ends.contains(&step.id)) {
                Ok(()) => true,
                Err(error) => {
                    failed = Some(error);
                    false
                }
            },
            |row| {
                if let Some((rows, _)) = &mut logits {
                    rows.push(row);
                }
            },
        )
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let generation = match generation {
        Err(GenerateError::Interrupted) => {
            ui.note("interrupted before the prompt was read");
            return Ok(Exit::Interrupted);
        }
        generation => generation.map_err(|error| explained(error, &args.path))?,
    };
    if interrupted {
        return interrupted_after(args, model, prompt.len(), &generation, ui);
    }
    if let Some((rows, path)) = logits {
        put(path, rows.finish()?)?;
    }
    finish(args, model, &prompt, &generation, text.as_ref(), ui)
}

/// Shows a token as it is made: its text, or its id where there is none.
fn show(
    out: &mut impl Write,
    live: bool,
    stream: Option<&mut Stream<'_>>,
    id: u32,
    ends: bool,
) -> anyhow::Result<()> {
    if !live || ends {
        return Ok(());
    }
    match stream {
        Some(stream) => write!(out, "{}", stream.push(id)?)?,
        None => write!(out, "{id} ")?,
    }
    Ok(out.flush()?)
}

/// What was made until Ctrl-C stays on the screen; a document or an array of half a run would pass for one of a whole one.
fn interrupted_after(
    args: &Args,
    model: &LanguageModel,
    prompt: usize,
    generation: &Generation,
    ui: &mut Ui,
) -> anyhow::Result<Exit> {
    if !args.json {
        writeln!(ui.out)?;
        ui.out.flush()?;
        let timing = Timing::of(model.load.as_secs_f64(), prompt, generation);
        ui.note(&timing.line(generation));
    }
    ui.note("interrupted");
    Ok(Exit::Interrupted)
}

fn finish(
    args: &Args,
    model: &LanguageModel,
    prompt: &[u32],
    generation: &Generation,
    text: Option<&Text>,
    ui: &mut Ui,
) -> anyhow::Result<Exit> {
    let timing = Timing::of(model.load.as_secs_f64(), prompt.len(), generation);
    if args.json {
        let text = text
            .map(|text| text.decode(&generation.ids()))
            .transpose()?;
        let document = Document::new(prompt, generation, text, timing, peak_bytes());
        ui.out.write_all(json::text(&document)?.as_bytes())?;
    } else {
        writeln!(ui.out)?;
        ui.note(&timing.line(generation));
    }
    ui.out.flush()?;
    Ok(Exit::Fine)
}

/// The ids of a prompt: as it is, or as the user's turn of a conversation.
fn encode(
    model: &LanguageModel,
    text: &Text,
    said: &str,
    system: Option<&str>,
) -> anyhow::Result<Vec<u32>> {
    match system {
        None => Ok(text.encode(said, true)?),
        Some(system) => {
            let messages = [message("system", system), message("user", said)];
            turn(model, text, &messages)
        }
    }
}

fn message(role: &'static str, content: &str) -> Message {
    Message {
        role,
        content: content.to_owned(),
    }
}

/// The ids of a conversation, by the bundle's chat template.
fn turn(model: &LanguageModel, text: &Text, messages: &[Message]) -> anyhow::Result<Vec<u32>> {
    let (template, bos, eos) = model.template().ok_or_else(|| Advised {
        message: format!("{}: there is no chat template", shown(&model.target.path)),
        help: "give the whole prompt as TEXT, without --system and --chat".to_owned(),
    })?;
    let written = render(template, messages, (bos, eos))?;
    // The template writes the special tokens itself.
    Ok(text.encode(&written, false)?)
}

/// Talks line by line, with all that was said before.
fn chat(args: &Args, model: &LanguageModel, ui: &mut Ui) -> anyhow::Result<Exit> {
    let text = language::text(model)?;
    let ends = if args.ignore_eos {
        Vec::new()
    } else {
        model.ends(&text)
    };
    let mut messages: Vec<_> = args
        .system
        .iter()
        .map(|system| message("system", system))
        .collect();
    let mut sampler = args.sampler();
    let stdin = io::stdin();
    let prompts = stdin.is_terminal() && ui.progress;
    let mut said = args.text.clone();
    let mut lines = stdin.lock().lines();
    loop {
        let line = match said.take() {
            Some(line) => line,
            None => {
                if prompts {
                    write!(ui.err, "> ")?;
                    ui.err.flush()?;
                }
                match lines.next().transpose()? {
                    Some(line) => line,
                    None => return Ok(Exit::Fine),
                }
            }
        };
        if line.trim().is_empty() {
            continue;
        }
        messages.push(message("user", &line));
        let prompt = turn(model, &text, &messages)?;
        // The conversation is fed anew: a recurrent state cannot be taken back to where its text still agrees.
        let mut decoder = language::decoder(model, &args.path)?;
        let mut stream = Stream::new(&text);
        let mut answer = String::new();
        let request = GenerationRequest {
            prompt: &prompt,
            limit: args.limit,
            ends: &ends,
        };
        let mut failed = None;
        let out = &mut ui.out;
        let (generation, interrupted) = interrupt::heeded(|| {
            generate(
                &mut decoder,
                request,
                &mut sampler,
                |step| {
                    if ends.contains(&step.id) {
                        return true;
                    }
                    let shown = stream
                        .push(step.id)
                        .map_err(anyhow::Error::from)
                        .and_then(|new| {
                            answer += &new;
                            write!(out, "{new}")?;
                            Ok(out.flush()?)
                        });
                    failed = shown.err();
                    failed.is_none()
                },
                |_| (),
            )
        });
        if let Some(error) = failed {
            return Err(error);
        }
        writeln!(ui.out)?;
        ui.out.flush()?;
        if interrupted && !prompts {
            ui.note("interrupted");
            return Ok(Exit::Interrupted);
        }
        // At a terminal it ends this answer, and the conversation goes on.
        let generation = match generation {
            Err(GenerateError::Interrupted) => {
                messages.pop();
                continue;
            }
            generation => generation.map_err(|error| explained(error, &args.path))?,
        };
        if generation.stop == Stop::Context {
            ui.note("the context is full; start again for a new conversation");
            return Ok(Exit::Fine);
        }
        messages.push(message("assistant", &answer));
    }
}
