//! The engine that takes a bundle: what it makes of it, what it costs, what the host must do.

use anstyle::Style;

use crate::bundle::{Manifest, Target};
use crate::engine::deployment::Deployment;
use crate::engine::selection::Engine;
use crate::engine::signature::StateKind;
use crate::report::terminal::{
    Cell, Columns, DIM, NOTABLE, PLAIN, Page, STRONG, count, plural, size,
};

/// The engine, and what it takes the functions and states for.
pub(super) fn engine(page: &mut Page, target: &Target, deployment: Option<&Deployment<'_>>) {
    let Some(engine) = Engine::of(target) else {
        return;
    };
    page.section("Engine");
    let Some(deployment) = deployment else {
        return page.remark("the asset has no function that the engine would load");
    };
    match engine {
        Engine::Pipelined => {
            page.field("structure", &deployment.structure.to_string());
            page.optional("variant", engine.variant());
        }
        Engine::StaticShape => {
            page.field("structure", &deployment.structure.to_string());
            page.field("variant", "static-shape, on the neural engine");
            lengths(page, deployment);
        }
        Engine::VisionLanguage => {
            page.field("engine", &format!("{}, {}", engine.name(), engine.title()));
            vision(page, target, deployment);
        }
    }
    let (style, text) = states(deployment);
    page.field_in(style, "states", &text);
}

/// The context and query lengths a chunked model was exported for.
fn lengths(page: &mut Page, deployment: &Deployment<'_>) {
    let Some(chunked) = &deployment.chunked else {
        return;
    };
    let listed = |numbers: Vec<u64>| {
        let numbers: Vec<String> = numbers.into_iter().map(count).collect();
        numbers.join(", ")
    };
    page.field(
        "contexts",
        &format!("{} tokens", listed(chunked.contexts())),
    );
    page.field("calls of", &format!("{} tokens", listed(chunked.queries())));
}

/// Where the decoder's input comes from.
fn vision(page: &mut Page, target: &Target, deployment: &Deployment<'_>) {
    let inputs = deployment.step.inputs.iter();
    let inputs: Vec<&str> = inputs.map(|input| input.name.as_str()).collect();
    let roles: Vec<&str> = target
        .side_assets
        .iter()
        .map(|side| side.role.as_str())
        .collect();
    let made = if roles.is_empty() {
        String::new()
    } else {
        format!(", embeddings by way of {}", roles.join(" and "))
    };
    page.field("decoder", &format!("takes {}{made}", inputs.join(" and ")));
}

/// How many states of each kind, and what that means where it is not a matter of course.
fn states(deployment: &Deployment<'_>) -> (Style, String) {
    let kinds = [
        StateKind::KvCache,
        StateKind::SlidingCache,
        StateKind::Fixed,
    ];
    let counted = kinds.iter().filter_map(|kind| {
        let number = deployment
            .kinds
            .iter()
            .filter(|other| *other == kind)
            .count();
        (number > 0).then(|| format!("{number} {kind}"))
    });
    let counted = counted.collect::<Vec<_>>().join(", ");
    match deployment.engine {
        _ if counted.is_empty() => (PLAIN, "none".to_owned()),
        Engine::VisionLanguage if deployment.kinds.len() == 2 => (
            PLAIN,
            format!("{counted}, the two that this engine carries"),
        ),
        Engine::VisionLanguage => (NOTABLE, format!("{counted}, and this engine carries two")),
        Engine::Pipelined if !deployment.has_kv_pair() => (
            NOTABLE,
            format!(
                "{counted}, no key and value pair: the pipelined engine refuses that since September 2026 and took \
                 two states for a pair before; the newest coreai-sequential admits them"
            ),
        ),
        _ => (PLAIN, counted),
    }
}

/// What the bundle takes in memory.
pub(super) fn memory(page: &mut Page, target: &Target, deployment: Option<&Deployment<'_>>) {
    let Some(deployment) = deployment else { return };
    page.section("Memory");
    let memory = &deployment.memory;
    let language = target.manifest.present().and_then(Manifest::language);
    let context = language.and_then(|language| language.max_context_length());
    let full = context.and_then(|context| u64::try_from(context).ok());
    let full = full.map_or_else(
        || "full context".to_owned(),
        |context| format!("{} tokens", count(context)),
    );
    let known = |bytes: Option<u64>| bytes.map_or_else(|| "?".to_owned(), size);
    let mut columns = Columns::default();
    let mut row = |style: Style, label: &str, bytes: Option<u64>, remark: &str| {
        columns.row([
            Cell::new(style, label),
            Cell::number(&known(bytes)).styled(style),
            Cell::new(DIM, remark),
        ]);
    };
    let assets = match target.side_assets.len() as u64 {
        0 => String::new(),
        sides => format!("of {}", plural(sides + 1, "asset")),
    };
    row(PLAIN, "weights", memory.weights, &assets);
    if memory.fixed_states != Some(0) {
        row(
            PLAIN,
            "fixed states",
            memory.fixed_states,
            "zeroed by a reset",
        );
    }
    if deployment.kinds.contains(&StateKind::KvCache) {
        if memory.kv_per_token != Some(0) {
            row(PLAIN, "KV cache per token", memory.kv_per_token, "");
        }
        let at = format!("KV cache at {full}");
        row(PLAIN, &at, memory.kv_at_max_context, "");
    }
    if let Some(buffers) = &memory.buffers {
        let mut holds: Vec<&str> = buffers.iter().map(|buffer| buffer.holds).collect();
        holds.dedup();
        row(
            PLAIN,
            "engine buffers",
            memory.buffer_bytes(),
            &holds.join(", "),
        );
    }
    if let Some(total) = memory.at_max_context() {
        row(STRONG, &format!("all at {full}"), Some(total), "");
    }
    page.columns(&columns);
}

/// What the host must do.
pub(super) fn run_contract(page: &mut Page, deployment: Option<&Deployment<'_>>) {
    let duties = deployment.map_or(&[][..], |deployment| &deployment.run_contract);
    if duties.is_empty() {
        return;
    }
    page.section("Run contract");
    for duty in duties {
        page.part(duty.id, "");
        page.paragraph(2, &duty.what);
        if let Some(command) = &duty.command {
            page.command(2, command);
        }
    }
}
