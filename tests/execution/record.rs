//! One asset's function, called some times, with what came out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use granite_bundle::aicode::Program;
use granite_bundle::bytes::FileSource;
use granite_bundle::exec::tensor::{Class, Elements, class};
use granite_bundle::exec::{ExecError, Plan, Session, Tensor};
use granite_bundle::mlir::Module;
use granite_bundle::model::DType;
use serde::Deserialize;

/// A recorded value.
#[derive(Deserialize)]
struct Value {
    dtype: String,
    shape: Vec<usize>,
    data: Vec<serde_json::Value>,
}

/// What JSON cannot write as a number is written as text.
fn number(value: &serde_json::Value) -> f64 {
    match value {
        serde_json::Value::String(text) => text.parse().unwrap(),
        value => value.as_f64().unwrap(),
    }
}

#[derive(Deserialize)]
struct Call {
    inputs: BTreeMap<String, Value>,
    outputs: BTreeMap<String, Value>,
}

/// Recorded calls.
#[derive(Deserialize)]
pub(crate) struct Record {
    /// The asset's folder; relative to the record.
    asset: PathBuf,
    function: String,
    /// Size of the states' dynamic dimensions.
    growing: usize,
    /// The floating type of fewest digits that the program computes in.
    precision: String,
    /// Whether each element is compared by its own size, not by the largest's.
    #[serde(default)]
    each: bool,
    calls: Vec<Call>,
    #[serde(default)]
    states: BTreeMap<String, Value>,
}

impl Record {
    pub(crate) fn read(path: &Path) -> Record {
        let text = fs::read_to_string(path).unwrap();
        let mut record: Record = serde_json::from_str(&text).unwrap();
        record.asset = path.parent().unwrap().join(&record.asset);
        record
    }

    /// How many calls there are.
    pub(crate) fn calls(&self) -> usize {
        self.calls.len()
    }

    /// Makes the calls; the largest distance from what was recorded, in units of the last place of the type, or what
    /// differs.
    pub(crate) fn run(&self) -> Result<f64, String> {
        let whole = |error: ExecError| {
            let mut text = error.to_string();
            let mut cause = std::error::Error::source(&error);
            while let Some(error) = cause {
                text += &format!(": {error}");
                cause = error.source();
            }
            text
        };
        let source = FileSource::open(&self.asset.join("main.mlirb")).map_err(|e| e.to_string())?;
        let program = Program::new(Module::read(&source).map_err(|e| e.to_string())?);
        let program = program.map_err(|e| e.to_string())?;
        let plan = Plan::new(&program, &source, &self.function).map_err(whole)?;
        let mut session = Session::new(&plan, self.growing).map_err(whole)?;
        // Bits of the significand behind the point.
        let digits = match self.precision.as_str() {
            "bfloat16" => 7,
            "float16" => 10,
            _ => 23,
        };
        let mut worst = 0.0_f64;
        for (number, call) in self.calls.iter().enumerate() {
            let inputs: BTreeMap<_, _> = call
                .inputs
                .iter()
                .map(|(name, value)| (name.as_str(), value.tensor()))
                .collect();
            let outputs = session
                .call(&inputs)
                .map_err(|error| format!("call {number}: {}", whole(error)))?;
            for (port, output) in plan.outputs.iter().zip(&outputs) {
                let recorded = &call.outputs[&port.name];
                if port.name == "logits" {
                    recorded
                        .same_choice(output, digits)
                        .map_err(|e| format!("call {number}: {e}"))?;
                }
                let distance = recorded.distance(output, digits, self.each);
                worst =
                    worst.max(distance.map_err(|e| format!("call {number}, {}: {e}", port.name))?);
            }
        }
        for (name, value) in &self.states {
            let distance = value.distance(session.state(name).unwrap(), digits, self.each);
            worst = worst.max(distance.map_err(|e| format!("state {name}: {e}"))?);
        }
        Ok(worst)
    }
}

impl Value {
    fn class(&self) -> Class {
        class(DType::from_name(&self.dtype).unwrap()).unwrap()
    }

    fn whole(&self) -> Vec<i64> {
        let exact =
            |value: &serde_json::Value| value.as_i64().unwrap_or_else(|| number(value) as i64);
        self.data.iter().map(exact).collect()
    }

    fn tensor(&self) -> Tensor {
        let dtype = DType::from_name(&self.dtype).unwrap();
        match self.class() {
            Class::Float => {
                let data = self.data.iter().map(|value| number(value) as f32).collect();
                Tensor::floats(dtype, self.shape.clone(), data)
            }
            Class::Int => Tensor::ints(dtype, self.shape.clone(), self.whole()),
        }
    }

    /// Whether the greatest of each row is the recorded one, unless the recorded two greatest are as near as rounding.
    fn same_choice(&self, ours: &Tensor, digits: i32) -> Result<(), String> {
        let width = *self.shape.last().unwrap();
        let rows = self
            .data
            .chunks(width)
            .zip(ours.as_floats().unwrap().chunks(width));
        for (row, (theirs, ours)) in rows.enumerate() {
            let theirs: Vec<f64> = theirs.iter().map(number).collect();
            let best = |than: Option<usize>| {
                let candidates = (0..width).filter(|place| Some(*place) != than);
                candidates
                    .max_by(|a, b| theirs[*a].total_cmp(&theirs[*b]))
                    .unwrap()
            };
            let first = best(None);
            let margin = theirs[first] - theirs[best(Some(first))];
            let largest = theirs
                .iter()
                .fold(0.0_f64, |most, value| most.max(value.abs()));
            let chosen = (0..width)
                .max_by(|a, b| ours[*a].total_cmp(&ours[*b]))
                .unwrap();
            if chosen != first && margin > 2.0 * LIMIT * largest * 2_f64.powi(-digits) {
                return Err(format!(
                    "row {row} chooses {chosen}, recorded {first} by {margin}"
                ));
            }
        }
        Ok(())
    }

    /// The largest distance of an element from the recorded one, in units of the last place of its largest element:
    /// what rounding at another place changes. With `each`, of the element itself. Whole numbers have no distance.
    fn distance(&self, ours: &Tensor, digits: i32, each: bool) -> Result<f64, String> {
        if ours.shape != self.shape {
            return Err(format!("sizes {:?}, recorded {:?}", ours.shape, self.shape));
        }
        let ours = match (&ours.data, each) {
            (Elements::Int(ours), true) => return self.same_whole(ours).map(|()| 0.0),
            (Elements::Int(ours), false) => ours.iter().map(|value| *value as f64).collect(),
            (Elements::Float(ours), _) => ours
                .iter()
                .map(|value| f64::from(*value))
                .collect::<Vec<_>>(),
        };
        let theirs: Vec<f64> = self.data.iter().map(number).collect();
        let finite = theirs.iter().filter(|value| value.is_finite());
        let largest = finite.fold(0.0_f64, |most, value| most.max(value.abs()));
        let mut worst = 0.0_f64;
        for (place, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
            if ours == theirs || (ours.is_nan() && theirs.is_nan()) {
                continue;
            }
            let size = if each { theirs.abs() } else { largest };
            let unit = size.max(least(digits)) * 2_f64.powi(-digits);
            let distance = (ours - theirs).abs() / unit;
            if distance.is_nan() || distance > LIMIT {
                return Err(format!(
                    "element {place} is {ours}, recorded {theirs} ({distance:.1} units)"
                ));
            }
            worst = worst.max(distance);
        }
        Ok(worst)
    }

    fn same_whole(&self, ours: &[i64]) -> Result<(), String> {
        let theirs = self.whole();
        match (0..theirs.len()).find(|place| ours[*place] != theirs[*place]) {
            Some(place) => Err(format!(
                "element {place} is {}, recorded {}",
                ours[place], theirs[place]
            )),
            None => Ok(()),
        }
    }
}

/// The least number of a type that has all its digits: below it, units grow no smaller.
fn least(digits: i32) -> f64 {
    2_f64.powi(if digits == 10 { -14 } else { -126 })
}

/// Units of the last place that rounding in another order may come to.
const LIMIT: f64 = 8.0;
