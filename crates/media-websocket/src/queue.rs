//! What a program has sent, on its way to be heard.

use std::collections::VecDeque;

use crate::{Command, Direction, Event, QUEUE_LIMIT, Status, XOFF_LEVEL, XON_LEVEL};

/// Marks and ends of transfers that may wait at a time.
const MOST_MARKS: usize = 1_000;

/// The exchange's side of what a program sends: messages of any length go in, frames come out.
///
/// After each call drain [`poll_event`](Self::poll_event). [`next_frame`](Self::next_frame) is called whenever there is time for
/// one more frame; what it tells belongs behind the frame that it gave before.
///
/// Between `START_MEDIA_BUFFERING` and `STOP_MEDIA_BUFFERING` frames are put together across messages. Elsewhere a message is cut into
/// frames by itself, and octets that make none are left out.
///
/// # Bounds
/// A message that comes before [`Event::MediaXoff`] is taken whole. After that no more than [`QUEUE_LIMIT`] frames wait, and the rest is
/// left out.
#[derive(Debug)]
pub struct MediaQueue {
    /// Octets of a frame; `None` where each message is one.
    frame: Option<usize>,
    waiting: VecDeque<Waiting>,
    octets: VecDeque<u8>,
    /// Frames, and marks, of those that wait.
    frames: usize,
    marks: usize,
    /// The beginning of a frame whose rest is in the next message.
    partial: Vec<u8>,
    /// The frame that was given last.
    current: Vec<u8>,
    is_full: bool,
    buffers: bool,
    is_paused: bool,
    reports_drained: bool,
    direction: Direction,
    left_out: u64,
    events: VecDeque<Event>,
}

/// What waits for its turn.
#[derive(Debug)]
enum Waiting {
    /// A frame of so many octets.
    Frame(usize),
    Mark(Option<String>),
    End(Option<String>),
}

/// Why a command has no effect. The text is fit to be told to the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing is put into frames here.
    #[error("{0} is not supported in passthrough mode")]
    Passthrough(&'static str),
    /// The program does not speak.
    #[error("{0} makes no sense while the media direction is 'in'")]
    Direction(&'static str),
    /// A thousand marks wait already.
    #[error("{0}: too many marks wait to be played")]
    TooMany(&'static str),
}

impl MediaQueue {
    /// For a codec whose frames have so many octets, at least one.
    pub fn framed(frame: usize) -> Self {
        Self::new(Some(frame.max(1)))
    }

    /// For a codec whose frames are only known to those who speak it: each message is one.
    pub fn passthrough() -> Self {
        Self::new(None)
    }

    fn new(frame: Option<usize>) -> Self {
        Self {
            frame,
            waiting: VecDeque::new(),
            octets: VecDeque::new(),
            frames: 0,
            marks: 0,
            partial: Vec::new(),
            current: Vec::new(),
            is_full: false,
            buffers: false,
            is_paused: false,
            reports_drained: false,
            direction: Direction::Both,
            left_out: 0,
            events: VecDeque::new(),
        }
    }

    /// Takes a binary message.
    pub fn media(&mut self, octets: &[u8]) {
        if self.direction == Direction::In {
            return;
        }
        let Some(frame) = self.frame else {
            // Nobody is told to stop who keeps the time himself.
            let has_room = self.frames < QUEUE_LIMIT && !octets.is_empty();
            return self.put(octets, has_room);
        };
        let was_full = self.is_full;
        let mut octets = octets;
        if !self.partial.is_empty() {
            let missing = frame.saturating_sub(self.partial.len()).min(octets.len());
            let (rest, more) = octets.split_at(missing);
            self.partial.extend_from_slice(rest);
            octets = more;
            if self.partial.len() < frame {
                return;
            }
            let whole = std::mem::take(&mut self.partial);
            self.put(&whole, !was_full || self.frames < QUEUE_LIMIT);
        }
        let frames = octets.chunks_exact(frame);
        let rest = frames.remainder();
        for whole in frames {
            self.put(whole, !was_full || self.frames < QUEUE_LIMIT);
        }
        if self.buffers {
            self.partial.extend_from_slice(rest);
        } else {
            self.left_out += rest.len() as u64;
        }
        if !self.is_full && self.frames >= XOFF_LEVEL {
            self.is_full = true;
            self.events.push_back(Event::MediaXoff);
        }
    }

    fn put(&mut self, frame: &[u8], has_room: bool) {
        if !has_room {
            self.left_out += frame.len() as u64;
            return;
        }
        self.octets.extend(frame);
        self.waiting.push_back(Waiting::Frame(frame.len()));
        self.frames += 1;
    }

    /// Does what a command asks of the queue. [`Command::Answer`] and [`Command::Hangup`] are for others.
    ///
    /// # Errors
    /// [`Refusal`]: nothing has changed.
    pub fn command(&mut self, command: &Command) -> Result<(), Refusal> {
        let name = command.name();
        let is_of_call = matches!(command, Command::Answer | Command::Hangup | Command::GetStatus);
        if self.frame.is_none() && !is_of_call {
            return Err(Refusal::Passthrough(name));
        }
        let is_of_speech = matches!(
            command,
            Command::StartMediaBuffering
                | Command::StopMediaBuffering { .. }
                | Command::MarkMedia { .. }
                | Command::PauseMedia
                | Command::ContinueMedia
        );
        if self.direction == Direction::In && is_of_speech {
            return Err(Refusal::Direction(name));
        }
        match command {
            Command::Answer | Command::Hangup => {}
            Command::StartMediaBuffering => self.buffers = true,
            Command::StopMediaBuffering { correlation_id } => {
                self.mark(name, Waiting::End(correlation_id.clone()))?;
            }
            Command::FlushMedia => self.flush(),
            Command::PauseMedia => self.is_paused = true,
            Command::ContinueMedia => self.is_paused = false,
            Command::MarkMedia { correlation_id } => {
                self.mark(name, Waiting::Mark(correlation_id.clone()))?;
            }
            Command::GetStatus => self.events.push_back(Event::Status(self.status())),
            Command::ReportQueueDrained => self.reports_drained = true,
            Command::SetMediaDirection(direction) => self.set_direction(*direction),
        }
        Ok(())
    }

    fn mark(&mut self, name: &'static str, mark: Waiting) -> Result<(), Refusal> {
        if self.marks >= MOST_MARKS {
            return Err(Refusal::TooMany(name));
        }
        if matches!(mark, Waiting::End(_)) {
            self.buffers = false;
            // The last frame may be short; silence follows it.
            let rest = std::mem::take(&mut self.partial);
            if !rest.is_empty() {
                self.put(&rest, !self.is_full || self.frames < QUEUE_LIMIT);
            }
        }
        self.waiting.push_back(mark);
        self.marks += 1;
        Ok(())
    }

    /// Throws away what waits, marks as well, and ends what belonged together and pauses.
    fn flush(&mut self) {
        self.waiting.clear();
        self.octets.clear();
        self.partial.clear();
        (self.frames, self.marks) = (0, 0);
        (self.buffers, self.is_paused) = (false, false);
        self.make_room();
        self.tell_drained();
    }

    /// Changes which way sound goes. What waits of one who speaks no more is thrown away.
    pub fn set_direction(&mut self, direction: Direction) {
        if direction == Direction::In && self.direction != Direction::In {
            self.flush();
        }
        self.direction = direction;
    }

    /// Which way sound goes.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// The next frame, if one is to be played. Only the last one of what belongs together may be shorter than others.
    pub fn next_frame(&mut self) -> Option<&[u8]> {
        if self.is_paused {
            return None;
        }
        loop {
            match self.waiting.pop_front() {
                Some(Waiting::Frame(length)) => {
                    self.frames -= 1;
                    self.current.clear();
                    self.current.extend(self.octets.drain(..length));
                    self.make_room();
                    return Some(&self.current);
                }
                Some(Waiting::Mark(correlation_id)) => {
                    self.marks -= 1;
                    self.events.push_back(Event::MediaMarkProcessed { correlation_id });
                }
                Some(Waiting::End(correlation_id)) => {
                    self.marks -= 1;
                    self.events.push_back(Event::MediaBufferingCompleted { correlation_id });
                }
                None => {
                    self.tell_drained();
                    return None;
                }
            }
        }
    }

    fn make_room(&mut self) {
        if self.is_full && self.frames < XON_LEVEL {
            self.is_full = false;
            self.events.push_back(Event::MediaXon);
        }
    }

    fn tell_drained(&mut self) {
        if std::mem::take(&mut self.reports_drained) {
            self.events.push_back(Event::QueueDrained);
        }
    }

    /// The next event to be told.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// How far it has come.
    pub fn status(&self) -> Status {
        Status {
            queue_length: self.frames,
            xon_level: XON_LEVEL,
            xoff_level: XOFF_LEVEL,
            queue_full: self.is_full,
            bulk_media: self.buffers,
            media_paused: self.is_paused,
        }
    }

    /// Octets that were left out for want of room, or because they make no frame.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(queue: &mut MediaQueue) -> Vec<Event> {
        std::iter::from_fn(|| queue.poll_event()).collect()
    }

    fn frames(queue: &mut MediaQueue) -> Vec<Vec<u8>> {
        std::iter::from_fn(|| queue.next_frame().map(<[u8]>::to_vec)).collect()
    }

    fn mark(id: &str) -> Command {
        Command::MarkMedia { correlation_id: Some(id.to_owned()) }
    }

    fn processed(id: &str) -> Event {
        Event::MediaMarkProcessed { correlation_id: Some(id.to_owned()) }
    }

    #[test]
    fn messages_are_cut_and_what_makes_no_frame_is_left_out() {
        let mut queue = MediaQueue::framed(4);
        queue.media(&[1, 2, 3, 4, 5, 6]);
        queue.media(&[7, 8]);
        assert_eq!((frames(&mut queue), queue.left_out()), (vec![vec![1, 2, 3, 4]], 4));
    }

    #[test]
    fn what_belongs_together_is_put_together() {
        let mut queue = MediaQueue::framed(4);
        queue.command(&Command::StartMediaBuffering).unwrap();
        for octets in [&[1, 2, 3][..], &[4], &[], &[5, 6, 7, 8, 9]] {
            queue.media(octets);
        }
        assert_eq!(queue.status().queue_length, 2);
        assert!(queue.status().bulk_media);
        queue.command(&Command::StopMediaBuffering { correlation_id: Some("a".to_owned()) }).unwrap();
        queue.media(&[10, 11, 12, 13]);
        let got = [queue.next_frame().unwrap().to_vec(), queue.next_frame().unwrap().to_vec()];
        assert_eq!(got, [[1, 2, 3, 4], [5, 6, 7, 8]]);
        assert_eq!(queue.next_frame(), Some(&[9][..]), "the rest is heard, too");
        assert_eq!(queue.poll_event(), None, "it is not over before the rest was played");
        assert_eq!(queue.next_frame(), Some(&[10, 11, 12, 13][..]));
        let completed = Event::MediaBufferingCompleted { correlation_id: Some("a".to_owned()) };
        assert_eq!((events(&mut queue), queue.left_out()), (vec![completed], 0));
    }

    #[test]
    fn a_fast_program_is_told_to_stop_and_to_go_on() {
        let mut queue = MediaQueue::framed(1);
        queue.media(&[0; XOFF_LEVEL - 1]);
        assert_eq!(events(&mut queue), []);
        queue.media(&[0; 500]);
        assert_eq!(events(&mut queue), [Event::MediaXoff]);
        assert_eq!(queue.status().queue_length, 1_399, "what comes before it is told is taken whole");
        queue.media(&[0; 7]);
        assert_eq!((queue.status().queue_length, queue.left_out()), (1_399, 7));
        while queue.status().queue_length > XON_LEVEL {
            queue.next_frame();
        }
        assert_eq!(events(&mut queue), []);
        queue.media(&[0; 300]);
        assert_eq!(queue.status().queue_length, QUEUE_LIMIT);
        while queue.status().queue_full {
            queue.next_frame();
        }
        assert_eq!(queue.status().queue_length, XON_LEVEL - 1);
        assert_eq!(events(&mut queue), [Event::MediaXon]);
    }

    #[test]
    fn marks_are_told_in_their_place_and_go_with_a_flush() {
        let mut queue = MediaQueue::framed(1);
        queue.command(&mark("now")).unwrap();
        queue.media(&[1]);
        queue.command(&mark("later")).unwrap();
        assert_eq!(queue.next_frame(), Some(&[1][..]));
        assert_eq!(events(&mut queue), [processed("now")]);
        assert_eq!(queue.next_frame(), None);
        assert_eq!(events(&mut queue), [processed("later")]);
        queue.media(&[1; XOFF_LEVEL]);
        queue.command(&mark("never")).unwrap();
        queue.command(&Command::PauseMedia).unwrap();
        queue.command(&Command::ReportQueueDrained).unwrap();
        assert_eq!(queue.next_frame(), None);
        assert_eq!(events(&mut queue), [Event::MediaXoff]);
        queue.command(&Command::FlushMedia).unwrap();
        assert_eq!(events(&mut queue), [Event::MediaXon, Event::QueueDrained]);
        assert_eq!(queue.next_frame(), None);
        assert_eq!(events(&mut queue), []);
        assert!(!queue.status().media_paused);
    }

    #[test]
    fn an_empty_queue_is_told_once() {
        let mut queue = MediaQueue::framed(1);
        queue.media(&[1]);
        queue.command(&Command::ReportQueueDrained).unwrap();
        assert_eq!(queue.next_frame(), Some(&[1][..]));
        assert_eq!(events(&mut queue), []);
        for told in [vec![Event::QueueDrained], vec![]] {
            assert_eq!(queue.next_frame(), None);
            assert_eq!(events(&mut queue), told);
        }
    }

    #[test]
    fn a_program_that_only_hears_cannot_speak() {
        let mut queue = MediaQueue::framed(1);
        queue.media(&[1, 2]);
        queue.command(&Command::SetMediaDirection(Direction::In)).unwrap();
        queue.media(&[3]);
        assert_eq!(frames(&mut queue), Vec::<Vec<u8>>::new());
        let refused = queue.command(&Command::PauseMedia);
        assert_eq!(refused, Err(Refusal::Direction("PAUSE_MEDIA")));
        queue.command(&Command::SetMediaDirection(Direction::Out)).unwrap();
        queue.media(&[4]);
        assert_eq!(frames(&mut queue), [[4]]);
    }

    #[test]
    fn what_passes_through_stays_as_it_is() {
        let mut queue = MediaQueue::passthrough();
        for octets in [&[1, 2, 3][..], &[], &[4]] {
            queue.media(octets);
        }
        let refused = queue.command(&mark("x")).unwrap_err();
        assert!(refused.to_string().contains("not supported in passthrough mode"), "{refused}");
        queue.command(&Command::GetStatus).unwrap();
        assert!(matches!(queue.poll_event(), Some(Event::Status(Status { queue_length: 2, .. }))));
        assert_eq!(frames(&mut queue), [vec![1, 2, 3], vec![4]]);
        for _ in 0..QUEUE_LIMIT + 5 {
            queue.media(&[7]);
        }
        assert_eq!((frames(&mut queue).len(), queue.left_out()), (QUEUE_LIMIT, 5));
    }

    #[test]
    fn marks_have_a_bound() {
        let mut queue = MediaQueue::framed(1);
        for _ in 0..MOST_MARKS {
            queue.command(&mark("x")).unwrap();
        }
        assert_eq!(queue.command(&mark("x")), Err(Refusal::TooMany("MARK_MEDIA")));
        queue.next_frame();
        assert_eq!(queue.command(&mark("x")), Ok(()));
    }
}
