use audio::{Tone, ToneGenerator};

use crate::event::{PlayToken, PlaybackEnd};
use crate::handle::PLAY_RATE;
use crate::playback::Playback;

/// What a leg plays to its peer of its own accord.
#[derive(Default)]
pub(crate) enum Program {
    /// Nothing: a bridge or echo is heard.
    #[default]
    Nothing,
    /// A list of sounds.
    Playback(Box<Player>),
    /// A tone.
    Tone(Box<ToneGenerator>),
}

/// A place in a list of sounds.
pub(crate) struct Player {
    list: Playback,
    token: PlayToken,
    sound: usize,
    sample: usize,
}

/// The end of a playback, to be told.
pub(crate) type Ended = Option<(PlayToken, PlaybackEnd)>;

impl Program {
    pub(crate) fn is_playing(&self) -> bool {
        !matches!(self, Self::Nothing)
    }

    /// Samples a second of what it plays.
    pub(crate) fn rate(&self) -> u32 {
        match self {
            Self::Playback(player) => player.list.rate(),
            _ => PLAY_RATE,
        }
    }

    /// Begins a playback. Returns the end of the one before.
    pub(crate) fn play(&mut self, list: Playback, token: PlayToken) -> Ended {
        let ended = self.stop(PlaybackEnd::Replaced);
        *self = Self::Playback(Box::new(Player { list, token, sound: 0, sample: 0 }));
        ended
    }

    /// Begins a tone. Returns the end of the playback before.
    pub(crate) fn play_tone(&mut self, tone: Tone) -> Ended {
        let ended = self.stop(PlaybackEnd::Replaced);
        *self = Self::Tone(Box::new(ToneGenerator::new(tone, PLAY_RATE)));
        ended
    }

    /// Ends whatever plays.
    pub(crate) fn stop(&mut self, reason: PlaybackEnd) -> Ended {
        match std::mem::take(self) {
            Self::Playback(player) => Some((player.token, reason)),
            _ => None,
        }
    }

    /// Fills a frame, the last one with silence behind the sound. When the sound ends with it, the program is over and
    /// its end is returned.
    pub(crate) fn fill(&mut self, frame: &mut [i16]) -> Ended {
        let (filled, over) = match self {
            Self::Nothing => (0, false),
            Self::Playback(player) => {
                let filled = player.fill(frame);
                (filled, player.is_over())
            }
            Self::Tone(generator) => {
                let filled = generator.fill(frame);
                (filled, generator.is_finished())
            }
        };
        frame[filled..].fill(0);
        if over { self.stop(PlaybackEnd::Finished) } else { None }
    }
}

impl Player {
    fn fill(&mut self, frame: &mut [i16]) -> usize {
        let mut filled = 0;
        while filled < frame.len() && self.seek() {
            let rest = &self.list.sounds[self.sound].samples[self.sample..];
            let count = rest.len().min(frame.len() - filled);
            frame[filled..filled + count].copy_from_slice(&rest[..count]);
            filled += count;
            self.sample += count;
        }
        self.seek();
        filled
    }

    /// Goes on to the next sample that there is; `false` at the end.
    fn seek(&mut self) -> bool {
        let mut rewound = false;
        loop {
            match self.list.sounds.get(self.sound) {
                Some(sound) if self.sample < sound.samples.len() => return true,
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

    fn is_over(&self) -> bool {
        self.sound >= self.list.sounds.len()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use audio::Pcm;

    use super::*;

    fn sound(samples: std::ops::Range<i16>) -> Arc<Pcm> {
        Arc::new(Pcm::new(PLAY_RATE, samples.collect()))
    }

    fn play(list: Playback, frames: usize) -> (Vec<i16>, Ended) {
        let mut program = Program::default();
        assert_eq!(program.play(list, PlayToken(5)), None);
        let (mut heard, mut ended) = (Vec::new(), None);
        for _ in 0..frames {
            let mut frame = [9; 160];
            ended = ended.or(program.fill(&mut frame));
            heard.extend(frame);
        }
        (heard, ended)
    }

    #[test]
    fn sounds_follow_without_a_gap_and_end_in_silence() {
        let list = Playback::new([sound(1..101), sound(0..0), sound(101..301)]);
        let (heard, ended) = play(list, 2);
        assert!(heard[..300].iter().copied().eq(1..301));
        assert!(heard[300..].iter().all(|&sample| sample == 0));
        assert_eq!(ended, Some((PlayToken(5), PlaybackEnd::Finished)));
    }

    #[test]
    fn the_end_is_told_with_the_last_full_frame() {
        let mut program = Program::default();
        program.play(sound(1..321).into(), PlayToken(1));
        let mut frame = [0; 160];
        assert_eq!(program.fill(&mut frame), None);
        assert_eq!(program.fill(&mut frame), Some((PlayToken(1), PlaybackEnd::Finished)));
        assert!(!program.is_playing());
    }

    #[test]
    fn a_repeated_list_goes_on_and_an_empty_one_ends() {
        let (heard, ended) = play(Playback::new([sound(1..101)]).repeated(), 5);
        assert_eq!(ended, None);
        assert!(heard.chunks_exact(100).all(|part| part.iter().copied().eq(1..101)));
        let (heard, ended) = play(Playback::new([sound(0..0)]).repeated(), 1);
        assert!(heard.iter().all(|&sample| sample == 0));
        assert_eq!(ended, Some((PlayToken(5), PlaybackEnd::Finished)));
        assert!(play(Playback::new([]), 1).1.is_some());
    }

    #[test]
    fn what_comes_next_replaces_what_plays() {
        let mut program = Program::default();
        program.play(sound(0..99).into(), PlayToken(1));
        assert_eq!(
            program.play(sound(0..99).into(), PlayToken(2)),
            Some((PlayToken(1), PlaybackEnd::Replaced))
        );
        assert_eq!(program.stop(PlaybackEnd::Stopped), Some((PlayToken(2), PlaybackEnd::Stopped)));
        assert_eq!(program.stop(PlaybackEnd::Stopped), None);
    }
}
