//! A bundle called int4lin, int4hu or int4lin8 has the weights of that form.

use crate::finding::Level;
use crate::lint::{Context, Family, Findings, Need, Provenance, Rule};

use super::checks;

/// A bundle called int4lin, int4hu or int4lin8 has the weights of that form.
pub(super) static RULE: Rule = Rule {
    id: "granite-name-int4",
    family: Family::Profile,
    level: Level::Warning,
    summary: "a name that says int4lin, int4hu or int4lin8 is borne out by the weights",
    explanation: include_str!("granite_name_int4.md"),
    provenance: &[Provenance::Granite, Provenance::Community],
    needs: &[Need::Asset, Need::Profile],
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    if let Some(profile) = super::granite(context) {
        checks::claims(
            profile,
            |form| form.name.starts_with("int4"),
            context,
            findings,
        );
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::RULE;
    use crate::lint::testing::{Case, block32};
    use crate::model::DType;

    fn called(name: &str, dtype: DType, block: u64) -> Case {
        let mut case = Case::granite_1b();
        case.edit_manifest(|json| json["name"] = name.into());
        case.asset().path = format!("g/{name}.aimodel").into();
        let weights = &mut case.asset().weights;
        for layer in &mut weights.quantized {
            layer.data.dtype = dtype;
            layer.scale.as_mut().unwrap().block = vec![1, block];
        }
        weights.storage[0].bytes = 1_043_220_480 - weights.storage[1].bytes;
        case
    }

    #[test]
    fn the_exporter_s_forms_are_right() {
        for (name, block) in [("granite_int4lin", 32), ("granite_int4lin_b16", 16)] {
            assert_eq!(called(name, DType::Int4, block).check(&RULE), [], "{name}");
        }
        let mut rescued = called("granite_int4lin8_b16", DType::Int4, 16);
        let weights = &mut rescued.asset().weights;
        weights.quantized.push(block32(6448, 1536));
        assert_eq!(rescued.check(&RULE), []);
    }

    #[test]
    fn blocks_that_the_name_does_not_say_are_found() {
        for (name, block) in [("granite_int4lin", 16), ("granite_int4lin_b16", 32)] {
            let found = called(name, DType::Int4, block).check(&RULE);
            assert_eq!(found.len(), 1, "{name}");
            let expected = format!("int4 in blocks of [1, {block}]");
            assert!(found[0].message.contains(&expected), "{}", found[0].message);
        }
    }

    #[test]
    fn int8_layers_are_found_and_so_is_their_absence() {
        let found = called("granite_int4lin", DType::Int8, 32).check(&RULE);
        assert!(found[0].message.contains("is int8"), "{}", found[0].message);
        let found = called("granite_int4lin8", DType::Int4, 32).check(&RULE);
        assert!(
            found[0].message.contains("no weight is int8"),
            "{}",
            found[0].message
        );
    }
}
