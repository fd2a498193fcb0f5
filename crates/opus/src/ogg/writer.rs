use super::OggPage;
use crate::{CLOCK_RATE, Packet};

/// Who has written it, in the comments of a file.
const VENDOR: &str = concat!("ipbx ", env!("CARGO_PKG_VERSION"));

/// A page has no more sound than this, in ticks of 48 kHz: a second, as RFC 7845 §6 asks for.
const LONGEST_PAGE: u64 = CLOCK_RATE as u64;

/// Puts packets of Opus on pages of Ogg (RFC 7845), as they come.
///
/// What it makes is added to a buffer of the caller's. [`flush`](OggWriter::flush) makes a page of what waits: up to there the file can be
/// played, whether or not it is ever finished.
#[derive(Debug)]
pub struct OggWriter {
    page: OggPage,
    /// Ticks in all packets so far.
    ticks: u64,
    /// Ticks in those of the pages that were made.
    told: u64,
}

impl OggWriter {
    /// Begins a file of so many channels, one or two. `pre_skip` is what [`Encoder::delay`](crate::Encoder::delay) says, `rate` that
    /// of the sound before it was encoded, `serial` any number that no other stream of the file has.
    pub fn begin(channels: u8, pre_skip: u16, rate: u32, serial: u32, octets: &mut Vec<u8>) -> Self {
        let mut head = b"OpusHead\x01".to_vec();
        head.push(channels);
        head.extend_from_slice(&pre_skip.to_le_bytes());
        head.extend_from_slice(&rate.to_le_bytes());
        // No gain; one or two channels as they are.
        head.extend_from_slice(&[0; 3]);
        let mut page = OggPage::new(serial, 0);
        page.set_first();
        page.add(&head);
        page.write(octets);
        let mut tags = b"OpusTags".to_vec();
        // A few octets, and no comments but that.
        tags.extend_from_slice(&(VENDOR.len() as u32).to_le_bytes());
        tags.extend_from_slice(VENDOR.as_bytes());
        tags.extend_from_slice(&[0; 4]);
        let mut page = OggPage::new(serial, 1);
        page.add(&tags);
        page.write(octets);
        Self::after(serial, 1, 0)
    }

    /// Goes on behind the page of that number, at which there were so many ticks.
    pub fn after(serial: u32, sequence: u32, ticks: u64) -> Self {
        Self { page: OggPage::new(serial, sequence.wrapping_add(1)), ticks, told: ticks }
    }

    /// Ticks of 48 kHz in all packets so far, what is to be skipped among them.
    pub fn ticks(&self) -> u64 {
        self.ticks
    }

    /// Adds a packet. One that makes no sense is left out.
    pub fn packet(&mut self, packet: &[u8], octets: &mut Vec<u8>) {
        let Some(ticks) = Packet::parse(packet).map(|packet| packet.ticks() as u64) else { return };
        if self.ticks + ticks - self.told > LONGEST_PAGE {
            self.flush(octets);
        }
        if !self.page.add(packet) {
            self.flush(octets);
            self.page.add(packet);
        }
        self.ticks += ticks;
    }

    /// Makes a page of what waits.
    pub fn flush(&mut self, octets: &mut Vec<u8>) {
        if !self.page.is_empty() {
            self.turn(self.ticks, octets);
        }
    }

    /// Ends the file, at that tick of the sound: what the last packet is filled up with is not heard. What was flushed stays; where
    /// nothing waits, no page says that it is the last, for readers take none without a packet.
    pub fn finish(mut self, at: u64, octets: &mut Vec<u8>) {
        if !self.page.is_empty() {
            self.page.set_last(true);
            self.turn(at.clamp(self.told, self.ticks), octets);
        }
    }

    fn turn(&mut self, granule: u64, octets: &mut Vec<u8>) {
        self.page.granule = granule;
        self.page.write(octets);
        self.page = OggPage::new(self.page.serial, self.page.sequence.wrapping_add(1));
        self.told = self.ticks;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Encoder, OggReader, SampleRate, Settings};

    /// All samples of a file, at 48 kHz.
    fn read(file: &[u8]) -> Vec<i16> {
        let mut reader = OggReader::new(file).unwrap();
        let mut heard = Vec::new();
        while let Some(samples) = reader.next_samples().unwrap() {
            heard.extend_from_slice(samples);
        }
        heard
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn our_reader_hears_what_was_written(frames in 1..160_usize, flushed in 1..70_usize, cut in 0..960_u64) {
            let mut encoder = Encoder::with(&Settings { rate: SampleRate::Hz16000, ..Settings::default() });
            let mut file = Vec::new();
            let mut writer = OggWriter::begin(1, encoder.delay(), 16_000, 3, &mut file);
            for frame in 0..frames {
                let at = |n: usize| ((frame * 320 + n) as f64 * 0.15).sin() * 8_000.0;
                let sound: Vec<i16> = (0..320).map(|n| at(n) as i16).collect();
                let mut payload = [0; crate::MAX_OCTETS];
                let octets = encoder.encode(&sound, &mut payload);
                writer.packet(&payload[..octets], &mut file);
                if frame % flushed == 0 {
                    writer.flush(&mut file);
                    // Whoever is ended here leaves a file to here.
                    let whole = (frame + 1) * 960 - usize::from(encoder.delay());
                    prop_assert_eq!(read(&file).len(), whole);
                }
            }
            let end = frames as u64 * 960 - cut;
            writer.finish(end, &mut file);
            // What is on a page already stays.
            let end = if (frames - 1) % flushed == 0 { frames as u64 * 960 } else { end };
            prop_assert_eq!(read(&file).len() as u64, end.saturating_sub(encoder.delay().into()));
        }
    }
}
