mod player;

use audio::{Tone, ToneGenerator};

use crate::broadcast::{Listener, Reading};
use crate::codec::Codec;
use crate::effects::Overheard;
use crate::event::{PlayToken, PlaybackEnd};
use crate::handle::PLAY_RATE;
use crate::playback::Playback;
use player::Player;

/// What a leg plays to its peer of its own accord.
#[derive(Default)]
pub(crate) enum Program {
    /// Nothing: a bridge or echo is heard.
    #[default]
    Nothing,
    /// A list of sounds.
    Playback(Box<Player>),
    /// What is on the air.
    Broadcast(Box<Listener>, PlayToken),
    /// A tone.
    Tone(Box<ToneGenerator>),
    /// What is heard elsewhere.
    Overheard(Box<Overheard>),
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
            Self::Playback(player) => player.rate(),
            Self::Broadcast(listener, _) => listener.rate(),
            Self::Overheard(heard) => heard.rate(),
            _ => PLAY_RATE,
        }
    }

    /// Begins a playback. Returns the end of the one before.
    pub(crate) fn play(&mut self, list: Playback, token: PlayToken) -> Ended {
        let ended = self.stop(PlaybackEnd::Replaced);
        *self = Self::Playback(Box::new(Player::new(list, token)));
        ended
    }

    /// Begins to hear what is on the air. Returns the end of the playback before.
    pub(crate) fn listen(&mut self, listener: Listener, token: PlayToken) -> Ended {
        let ended = self.stop(PlaybackEnd::Replaced);
        *self = Self::Broadcast(Box::new(listener), token);
        ended
    }

    /// Begins a tone. Returns the end of the playback before.
    pub(crate) fn play_tone(&mut self, tone: Tone) -> Ended {
        let ended = self.stop(PlaybackEnd::Replaced);
        *self = Self::Tone(Box::new(ToneGenerator::new(tone, PLAY_RATE)));
        ended
    }

    /// Begins to play what is heard elsewhere. Returns the end of the playback before.
    pub(crate) fn overhear(&mut self, heard: Overheard) -> Ended {
        let ended = self.stop(PlaybackEnd::Replaced);
        *self = Self::Overheard(Box::new(heard));
        ended
    }

    /// Ends whatever plays.
    pub(crate) fn stop(&mut self, reason: PlaybackEnd) -> Ended {
        match std::mem::take(self) {
            Self::Playback(player) => Some((player.token(), reason)),
            Self::Broadcast(_, token) => Some((token, reason)),
            _ => None,
        }
    }

    /// Fills a frame, the last one with silence behind the sound. When the sound ends with it, the program is over and
    /// its end is returned.
    pub(crate) fn fill(&mut self, frame: &mut [i16]) -> Ended {
        let (filled, over) = match self {
            Self::Nothing => (0, false),
            Self::Overheard(heard) => {
                frame.fill(0);
                heard.add_to(frame);
                (frame.len(), false)
            }
            Self::Playback(player) => {
                let filled = player.fill(frame);
                (filled, player.is_over())
            }
            Self::Broadcast(listener, _) => match listener.sound(frame) {
                Reading::Got(filled) => (filled, false),
                Reading::Late => (0, false),
                Reading::Over => (0, true),
            },
            Self::Tone(generator) => {
                let filled = generator.fill(frame);
                (filled, generator.is_finished())
            }
        };
        frame[filled..].fill(0);
        if over { self.stop(PlaybackEnd::Finished) } else { None }
    }

    /// The payload of the next `ms` in that codec, where it was made for all who hear the same: its octets, and the end of
    /// the playback if that was its last. `None`: [`fill`](Self::fill) has the samples.
    #[inline]
    pub(crate) fn payload(
        &mut self,
        (codec, opus): (Codec, &opus::Settings),
        ms: u16,
        payload: &mut [u8],
    ) -> Option<(usize, Ended)> {
        match self {
            Self::Playback(player) => {
                let octets = player.payload((codec, opus), ms, payload)?;
                let over = player.is_over();
                Some((octets, if over { self.stop(PlaybackEnd::Finished) } else { None }))
            }
            Self::Broadcast(listener, _) if listener.form().is(codec, opus) => {
                Some((listener.payload(ms, payload)?, None))
            }
            _ => None,
        }
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
        assert!(play(Playback::new(Vec::<Arc<Pcm>>::new()), 1).1.is_some());
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
