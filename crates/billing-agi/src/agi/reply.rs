//! What came of a command.

use std::fmt;

use thiserror::Error;

/// The answer to one command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// 200: it was done, or what became of it.
    Success {
        /// What follows `result=`: mostly a number, of a key its ASCII code, or keys themselves.
        result: String,
        /// What stands in brackets: a value, `timeout`, `hangup`.
        data: Option<String>,
        /// Where playing or recording ended, in samples of 8 kHz.
        end_position: Option<u64>,
    },
    /// 200 with a word behind it, as `GOSUB` has it.
    Remark {
        /// What follows `result=`.
        result: String,
        /// The word.
        remark: String,
    },
    /// 510: there is no such command.
    Unknown,
    /// 511: it makes no sense once the caller has hung up.
    Dead,
    /// 520: its words are not what it takes; the text says what it takes.
    Usage(String),
}

/// A line that is no reply.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("'{0}' is no reply of AGI: one begins with 200, 510, 511 or 520")]
pub struct ReplyError(pub String);

impl Reply {
    /// `200 result=N`.
    #[must_use]
    pub fn of(result: impl fmt::Display) -> Self {
        Self::Success { result: result.to_string(), data: None, end_position: None }
    }

    /// `200 result=N (data)`.
    #[must_use]
    pub fn with_data(result: impl fmt::Display, data: impl Into<String>) -> Self {
        Self::Success { result: result.to_string(), data: Some(data.into()), end_position: None }
    }

    /// `200 result=N remark`.
    #[must_use]
    pub fn remark(result: impl fmt::Display, remark: impl Into<String>) -> Self {
        Self::Remark { result: result.to_string(), remark: remark.into() }
    }

    /// `200 result=N endpos=SAMPLES`.
    #[must_use]
    pub fn ended_at(result: impl fmt::Display, samples: u64) -> Self {
        Self::Success { result: result.to_string(), data: None, end_position: Some(samples) }
    }

    /// The key that ended something, by its ASCII code, or 0 where none did.
    #[must_use]
    pub fn of_key(key: Option<char>) -> Self {
        Self::of(key.map_or(0, u32::from))
    }

    /// `result=` as a number.
    #[must_use]
    pub fn number(&self) -> Option<i64> {
        match self {
            Self::Success { result, .. } | Self::Remark { result, .. } => result.parse().ok(),
            _ => None,
        }
    }

    /// Whether this line only says that a command takes its time: its reply follows.
    pub(crate) fn is_yet_to_come(line: &str) -> bool {
        line.starts_with("100 ")
    }

    /// Whether this line begins a reply that goes on until a line `520 End of proper usage.`.
    pub(crate) fn opens_usage(line: &str) -> bool {
        line.starts_with("520-")
    }

    /// Whether this line is the last of a usage.
    pub(crate) fn closes_usage(line: &str) -> bool {
        line.starts_with("520 ")
    }

    /// Reads a reply: its line, or all lines of a usage.
    ///
    /// # Errors
    /// [`ReplyError`] when it begins with no code of AGI.
    pub fn parse(text: &str) -> Result<Self, ReplyError> {
        let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
        match first.get(..3) {
            Some("200") => Ok(Self::read_success(first[3..].trim_start())),
            Some("510") => Ok(Self::Unknown),
            Some("511") => Ok(Self::Dead),
            Some("520") => {
                let lines: Vec<&str> = rest.lines().take_while(|line| !Self::closes_usage(line)).collect();
                Ok(Self::Usage(lines.join("\n")))
            }
            _ => Err(ReplyError(first.to_owned())),
        }
    }

    fn read_success(text: &str) -> Self {
        let text = text.strip_prefix("result=").unwrap_or(text);
        let (result, rest) = text.split_once(' ').unwrap_or((text, ""));
        let digits = |number: &str| number.bytes().all(|octet| octet.is_ascii_digit());
        let place = rest.rsplit_once("endpos=").filter(|(_, number)| digits(number));
        let place = place.and_then(|(before, number)| Some((before.trim_end(), number.parse().ok()?)));
        let (rest, end_position) = place.map_or((rest, None), |(before, samples)| (before, Some(samples)));
        // The value may hold brackets of its own.
        let data = rest.strip_prefix('(').map(|data| data.strip_suffix(')').unwrap_or(data).to_owned());
        if data.is_none() && end_position.is_none() && !rest.is_empty() {
            return Self::remark(result, rest);
        }
        Self::Success { result: result.to_owned(), data, end_position }
    }
}

/// As it is sent, without the last line end.
impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Success { result, data, end_position } => {
                write!(f, "200 result={result}")?;
                if let Some(data) = data {
                    write!(f, " ({})", data.replace(['\r', '\n'], " "))?;
                }
                end_position.map_or(Ok(()), |samples| write!(f, " endpos={samples}"))
            }
            Self::Remark { result, remark } => {
                write!(f, "200 result={result} {}", remark.replace(['\r', '\n'], " "))
            }
            Self::Unknown => f.write_str("510 Invalid or unknown command"),
            Self::Dead => f.write_str("511 Command Not Permitted on a dead channel or intercept routine"),
            Self::Usage(usage) => {
                f.write_str("520-Invalid command syntax.  Proper usage follows:\n")?;
                usage.lines().try_for_each(|line| writeln!(f, "{line}"))?;
                f.write_str("520 End of proper usage.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn replies_look_as_scripts_expect_them() {
        assert_eq!(Reply::of(-1).to_string(), "200 result=-1");
        assert_eq!(Reply::with_data(1, "a (b)").to_string(), "200 result=1 (a (b))");
        assert_eq!(Reply::with_data("12", "timeout").to_string(), "200 result=12 (timeout)");
        assert_eq!(Reply::ended_at(0, 8_000).to_string(), "200 result=0 endpos=8000");
        assert_eq!(Reply::of_key(Some('#')).number(), Some(35));
        let usage = Reply::Usage("Usage: NOOP [text]\n does nothing".to_owned());
        let lines = "520-Invalid command syntax.  Proper usage follows:\nUsage: NOOP [text]\n does nothing\n520 End of proper usage.";
        assert_eq!(usage.to_string(), lines);
    }

    #[test]
    fn what_is_no_reply_is_refused() {
        assert_eq!(Reply::parse("HANGUP"), Err(ReplyError("HANGUP".to_owned())));
        assert!(Reply::parse("").is_err() && Reply::parse("20").is_err());
    }

    #[test]
    fn forms_of_other_exchanges_are_read() {
        let keys = Reply::parse("200 result= (timeout)");
        assert_eq!(keys, Ok(Reply::with_data("", "timeout")));
        let recording = Reply::Success {
            result: "0".to_owned(),
            data: Some("hangup".to_owned()),
            end_position: Some(160),
        };
        assert_eq!(Reply::parse("200 result=0 (hangup) endpos=160"), Ok(recording));
        let routine = Reply::remark(0, "Gosub complete");
        assert_eq!(routine.to_string(), "200 result=0 Gosub complete");
        assert_eq!((routine.number(), Reply::parse("200 result=0 Gosub complete")), (Some(0), Ok(routine)));
        let odd = Reply::parse("200 result=0 x endpos=99999999999999999999").unwrap();
        assert_eq!(odd.to_string(), "200 result=0 x endpos=99999999999999999999");
    }

    proptest! {
        #[test]
        fn it_reads_what_it_writes(
            result in "-?[0-9*#]{1,6}",
            data in proptest::option::of("[^\r\n]{0,30}"),
            end_position in proptest::option::of(any::<u64>()),
        ) {
            // A value that ends like a place is one for every reader there is.
            prop_assume!(!data.as_deref().is_some_and(|data| data.contains("endpos=")));
            let reply = Reply::Success { result, data, end_position };
            prop_assert_eq!(Reply::parse(&reply.to_string()), Ok(reply));
        }
    }
}
