//! Several operations in one pass: piece by piece, so that what lies between them stays in the cache.

#![allow(
    clippy::needless_range_loop,
    reason = "loops by index become vector instructions, see `dispatch`"
)]

use rayon::prelude::*;

use super::Binary;
use super::floats::PARALLEL;
use crate::exec::kernels::broadcast::{self, Walk};
use crate::exec::tensor::{Class, Tensor, class, elements, round_bf16, round_f16};
use crate::exec::{Buffer, ExecError, simd};
use crate::model::DType;

/// Elements of a piece: a few of these fit the cache nearest to the processor.
const PIECE: usize = 1 << 10;

/// Pieces that a thread takes at a time.
const PIECES_PER_TASK: usize = 16;

/// Operations whose results are only operands of each other; the last makes the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fused {
    nodes: Vec<Node>,
}

/// One value of a [`Fused`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node {
    /// An operand that is given, by its place.
    Given(usize),
    /// What an operation makes of two values before it; each is used once.
    Made { by: Binary, x: usize, y: usize },
}

impl Fused {
    /// One operation on two operands, if it is one that can be fused with others.
    pub fn new(by: Binary) -> Option<Fused> {
        let (x, y) = (0, 1);
        let nodes = vec![Node::Given(0), Node::Given(1), Node::Made { by, x, y }];
        matches!(by, Binary::Add | Binary::Sub | Binary::Mul | Binary::Divide)
            .then_some(Fused { nodes })
    }

    /// How many operands it takes.
    pub fn operands(&self) -> usize {
        self.nodes.len().div_ceil(2)
    }

    /// With an operand replaced by what another makes, whose operands stand in its place.
    #[must_use]
    pub fn with(&self, operand: usize, inner: &Fused) -> Fused {
        let more = inner.operands() - 1;
        let mut nodes = Vec::with_capacity(self.nodes.len() + inner.nodes.len());
        // Where each of the own nodes has gone.
        let mut places = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            match *node {
                Node::Given(given) if given == operand => {
                    let first = nodes.len();
                    nodes.extend(inner.nodes.iter().map(|node| match *node {
                        Node::Given(given) => Node::Given(given + operand),
                        Node::Made { by, x, y } => Node::Made {
                            by,
                            x: x + first,
                            y: y + first,
                        },
                    }));
                }
                Node::Given(given) if given > operand => nodes.push(Node::Given(given + more)),
                Node::Made { by, x, y } => nodes.push(Node::Made {
                    by,
                    x: places[x],
                    y: places[y],
                }),
                node => nodes.push(node),
            }
            places.push(nodes.len() - 1);
        }
        Fused { nodes }
    }

    /// What all of them make, each rounded to the type of its first operand.
    ///
    /// # Errors
    /// Sizes or element types that do not go together.
    pub fn apply(&self, operands: Vec<Tensor>) -> Result<Tensor, ExecError> {
        let mut given: Vec<Option<Tensor>> = operands.into_iter().map(Some).collect();
        let mut values: Vec<Value> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let value = match *node {
                Node::Given(place) => {
                    let tensor = given.get_mut(place).and_then(Option::take);
                    let missing = || ExecError::operands("an operand is missing");
                    Value::Whole(tensor.ok_or_else(missing)?)
                }
                Node::Made { by, x, y } => {
                    let shape = broadcast::shape(values[x].shape(), values[y].shape())?;
                    let dtype = values[x].dtype();
                    Value::Pending {
                        by,
                        x,
                        y,
                        shape,
                        dtype,
                    }
                }
            };
            values.push(value);
        }
        let last = values.len() - 1;
        let whole = values[last].shape().to_vec();
        let count = elements(&whole)?;
        let are_floats = values
            .iter()
            .all(|value| class(value.dtype()) == Some(Class::Float));
        if count < PARALLEL || !are_floats {
            return made(&mut values, last);
        }
        // What is smaller than the result is made first, as it is used more than once.
        for place in 0..last {
            if elements(values[place].shape())? < count {
                let tensor = made(&mut values, place)?;
                values[place] = Value::Whole(tensor);
            }
        }
        let dtype = values[last].dtype();
        let mut data = Buffer::unwritten(count);
        Program::new(&values, &whole)?.run(&mut data);
        Ok(Tensor::held(dtype, whole, data))
    }
}

/// A value of a [`Fused`] at work.
enum Value {
    Whole(Tensor),
    Pending {
        by: Binary,
        x: usize,
        y: usize,
        shape: Vec<usize>,
        dtype: DType,
    },
    Used,
}

impl Value {
    fn shape(&self) -> &[usize] {
        match self {
            Value::Whole(tensor) => &tensor.shape,
            Value::Pending { shape, .. } => shape,
            Value::Used => &[],
        }
    }

    fn dtype(&self) -> DType {
        match self {
            Value::Whole(Tensor { dtype, .. }) | Value::Pending { dtype, .. } => *dtype,
            Value::Used => DType::Float32,
        }
    }
}

/// A value, by one operation after the other.
fn made(values: &mut [Value], place: usize) -> Result<Tensor, ExecError> {
    match std::mem::replace(&mut values[place], Value::Used) {
        Value::Whole(tensor) => Ok(tensor),
        Value::Pending { by, x, y, .. } => {
            let (x, y) = (made(values, x)?, made(values, y)?);
            by.apply(x, y)
        }
        Value::Used => Err(ExecError::operands("an operand is used twice")),
    }
}

/// An operand that is there, and how it is walked.
struct Source<'t> {
    data: &'t [f32],
    run: usize,
    moves: bool,
    /// Where the elements of each run begin.
    starts: Vec<usize>,
}

impl<'t> Source<'t> {
    fn new(tensor: &'t Tensor, whole: &[usize]) -> Result<Source<'t>, ExecError> {
        let walk = Walk::new([&tensor.shape], whole)?;
        let mut starts = Vec::new();
        walk.runs(|[at]| starts.push(at));
        Ok(Source {
            data: tensor.as_floats()?,
            run: walk.run,
            moves: walk.moves[0],
            starts,
        })
    }

    /// Calls `each` with every part of a piece that lies within one run: where in the piece it begins, how long it is,
    /// and its elements, or the one that all of them are.
    #[inline(always)]
    fn parts(&self, first: usize, count: usize, mut each: impl FnMut(usize, usize, &[f32])) {
        let mut done = 0;
        while done < count {
            let (start, within) = (
                self.starts[(first + done) / self.run],
                (first + done) % self.run,
            );
            let len = (self.run - within).min(count - done);
            match self.moves {
                true => each(done, len, &self.data[start + within..][..len]),
                false => each(done, len, &self.data[start..=start]),
            }
            done += len;
        }
    }
}

/// One operation on pieces.
struct Meeting<'t> {
    by: Binary,
    dtype: DType,
    /// The piece that holds the first operand, or its source, and gets the result.
    into: usize,
    /// Where the first operand comes from, if it is in no piece yet.
    from: Option<Source<'t>>,
    other: Other<'t>,
    /// Whether the piece holds the second operand, and `other` is the first.
    turned: bool,
}

enum Other<'t> {
    Piece(usize),
    Source(Source<'t>),
}

/// What is done for each piece.
struct Program<'t> {
    meetings: Vec<Meeting<'t>>,
    /// Pieces that are needed at a time; the last operation makes its result in the first.
    pieces: usize,
}

impl<'t> Program<'t> {
    fn new(values: &'t [Value], whole: &[usize]) -> Result<Program<'t>, ExecError> {
        let mut program = Program {
            meetings: Vec::new(),
            pieces: 0,
        };
        program.add(values, whole, values.len() - 1, 0)?;
        Ok(program)
    }

    /// Adds what makes a value in a piece; those after it are free.
    fn add(
        &mut self,
        values: &'t [Value],
        whole: &[usize],
        place: usize,
        into: usize,
    ) -> Result<(), ExecError> {
        self.pieces = self.pieces.max(into + 1);
        let Value::Pending {
            by, x, y, dtype, ..
        } = &values[place]
        else {
            return Ok(());
        };
        let (by, dtype) = (*by, *dtype);
        let (from, other, turned) = match (&values[*x], &values[*y]) {
            (Value::Whole(x), Value::Whole(y)) => (
                Some(Source::new(x, whole)?),
                Other::Source(Source::new(y, whole)?),
                false,
            ),
            (Value::Whole(first), _) => {
                self.add(values, whole, *y, into)?;
                (None, Other::Source(Source::new(first, whole)?), true)
            }
            (_, Value::Whole(second)) => {
                self.add(values, whole, *x, into)?;
                (None, Other::Source(Source::new(second, whole)?), false)
            }
            _ => {
                self.add(values, whole, *x, into)?;
                self.add(values, whole, *y, into + 1)?;
                (None, Other::Piece(into + 1), false)
            }
        };
        self.meetings.push(Meeting {
            by,
            dtype,
            into,
            from,
            other,
            turned,
        });
        Ok(())
    }

    fn run(&self, out: &mut [f32]) {
        let task = |(number, out): (usize, &mut [f32])| {
            let mut scratch = vec![0.0; (self.pieces - 1) * PIECE];
            for (place, piece) in out.chunks_mut(PIECE).enumerate() {
                let first = (number * PIECES_PER_TASK + place) * PIECE;
                let count = piece.len();
                let rest = scratch.chunks_mut(PIECE).map(|rest| &mut rest[..count]);
                let mut pieces: Vec<&mut [f32]> = std::iter::once(piece).chain(rest).collect();
                for meeting in &self.meetings {
                    meeting.make(first, &mut pieces);
                }
            }
        };
        let tasks = out.par_chunks_mut(PIECE * PIECES_PER_TASK);
        tasks.enumerate().for_each(task);
    }
}

impl Meeting<'_> {
    fn make(&self, first: usize, pieces: &mut [&mut [f32]]) {
        let into = std::mem::take(&mut pieces[self.into]);
        if let Some(from) = &self.from {
            let count = into.len();
            from.parts(first, count, |at, len, values| match values {
                [one] => into[at..at + len].fill(*one),
                values => into[at..at + len].copy_from_slice(values),
            });
        }
        match self.by {
            Binary::Add => self.rounded(first, into, pieces, |x, y| x + y),
            Binary::Sub if self.turned => self.rounded(first, into, pieces, |x, y| y - x),
            Binary::Sub => self.rounded(first, into, pieces, |x, y| x - y),
            Binary::Mul => self.rounded(first, into, pieces, |x, y| x * y),
            Binary::Divide if self.turned => self.rounded(first, into, pieces, |x, y| y / x),
            _ => self.rounded(first, into, pieces, |x, y| x / y),
        }
        pieces[self.into] = into;
    }

    #[inline(always)]
    fn rounded(
        &self,
        first: usize,
        into: &mut [f32],
        pieces: &[&mut [f32]],
        one: impl Fn(f32, f32) -> f32 + Copy,
    ) {
        match self.dtype {
            DType::Float16 => self.all(
                first,
                into,
                pieces,
                #[inline(always)]
                move |x, y| round_f16(one(x, y)),
            ),
            DType::BFloat16 => self.all(
                first,
                into,
                pieces,
                #[inline(always)]
                move |x, y| round_bf16(one(x, y)),
            ),
            dtype => {
                self.all(first, into, pieces, one);
                crate::exec::tensor::round(dtype, into);
            }
        }
    }

    #[inline(always)]
    fn all(
        &self,
        first: usize,
        into: &mut [f32],
        pieces: &[&mut [f32]],
        one: impl Fn(f32, f32) -> f32 + Copy,
    ) {
        simd::dispatch(
            #[inline(always)]
            || match &self.other {
                Other::Piece(other) => meet(into, pieces[*other], one),
                Other::Source(source) => {
                    let mut done = 0;
                    while done < into.len() {
                        let at = first + done;
                        let (start, within) = (source.starts[at / source.run], at % source.run);
                        let len = (source.run - within).min(into.len() - done);
                        let part = &mut into[done..done + len];
                        match source.moves {
                            true => meet(part, &source.data[start + within..][..len], one),
                            false => {
                                let y = source.data[start];
                                for at in 0..len {
                                    part[at] = one(part[at], y);
                                }
                            }
                        }
                        done += len;
                    }
                }
            },
        );
    }
}

#[inline(always)]
fn meet(into: &mut [f32], other: &[f32], one: impl Fn(f32, f32) -> f32 + Copy) {
    let count = into.len();
    let other = &other[..count];
    for at in 0..count {
        into[at] = one(into[at], other[at]);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OPERATIONS: [Binary; 4] = [Binary::Add, Binary::Sub, Binary::Mul, Binary::Divide];

    /// The sizes that operands of a large result have, some of which it is made of by stretching.
    const SIZES: [&[usize]; 6] = [
        &[3, 1, 96, 128],
        &[1, 3, 1, 96, 128],
        &[96, 1],
        &[3, 1, 1, 128],
        &[128],
        &[],
    ];

    fn filled(dtype: DType, shape: &[usize], seed: usize) -> Tensor {
        let count: usize = shape.iter().product();
        let value = |at: usize| ((at * 37 + seed * 101) % 997) as f32 / 7.0 - 60.0;
        Tensor::floats(dtype, shape.to_vec(), (0..count).map(value).collect())
    }

    fn bits(x: &Tensor) -> Vec<u32> {
        let floats = x.as_floats().unwrap().iter();
        floats
            .map(|value| {
                if value.is_nan() {
                    u32::MAX
                } else {
                    value.to_bits()
                }
            })
            .collect()
    }

    /// Puts operations on operands one after the other, at places of choice, and makes what they come to.
    fn both(dtype: DType, shapes: &[usize], choices: &[(usize, usize)]) -> (Tensor, Tensor) {
        let mut fused = Fused::new(OPERATIONS[choices[0].0]).unwrap();
        for (by, place) in &choices[1..] {
            let inner = Fused::new(OPERATIONS[*by]).unwrap();
            fused = fused.with(place % fused.operands(), &inner);
        }
        let operands: Vec<_> = (0..fused.operands())
            .map(|place| filled(dtype, SIZES[shapes[place]], place))
            .collect();
        let mut values: Vec<Value> = Vec::new();
        for node in &fused.nodes {
            let value = match *node {
                Node::Given(place) => Value::Whole(operands[place].clone()),
                Node::Made { by, x, y } => {
                    let (x, y) = (made(&mut values, x).unwrap(), made(&mut values, y).unwrap());
                    Value::Whole(by.apply(x, y).unwrap())
                }
            };
            values.push(value);
        }
        let last = values.len() - 1;
        (
            fused.apply(operands).unwrap(),
            made(&mut values, last).unwrap(),
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn fused_or_one_by_one_is_the_same(
            choices in prop::collection::vec((0_usize..4, 0_usize..8), 1..5),
            shapes in prop::collection::vec(0_usize..6, 6),
            dtype in prop::sample::select(vec![DType::Float16, DType::BFloat16, DType::Float32]),
        ) {
            let (fused, single) = both(dtype, &shapes, &choices);
            prop_assert_eq!(&fused.shape, &single.shape);
            prop_assert_eq!(bits(&fused), bits(&single));
        }
    }

    #[test]
    fn what_does_not_go_together_is_refused() {
        let fused = Fused::new(Binary::Add)
            .unwrap()
            .with(1, &Fused::new(Binary::Mul).unwrap());
        assert_eq!(fused.operands(), 3);
        let of = |shape: &[usize]| filled(DType::Float16, shape, 1);
        assert!(fused.apply(vec![of(&[2]), of(&[3]), of(&[4])]).is_err());
        assert!(fused.apply(vec![of(&[2]), of(&[2])]).is_err());
        let ints = Tensor::ints(DType::Int32, vec![2], vec![1, 2]);
        assert!(fused.apply(vec![of(&[2]), ints, of(&[2])]).is_err());
        assert!(Fused::new(Binary::Pow).is_none());
    }
}
