//! The loaded function against the profile's.

use crate::finding::Finding;
use crate::lint::{Context, Findings};
use crate::model::{Function, Value};
use crate::profile::{ExpectedTensor, Profile, ShownShape};

/// Holds inputs, outputs and states to the profile's names, order, element types and shapes.
///
/// The width of the logits is left to the vocabulary's own rule.
pub(in super::super) fn signature(
    profile: &Profile,
    context: &Context<'_>,
    findings: &mut Findings<'_>,
) {
    let expected = &profile.function;
    // A bundle of many functions is held to the one that the profile is about.
    let named = context
        .asset()
        .and_then(|asset| asset.function(&expected.name));
    let Some(function) = named.or_else(|| context.function()) else {
        return;
    };
    let groups = [
        Group::new(
            "inputs",
            "input",
            function,
            &function.inputs,
            &expected.inputs,
        ),
        Group::new(
            "outputs",
            "output",
            function,
            &function.outputs,
            &expected.outputs,
        ),
        Group::new(
            "states",
            "state",
            function,
            &function.states,
            &expected.states,
        ),
    ];
    for group in groups {
        group.check(profile, findings);
    }
}

struct Group<'a> {
    plural: &'static str,
    singular: &'static str,
    function: &'a str,
    seen: &'a [Value],
    expected: &'a [ExpectedTensor],
}

impl<'a> Group<'a> {
    fn new(
        plural: &'static str,
        singular: &'static str,
        function: &'a Function,
        seen: &'a [Value],
        expected: &'a [ExpectedTensor],
    ) -> Group<'a> {
        Group {
            plural,
            singular,
            function: &function.name,
            seen,
            expected,
        }
    }

    fn check(&self, profile: &Profile, findings: &mut Findings<'_>) {
        if self.renamed(profile, findings) || self.reordered(profile, findings) {
            return;
        }
        for tensor in self.expected {
            match self.seen.iter().find(|value| value.name == tensor.name) {
                Some(value) => self.compare(profile, tensor, value, findings),
                None => self.missing(profile, tensor, findings),
            }
        }
        let unexpected =
            |value: &&Value| self.expected.iter().all(|tensor| tensor.name != value.name);
        for value in self.seen.iter().filter(unexpected) {
            self.unexpected(profile, value, findings);
        }
    }

    fn missing(&self, profile: &Profile, tensor: &ExpectedTensor, findings: &mut Findings<'_>) {
        let message = format!(
            "{} has no {} {:?}; {} needs it as {tensor}",
            self.function, self.singular, tensor.name, profile.title
        );
        self.report(findings, &tensor.name, message)
            .expected(tensor);
    }

    fn unexpected(&self, profile: &Profile, value: &Value, findings: &mut Findings<'_>) {
        let message = format!(
            "{} has {} {} {:?}, which {} does not have",
            self.function,
            article(self.singular),
            self.singular,
            value.name,
            profile.title
        );
        self.report(findings, &value.name, message)
            .actual(describe(value));
    }

    /// One value at its place and of its type under another name: one finding, not two.
    fn renamed(&self, profile: &Profile, findings: &mut Findings<'_>) -> bool {
        if self.seen.len() != self.expected.len() {
            return false;
        }
        let mut differing = self
            .expected
            .iter()
            .zip(self.seen)
            .filter(|(tensor, value)| tensor.name != value.name);
        let (Some((tensor, value)), None) = (differing.next(), differing.next()) else {
            return false;
        };
        let known = self.seen.iter().any(|value| value.name == tensor.name);
        if known || !alike(tensor, value) {
            return false;
        }
        let message = format!(
            "the {} {:?} of {} stands where {} has {:?}",
            self.singular, value.name, self.function, profile.title, tensor.name
        );
        self.report(findings, &value.name, message)
            .expected(&tensor.name)
            .actual(&value.name);
        for (tensor, value) in self.expected.iter().zip(self.seen) {
            if tensor.name == value.name {
                self.compare(profile, tensor, value, findings);
            }
        }
        true
    }

    /// The right names in another order: one finding.
    fn reordered(&self, profile: &Profile, findings: &mut Findings<'_>) -> bool {
        let seen = self
            .seen
            .iter()
            .map(|value| value.name.as_str())
            .collect::<Vec<_>>();
        let expected = self
            .expected
            .iter()
            .map(|tensor| tensor.name.as_str())
            .collect::<Vec<_>>();
        let sorted = |names: &[&str]| {
            let mut names = names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>();
            names.sort();
            names
        };
        if seen == expected || sorted(&seen) != sorted(&expected) {
            return false;
        }
        let message = format!(
            "the {} of {} come as {}, {} has them as {}; the engine takes them by position",
            self.plural,
            self.function,
            seen.join(", "),
            profile.title,
            expected.join(", ")
        );
        findings
            .report(
                format!("functions.{}.{}", self.function, self.plural),
                message,
            )
            .expected(expected.join(", "))
            .actual(seen.join(", "));
        true
    }

    fn compare(
        &self,
        profile: &Profile,
        tensor: &ExpectedTensor,
        value: &Value,
        findings: &mut Findings<'_>,
    ) {
        if alike(tensor, value) {
            return;
        }
        let seen = describe(value);
        let message = format!(
            "{} {:?} of {} is {seen}, {} needs {tensor}",
            self.singular, value.name, self.function, profile.title
        );
        self.report(findings, &value.name, message)
            .expected(tensor)
            .actual(seen);
    }

    fn report<'f>(
        &self,
        findings: &'f mut Findings<'_>,
        name: &str,
        message: String,
    ) -> &'f mut Finding {
        let subject = format!("functions.{}.{}.{name}", self.function, self.plural);
        findings.report(subject, message).help(
            "export the model again with the published exporter, or lint it with its own profile",
        )
    }
}

/// True if the value is what the profile expects; a static last dimension of logits may have any size.
fn alike(tensor: &ExpectedTensor, value: &Value) -> bool {
    let Some((dtype, shape)) = value.tensor() else {
        return false;
    };
    let expected = tensor.dims();
    let same_shape =
        expected == shape || (tensor.name == "logits" && same_but_width(&expected, shape));
    tensor.takes(dtype) && same_shape
}

fn same_but_width(expected: &[Option<u64>], seen: &[Option<u64>]) -> bool {
    match (expected.split_last(), seen.split_last()) {
        (Some((Some(_), expected)), Some((Some(_), seen))) => expected == seen,
        _ => false,
    }
}

fn describe(value: &Value) -> String {
    match value.tensor() {
        Some((dtype, shape)) => format!("{dtype} {}", ShownShape(shape)),
        None => "not a tensor".to_owned(),
    }
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    }
}
