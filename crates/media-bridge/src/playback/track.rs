//! A sound in one codec: the payloads of its packets, made once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use audio::{Pcm, Resampler};

use crate::codec::{Codec, Encoder, samples_at};

/// Milliseconds of a frame.
const FRAME_MS: u16 = 20;

/// Frames in a second, and in a piece of a track.
const FRAMES: usize = 1_000 / FRAME_MS as usize;

/// Octets of the longest frame: 20 ms of linear samples at 48 kHz.
const LONGEST_FRAME: usize = 1_920;

/// Samples of the longest frame.
const MOST_SAMPLES: usize = 960;

/// How sound is encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    codec: Codec,
    /// Where the codec is Opus, the only one that leaves a choice.
    opus: Option<opus::Settings>,
}

impl Form {
    pub(crate) fn new(codec: Codec, opus: opus::Settings) -> Self {
        Self { codec, opus: (codec == Codec::Opus).then_some(opus) }
    }

    pub(crate) fn codec(&self) -> Codec {
        self.codec
    }

    /// Whether it is this codec, encoded so.
    #[inline]
    pub(crate) fn is(&self, codec: Codec, opus: &opus::Settings) -> bool {
        self.codec == codec && self.opus.as_ref().is_none_or(|settings| settings == opus)
    }

    /// Whether several frames make a packet.
    #[inline]
    pub(crate) fn joins_frames(&self) -> bool {
        self.opus.is_none()
    }

    /// What makes its payloads of a sound of `rate`: the samples a second that it takes, and their number in a frame.
    pub(crate) fn encoder(&self, rate: u32) -> Option<(u32, usize, Box<dyn Encoder>)> {
        let opus = self.opus.unwrap_or_default();
        let ours = self.codec.encoding_rate(rate, &opus);
        let encoder = self.codec.encoder_of(ours, &opus)?;
        Some((ours, samples_at(ours, FRAME_MS).min(MOST_SAMPLES), encoder))
    }

    /// Octets of a sample, where each sample is encoded by itself.
    fn octets_of_sample(&self) -> Option<usize> {
        match self.codec {
            Codec::Pcmu | Codec::Pcma => Some(1),
            Codec::L16 | Codec::L16Wide | Codec::L16Full => Some(2),
            _ => None,
        }
    }
}

/// A sound in one form: frames of 20 ms in pieces of a second, each there as soon as it is made.
#[derive(Debug)]
pub(crate) struct Track {
    form: Form,
    /// Samples of the sound in a frame.
    frame: usize,
    /// Octets of a sample, where packets may begin with any.
    octets_of_sample: Option<usize>,
    pieces: Box<[OnceLock<Piece>]>,
    frames_encoded: AtomicUsize,
    octets: AtomicUsize,
}

/// A second of a track.
#[derive(Debug)]
struct Piece {
    octets: Box<[u8]>,
    /// Where each frame ends.
    ends: Box<[u32]>,
}

impl Piece {
    fn frame(&self, nth: usize) -> Option<&[u8]> {
        let start = if nth == 0 { 0 } else { *self.ends.get(nth - 1)? as usize };
        self.octets.get(start..*self.ends.get(nth)? as usize)
    }
}

impl Track {
    /// Whether a sound can be had in that form.
    pub(crate) fn can_be_made(pcm: &Pcm, form: &Form) -> bool {
        pcm.rate > 0
            && (pcm.rate as usize).is_multiple_of(FRAMES)
            && pcm.rate <= 48_000
            && !pcm.samples.is_empty()
            && form.codec.is_translatable()
    }

    /// A track without anything on it yet, and the job that makes it.
    pub(crate) fn begin(pcm: &Arc<Pcm>, form: &Form) -> Option<(Arc<Self>, Job)> {
        let rate = pcm.rate;
        let (ours, samples, encoder) = form.encoder(rate)?;
        let resampler = match rate == ours {
            true => None,
            false => Some(Resampler::new(rate, ours).ok()?),
        };
        let frame = rate as usize / FRAMES;
        let pieces = pcm.samples.len().div_ceil(frame).div_ceil(FRAMES);
        let track = Arc::new(Self {
            form: form.clone(),
            frame,
            octets_of_sample: form.octets_of_sample().filter(|_| rate == ours),
            pieces: (0..pieces).map(|_| OnceLock::new()).collect(),
            frames_encoded: AtomicUsize::new(0),
            octets: AtomicUsize::new(0),
        });
        let job =
            Job { track: Arc::downgrade(&track), pcm: pcm.clone(), encoder, resampler, samples, next: 0 };
        Some((track, job))
    }

    pub(crate) fn form(&self) -> &Form {
        &self.form
    }

    pub(crate) fn octets(&self) -> usize {
        self.octets.load(Ordering::Relaxed)
    }

    pub(crate) fn frames_encoded(&self) -> usize {
        self.frames_encoded.load(Ordering::Relaxed)
    }

    /// Whether the last frame, filled up with silence, is to be sent rather than what begins after the sound: a codec that
    /// remembers must not be left in the middle.
    pub(crate) fn ends_with_a_frame(&self) -> bool {
        self.octets_of_sample.is_none()
    }

    /// Writes the payload of so many `samples` from the sample `at` on, and returns its octets. `None`: it is not there, or
    /// not in packets cut so.
    #[inline]
    pub(crate) fn payload(&self, at: usize, samples: usize, payload: &mut [u8]) -> Option<usize> {
        if at.is_multiple_of(self.frame) && samples.is_multiple_of(self.frame) {
            let count = samples / self.frame;
            if count != 1 && !self.form.joins_frames() {
                return None;
            }
            return self.frames(at / self.frame, count, payload);
        }
        self.cut(at, samples, payload)
    }

    fn frames(&self, first: usize, count: usize, payload: &mut [u8]) -> Option<usize> {
        let mut written = 0;
        for nth in first..first + count {
            let frame = self.pieces.get(nth / FRAMES)?.get()?.frame(nth % FRAMES)?;
            payload.get_mut(written..written + frame.len())?.copy_from_slice(frame);
            written += frame.len();
        }
        Some(written)
    }

    /// A packet that begins or ends within a frame.
    fn cut(&self, at: usize, samples: usize, payload: &mut [u8]) -> Option<usize> {
        let octets_of_sample = self.octets_of_sample?;
        let (mut from, wanted) = (at * octets_of_sample, samples * octets_of_sample);
        let piece_length = self.frame * FRAMES * octets_of_sample;
        let mut written = 0;
        while written < wanted {
            let piece = self.pieces.get(from / piece_length)?.get()?;
            let rest = piece.octets.get(from % piece_length..).filter(|rest| !rest.is_empty())?;
            let count = rest.len().min(wanted - written);
            payload.get_mut(written..written + count)?.copy_from_slice(&rest[..count]);
            written += count;
            from += count;
        }
        Some(written)
    }
}

/// The making of a track.
pub(crate) struct Job {
    track: Weak<Track>,
    pcm: Arc<Pcm>,
    encoder: Box<dyn Encoder>,
    resampler: Option<Resampler>,
    /// Samples that a frame is encoded of.
    samples: usize,
    /// The piece that is next.
    next: usize,
}

impl Job {
    /// Encodes the next second. `false`: that was the last one, or nobody wants it any more.
    pub(crate) fn step(&mut self) -> bool {
        let Some(track) = self.track.upgrade() else { return false };
        let Some(place) = track.pieces.get(self.next) else { return false };
        let first = self.next * FRAMES * track.frame;
        let sound = self.pcm.samples.get(first..).unwrap_or_default();
        let (mut octets, mut ends) = (Vec::new(), Vec::with_capacity(FRAMES));
        for frame in sound.chunks(track.frame).take(FRAMES) {
            let mut payload = [0; LONGEST_FRAME];
            let written = encode_frame(
                frame,
                track.frame,
                (&mut self.resampler, &mut self.encoder),
                self.samples,
                &mut payload,
            );
            octets.extend_from_slice(&payload[..written]);
            ends.push(u32::try_from(octets.len()).unwrap_or(u32::MAX));
        }
        track.frames_encoded.fetch_add(ends.len(), Ordering::Relaxed);
        track.octets.fetch_add(octets.len(), Ordering::Relaxed);
        // One job makes each piece, once.
        let _ = place.set(Piece { octets: octets.into(), ends: ends.into() });
        self.next += 1;
        self.next < track.pieces.len()
    }
}

/// Encodes one frame, which is filled up to `whole` samples with silence; returns the octets.
pub(crate) fn encode_frame(
    frame: &[i16],
    whole: usize,
    (resampler, encoder): (&mut Option<Resampler>, &mut Box<dyn Encoder>),
    wanted: usize,
    payload: &mut [u8],
) -> usize {
    let mut sound = [0; MOST_SAMPLES];
    let whole = whole.min(MOST_SAMPLES);
    let count = frame.len().min(whole);
    sound[..count].copy_from_slice(&frame[..count]);
    let Some(resampler) = resampler else { return encoder.encode(&sound[..whole], payload) };
    let mut resampled = [0; MOST_SAMPLES];
    resampler.process(&sound[..whole], &mut resampled[..wanted]);
    encoder.encode(&resampled[..wanted], payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(rate: u32, samples: usize) -> Arc<Pcm> {
        let at = |n: usize| ((n as f64 * 0.05).sin() * 8_000.0) as i16;
        Arc::new(Pcm::new(rate, (0..samples).map(at).collect()))
    }

    fn made(pcm: &Arc<Pcm>, codec: Codec) -> Arc<Track> {
        let form = Form::new(codec, opus::Settings::default());
        assert!(Track::can_be_made(pcm, &form));
        let (track, mut job) = Track::begin(pcm, &form).unwrap();
        while job.step() {}
        track
    }

    #[test]
    fn each_frame_is_what_one_encoder_makes_of_it() {
        for codec in Codec::ALL.into_iter().filter(|codec| codec.is_translatable()) {
            let samples = codec.samples(20);
            let pcm = sound(codec.sample_rate(), 120 * samples);
            let track = made(&pcm, codec);
            let mut encoder = codec.encoder(&opus::Settings::default()).unwrap();
            for (nth, frame) in pcm.samples.chunks(samples).enumerate() {
                let (mut wanted, mut found) = ([0; 2_000], [0; 2_000]);
                let octets = encoder.encode(frame, &mut wanted);
                assert_eq!(track.payload(nth * samples, samples, &mut found), Some(octets), "{codec:?}");
                assert_eq!(found[..octets], wanted[..octets], "{codec:?} frame {nth}");
            }
            assert_eq!(track.frames_encoded(), 120);
            assert_eq!(track.payload(120 * samples, samples, &mut [0; 2_000]), None);
        }
    }

    #[test]
    fn codecs_of_single_samples_are_cut_anywhere() {
        let pcm = sound(8_000, 20_000);
        let track = made(&pcm, Codec::Pcma);
        let mut whole = vec![0; 20_000];
        g711::alaw::encode(&pcm.samples, &mut whole);
        for (at, samples) in [(7, 160), (7_999, 240), (15_990, 20), (19_900, 100)] {
            let mut payload = [0; 500];
            assert_eq!(track.payload(at, samples, &mut payload), Some(samples));
            assert_eq!(payload[..samples], whole[at..at + samples], "{samples} from {at} on");
        }
        assert_eq!(made(&pcm, Codec::Gsm).payload(7, 160, &mut [0; 500]), None);
    }

    #[test]
    fn several_frames_make_a_packet_but_for_opus() {
        let pcm = sound(8_000, 1_600);
        let lengths = |codec, samples| made(&pcm, codec).payload(320, samples, &mut [0; 2_000]);
        assert_eq!(lengths(Codec::G722, 480), Some(480));
        assert_eq!(lengths(Codec::Gsm, 320), Some(66));
        assert_eq!(lengths(Codec::Opus, 320), None);
        assert!(lengths(Codec::Opus, 160).is_some(), "narrow sound becomes wide once");
        assert_eq!(lengths(Codec::Pcmu, 0), Some(0));
    }

    #[test]
    fn what_nobody_wants_is_not_made() {
        let pcm = sound(8_000, 160_000);
        let (track, mut job) =
            Track::begin(&pcm, &Form::new(Codec::Pcmu, opus::Settings::default())).unwrap();
        assert!(job.step());
        drop(track);
        assert!(!job.step());
        assert!(!Track::can_be_made(
            &Pcm::new(11_025, vec![1]),
            &Form::new(Codec::Pcmu, opus::Settings::default())
        ));
    }
}
