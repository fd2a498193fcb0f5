//! The index of the header lines of a message.

use alloc::vec::Vec;

use wire_text::Sixteen;

/// Header lines that are indexed without an allocation. Telephones write 10 to 18 of them, carriers hardly ever more than
/// these.
const USUAL: usize = 24;

/// The number in a slot that holds no line; no header has it.
const FREE: u8 = crate::header::UNLISTED - 1;

/// Octets from `start` to `end` of the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Place {
    /// The place of a value that does not stand in the message: no other one ends before it begins.
    pub(super) const ELSEWHERE: Self = Self { start: 1, end: 0 };
}

/// One header line: which header it is, and where its value stands. Its name stands behind the value of the line before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The number of a listed name, or [`UNLISTED`](crate::header::UNLISTED).
    pub(super) number: u8,
    pub(super) value: Place,
}

/// The header lines of a message, in order.
#[derive(Clone, Debug)]
pub(super) enum HeaderLines {
    /// As many as are usual, in a head of up to 65,535 octets.
    Few(Few),
    /// More of them, or in a longer head.
    Many(Vec<Line>),
}

/// Numbers and places stand apart, so that a header is found by one look at all the numbers.
#[derive(Clone, Debug)]
pub(super) struct Few {
    count: u8,
    numbers: [u8; USUAL],
    places: [Near; USUAL],
}

/// A place among the first 65,535 octets.
#[derive(Clone, Copy, Debug)]
struct Near {
    start: u16,
    end: u16,
}

impl HeaderLines {
    /// None so far.
    pub(super) const fn new() -> Self {
        Self::Few(Few { count: 0, numbers: [FREE; USUAL], places: [Near { start: 0, end: 0 }; USUAL] })
    }

    /// How many there are.
    #[inline]
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Few(few) => usize::from(few.count),
            Self::Many(lines) => lines.len(),
        }
    }

    /// Adds one behind the others.
    #[inline]
    pub(super) fn push(&mut self, line: Line) {
        let added = match self {
            Self::Few(few) => few.push(line),
            Self::Many(_) => false,
        };
        if !added {
            self.push_far(line);
        }
    }

    #[cold]
    fn push_far(&mut self, line: Line) {
        if let Self::Few(few) = self {
            *self = Self::Many(few.lines().collect());
        }
        if let Self::Many(lines) = self {
            lines.push(line);
        }
    }

    /// The line at a place in the order.
    #[inline]
    pub(super) fn get(&self, index: usize) -> Option<Line> {
        match self {
            Self::Few(few) => few.get(index),
            Self::Many(lines) => lines.get(index).copied(),
        }
    }

    /// The first line from `from` on that has this number: where it is in the order, and where its value stands.
    #[inline]
    pub(super) fn find(&self, number: u8, from: usize) -> Option<(usize, Place)> {
        match self {
            Self::Few(few) => few.find(number, from),
            Self::Many(lines) => {
                let mut behind = lines.iter().enumerate().skip(from);
                behind.find(|(_, line)| line.number == number).map(|(index, line)| (index, line.value))
            }
        }
    }

    /// Whether more than one line has this number.
    #[inline]
    pub(super) fn is_repeated(&self, number: u8) -> bool {
        match self {
            // All but the lowest bit.
            Self::Few(few) => few.found(number).is_some_and(|found| found & found.wrapping_sub(1) != 0),
            Self::Many(_) => {
                self.find(number, 0).is_some_and(|(index, _)| self.find(number, index + 1).is_some())
            }
        }
    }

    /// The value of a line now stands elsewhere than in the message.
    pub(super) fn set_elsewhere(&mut self, index: usize) {
        match self {
            Self::Few(few) => {
                if let Some(place) = few.places.get_mut(index) {
                    *place = Near { start: 1, end: 0 };
                }
            }
            Self::Many(lines) => {
                if let Some(line) = lines.get_mut(index) {
                    line.value = Place::ELSEWHERE;
                }
            }
        }
    }
}

impl Few {
    /// Adds a line, if it has room here.
    #[inline]
    fn push(&mut self, line: Line) -> bool {
        let at = usize::from(self.count);
        let Place { start, end } = line.value;
        if at >= USUAL || start.max(end) > u16::MAX.into() {
            return false;
        }
        // Both were seen to fit.
        (self.numbers[at], self.places[at]) = (line.number, Near { start: start as u16, end: end as u16 });
        self.count += 1;
        true
    }

    #[inline]
    fn get(&self, index: usize) -> Option<Line> {
        let number = *self.numbers.get(index).filter(|number| **number != FREE)?;
        Some(Line { number, value: self.places.get(index)?.place() })
    }

    /// A bit for each line of this number, that of the first line lowest.
    #[inline]
    fn found(&self, number: u8) -> Option<u32> {
        // The last sixteen reach back into the first, so that all are looked at.
        let (first, last) = (self.numbers.first_chunk()?, self.numbers.last_chunk()?);
        let equal = |numbers| Sixteen::new(numbers).equal(number).bits();
        Some(equal(first) | equal(last) << (USUAL - 16))
    }

    #[inline]
    fn find(&self, number: u8, from: usize) -> Option<(usize, Place)> {
        let left = self.found(number)? & u32::MAX.checked_shl(from as u32)?;
        let index = left.trailing_zeros() as usize;
        Some((index, self.places.get(index)?.place()))
    }

    fn lines(&self) -> impl Iterator<Item = Line> {
        (0..USUAL).map_while(|index| self.get(index))
    }
}

impl Near {
    #[inline]
    fn place(self) -> Place {
        Place { start: self.start.into(), end: self.end.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lines_are_found_however_many_there_are(
            lines in proptest::collection::vec((0_u8..5, 0_u32..80_000, 0_u32..80_000), 0..60),
            from in 0_usize..70,
        ) {
            let line = |(number, start, end)| Line { number, value: Place { start, end } };
            let wanted: Vec<Line> = lines.into_iter().map(line).collect();
            // Far places are the exception.
            for reach in [1, 4] {
                let near = |line: &Line| Line {
                    value: Place { start: line.value.start / reach, end: line.value.end / reach },
                    ..*line
                };
                let wanted: Vec<Line> = wanted.iter().map(near).collect();
                let mut index = HeaderLines::new();
                wanted.iter().for_each(|line| index.push(*line));
                prop_assert_eq!(index.len(), wanted.len());
                for at in 0..70 {
                    prop_assert_eq!(index.get(at), wanted.get(at).copied());
                }
                for number in 0..6 {
                    let found = wanted.iter().enumerate().skip(from).find(|(_, line)| line.number == number);
                    prop_assert_eq!(index.find(number, from), found.map(|(at, line)| (at, line.value)));
                    let count = wanted.iter().filter(|line| line.number == number).count();
                    prop_assert_eq!(index.is_repeated(number), count > 1);
                }
                index.set_elsewhere(from);
                for (at, line) in wanted.iter().enumerate() {
                    let value = if at == from { Place::ELSEWHERE } else { line.value };
                    prop_assert_eq!(index.get(at), Some(Line { value, ..*line }));
                }
            }
        }
    }
}
