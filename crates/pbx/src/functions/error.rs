//! Why a function has no value.

/// Why a function has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FunctionError {
    /// It takes time: whoever can wait asks again through [`evaluate`](super::evaluate) or
    /// [`write_later`](super::write_later).
    #[error("it takes time, and here nothing can be waited for")]
    Later,
    /// The arguments mean nothing to it.
    #[error("{function}({arguments}): {problem}")]
    Arguments {
        /// The function.
        function: &'static str,
        /// What it was given.
        arguments: String,
        /// What would be right.
        problem: String,
    },
    /// It can only be read.
    #[error("{0} cannot be set")]
    ReadOnly(&'static str),
    /// It can only be set.
    #[error("{0} can only be set")]
    WriteOnly(&'static str),
    /// A function or a variable that it is made of failed.
    #[error("{0}")]
    Inner(String),
    /// It did not work.
    #[error("{function}: {problem}")]
    Failed {
        /// The function.
        function: &'static str,
        /// What went wrong, and what to do.
        problem: String,
    },
    /// Somebody outside of the dialplan asks for what reaches beyond the exchange.
    #[error("{0} is for the dialplan alone; live_dangerously=yes in asterisk.conf lets others use it")]
    Dangerous(&'static str),
}

impl FunctionError {
    /// Arguments that mean nothing to `function`.
    pub(super) fn arguments(function: &'static str, arguments: &str, problem: impl Into<String>) -> Self {
        Self::Arguments { function, arguments: arguments.to_owned(), problem: problem.into() }
    }

    /// What `function` was to do did not work.
    pub(super) fn failed(function: &'static str, problem: impl std::fmt::Display) -> Self {
        Self::Failed { function, problem: problem.to_string() }
    }
}
