use crate::codec::Codec;
use crate::event::PlayToken;
use crate::playback::{Item, Playback};

/// A place in a list of sounds.
pub(crate) struct Player {
    list: Playback,
    token: PlayToken,
    sound: usize,
    sample: usize,
}

impl Player {
    pub(super) fn new(list: Playback, token: PlayToken) -> Self {
        Self { list, token, sound: 0, sample: 0 }
    }

    pub(super) fn token(&self) -> PlayToken {
        self.token
    }

    /// Samples a second.
    pub(super) fn rate(&self) -> u32 {
        self.list.rate()
    }

    /// Writes the next samples, and returns how many there are: fewer than asked for at the end.
    pub(super) fn fill(&mut self, frame: &mut [i16]) -> usize {
        if self.is_paused() {
            frame.fill(0);
            return frame.len();
        }
        let mut filled = 0;
        while filled < frame.len() && self.seek() {
            let Some(item) = self.list.items.get(self.sound) else { break };
            let rest = item.sound.pcm().samples.get(self.sample..).unwrap_or_default();
            let count = rest.len().min(frame.len() - filled);
            frame[filled..filled + count].copy_from_slice(&rest[..count]);
            filled += count;
            self.sample += count;
        }
        self.pass();
        filled
    }

    /// The payload of the next `ms`, where it was made for all who play the sound.
    #[inline]
    pub(super) fn payload(
        &mut self,
        (codec, opus): (Codec, &opus::Settings),
        ms: u16,
        payload: &mut [u8],
    ) -> Option<usize> {
        if self.is_paused() || !self.seek() {
            return None;
        }
        let Item { sound, track } = self.list.items.get(self.sound)?;
        let track = track.as_ref().filter(|track| track.form().is(codec, opus))?;
        let (rate, length) = (sound.pcm().rate, sound.pcm().samples.len());
        let samples = usize::from(ms) * rate as usize / 1_000;
        if self.sample + samples > length && !track.ends_with_a_frame() {
            return None;
        }
        let octets = track.payload(self.sample, samples, payload)?;
        self.sample = (self.sample + samples).min(length);
        self.pass();
        Some(octets)
    }

    /// Does what was asked for, and says whether it is halted.
    fn is_paused(&mut self) -> bool {
        let Some(control) = &self.list.control else { return false };
        let paused = control.is_paused();
        if let Some(target) = control.target(self.position()) {
            self.go_to(target);
        }
        paused
    }

    /// Goes on to the next sound where one has ended, and notes how far it is.
    fn pass(&mut self) {
        self.seek();
        if let Some(control) = &self.list.control {
            control.note(self.position());
        }
    }

    /// Milliseconds from the start of the list.
    fn position(&self) -> u64 {
        let before = self.list.items.iter().take(self.sound).map(|item| item.sound.pcm().samples.len());
        let samples = before.sum::<usize>() + self.sample;
        samples as u64 * 1_000 / u64::from(self.rate().max(1))
    }

    /// Goes on so many milliseconds from the start, in whole packets, or ends where there are no more.
    fn go_to(&mut self, milliseconds: u64) {
        let wanted = (milliseconds / 20).saturating_mul(20).saturating_mul(self.rate().into()) / 1_000;
        let mut rest = usize::try_from(wanted).unwrap_or(usize::MAX);
        (self.sound, self.sample) = (self.list.items.len(), 0);
        for (nth, item) in self.list.items.iter().enumerate() {
            let length = item.sound.pcm().samples.len();
            if rest < length {
                (self.sound, self.sample) = (nth, rest);
                return;
            }
            rest -= length;
        }
    }

    /// Goes on to the next sample that there is; `false` at the end.
    #[inline]
    fn seek(&mut self) -> bool {
        let mut rewound = false;
        loop {
            match self.list.items.get(self.sound) {
                Some(item) if self.sample < item.sound.pcm().samples.len() => return true,
                Some(_) => {
                    self.sound += 1;
                    self.sample = 0;
                }
                None if self.list.repeat && !rewound => {
                    rewound = true;
                    self.sound = 0;
                    self.sample = 0;
                }
                None => return false,
            }
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.sound >= self.list.items.len()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use audio::Pcm;

    use super::*;
    use crate::playback::PlaybackControl;

    fn player(control: &PlaybackControl) -> Player {
        // A sample for each of ten milliseconds.
        let sound = |from: i16| Pcm::new(8_000, (0..4_000).map(|n: i16| from + n / 80).collect());
        let list = Playback::new([std::sync::Arc::new(sound(0)), std::sync::Arc::new(sound(50))]);
        Player::new(list.controlled(control), PlayToken(1))
    }

    fn next(player: &mut Player) -> (i16, usize) {
        let mut frame = [99; 160];
        let filled = player.fill(&mut frame);
        (frame[0], filled)
    }

    #[test]
    fn it_is_wound_and_halted() {
        let control = PlaybackControl::starting_at(Duration::from_millis(40));
        let mut player = player(&control);
        assert_eq!(next(&mut player), (4, 160));
        assert_eq!(control.position(), Duration::from_millis(60));
        control.forward(Duration::from_millis(500));
        assert_eq!(next(&mut player), (56, 160), "in the second sound");
        control.back(Duration::from_millis(80));
        assert_eq!(next(&mut player), (50, 160));
        control.pause();
        assert_eq!((next(&mut player), next(&mut player)), ((0, 160), (0, 160)));
        assert_eq!(control.position(), Duration::from_millis(520));
        control.resume();
        assert_eq!(next(&mut player), (52, 160));
        control.back(Duration::from_secs(9));
        assert_eq!(next(&mut player), (0, 160));
        control.forward(Duration::from_millis(300));
        control.restart();
        assert_eq!(next(&mut player), (0, 160));
        control.forward(Duration::from_secs(9));
        assert_eq!(next(&mut player).1, 0);
        assert!(player.is_over());
    }
}
