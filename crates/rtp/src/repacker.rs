use crate::Header;

/// Room for octets of G.711: 200 ms that come in behind 60 ms that wait.
const OCTETS: usize = 2_080;

/// Lost packets that leave a gap in the numbers; more of them are a new beginning.
const LONGEST_GAP: u32 = 100;

/// Puts the sound of a stream into packets of another length: `a=ptime` of the one who listens (RFC 8866 §6.4).
///
/// For payloads that can be cut anywhere: octets of G.711, or samples (`Repacker<i16, ROOM>`) that are to be encoded in frames
/// of another length. `ROOM` is how many of them it holds; a packet that goes out has at most a quarter of that, which is 65 ms
/// of G.711 unless said otherwise. After each [`push`](Self::push) drain [`pop`](Self::pop), until it
/// yields nothing. What it yields has numbers of its own, without those of packets that only filled up a longer one, and
/// timestamps of the stream that came: [`StreamRewriter::forward`](crate::StreamRewriter::forward) makes them ours. What was
/// lost on the way in is missing on the way out, too, in numbers and in time. The rest of a talkspurt that fills no packet
/// is left out. Nothing allocates.
///
/// ```
/// use rtp::{Header, Repacker};
///
/// let mut repacker = Repacker::new(240);
/// let mut packet = [0; 480];
/// repacker.push(&Header { sequence: 7, timestamp: 1_000, ..Header::default() }, &[1; 160]);
/// assert!(repacker.pop(&mut packet).is_none());
/// repacker.push(&Header { sequence: 8, timestamp: 1_160, ..Header::default() }, &[2; 160]);
/// let (header, octets) = repacker.pop(&mut packet).expect("30 ms have come");
/// assert_eq!((header.timestamp, octets), (1_000, 240));
/// assert_eq!((packet[159], packet[160]), (1, 2));
/// ```
#[derive(Clone, Debug)]
pub struct Repacker<T = u8, const ROOM: usize = OCTETS> {
    /// Units, octets or samples, of a packet that goes out.
    length: usize,
    /// Units that sound as long as a tick of the stream's clock.
    per_tick: usize,
    units: [T; ROOM],
    filled: usize,
    /// The stream that comes: its source, its newest number, the timestamp that follows it.
    source: Option<Source>,
    /// The header of the next packet to go out.
    next: Header,
}

#[derive(Clone, Copy, Debug)]
struct Source {
    ssrc: u32,
    newest: u16,
    expected: u32,
}

impl Repacker {
    /// Makes packets of `octets`, 1 to 520, of an octet a tick.
    pub fn new(octets: usize) -> Self {
        Self::of_units(octets, 1)
    }
}

impl<T: Copy + Default, const ROOM: usize> Repacker<T, ROOM> {
    /// Makes packets of `length` octets or samples, `per_tick` of which sound as long as a tick of the stream's clock:
    /// 2 for the samples of G.722, which has 16,000 a second and a clock of 8,000 ticks.
    pub fn of_units(length: usize, per_tick: usize) -> Self {
        Self {
            length: length.clamp(1, (ROOM / 4).max(1)),
            per_tick: per_tick.max(1),
            units: [T::default(); ROOM],
            filled: 0,
            source: None,
            next: Header::default(),
        }
    }

    /// Octets or samples of a packet that goes out.
    pub fn length(&self) -> usize {
        self.length
    }

    /// True when a packet of this many units goes on as it is: only its header is to be [`passed`](Self::pass).
    pub fn fits(&self, units: usize) -> bool {
        units == self.length && self.filled == 0
    }

    /// The header for a packet that goes on with the payload that it has: sound that [`fits`](Self::fits), or an event.
    /// `units` is how much sound it is. `None`: it comes late, and its place is taken.
    pub fn pass(&mut self, received: &Header, units: usize) -> Option<Header> {
        self.follow(received, units)?;
        // An event breaks the sound off.
        self.filled = 0;
        let header = Header { timestamp: received.timestamp, marker: received.marker, ..self.next };
        self.count(1);
        Some(header)
    }

    /// Takes in the sound of a packet. One that comes late, or is longer than any packet of sound, is left out.
    pub fn push(&mut self, received: &Header, sound: &[T]) {
        let Some(continues) = self.follow(received, sound.len()) else { return };
        if !continues {
            self.filled = 0;
        }
        if self.filled == 0 {
            (self.next.timestamp, self.next.marker) = (received.timestamp, received.marker || !continues);
        }
        let end = self.filled + sound.len();
        match self.units.get_mut(self.filled..end) {
            Some(place) => {
                place.copy_from_slice(sound);
                self.filled = end;
            }
            None => self.filled = 0,
        }
    }

    /// Whether [`pop`](Self::pop) has a packet.
    pub fn is_full(&self) -> bool {
        self.filled >= self.length
    }

    /// Writes the sound of the next full packet into `sound`, and returns its header and units.
    pub fn pop(&mut self, sound: &mut [T]) -> Option<(Header, usize)> {
        let length = self.length;
        let full = self.units.get(..length).filter(|_| self.filled >= length)?;
        sound.get_mut(..length)?.copy_from_slice(full);
        self.units.copy_within(length..self.filled, 0);
        self.filled -= length;
        let header = self.next;
        self.count(1);
        (self.next.timestamp, self.next.marker) = (header.timestamp.wrapping_add(self.ticks(length)), false);
        Some((header, length))
    }

    /// A packet of the stream is left out on purpose, and shall not look lost.
    pub fn skip(&mut self, received: &Header) {
        self.filled = 0;
        let source = Source { ssrc: received.ssrc, newest: received.sequence, expected: received.timestamp };
        self.source = Some(source).filter(|source| self.source.is_some_and(|last| last.ssrc == source.ssrc));
    }

    /// The feed ends: whatever comes next begins a talkspurt.
    pub fn splice(&mut self) {
        (self.filled, self.source) = (0, None);
    }

    /// Follows the stream by one packet of so many units. Returns whether it goes on where the last one ended.
    fn follow(&mut self, received: &Header, units: usize) -> Option<bool> {
        let expected = received.timestamp.wrapping_add(self.ticks(units));
        let source = Source { ssrc: received.ssrc, newest: received.sequence, expected };
        let Some(last) = self.source.filter(|last| last.ssrc == received.ssrc) else {
            self.next.ssrc = received.ssrc;
            self.source = Some(source);
            return Some(false);
        };
        let ahead = received.sequence.wrapping_sub(last.newest);
        if ahead == 0 || ahead > u16::MAX / 2 {
            return None;
        }
        if ahead > 1 {
            self.count(self.lost(received.timestamp.wrapping_sub(last.expected)));
        }
        self.source = Some(source);
        Some(received.timestamp == last.expected)
    }

    /// How many packets of ours so many ticks are that never came.
    fn lost(&self, ticks: u32) -> u16 {
        let packets = ticks / self.ticks(self.length).max(1);
        if packets > LONGEST_GAP { 1 } else { (packets as u16).max(1) }
    }

    /// How long so many units sound. A packet has few of them.
    fn ticks(&self, units: usize) -> u32 {
        (units / self.per_tick) as u32
    }

    fn count(&mut self, packets: u16) {
        self.next.sequence = self.next.sequence.wrapping_add(packets);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const LONGEST_OUT: usize = OCTETS / 4;

    /// Packets of `octets` that come one after the other, the first with a marker, and what goes out of them.
    fn repack(octets: usize, length: usize, packets: u16, lost: &[u16]) -> Vec<(Header, Vec<u8>)> {
        let mut repacker = Repacker::new(length);
        let mut sent = Vec::new();
        for number in (0..packets).filter(|number| !lost.contains(number)) {
            let start = usize::from(number) * octets;
            let payload: Vec<u8> = (start..start + octets).map(|octet| octet as u8).collect();
            let header = Header {
                marker: number == 0,
                sequence: 65_530_u16.wrapping_add(number),
                timestamp: u32::MAX.wrapping_sub(500).wrapping_add(start as u32),
                ssrc: 9,
                ..Header::default()
            };
            repacker.push(&header, &payload);
            let mut packet = [0; LONGEST_OUT];
            while let Some((header, octets)) = repacker.pop(&mut packet) {
                sent.push((header, packet[..octets].to_vec()));
            }
        }
        sent
    }

    /// The sound of packets in order, and whether each begins where the last one ended.
    fn sound(sent: &[(Header, Vec<u8>)]) -> (Vec<u8>, bool) {
        let goes_on = sent.windows(2).all(|pair| {
            let [(one, octets), (next, _)] = pair else { return false };
            next.timestamp == one.timestamp.wrapping_add(octets.len() as u32)
                && next.sequence == one.sequence.wrapping_add(1)
        });
        (sent.iter().flat_map(|(_, octets)| octets.clone()).collect(), goes_on)
    }

    #[test]
    fn any_length_becomes_any_other() {
        for octets in [80, 160, 240, 320, 480, 1_600] {
            for length in [80, 160, 240, 320, 480] {
                let sent = repack(octets, length, 50, &[]);
                assert_eq!(sent.len(), 50 * octets / length, "{octets} to {length}");
                let (heard, goes_on) = sound(&sent);
                assert!(goes_on, "{octets} to {length}");
                assert!(heard.iter().enumerate().all(|(place, octet)| *octet == place as u8));
                let markers: Vec<bool> = sent.iter().map(|(header, _)| header.marker).collect();
                assert!(markers[0] && markers[1..].iter().all(|marker| !marker), "one talkspurt");
            }
        }
    }

    #[test]
    fn what_was_lost_is_missing() {
        // Of 30 ms each the second never comes: the first 10 ms that fill no packet of 20 go too.
        let sent = repack(240, 160, 4, &[1]);
        let times: Vec<u32> = sent.iter().map(|(h, _)| h.timestamp.wrapping_sub(u32::MAX - 500)).collect();
        assert_eq!(times, [0, 480, 640, 800]);
        let numbers: Vec<u16> = sent.iter().map(|(header, _)| header.sequence).collect();
        assert_eq!(numbers, [0, 2, 3, 4]);
        assert!(sent[1].0.marker);
        assert_eq!(sent[1].1[0], 480_usize as u8);
    }

    #[test]
    fn repeated_and_late_packets_are_left_out() {
        let mut repacker = Repacker::new(160);
        let header = |sequence: u16| Header {
            sequence,
            timestamp: 240 * u32::from(sequence),
            ssrc: 1,
            ..Header::default()
        };
        let mut packet = [0; LONGEST_OUT];
        repacker.push(&header(5), &[5; 240]);
        assert!(repacker.pop(&mut packet).is_some());
        repacker.push(&header(5), &[9; 240]);
        repacker.push(&header(4), &[9; 240]);
        assert!(repacker.pop(&mut packet).is_none());
        repacker.push(&header(6), &[6; 240]);
        assert!(repacker.pop(&mut packet).is_some());
        assert_eq!((packet[0], packet[79], packet[80]), (5, 5, 6));
    }

    #[test]
    fn another_source_begins_anew() {
        let mut repacker = Repacker::new(240);
        let mut packet = [0; LONGEST_OUT];
        repacker.push(&Header { sequence: 5, timestamp: 0, ssrc: 1, ..Header::default() }, &[1; 160]);
        let other = |sequence, timestamp| Header { sequence, timestamp, ssrc: 2, ..Header::default() };
        repacker.push(&other(900, 70_000), &[2; 160]);
        repacker.push(&other(901, 70_160), &[2; 160]);
        let (header, _) = repacker.pop(&mut packet).unwrap();
        assert_eq!((header.ssrc, header.timestamp, header.marker), (2, 70_000, true));
        assert!(packet[..240].iter().all(|octet| *octet == 2));
    }

    #[test]
    fn what_has_the_length_already_and_events_pass() {
        let mut repacker = Repacker::new(160);
        let header = |sequence: u16, timestamp| Header { sequence, timestamp, ssrc: 1, ..Header::default() };
        assert!(repacker.fits(160) && !repacker.fits(240));
        assert_eq!(repacker.pass(&header(1, 0), 160).unwrap().sequence, 0);
        repacker.push(&header(2, 160), &[0; 240]);
        let mut packet = [0; LONGEST_OUT];
        assert_eq!(repacker.pop(&mut packet).unwrap().0.sequence, 1);
        assert!(!repacker.fits(160), "10 ms wait");
        let event = repacker.pass(&header(3, 400), 0).unwrap();
        assert_eq!((event.sequence, event.timestamp), (2, 400));
        assert!(repacker.fits(160), "they are left out");
        assert_eq!(repacker.pass(&header(3, 400), 0), None, "a repeat");
    }

    #[test]
    fn no_length_breaks_it() {
        let mut repacker = Repacker::new(0);
        assert_eq!(repacker.length(), 1);
        repacker.push(&Header::default(), &[0; OCTETS + 1]);
        assert!(repacker.pop(&mut [0; LONGEST_OUT]).is_none());
        repacker.push(&Header { sequence: 1, ..Header::default() }, &[]);
        assert!(repacker.pop(&mut []).is_none());
        assert_eq!(Repacker::new(10_000).length(), LONGEST_OUT);
    }

    #[test]
    fn samples_are_put_together_on_the_clock_of_their_stream() {
        // 10 ms of 16 kHz a packet, on a clock of 8 kHz.
        let mut repacker = Repacker::<i16, 2_560>::of_units(320, 2);
        let mut frame = [0; 320];
        let header = |sequence: u16| Header {
            sequence,
            timestamp: 80 * u32::from(sequence),
            ssrc: 1,
            ..Header::default()
        };
        let mut made = Vec::new();
        for sequence in (0..8).filter(|sequence| *sequence != 4) {
            repacker.push(&header(sequence), &[sequence as i16; 160]);
            made.extend(
                repacker.pop(&mut frame).map(|(header, samples)| (header.timestamp, samples, frame[0])),
            );
        }
        assert_eq!(made, [(0, 320, 0), (160, 320, 2), (400, 320, 5)], "what stands alone is left out");
    }
}
