//! What a decode step costs, beside what this machine's memory allows.
//!
//! ```sh
//! python benches/granite.py FOLDER
//! cargo bench --bench decode -- FOLDER/granite_1b_int8lin.aimodel [TOKENS]
//! ```
//!
//! Everything is measured in one run: how fast the file is read, how fast all threads read memory, how long the asset
//! takes to load, and what a token costs near the beginning and near the end of `TOKENS` (64 unless given).
//! `benches/decode.py` adds the vendor's runtime.

#![allow(clippy::print_stdout, reason = "the figures are the result")]

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Instant;

use granite_bundle::exec::Plan;
use granite_bundle::generate::Decoder;
use rayon::prelude::*;

/// Bytes that one thread reads at a time while memory is measured.
const PIECE: usize = 1 << 22;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let Some(asset) = arguments.first().map(PathBuf::from) else {
        println!("usage: cargo bench --bench decode -- ASSET.aimodel [TOKENS]");
        return Ok(());
    };
    let tokens: usize = arguments.get(1).map_or(Ok(64), |count| count.parse())?;
    let bytecode = asset.join("main.mlirb");

    let (read, content) = timed(|| whole(&bytecode))?;
    let limit = bandwidth(&content);
    let bytes = content.len();
    drop(content);
    let (load, plan) = timed(|| Ok(Plan::open(&bytecode, "main")?))?;
    let mut decoder = Decoder::new(&plan, tokens.max(1))?;
    let mut steps = Vec::with_capacity(tokens);
    for token in 0..tokens {
        // Any ids do: what is computed does not depend on them.
        let id = u32::try_from(token * 7919 % 1000)?;
        let (step, _) = timed(|| Ok(decoder.feed(&[id], &mut |_| {})?))?;
        steps.push(step);
    }
    let best = bytes as f64 / limit;
    let middle = |part: &[f64]| {
        let mut part = part.to_vec();
        part.sort_by(f64::total_cmp);
        part.get(part.len() / 2).copied().unwrap_or(f64::NAN)
    };
    let (early, late) = (
        middle(&steps[tokens.min(2)..tokens.min(18)]),
        middle(&steps[tokens.saturating_sub(16)..]),
    );
    println!("file      {:8.1} MB", bytes as f64 / 1e6);
    println!("read      {:8.3} s     the file, into memory", read);
    println!(
        "load      {:8.3} s     {:.2} times as long",
        load,
        load / read
    );
    println!("memory    {:8.1} GB/s  with all threads", limit / 1e9);
    println!(
        "limit     {:8.1} ms    to read the file's bytes from memory once",
        best * 1e3
    );
    println!(
        "step      {:8.1} ms    {:.0} % of the limit, {:.1} tokens/s",
        early * 1e3,
        100.0 * best / early,
        1.0 / early
    );
    println!("late step {:8.1} ms    the last of {tokens}", late * 1e3);
    if let Some(peak) = peak() {
        println!(
            "peak      {:8.1} MB    {:.2} times the file",
            peak as f64 / 1e6,
            peak as f64 / bytes as f64
        );
    }
    Ok(())
}

fn timed<T>(
    work: impl FnOnce() -> Result<T, Box<dyn std::error::Error>>,
) -> Result<(f64, T), Box<dyn std::error::Error>> {
    let start = Instant::now();
    let result = work()?;
    Ok((start.elapsed().as_secs_f64(), result))
}

fn whole(path: &Path) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let mut content = Vec::new();
    File::open(path)?.read_to_end(&mut content)?;
    Ok(content)
}

/// Bytes a second that all threads together read: the best of some rounds.
fn bandwidth(content: &[u8]) -> f64 {
    let round = || {
        let start = Instant::now();
        let sum: u64 = content
            .par_chunks(PIECE)
            .map(|piece| {
                let (words, _) = piece.as_chunks::<8>();
                words.iter().fold(0_u64, |sum, word| {
                    sum.wrapping_add(u64::from_le_bytes(*word))
                })
            })
            .sum();
        std::hint::black_box(sum);
        content.len() as f64 / start.elapsed().as_secs_f64()
    };
    (0..5).map(|_| round()).fold(0.0, f64::max)
}

/// The most memory this process has had, bytes, where the system says.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace()
        .nth(1)?
        .parse::<u64>()
        .ok()
        .map(|kib| kib * 1024)
}
