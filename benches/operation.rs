//! Something to measure.

use std::hint::black_box;

/// One operation of ours, or of a crate that is measured beside ours.
pub struct Operation {
    /// What is done. Operations of one name do the same work, and are compared.
    pub name: &'static str,
    /// The crate that does it.
    pub who: &'static str,
    /// Rounds that are enough to count instructions: many for short ones.
    pub rounds: usize,
    new: Box<dyn Fn() -> Box<dyn Work>>,
}

/// The state of an operation, and its steps.
pub trait Work {
    /// Makes what the next `rounds` need and is not to be measured.
    fn prepare(&mut self, _rounds: usize) {}

    /// Does the work that often.
    fn run(&mut self, rounds: usize);

    /// How many of what the operation is named after one round does.
    fn per_round(&self) -> usize {
        1
    }
}

impl Operation {
    /// An operation with a state, which `new` makes.
    #[must_use]
    pub fn new<W: Work + 'static>(
        name: &'static str,
        who: &'static str,
        rounds: usize,
        new: impl Fn() -> W + 'static,
    ) -> Self {
        Self { name, who, rounds, new: Box::new(move || Box::new(new())) }
    }

    /// An operation without a state. What it returns is dropped within the measured time.
    ///
    /// # Panics
    /// When `does` returns an error: what is refused costs little, and would be measured as if it were quick.
    #[must_use]
    pub fn repeated<T, E: std::fmt::Debug>(
        name: &'static str,
        who: &'static str,
        does: impl Fn() -> Result<T, E> + Clone + 'static,
    ) -> Self {
        if let Err(error) = does() {
            panic!("{who} does not do '{name}': {error:?}");
        }
        Self::new(name, who, 500, move || Repeated(does.clone()))
    }

    /// A new state.
    #[must_use]
    pub fn start(&self) -> Box<dyn Work> {
        (self.new)()
    }
}

struct Repeated<F>(F);

impl<T, E, F: Fn() -> Result<T, E>> Work for Repeated<F> {
    fn run(&mut self, rounds: usize) {
        for _ in 0..rounds {
            drop(black_box((self.0)()));
        }
    }
}
