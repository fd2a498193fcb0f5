//! What a program says, on its way from the queue to the caller.

use std::collections::VecDeque;
use std::time::Duration;

use audio::Resampler;
use call_control::{Broadcast, Call, Feed, FeedWriter};
use media_websocket::{Command, Direction, Event, MediaQueue, Refusal};

use super::coder::{Coder, SoundFormat};
use crate::audio_streams::playout::feed_rate;

/// Sound that is given to the media plane ahead of its time, so that a task that is a little late is not heard. Marks, pauses and what is
/// thrown away go by what was really heard.
const AHEAD: Duration = Duration::from_millis(60);

/// Sound that must be there before it is heard.
const LEAD: Duration = Duration::from_millis(40);

/// Sound that the media plane takes at most: frames of a program that keeps the time itself may come in bursts.
const BOUND: Duration = Duration::from_millis(500);

/// Turns after which what is too short to begin with is played all the same.
const PATIENCE: u8 = 2;

/// The queue of a program, and the sound of it that is about to be heard.
pub(super) struct Speech {
    queue: MediaQueue,
    is_passthrough: bool,
    coder: Coder,
    writer: FeedWriter,
    resampler: Option<Resampler>,
    resampled: Vec<i16>,
    /// Samples a second of the media plane's side.
    rate: u32,
    /// Samples that were given and not taken back.
    written: u64,
    /// What is told once so many samples were heard.
    due: VecDeque<(u64, Event)>,
    /// Samples that had been heard at the last turn, and turns since that changed while something waits.
    heard: u64,
    stalled: u8,
}

impl Speech {
    /// Begins to speak to a call, with a queue that may hold something already, and what the call is to hear.
    pub(super) fn begin(
        call: &Call,
        queue: MediaQueue,
        is_passthrough: bool,
        format: SoundFormat,
    ) -> (Self, Broadcast) {
        let rate = feed_rate(call);
        let (writer, feed) = Feed::with_lead(rate, BOUND, LEAD);
        let broadcast = call.switchboard().media().broadcast(feed);
        (Self::over(writer, rate, queue, is_passthrough, format), broadcast)
    }

    fn over(
        writer: FeedWriter,
        rate: u32,
        queue: MediaQueue,
        is_passthrough: bool,
        format: SoundFormat,
    ) -> Self {
        let resampler = (format.rate() != rate).then(|| Resampler::new(format.rate(), rate).ok()).flatten();
        Self {
            queue,
            is_passthrough,
            coder: Coder::new(format),
            writer,
            resampler,
            resampled: Vec::new(),
            rate,
            written: 0,
            due: VecDeque::new(),
            heard: 0,
            stalled: 0,
        }
    }

    /// Takes a binary message.
    pub(super) fn media(&mut self, octets: &[u8]) {
        self.queue.media(octets);
    }

    /// Does what a command asks for.
    pub(super) fn command(&mut self, command: &Command) -> Result<(), Refusal> {
        self.queue.command(command)?;
        let forgets = matches!(command, Command::FlushMedia | Command::SetMediaDirection(Direction::In));
        if forgets {
            self.written -= self.writer.clear() as u64;
            // Marks go with what they stood behind; that nothing waits is true now.
            self.due.retain(|(_, event)| *event == Event::QueueDrained);
            self.due.iter_mut().for_each(|(at, _)| *at = 0);
        }
        Ok(())
    }

    /// Which way sound goes.
    pub(super) fn direction(&self) -> Direction {
        self.queue.direction()
    }

    /// The next event that is to be told now.
    pub(super) fn poll_event(&mut self) -> Option<Event> {
        if let Some(event) = self.queue.poll_event() {
            return Some(event);
        }
        let heard = self.writer.read();
        self.due.pop_front_if(|(at, _)| *at <= heard).map(|(_, event)| event)
    }

    /// Gives what there is time for. To be called once in a turn of 20 ms, and whenever something came; `is_turn` says which it is.
    pub(super) fn give(&mut self, is_turn: bool) {
        let ahead = samples(AHEAD, self.rate);
        while self.is_passthrough || self.written.saturating_sub(self.writer.read()) < ahead {
            let Some(frame) = self.queue.next_frame() else { break };
            let sound = match self.is_passthrough {
                true => self.coder.decode(frame),
                false => self.coder.decode_frame(frame),
            };
            let sound = match &mut self.resampler {
                None => sound,
                Some(resampler) => {
                    self.resampled.resize(resampler.output_length(sound.len()), 0);
                    let count = resampler.process(sound, &mut self.resampled).written;
                    self.resampled.get(..count).unwrap_or_default()
                }
            };
            let given = self.writer.offer(sound) as u64;
            // What the queue tells stands before this frame.
            self.keep_events(self.written);
            self.written += given;
        }
        self.keep_events(self.written);
        if is_turn {
            self.finish_short_ones();
        }
    }

    /// Events that belong to a place in the sound wait until that is heard; others are told at once.
    fn keep_events(&mut self, at: u64) {
        let mut now = Vec::new();
        while let Some(event) = self.queue.poll_event() {
            match event {
                Event::MediaXon | Event::MediaXoff | Event::Status(_) => now.push(event),
                event => self.due.push_back((at, event)),
            }
        }
        // In front of all that waits: they are due at any time.
        for event in now.into_iter().rev() {
            self.due.push_front((0, event));
        }
    }

    /// What is shorter than the media plane waits for is heard with silence behind it.
    fn finish_short_ones(&mut self) {
        let heard = self.writer.read();
        let waiting = self.written.saturating_sub(heard);
        let is_stalled = waiting > 0 && heard == self.heard;
        self.stalled = if is_stalled { self.stalled.saturating_add(1) } else { 0 };
        self.heard = heard;
        let missing = samples(LEAD, self.rate).saturating_sub(waiting) as usize;
        if self.stalled >= PATIENCE && missing > 0 {
            self.resampled.clear();
            self.resampled.resize(missing, 0);
            self.written += self.writer.offer(&self.resampled) as u64;
        }
    }
}

fn samples(time: Duration, rate: u32) -> u64 {
    u64::from(rate) * time.as_millis() as u64 / 1_000
}

#[cfg(test)]
mod tests {
    use media_bridge::Source;

    use super::*;

    /// A program that speaks linear samples, and the end that is heard.
    fn speech(is_passthrough: bool) -> (Speech, Feed) {
        let format = SoundFormat::of("slin").unwrap();
        let queue = match is_passthrough {
            true => MediaQueue::passthrough(),
            false => MediaQueue::framed(format.frame().unwrap()),
        };
        let (writer, feed) = Feed::with_lead(8_000, BOUND, LEAD);
        (Speech::over(writer, 8_000, queue, is_passthrough, format), feed)
    }

    fn sound(value: i16, samples: usize) -> Vec<u8> {
        std::iter::repeat_n(value.to_le_bytes(), samples).flatten().collect()
    }

    fn events(speech: &mut Speech) -> Vec<Event> {
        std::iter::from_fn(|| speech.poll_event()).collect()
    }

    fn mark(id: &str) -> Command {
        Command::MarkMedia { correlation_id: Some(id.to_owned()) }
    }

    fn processed(id: &str) -> Event {
        Event::MediaMarkProcessed { correlation_id: Some(id.to_owned()) }
    }

    /// A turn of 20 ms: what is heard in it.
    fn turn(speech: &mut Speech, feed: &mut Feed) -> Vec<i16> {
        speech.give(true);
        let mut frame = [0; 160];
        let count = feed.read(&mut frame).unwrap();
        frame[..count].to_vec()
    }

    #[test]
    fn what_is_sent_at_once_is_heard_at_its_own_pace_and_marks_are_told_when_it_was() {
        let (mut speech, mut feed) = speech(false);
        speech.media(&sound(1, 160 * 5));
        speech.command(&mark("a")).unwrap();
        speech.media(&sound(2, 160 * 5));
        speech.command(&mark("b")).unwrap();
        speech.command(&Command::ReportQueueDrained).unwrap();
        let mut told = Vec::new();
        for n in 0..12 {
            let heard = turn(&mut speech, &mut feed);
            let value = if n < 5 { 1 } else { 2 };
            assert_eq!(heard, if n < 10 { vec![value; 160] } else { vec![] }, "turn {n}");
            told.extend(events(&mut speech).into_iter().map(|event| (n, event)));
        }
        assert_eq!(told, [(4, processed("a")), (9, processed("b")), (9, Event::QueueDrained)]);
    }

    #[test]
    fn a_pause_keeps_what_there_is_and_a_flush_does_not() {
        let (mut speech, mut feed) = speech(false);
        speech.media(&sound(1, 160 * 50));
        speech.command(&mark("never")).unwrap();
        assert_eq!(turn(&mut speech, &mut feed), [1; 160]);
        speech.command(&Command::PauseMedia).unwrap();
        let heard: usize = (0..10).map(|_| turn(&mut speech, &mut feed).len()).sum();
        assert!(heard <= 160 * 3, "{heard}");
        speech.command(&Command::ContinueMedia).unwrap();
        assert_eq!(turn(&mut speech, &mut feed), [1; 160]);
        speech.command(&Command::ReportQueueDrained).unwrap();
        speech.command(&Command::FlushMedia).unwrap();
        assert_eq!(events(&mut speech), [Event::QueueDrained]);
        assert!(turn(&mut speech, &mut feed).is_empty());
        speech.media(&sound(2, 160 * 4));
        assert_eq!(turn(&mut speech, &mut feed), [2; 160]);
        assert_eq!(events(&mut speech), []);
    }

    #[test]
    fn a_single_frame_is_heard() {
        let (mut speech, mut feed) = speech(false);
        speech.media(&sound(1, 160));
        let heard: Vec<i16> = (0..8).flat_map(|_| turn(&mut speech, &mut feed)).collect();
        assert_eq!(heard.iter().filter(|sample| **sample == 1).count(), 160);
        // And another one behind it.
        speech.media(&sound(2, 160));
        let heard: Vec<i16> = (0..8).flat_map(|_| turn(&mut speech, &mut feed)).collect();
        assert_eq!(heard.iter().filter(|sample| **sample == 2).count(), 160);
    }

    #[test]
    fn a_program_that_keeps_the_time_itself_is_heard_as_it_speaks() {
        let (mut speech, mut feed) = speech(true);
        speech.media(&sound(1, 333));
        speech.media(&sound(2, 10_000));
        let heard: Vec<i16> = (0..40).flat_map(|_| turn(&mut speech, &mut feed)).collect();
        assert_eq!(heard.iter().filter(|sample| **sample == 1).count(), 333);
        let late = heard.iter().filter(|sample| **sample == 2).count();
        assert_eq!(late, samples(BOUND, 8_000) as usize - 333, "what is too much is left out");
    }
}
