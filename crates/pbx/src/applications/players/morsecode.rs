//! `Morsecode(text)`: plays a text in Morse code (ITU-R M.1677-1).
//!
//! `MORSEDITLEN` is the length of a dot in ms (80), `MORSETONE` its frequency in Hz (800), `MORSESPACETONE` that of the
//! pauses (none), `MORSETYPE` the code: `INTERNATIONAL`, or `AMERICAN`, which telegraphs on American land lines had.

use std::time::Duration;

use audio::Tone;
use audio::tone::Segment;
use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

/// Characters that are played of one text.
const MOST: usize = 500;

/// A sign: its dots and dashes. In American code `_` is a long dash, `=` a longer one, and a blank a pause within the sign.
type Code = &'static [(char, &'static str)];

const INTERNATIONAL: Code = &[
    ('A', ".-"),
    ('B', "-..."),
    ('C', "-.-."),
    ('D', "-.."),
    ('E', "."),
    ('F', "..-."),
    ('G', "--."),
    ('H', "...."),
    ('I', ".."),
    ('J', ".---"),
    ('K', "-.-"),
    ('L', ".-.."),
    ('M', "--"),
    ('N', "-."),
    ('O', "---"),
    ('P', ".--."),
    ('Q', "--.-"),
    ('R', ".-."),
    ('S', "..."),
    ('T', "-"),
    ('U', "..-"),
    ('V', "...-"),
    ('W', ".--"),
    ('X', "-..-"),
    ('Y', "-.--"),
    ('Z', "--.."),
    ('0', "-----"),
    ('1', ".----"),
    ('2', "..---"),
    ('3', "...--"),
    ('4', "....-"),
    ('5', "....."),
    ('6', "-...."),
    ('7', "--..."),
    ('8', "---.."),
    ('9', "----."),
    ('.', ".-.-.-"),
    (',', "--..--"),
    (':', "---..."),
    ('?', "..--.."),
    ('\'', ".----."),
    ('-', "-....-"),
    ('/', "-..-."),
    ('(', "-.--."),
    (')', "-.--.-"),
    ('"', ".-..-."),
    ('=', "-...-"),
    ('+', ".-.-."),
    ('@', ".--.-."),
];

const AMERICAN: Code = &[
    ('A', ".-"),
    ('B', "-..."),
    ('C', ".. ."),
    ('D', "-.."),
    ('E', "."),
    ('F', ".-."),
    ('G', "--."),
    ('H', "...."),
    ('I', ".."),
    ('J', "-.-."),
    ('K', "-.-"),
    ('L', "_"),
    ('M', "--"),
    ('N', "-."),
    ('O', ". ."),
    ('P', "....."),
    ('Q', "..-."),
    ('R', ". .."),
    ('S', "..."),
    ('T', "-"),
    ('U', "..-"),
    ('V', "...-"),
    ('W', ".--"),
    ('X', ".-.."),
    ('Y', ".. .."),
    ('Z', "... ."),
    ('0', "="),
    ('1', ".--."),
    ('2', "..-.."),
    ('3', "...-."),
    ('4', "....-"),
    ('5', "---"),
    ('6', "......"),
    ('7', "--.."),
    ('8', "-...."),
    ('9', "-..-"),
    ('.', "..--.."),
    (',', ".-.-"),
    ('?', "-..-."),
];

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let number = |name: &str, default: u64, least: u64, most: u64| {
        let said = channel.call.variable(name).and_then(|text| text.trim().parse::<u64>().ok());
        said.unwrap_or(default).clamp(least, most)
    };
    let key = Key {
        dot: Duration::from_millis(number("MORSEDITLEN", 80, 10, 2_000)),
        tone: number("MORSETONE", 800, 0, 3_900) as u16,
        space: number("MORSESPACETONE", 0, 0, 3_900) as u16,
        code: match channel.call.variable("MORSETYPE") {
            Some(kind) if kind.trim().eq_ignore_ascii_case("AMERICAN") => AMERICAN,
            _ => INTERNATIONAL,
        },
    };
    channel.call.answer().await?;
    let segments = key.segments(arguments.trim());
    let length: Duration = segments.iter().filter_map(|segment| segment.length).sum();
    if segments.is_empty() {
        return Ok(Outcome::Continue);
    }
    channel.call.play_tone(Tone::new(segments))?;
    let waited = channel.call.wait(length).await;
    channel.call.stop_indication();
    waited?;
    Ok(Outcome::Continue)
}

struct Key {
    dot: Duration,
    tone: u16,
    space: u16,
    code: Code,
}

impl Key {
    /// The whole text: a dot between the parts of a sign, three between signs, seven between words.
    fn segments(&self, text: &str) -> Vec<Segment> {
        let mut segments = Vec::new();
        for character in text.chars().take(MOST) {
            if character.is_whitespace() {
                self.pause(&mut segments, 4);
                continue;
            }
            let sign = self.code.iter().find(|(known, _)| *known == character.to_ascii_uppercase());
            for part in sign.iter().flat_map(|(_, sign)| sign.chars()) {
                match part {
                    '.' => self.sound(&mut segments, 1),
                    '-' => self.sound(&mut segments, 3),
                    '_' => self.sound(&mut segments, 6),
                    '=' => self.sound(&mut segments, 9),
                    _ => {}
                }
                self.pause(&mut segments, 1);
            }
            if sign.is_some() {
                self.pause(&mut segments, 2);
            }
        }
        segments
    }

    fn sound(&self, segments: &mut Vec<Segment>, dots: u32) {
        segments.push(Segment::sine(self.tone, Some(self.dot * dots)).once());
    }

    fn pause(&self, segments: &mut Vec<Segment>, dots: u32) {
        let time = Some(self.dot * dots);
        segments.push(match self.space {
            0 => Segment::silence(time).once(),
            space => Segment::sine(space, time).once(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sounds by their length in dots, pauses as blanks.
    fn written(code: Code, text: &str) -> String {
        let key = Key { dot: Duration::from_millis(10), tone: 800, space: 0, code };
        let dots = |segment: &Segment| segment.length.map_or(0, |length| length.as_millis() / 10);
        key.segments(text)
            .iter()
            .map(|segment| match *segment == Segment::silence(segment.length).once() {
                true => " ".repeat(dots(segment) as usize),
                false => dots(segment).to_string(),
            })
            .collect()
    }

    #[test]
    fn texts_have_the_lengths_of_the_code() {
        assert_eq!(written(INTERNATIONAL, "et"), "1   3   ");
        assert_eq!(written(INTERNATIONAL, "a a"), "1 3       1 3   ");
        assert_eq!(written(INTERNATIONAL, "ü"), "");
        assert_eq!(written(AMERICAN, "c"), "1 1  1   ");
        assert_eq!(written(AMERICAN, "l0"), "6   9   ");
    }
}
