//! The targets of `Goto` and its relatives.

use std::fmt;

/// Where to go on: `priority`, `extension,priority` or `context,extension,priority`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JumpTarget {
    /// `None`: the current context.
    pub context: Option<String>,
    /// `None`: the current extension.
    pub extension: Option<String>,
    /// The step.
    pub priority: PriorityOrLabel,
}

/// A step of an extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PriorityOrLabel {
    /// Its number.
    Priority(u32),
    /// Its label.
    Label(String),
    /// So many steps on (`+2`) or back (`-1`).
    Relative(i32),
}

/// Why a text is no target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JumpTargetError {
    /// The last part is empty.
    #[error("there is no priority or label to go to")]
    Empty,
    /// More than three parts.
    #[error("a target has at most a context, an extension and a priority")]
    TooManyParts,
    /// A priority of 0, or one that is too large.
    #[error("`{0}` is not a priority: it begins at 1")]
    BadPriority(String),
}

impl JumpTarget {
    /// A step of the current extension.
    pub fn priority(priority: u32) -> Self {
        Self { context: None, extension: None, priority: PriorityOrLabel::Priority(priority) }
    }

    /// The first step of an extension of the current context.
    pub fn extension(extension: impl Into<String>) -> Self {
        Self { context: None, extension: Some(extension.into()), priority: PriorityOrLabel::Priority(1) }
    }

    /// A step by its number.
    pub fn to(context: impl Into<String>, extension: impl Into<String>, priority: u32) -> Self {
        let priority = PriorityOrLabel::Priority(priority);
        Self { context: Some(context.into()), extension: Some(extension.into()), priority }
    }

    /// Reads a target; blanks around the parts do not count. An empty context or extension is the current one.
    ///
    /// # Errors
    /// See [`JumpTargetError`].
    pub fn parse(text: &str) -> Result<Self, JumpTargetError> {
        let parts: Vec<&str> = text.split(',').map(str::trim).collect();
        let some = |part: &str| (!part.is_empty()).then(|| part.to_owned());
        let (context, extension, priority) = match parts[..] {
            [priority] => (None, None, priority),
            [extension, priority] => (None, some(extension), priority),
            [context, extension, priority] => (some(context), some(extension), priority),
            _ => return Err(JumpTargetError::TooManyParts),
        };
        Ok(Self { context, extension, priority: PriorityOrLabel::parse(priority)? })
    }
}

impl PriorityOrLabel {
    /// Reads `5`, `+1`, `-1` or a label.
    ///
    /// # Errors
    /// [`JumpTargetError::Empty`] and [`JumpTargetError::BadPriority`].
    pub fn parse(text: &str) -> Result<Self, JumpTargetError> {
        let bad = || JumpTargetError::BadPriority(text.to_owned());
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        if text.is_empty() {
            Err(JumpTargetError::Empty)
        } else if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self::Label(text.to_owned()))
        } else if digits.len() < text.len() {
            text.parse().map(Self::Relative).map_err(|_| bad())
        } else {
            text.parse().ok().filter(|&number| number > 0).map(Self::Priority).ok_or_else(bad)
        }
    }
}

impl fmt::Display for PriorityOrLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Priority(priority) => priority.fmt(f),
            Self::Label(label) => label.fmt(f),
            Self::Relative(offset) => write!(f, "{offset:+}"),
        }
    }
}

impl fmt::Display for JumpTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.context, &self.extension) {
            (Some(context), extension) => write!(f, "{context},{},", extension.as_deref().unwrap_or(""))?,
            (None, Some(extension)) => write!(f, "{extension},")?,
            (None, None) => {}
        }
        self.priority.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_forms_and_their_faults() {
        let parse = |text: &str| JumpTarget::parse(text).map(|target| target.to_string());
        for (text, expected) in [
            ("5", "5"),
            (" s , start ", "s,start"),
            ("a,100,1", "a,100,1"),
            ("+2", "+2"),
            ("a,,1", "a,,1"),
            ("-1", "-1"),
            ("1a", "1a"),
        ] {
            assert_eq!(parse(text).as_deref(), Ok(expected), "{text}");
        }
        assert_eq!(parse(""), Err(JumpTargetError::Empty));
        assert_eq!(parse("a,100,"), Err(JumpTargetError::Empty));
        assert_eq!(parse("0"), Err(JumpTargetError::BadPriority("0".into())));
        assert_eq!(parse("99999999999"), Err(JumpTargetError::BadPriority("99999999999".into())));
        assert_eq!(parse("a,b,c,d"), Err(JumpTargetError::TooManyParts));
    }
}
