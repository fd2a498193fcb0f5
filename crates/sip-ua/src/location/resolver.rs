//! The seam to whoever answers questions.

use std::future::Future;
use std::pin::Pin;

use super::question::{Answer, LookupError, Question};

/// The answer to a question, some time later.
pub type Lookup<'a> = Pin<Box<dyn Future<Output = Result<Answer, LookupError>> + Send + 'a>>;

/// Answers questions: the domain name system, or whatever takes its place in a test or a network of one's
/// own.
///
/// Answers are kept by the [`Locator`](super::Locator); an implementation need not remember any.
pub trait Resolver: Send + Sync + 'static {
    /// Looks up one question.
    fn lookup(&self, question: Question) -> Lookup<'_>;
}
