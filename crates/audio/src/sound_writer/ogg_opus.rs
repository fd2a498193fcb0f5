//! Opus on pages of Ogg, as the sound comes; where a file goes on, and where it is cut.

use std::io::{Read, Seek, SeekFrom, Write};

use opus::{Channels, OggPage, OggWriter, Packet, Settings};

use super::format::OPUS_RATE;
use crate::error::AudioError;

/// Samples of a frame of 20 ms, of each channel.
const FRAME: usize = OPUS_RATE.hertz() as usize / 50;

/// Ticks of 48 kHz for each sample.
const TICKS: u64 = OPUS_RATE.ticks_per_sample() as u64;

/// Bits a second of one channel, and of two: speech of 16 kHz that nobody tells from the original.
const BITRATES: [u32; 2] = [24_000, 40_000];

/// The number of the stream in files that begin here. A file has one.
const SERIAL: u32 = 0x0069_7062;

/// A stream that is written.
#[derive(Debug)]
pub(super) struct OggOpus {
    encoder: opus::Encoder,
    channels: usize,
    /// `None` once it is finished.
    pages: Option<OggWriter>,
    /// Ticks before its first sample.
    start: u64,
    /// Samples of each channel so far.
    samples: u64,
}

impl OggOpus {
    /// A new file.
    pub(super) fn begin(channels: u16, octets: &mut Vec<u8>) -> Self {
        let encoder = encoder(channels);
        // One or two, as the writer has seen to.
        let pages = OggWriter::begin(channels as u8, encoder.delay(), OPUS_RATE.hertz(), SERIAL, octets);
        Self::on(pages, encoder, channels)
    }

    fn on(pages: OggWriter, encoder: opus::Encoder, channels: u16) -> Self {
        let start = pages.ticks() + u64::from(encoder.delay());
        Self { encoder, channels: channels.into(), pages: Some(pages), start, samples: 0 }
    }

    /// Samples of a frame, of all channels.
    pub(super) fn frame(&self) -> usize {
        FRAME * self.channels
    }

    /// Encodes whole frames.
    pub(super) fn encode(&mut self, samples: &[i16], octets: &mut Vec<u8>) {
        self.samples += (samples.len() / self.channels) as u64;
        self.put(samples, octets);
    }

    fn put(&mut self, samples: &[i16], octets: &mut Vec<u8>) {
        let Some(pages) = &mut self.pages else { return };
        for frame in samples.chunks_exact(FRAME * self.channels) {
            let mut payload = [0; opus::MAX_OCTETS];
            let length = self.encoder.encode(frame, &mut payload);
            pages.packet(payload.get(..length).unwrap_or_default(), octets);
        }
    }

    /// Makes a page of what was encoded.
    pub(super) fn flush(&mut self, octets: &mut Vec<u8>) {
        if let Some(pages) = &mut self.pages {
            pages.flush(octets);
        }
    }

    /// Encodes what fills no frame, lets the last of it come out of the encoder, and says where the sound ends.
    pub(super) fn finish(&mut self, rest: &[i16], octets: &mut Vec<u8>) {
        self.samples += (rest.len() / self.channels) as u64;
        let end = self.start + self.samples * TICKS;
        let mut frame = rest.to_vec();
        while self.pages.as_ref().is_some_and(|pages| pages.ticks() < end) {
            frame.resize(FRAME * self.channels, 0);
            self.put(&frame, octets);
            frame.clear();
        }
        if let Some(pages) = self.pages.take() {
            pages.finish(end, octets);
        }
    }
}

fn encoder(channels: u16) -> opus::Encoder {
    let (channels, bitrate) = match channels {
        2 => (Channels::Stereo, BITRATES[1]),
        _ => (Channels::Mono, BITRATES[0]),
    };
    opus::Encoder::with(&Settings { rate: OPUS_RATE, channels, bitrate, ..Settings::default() })
}

/// One page of a file after the other.
struct Pages<'a, W> {
    inner: &'a mut W,
    at: u64,
    octets: Vec<u8>,
}

impl<'a, W: Read + Seek> Pages<'a, W> {
    fn of(inner: &'a mut W) -> Self {
        Self { inner, at: 0, octets: Vec::new() }
    }

    /// The next one, and where it is; `None` at the end, or where it is not whole.
    fn next(&mut self) -> Result<Option<(OggPage, u64)>, AudioError> {
        self.octets.clear();
        self.inner.seek(SeekFrom::Start(self.at))?;
        Read::by_ref(self.inner).take(OggPage::LONGEST as u64).read_to_end(&mut self.octets)?;
        let Some((page, length)) = OggPage::read(&self.octets) else { return Ok(None) };
        let at = self.at;
        self.at += length as u64;
        Ok(Some((page, at)))
    }
}

/// Leaves out the last `samples` of each channel of a file that is finished. Returns its length from then on.
pub(super) fn cut(inner: &mut (impl Read + Write + Seek), samples: u64) -> Result<u64, AudioError> {
    let end = inner.seek(SeekFrom::End(0))?;
    let mut pages = Pages::of(inner);
    let (mut sound, mut skipped) = (Vec::new(), 0);
    while let Some((page, at)) = pages.next()? {
        match page.packets().as_deref() {
            Some([head]) if page.sequence == 0 => skipped = pre_skip(head),
            _ if page.sequence > 1 => sound.push((at, page.granule)),
            _ => {}
        }
    }
    let total = sound.last().map_or(0, |(_, granule)| *granule);
    let wanted = total.saturating_sub(samples.saturating_mul(TICKS)).max(skipped.into());
    let Some(place) = sound.iter().position(|(_, granule)| *granule >= wanted) else { return Ok(end) };
    let before = place.checked_sub(1).and_then(|place| sound.get(place)).map_or(0, |(_, granule)| *granule);
    pages.at = sound.get(place).map_or(0, |(at, _)| *at);
    let Some((page, at)) = pages.next()? else { return Ok(end) };
    let mut last = OggPage::new(page.serial, page.sequence);
    let mut ticks = before;
    for packet in page.packets().unwrap_or_default() {
        if ticks >= wanted && !last.is_empty() {
            break;
        }
        last.add(packet);
        ticks += duration(packet);
    }
    last.granule = wanted.min(ticks);
    last.set_last(true);
    let mut octets = Vec::new();
    last.write(&mut octets);
    inner.seek(SeekFrom::Start(at))?;
    inner.write_all(&octets)?;
    inner.flush()?;
    Ok(at + octets.len() as u64)
}

/// Prepares a file to go on at its end.
pub(super) fn go_on(inner: &mut (impl Read + Write + Seek), channels: u16) -> Result<OggOpus, AudioError> {
    let other = AudioError::Music("the file to go on with is no Ogg Opus of as many channels".to_owned());
    let mut pages = Pages::of(inner);
    let first = pages.next()?.map(|(page, _)| page);
    let packets = first.as_ref().and_then(OggPage::packets).unwrap_or_default();
    let is_same =
        |head: &&[u8]| head.starts_with(b"OpusHead") && head.get(9).copied().map(u16::from) == Some(channels);
    if !packets.first().is_some_and(is_same) {
        return Err(other);
    }
    // The last page, where it is, and the ticks before it.
    let (mut found, mut ticks) = (None, 0);
    while let Some((page, at)) = pages.next()? {
        if let Some((page, _)) = found.replace((page, at)).filter(|(page, _)| page.sequence > 1) {
            ticks = page.granule;
        }
    }
    let Some((mut last, at)) = found else { return Err(other) };
    let here = match last.packets() {
        Some(packets) if last.sequence > 1 => packets.iter().map(|packet| duration(packet)).sum(),
        Some(_) => 0,
        None => return Err(other),
    };
    // Whatever the last packet was filled up with becomes part of the sound.
    ticks += here;
    last.set_last(false);
    last.granule = ticks;
    let mut octets = Vec::new();
    last.write(&mut octets);
    inner.seek(SeekFrom::Start(at))?;
    inner.write_all(&octets)?;
    Ok(OggOpus::on(OggWriter::after(last.serial, last.sequence, ticks), encoder(channels), channels))
}

/// What is to be skipped at the beginning, as the first packet of a file says.
fn pre_skip(head: &[u8]) -> u16 {
    head.get(10..).and_then(|octets| octets.first_chunk()).map_or(0, |octets| u16::from_le_bytes(*octets))
}

/// Ticks of a packet.
fn duration(packet: &[u8]) -> u64 {
    Packet::parse(packet).map_or(0, |packet| packet.ticks() as u64)
}
