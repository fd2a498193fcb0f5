//! Where in the dialplan a channel is.

use std::fmt;
use std::sync::Arc;

/// Context, extension and priority. Cloning is cheap.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Location {
    /// The context.
    pub context: Arc<str>,
    /// The extension that was dialled, never a pattern.
    pub extension: Arc<str>,
    /// The priority, from 1.
    pub priority: u32,
}

impl Location {
    /// Puts a location together.
    pub fn new(context: impl Into<Arc<str>>, extension: impl Into<Arc<str>>, priority: u32) -> Self {
        Self { context: context.into(), extension: extension.into(), priority }
    }
}

/// `extension@context:priority`, as log lines have it.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}:{}", self.extension, self.context, self.priority)
    }
}
