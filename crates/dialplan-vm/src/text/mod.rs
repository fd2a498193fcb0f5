//! Texts with variables: `${...}` and `$[...]` compiled to parts, and the parts put together again.

mod arguments;
pub use arguments::{split_arguments, split_arguments_into};

mod compile;
pub(crate) use compile::TextProblem;

mod evaluate;
pub(crate) use evaluate::{Answers, Evaluation};
pub use evaluate::{SubstituteError, substitute};

mod slice;

use slice::Slice;
use std::sync::Arc;

/// A text in which `${NAME}`, `${FUNC(args)}` and `$[expression]` are already found, so that it can be
/// evaluated again and again without being read again.
///
/// A text without any of them costs nothing to evaluate.
#[derive(Clone, Debug)]
pub struct Text {
    source: Arc<str>,
    /// `None`: the source has nothing to substitute.
    parts: Option<Arc<[Part]>>,
}

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Literal(Box<str>),
    /// `${NAME}`
    Variable {
        name: Box<str>,
        slice: Option<Slice>,
    },
    /// `${FUNC(args)}`
    Function {
        name: Box<str>,
        arguments: Vec<Part>,
        slice: Option<Slice>,
    },
    /// `${...}` whose name is itself put together: it is read when it is known.
    Computed(Vec<Part>),
    /// `$[...]`
    Expression(Vec<Part>),
}

impl Text {
    /// Finds what is to be substituted. Never fails: what is not closed is literal text.
    pub fn compile(source: &str) -> Self {
        Self::compile_with_problems(source).0
    }

    /// The text as it is written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether there is nothing to substitute.
    pub fn is_constant(&self) -> bool {
        self.parts.is_none()
    }
}
