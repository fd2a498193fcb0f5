use crate::{Bandwidth, Channels, MAX_TICKS, SampleRate};

/// What a packet says of itself in its first octets (RFC 6716 §3), for whoever does not decode it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Mode, bandwidth and duration of a frame (table 2), 0 to 31.
    configuration: u8,
    channels: Channels,
    frames: usize,
    /// The first frame, and perhaps what is behind it.
    first_frame: &'a [u8],
}

/// Configurations below this have a part that was made for speech (SILK); those above have none.
const FIRST_WITHOUT_SPEECH: u8 = 16;

impl<'a> Packet<'a> {
    /// Reads a packet's head. `None` if there is none, or it has more than 120 ms.
    pub fn parse(payload: &'a [u8]) -> Option<Self> {
        let (&head, rest) = payload.split_first()?;
        let channels = if head & 4 == 0 { Channels::Mono } else { Channels::Stereo };
        let (frames, first_frame) = match head & 3 {
            0 => (1, rest),
            1 => (2, rest),
            2 => (2, after_length(rest)?),
            _ => many(rest)?,
        };
        let packet = Self { configuration: head >> 3, channels, frames, first_frame };
        (frames > 0 && packet.ticks() <= MAX_TICKS).then_some(packet)
    }

    /// How long it is, in ticks of the RTP clock.
    pub fn ticks(&self) -> usize {
        self.frames * self.frame_ticks()
    }

    /// How long it is, in samples of one channel.
    pub fn samples(&self, rate: SampleRate) -> usize {
        self.ticks() / rate.ticks_per_sample()
    }

    /// The channels that it holds.
    pub fn channels(&self) -> Channels {
        self.channels
    }

    /// What is heard at most.
    pub fn bandwidth(&self) -> Bandwidth {
        match self.configuration {
            0..=3 | 16..=19 => Bandwidth::Narrow,
            4..=7 => Bandwidth::Medium,
            8..=11 | 20..=23 => Bandwidth::Wide,
            12 | 13 | 24..=27 => Bandwidth::SuperWide,
            _ => Bandwidth::Full,
        }
    }

    /// Whether it has a second version of the packet before (LBRR, RFC 6716 §4.2.4).
    ///
    /// The first bits of a frame with a part for speech are one for each 20 ms and channel, whether somebody speaks,
    /// and behind those of a channel one that says whether there is such a version.
    pub fn has_forward_correction(&self) -> bool {
        if self.configuration >= FIRST_WITHOUT_SPEECH {
            return false;
        }
        let Some(&bits) = self.first_frame.first() else { return false };
        let voices = self.frame_ticks().div_ceil(960);
        let said = |place: usize| bits >> (7 - place) & 1 != 0;
        said(voices) || self.channels == Channels::Stereo && said(2 * voices + 1)
    }

    /// Whether it says nothing but that there is silence, so that it need not be sent (DTX, RFC 7587 §3.1.3).
    pub fn is_silence(&self) -> bool {
        self.frames == 1 && self.first_frame.len() <= 1
    }

    const fn frame_ticks(&self) -> usize {
        match self.configuration {
            0..12 => [480, 960, 1_920, 2_880][(self.configuration & 3) as usize],
            12..16 => [480, 960][(self.configuration & 1) as usize],
            _ => [120, 240, 480, 960][(self.configuration & 3) as usize],
        }
    }
}

/// What is behind the length of a frame, of one octet or two (§3.2.1).
fn after_length(octets: &[u8]) -> Option<&[u8]> {
    match octets.first()? {
        ..252 => octets.get(1..),
        _ => octets.get(2..),
    }
}

/// The number of frames, and the first (§3.2.5).
fn many(octets: &[u8]) -> Option<(usize, &[u8])> {
    let (&head, mut rest) = octets.split_first()?;
    let frames = usize::from(head & 63);
    if head & 0x40 != 0 {
        // The length of the padding: 254 for each octet of 255, and the last one.
        while *rest.split_off_first()? == 255 {}
    }
    if head & 0x80 != 0 {
        for _ in 1..frames {
            rest = after_length(rest)?;
        }
    }
    Some((frames, rest))
}

#[cfg(test)]
mod tests {
    use super::Packet;
    use crate::{Bandwidth, Channels, SampleRate};

    #[test]
    fn the_first_octet_tells_length_and_bandwidth() {
        // Table 2 of RFC 6716, row by row.
        for (configuration, bandwidth, tenths) in [
            (0, Bandwidth::Narrow, 100),
            (3, Bandwidth::Narrow, 600),
            (5, Bandwidth::Medium, 200),
            (10, Bandwidth::Wide, 400),
            (12, Bandwidth::SuperWide, 100),
            (15, Bandwidth::Full, 200),
            (16, Bandwidth::Narrow, 25),
            (21, Bandwidth::Wide, 50),
            (26, Bandwidth::SuperWide, 100),
            (31, Bandwidth::Full, 200),
        ] {
            let octets = [configuration << 3, 0, 0];
            let packet = Packet::parse(&octets).unwrap();
            assert_eq!((packet.bandwidth(), packet.ticks()), (bandwidth, tenths * 48 / 10));
            assert_eq!(packet.samples(SampleRate::Hz8000), tenths * 8 / 10);
            assert_eq!(packet.channels(), Channels::Mono);
        }
        assert_eq!(Packet::parse(&[0b0000_0100, 0]).unwrap().channels(), Channels::Stereo);
    }

    #[test]
    fn packets_of_several_frames_are_counted() {
        assert_eq!(Packet::parse(&[0x09, 1, 2]).unwrap().ticks(), 2 * 960);
        assert_eq!(Packet::parse(&[0x0A, 1, 1, 2]).unwrap().ticks(), 2 * 960);
        assert_eq!(Packet::parse(&[0x0B, 0x03, 1, 1, 1]).unwrap().ticks(), 3 * 960);
        assert_eq!(Packet::parse(&[0x0B, 0xC3, 0xFF, 1, 1, 252, 1, 9]).unwrap().ticks(), 3 * 960);
    }

    #[test]
    fn what_is_no_packet_is_none() {
        for octets in
            [&[][..], &[0x0B], &[0x0B, 0], &[0x0B, 7], &[0x1A], &[0x0B, 0x42, 0xFF], &[0x0B, 0x83, 1]]
        {
            assert_eq!(Packet::parse(octets), None, "{octets:x?}");
        }
    }

    #[test]
    fn silence_is_a_packet_of_an_octet_or_two() {
        assert!(Packet::parse(&[0x48]).unwrap().is_silence());
        assert!(!Packet::parse(&[0x48, 1, 2]).unwrap().is_silence());
    }
}
