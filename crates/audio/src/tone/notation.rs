use std::fmt;
use std::time::Duration;

use super::{Segment, Sound, Tone};

/// More segments than any tone has.
const MAX_SEGMENTS: usize = 256;
/// Longest segment: a day. What must last longer has no length.
const MAX_LENGTH_MS: u64 = 86_400_000;
/// Highest frequency in Hz.
const MAX_FREQUENCY: u16 = 24_000;

/// Why a tone could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ToneError {
    /// Nothing between two commas, or nothing at all.
    #[error("a tone needs segments such as `440/500`; one is empty at octet {0}")]
    Empty(usize),
    /// The frequency is not a number, or too high.
    #[error(
        "`{text}` at octet {offset} is not a frequency; write 0 to {MAX_FREQUENCY} Hz, as in `440`, `350+440` or `400*25`"
    )]
    Frequency {
        /// Where it stands in the text.
        offset: usize,
        /// What stands there.
        text: String,
    },
    /// The length is not a number of milliseconds, or too long.
    #[error(
        "`{text}` at octet {offset} is not a length in milliseconds; write 1 to {MAX_LENGTH_MS}, or leave `/{text}` out for a tone without end"
    )]
    Length {
        /// Where it stands in the text.
        offset: usize,
        /// What stands there.
        text: String,
    },
    /// More segments than a tone may have.
    #[error("a tone has at most {MAX_SEGMENTS} segments")]
    TooLong,
}

pub(super) fn parse(text: &str) -> Result<Vec<Segment>, ToneError> {
    let mut segments = Vec::new();
    let mut offset = 0;
    for part in text.split([',', '|']) {
        if segments.len() == MAX_SEGMENTS {
            return Err(ToneError::TooLong);
        }
        segments.push(segment(part, offset)?);
        offset += part.len() + 1;
    }
    Ok(segments)
}

/// `[!]frequencies[/ms]`
fn segment(text: &str, offset: usize) -> Result<Segment, ToneError> {
    let (body, offset) = trimmed(text, offset);
    let (once, body, offset) = match body.strip_prefix('!') {
        Some(rest) => (true, rest, offset + 1),
        None => (false, body, offset),
    };
    if body.is_empty() {
        return Err(ToneError::Empty(offset));
    }
    let (frequencies, length) = match body.split_once('/') {
        Some((frequencies, ms)) => (frequencies, length(ms, offset + frequencies.len() + 1)?),
        None => (body, None),
    };
    Ok(Segment { sound: sound(frequencies, offset)?, length, once })
}

/// A length of 0 means without end, as in Asterisk.
fn length(text: &str, offset: usize) -> Result<Option<Duration>, ToneError> {
    let (text, offset) = trimmed(text, offset);
    match text.parse::<u64>() {
        Ok(0) => Ok(None),
        Ok(ms) if ms <= MAX_LENGTH_MS => Ok(Some(Duration::from_millis(ms))),
        _ => Err(ToneError::Length { offset, text: text.to_owned() }),
    }
}

fn sound(text: &str, offset: usize) -> Result<Sound, ToneError> {
    if let Some((low, high)) = text.split_once('+') {
        let (low, high) = (frequency(low, offset)?, frequency(high, offset + low.len() + 1)?);
        return Ok(match (low, high) {
            (0, 0) => Sound::Silence,
            (0, one) | (one, 0) => Sound::Sine(one),
            (low, high) => Sound::Sum(low, high),
        });
    }
    if let Some((carrier, modulator)) = text.split_once('*') {
        let (carrier, modulator) =
            (frequency(carrier, offset)?, frequency(modulator, offset + carrier.len() + 1)?);
        return Ok(match (carrier, modulator) {
            (0, _) => Sound::Silence,
            (carrier, 0) => Sound::Sine(carrier),
            (carrier, modulator) => Sound::Modulated { carrier, modulator },
        });
    }
    Ok(match frequency(text, offset)? {
        0 => Sound::Silence,
        frequency => Sound::Sine(frequency),
    })
}

fn frequency(text: &str, offset: usize) -> Result<u16, ToneError> {
    let (text, offset) = trimmed(text, offset);
    match text.parse() {
        Ok(frequency) if frequency <= MAX_FREQUENCY => Ok(frequency),
        _ => Err(ToneError::Frequency { offset, text: text.to_owned() }),
    }
}

/// Without blanks around, and where that starts.
fn trimmed(text: &str, offset: usize) -> (&str, usize) {
    let start = text.len() - text.trim_start().len();
    (text.trim(), offset + start)
}

impl fmt::Display for Tone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, segment) in self.segments().iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            segment.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.once {
            f.write_str("!")?;
        }
        match self.sound {
            Sound::Silence => f.write_str("0")?,
            Sound::Sine(frequency) => write!(f, "{frequency}")?,
            Sound::Sum(low, high) => write!(f, "{low}+{high}")?,
            Sound::Modulated { carrier, modulator } => write!(f, "{carrier}*{modulator}")?,
        }
        match self.length {
            Some(length) => write!(f, "/{}", length.as_millis()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read_and_written_back() {
        let text = "!350+440/100,!0/100,400*25/1000,425,0/15000";
        let tone = Tone::parse(text).unwrap();
        assert_eq!(tone.to_string(), text);
        assert_eq!(tone.segments()[2].sound, Sound::Modulated { carrier: 400, modulator: 25 });
        assert!(tone.segments()[0].once && !tone.segments()[3].once);
        assert_eq!(tone.segments()[3].length, None);
    }

    #[test]
    fn blanks_and_bars_are_accepted() {
        let tone = Tone::parse(" 425/500 , 0/500 |!0+440/ 20").unwrap();
        assert_eq!(tone.to_string(), "425/500,0/500,!440/20");
    }

    #[test]
    fn length_zero_is_without_end() {
        assert_eq!(Tone::parse("440/0").unwrap().to_string(), "440");
    }

    #[test]
    fn an_error_says_where_and_what() {
        assert_eq!(Tone::parse(""), Err(ToneError::Empty(0)));
        assert_eq!(Tone::parse("440/500,!"), Err(ToneError::Empty(9)));
        let bad = |offset, text: &str| Err(ToneError::Frequency { offset, text: text.into() });
        assert_eq!(Tone::parse("440/500, 44x/2"), bad(9, "44x"));
        assert_eq!(Tone::parse("350+99999"), bad(4, "99999"));
        assert_eq!(Tone::parse("1+2+3"), bad(2, "2+3"));
        let length = ToneError::Length { offset: 4, text: "-1".into() };
        assert_eq!(Tone::parse("440/-1"), Err(length));
        assert_eq!(Tone::parse(&"1/1,".repeat(300)), Err(ToneError::TooLong));
    }
}
