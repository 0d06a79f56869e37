//! The pages of a capability, an era and a message.

use crate::checkout::capability::{CapabilityDefinition, EraDefinition};
use crate::engine::messages::FoundMessage;
use crate::patch::series::Series;
use crate::report::terminal::Page;

/// What the engine printed, and what to do.
pub fn message(found: &FoundMessage, columns: u16) -> String {
    let message = found.message;
    let mut page = Page::new(columns);
    let said = message.said[found.form].replace("{}", "…");
    let concerns = format!("concerns {}", message.concerns.title());
    page.heading(&message.id, &concerns, &said);
    page.section("What it means");
    page.paragraph(0, &message.means);
    page.section("What to do");
    page.paragraph(0, &message.then);
    let more = message.rules.iter().chain(&message.capabilities);
    more_about(&mut page, more.map(String::as_str));
    page.section("Source");
    page.paragraph(0, &message.seen);
    page.finish()
}

/// What a capability is, who has it and what provides it.
pub fn capability(definition: &CapabilityDefinition, series: &Series, columns: u16) -> String {
    let mut page = Page::new(columns);
    page.heading(definition.id.id(), "capability", &definition.summary);
    page.section("Without it");
    page.paragraph(0, &definition.without);
    page.section("Who has it");
    let has = series
        .eras
        .iter()
        .filter(|era| era.has.contains(&definition.id));
    for era in has.clone() {
        page.field(era.id.id(), &era.title);
    }
    if has.count() == 0 {
        page.remark("no engine by its own text");
    }
    page.section("What provides it");
    let mut provided = false;
    for patch in &series.patches {
        let eras = patch.eras_provided(definition.id);
        if !eras.is_empty() {
            provided = true;
            let eras = eras.iter().map(ToString::to_string);
            let eras = eras.collect::<Vec<_>>().join(", ");
            page.paragraph(0, &format!("patch `{}`, on {eras}", patch.name));
        }
    }
    if !provided {
        page.remark("no patch of the stack");
    }
    if let Some(place) = &definition.place {
        page.section("Where it is decided");
        page.paragraph(0, &place.what);
    }
    page.finish()
}

/// What sets an era apart, what it has, and what the stack does for it.
pub fn era(definition: &EraDefinition, series: &Series, columns: u16) -> String {
    let mut page = Page::new(columns);
    page.heading(definition.id.id(), "era of the engine", &definition.title);
    if !definition.unknown.is_empty() {
        page.section("What is not known");
        page.paragraph(0, &definition.unknown);
    }
    page.section("What it has");
    for capability in &series.capabilities {
        if definition.has.contains(&capability.id) {
            page.field(capability.id.id(), &capability.summary);
        }
    }
    if definition.has.is_empty() {
        page.remark("none of the capabilities, by its own text");
    }
    page.section("What the stack does for it");
    for patch in &series.patches {
        let variant = patch
            .current()
            .find(|variant| variant.eras.contains(&definition.id));
        let text = match variant {
            Some(variant) => {
                let lacking = variant
                    .provides
                    .iter()
                    .filter(|it| !definition.has.contains(it));
                let lacking: Vec<_> = lacking.map(|it| it.id()).collect();
                match lacking.is_empty() {
                    true => format!("applies, `{}`", variant.file),
                    false => format!("provides {}, `{}`", lacking.join(", "), variant.file),
                }
            }
            None => match series.unsupported_reason(&patch.name, definition.id) {
                Some(reason) => format!("is not for it: {reason}"),
                None => "has no text for it".to_owned(),
            },
        };
        page.paragraph(0, &format!("patch `{}` {text}", patch.name));
    }
    more_about(&mut page, definition.has.iter().map(|it| it.id()));
    page.finish()
}

fn more_about<'a>(page: &mut Page, ids: impl Iterator<Item = &'a str>) {
    let mut ids = ids.peekable();
    if ids.peek().is_none() {
        return;
    }
    page.section("More");
    for id in ids {
        page.command(0, &format!("granite-bundle explain {id}"));
    }
}
