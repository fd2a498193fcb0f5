use std::time::Duration;

use crate::tone::{Segment, Tone};

/// Rows of the key pad, in Hz (ITU-T Q.23 §6).
pub(super) const ROWS: [u16; 4] = [697, 770, 852, 941];
/// Columns of the key pad, in Hz (ITU-T Q.23 §6).
pub(super) const COLUMNS: [u16; 4] = [1_209, 1_336, 1_477, 1_633];
/// The key pad itself.
const KEYS: [&str; 4] = ["123A", "456B", "789C", "*0#D"];

/// Level of a digit, both frequencies together. Receivers take −25 to 0 dBm0 a frequency (ITU-T Q.24, annex A).
const LEVEL_DBM0: f64 = -6.0;

/// The low and the high frequency of a digit in Hz, or `None` for what is not `0`-`9`, `*`, `#`, `A`-`D`.
pub fn frequencies(digit: char) -> Option<(u16, u16)> {
    let digit = digit.to_ascii_uppercase();
    KEYS.iter().zip(ROWS).find_map(|(keys, row)| keys.find(digit).map(|column| (row, COLUMNS[column])))
}

/// The digit of a row and a column of the key pad, each 0 to 3.
pub(super) fn key(row: usize, column: usize) -> char {
    char::from(KEYS[row].as_bytes()[column])
}

/// A digit that sounds until it is stopped.
pub fn tone(digit: char) -> Option<Tone> {
    sounding(digit, None).map(|segment| Tone::new(vec![segment]).with_level(LEVEL_DBM0))
}

/// Digits one after the other, each for `on` with `off` between, once; `None` when one of them is no digit.
///
/// ```
/// use std::time::Duration;
/// let pin = audio::dtmf::sequence("42#", Duration::from_millis(80), Duration::from_millis(80)).expect("digits");
/// assert_eq!(pin.duration(), Some(Duration::from_millis(6 * 80)));
/// ```
pub fn sequence(digits: &str, on: Duration, off: Duration) -> Option<Tone> {
    let mut segments = Vec::with_capacity(2 * digits.len());
    for digit in digits.chars() {
        segments.push(sounding(digit, Some(on))?);
        segments.push(Segment::silence(Some(off)).once());
    }
    Some(Tone::new(segments).with_level(LEVEL_DBM0))
}

fn sounding(digit: char, length: Option<Duration>) -> Option<Segment> {
    let (low, high) = frequencies(digit)?;
    Some(Segment::sum(low, high, length).once())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::goertzel::amplitude;
    use crate::tone::ToneGenerator;

    #[test]
    fn every_key_has_its_two_frequencies() {
        assert_eq!(frequencies('1'), Some((697, 1_209)));
        assert_eq!(frequencies('#'), Some((941, 1_477)));
        assert_eq!(frequencies('d'), Some((941, 1_633)));
        assert_eq!(frequencies('E'), None);
        for digit in "0123456789*#ABCD".chars() {
            let (low, high) = frequencies(digit).unwrap();
            let mut samples = [0; 1_600];
            ToneGenerator::new(tone(digit).unwrap(), 8_000).fill(&mut samples);
            let wanted = crate::level::sine_amplitude(LEVEL_DBM0 - 3.01);
            for frequency in ROWS.into_iter().chain(COLUMNS) {
                let found = amplitude(&samples, 8_000, frequency.into());
                let expected = if frequency == low || frequency == high { wanted } else { 0.0 };
                assert!((found - expected).abs() < wanted * 0.05, "{digit}: {frequency} Hz at {found}");
            }
        }
    }

    #[test]
    fn a_sequence_ends_and_refuses_letters() {
        let ms = Duration::from_millis;
        let mut generator = ToneGenerator::new(sequence("12", ms(50), ms(50)).unwrap(), 8_000);
        let mut samples = [0; 2_000];
        assert_eq!(generator.fill(&mut samples), 1_600);
        assert!(generator.is_finished());
        assert_eq!(sequence("12x", ms(50), ms(50)), None);
    }
}
