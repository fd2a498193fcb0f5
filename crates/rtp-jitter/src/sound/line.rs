/// Samples in a row: some that were played, which concealment and stretching look back on, and those still to be played.
///
/// ```text
/// | … history … | to be played | room … |
///               head           tail
/// ```
#[derive(Clone, Debug)]
pub(crate) struct SampleLine {
    samples: Box<[i16]>,
    history: usize,
    head: usize,
    tail: usize,
}

impl SampleLine {
    /// Keeps `history` samples that were played, silence at first, and has room for `unplayed` more.
    pub(crate) fn new(history: usize, unplayed: usize) -> Self {
        // With twice the room, samples are moved together only now and then.
        Self { samples: vec![0; 2 * (history + unplayed)].into(), history, head: history, tail: history }
    }

    /// Samples still to be played.
    pub(crate) fn unplayed(&self) -> usize {
        self.tail - self.head
    }

    /// Everything that is known of: at least the history, and what is still to be played.
    pub(crate) fn known(&self) -> &[i16] {
        &self.samples[..self.tail]
    }

    /// Room for `count` samples behind the last one, or for as many as there can be.
    pub(crate) fn room(&mut self, count: usize) -> &mut [i16] {
        if self.tail + count > self.samples.len() {
            let begin = self.head - self.history;
            self.samples.copy_within(begin..self.tail, 0);
            (self.head, self.tail) = (self.history, self.tail - begin);
        }
        let end = (self.tail + count).min(self.samples.len());
        &mut self.samples[self.tail..end]
    }

    /// Everything that is known of, and the room behind it, which [`SampleLine::room`] has made.
    pub(crate) fn known_and_room(&mut self, count: usize) -> (&[i16], &mut [i16]) {
        let (known, room) = self.samples.split_at_mut(self.tail);
        let count = count.min(room.len());
        (known, &mut room[..count])
    }

    /// The first `count` samples of the room are sound now. Those before `skip` are thrown away.
    pub(crate) fn append(&mut self, count: usize, skip: usize) -> usize {
        let count = count.min(self.samples.len() - self.tail);
        let skip = skip.min(count);
        self.samples.copy_within(self.tail + skip..self.tail + count, self.tail);
        self.tail += count - skip;
        count - skip
    }

    /// The last `count` samples.
    pub(crate) fn last(&mut self, count: usize) -> &mut [i16] {
        let begin = self.tail - count.min(self.unplayed());
        &mut self.samples[begin..self.tail]
    }

    /// The samples and their end, for what changes their number. The end must stay between `head` and the length, and what
    /// was played must not change.
    pub(crate) fn resize(&mut self, change: impl FnOnce(&mut [i16], usize) -> usize) {
        self.tail = change(&mut self.samples, self.tail).clamp(self.head, self.samples.len());
    }

    /// Plays: as many samples as `out` has, or as there are. Returns how many.
    pub(crate) fn play(&mut self, out: &mut [i16]) -> usize {
        let count = out.len().min(self.unplayed());
        out[..count].copy_from_slice(&self.samples[self.head..self.head + count]);
        self.head += count;
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_come_out_as_they_went_in() {
        let mut line = SampleLine::new(10, 30);
        let (mut next, mut expected) = (0, 0);
        for n in 0..1_000 {
            let count = 7 + n % 13;
            line.room(count)[..count].iter_mut().for_each(|sample| {
                *sample = next;
                next += 1;
            });
            assert_eq!(line.append(count, 0), count);
            let mut out = [0; 40];
            let played = line.play(&mut out[..count]);
            for sample in &out[..played] {
                assert_eq!(*sample, expected);
                expected += 1;
            }
            assert!(line.known().len() >= 10);
        }
    }

    #[test]
    fn a_beginning_can_be_thrown_away() {
        let mut line = SampleLine::new(4, 10);
        line.room(5).copy_from_slice(&[1, 2, 3, 4, 5]);
        assert_eq!(line.append(5, 3), 2);
        assert_eq!(line.last(9), [4, 5]);
        assert_eq!(line.append(0, 8), 0);
    }
}
