//! What it costs to encode and to decode 20 ms of a voice, and to bring it to another rate: processor time, instructions and
//! allocations, as a table.

use std::hint::black_box;
use std::process::ExitCode;

use benches::{OURS, Operation, Work, table};
use opus::{Channels, FrameDuration, SampleRate, Settings};

/// A second of a voice in frames of 20 ms: a buzz with noise, in syllables.
fn voice(hertz: u32) -> Vec<Vec<i16>> {
    let (mut noise, mut phase) = (1_u32, 0.0_f64);
    let mut sample = |n: u32| {
        let seconds = f64::from(n) / f64::from(hertz);
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        phase = (phase + (130.0 + 20.0 * (seconds * 3.0).sin()) / f64::from(hertz)).fract();
        let harmonics: f64 =
            (1..20).map(|of| (phase * std::f64::consts::TAU * f64::from(of)).sin() / f64::from(of)).sum();
        let hiss = f64::from(noise >> 16) / 32_768.0 - 1.0;
        ((harmonics * 6_000.0 + hiss * 300.0) * (seconds * 12.0).sin().max(0.02)) as i16
    };
    let samples: Vec<i16> = (0..hertz).map(&mut sample).collect();
    samples.chunks_exact(hertz as usize / 50).map(<[i16]>::to_vec).collect()
}

/// One end of a codec, and what it is given, again and again.
struct Frames<I, F> {
    frames: Vec<I>,
    next: usize,
    does: F,
}

impl<I, F: FnMut(&I)> Work for Frames<I, F> {
    fn run(&mut self, rounds: usize) {
        for _ in 0..rounds {
            (self.does)(black_box(&self.frames[self.next]));
            self.next = (self.next + 1) % self.frames.len();
        }
    }
}

/// Both ends of a codec, as two rows. The ends are made anew for each measurement.
fn both<E, D>(
    names: [&'static str; 2],
    frames: Vec<Vec<i16>>,
    encoder: impl Fn() -> E + Clone + 'static,
    decoder: impl Fn() -> D + 'static,
) -> [Operation; 2]
where
    E: FnMut(&[i16], &mut [u8]) -> usize + 'static,
    D: FnMut(&[u8], &mut [i16]) -> usize + 'static,
{
    let mut encode = encoder();
    let packet = |pcm: &Vec<i16>| {
        let mut payload = vec![0; opus::MAX_OCTETS];
        let octets = encode(pcm, &mut payload);
        payload[..octets].to_vec()
    };
    let packets: Vec<Vec<u8>> = frames.iter().map(packet).collect();
    let encoding = move || {
        let (mut encode, mut payload) = (encoder(), vec![0; opus::MAX_OCTETS]);
        let does = move |pcm: &Vec<i16>| assert_ne!(encode(pcm, &mut payload), 0);
        Frames { frames: frames.clone(), next: 0, does }
    };
    let decoding = move || {
        let (mut decode, mut pcm) = (decoder(), vec![0; opus::MAX_TICKS]);
        let does = move |packet: &Vec<u8>| assert_ne!(decode(packet, &mut pcm), 0);
        Frames { frames: packets.clone(), next: 0, does }
    };
    [Operation::new(names[0], OURS, 100, encoding), Operation::new(names[1], OURS, 100, decoding)]
}

fn opus_at(names: [&'static str; 2], rate: SampleRate, bitrate: u32) -> [Operation; 2] {
    let frames = voice(rate.hertz());
    assert_eq!(frames[0].len(), FrameDuration::Ms20.samples(rate));
    let encoder = move || {
        let mut encoder = opus::Encoder::with(&Settings { rate, bitrate, ..Settings::default() });
        move |pcm: &[i16], payload: &mut [u8]| encoder.encode(pcm, payload)
    };
    let decoder = move || {
        let mut decoder = opus::Decoder::with(rate, Channels::Mono);
        move |payload: &[u8], pcm: &mut [i16]| decoder.decode(payload, pcm)
    };
    both(names, frames, encoder, decoder)
}

fn resampled(name: &'static str, from: u32, to: u32) -> Operation {
    let frames = voice(from);
    Operation::new(name, OURS, 100, move || {
        let resampler = audio::Resampler::new(from, to);
        let mut resampler = resampler.unwrap_or_else(|error| panic!("nothing to measure: {error}"));
        let mut out = vec![0; to as usize / 50];
        let does = move |pcm: &Vec<i16>| assert_eq!(resampler.process(pcm, &mut out).written, out.len());
        Frames { frames: frames.clone(), next: 0, does }
    })
}

fn operations() -> Vec<Operation> {
    let g722 = both(
        ["G.722, encode", "G.722, decode"],
        voice(g722::SAMPLE_RATE),
        || {
            let mut encoder = g722::Encoder::new();
            move |pcm: &[i16], payload: &mut [u8]| encoder.encode(pcm, payload)
        },
        || {
            let mut decoder = g722::Decoder::new();
            move |payload: &[u8], pcm: &mut [i16]| decoder.decode(payload, pcm)
        },
    );
    let g726 = both(
        ["G.726-32, encode", "G.726-32, decode"],
        voice(g726::SAMPLE_RATE),
        || {
            let mut encoder = g726::Encoder::new();
            move |pcm: &[i16], payload: &mut [u8]| encoder.encode(pcm, payload)
        },
        || {
            let mut decoder = g726::Decoder::new();
            move |payload: &[u8], pcm: &mut [i16]| decoder.decode(payload, pcm)
        },
    );
    let gsm = both(
        ["GSM, encode", "GSM, decode"],
        voice(gsm::SAMPLE_RATE),
        || {
            let mut encoder = gsm::Encoder::new();
            move |pcm: &[i16], payload: &mut [u8]| encoder.encode(pcm, payload)
        },
        || {
            let mut decoder = gsm::Decoder::new();
            move |payload: &[u8], pcm: &mut [i16]| decoder.decode(payload, pcm)
        },
    );
    let wide = opus_at(["Opus, 16 kHz, encode", "Opus, 16 kHz, decode"], SampleRate::Hz16000, 20_000);
    let full = opus_at(["Opus, 48 kHz, encode", "Opus, 48 kHz, decode"], SampleRate::Hz48000, 32_000);
    let rates = [
        resampled("8 to 16 kHz", 8_000, 16_000),
        resampled("16 to 8 kHz", 16_000, 8_000),
        resampled("8 to 48 kHz", 8_000, 48_000),
        resampled("48 to 8 kHz", 48_000, 8_000),
        resampled("16 to 48 kHz", 16_000, 48_000),
        resampled("48 to 16 kHz", 48_000, 16_000),
    ];
    [g722, g726, gsm, wide, full].into_iter().flatten().chain(rates).collect()
}

fn main() -> ExitCode {
    table(&operations())
}
