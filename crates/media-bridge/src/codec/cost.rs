use std::time::{Duration, Instant};

use audio::Resampler;

use super::{Codec, MOST_SAMPLES, Translation, samples_at};

/// Packets in the second of sound that is measured.
const PACKETS: usize = 50;

/// Octets enough for any packet of 20 ms.
const LONGEST: usize = 4_000;

/// How often each piece is measured; the quickest counts, for others may run meanwhile.
const TRIES: usize = 3;

/// What it takes this machine to translate a second of sound from one codec to another, measured piece by piece.
#[derive(Clone, Debug)]
pub struct TranslationCosts {
    pieces: Vec<Pieces>,
    resampling: Vec<(u32, u32, Duration)>,
    /// From one law of G.711 to the other.
    law: Duration,
}

#[derive(Clone, Copy, Debug)]
struct Pieces {
    codec: Codec,
    rate: u32,
    encode: Duration,
    decode: Duration,
}

impl TranslationCosts {
    /// Measures. It takes some tenths of a second: not for a thread that has calls to serve.
    pub fn measure() -> Self {
        let codecs = Codec::ALL.into_iter().filter(|codec| codec.is_translatable());
        let mut rates: Vec<u32> = codecs.clone().map(Codec::sample_rate).collect();
        rates.sort_unstable();
        rates.dedup();
        let at_rates = codecs.flat_map(|codec| {
            let mut rates: Vec<u32> = rates.iter().map(|rate| codec.rate_for(*rate)).collect();
            rates.dedup();
            rates.into_iter().map(move |rate| (codec, rate))
        });
        let pieces: Vec<Pieces> = at_rates.filter_map(measure_codec).collect();
        let pairs = rates.iter().flat_map(|from| rates.iter().map(move |to| (*from, *to)));
        let resampling = pairs.filter(|(from, to)| from != to).filter_map(measure_resampling).collect();
        Self { pieces, resampling, law: measure_law() }
    }

    /// The codecs that can be translated.
    pub fn codecs(&self) -> impl Iterator<Item = Codec> + '_ {
        self.pieces.iter().filter(|piece| piece.rate == piece.codec.sample_rate()).map(|piece| piece.codec)
    }

    /// Processor time for a second of sound. `None` where there is no way; nothing for a codec to itself, which is passed on.
    pub fn between(&self, from: Codec, to: Codec) -> Option<Duration> {
        match Translation::between(from, to) {
            Translation::None => Some(Duration::ZERO),
            Translation::InPlace(_) => Some(self.law),
            Translation::Impossible => None,
            Translation::Recode => {
                let rates = rates_between(from, to);
                let piece = |of| self.pieces.iter().find(|piece| (piece.codec, piece.rate) == of);
                let (from, to) = (piece((from, rates.0))?, piece((to, rates.1))?);
                let resampled = match rates.0 == rates.1 {
                    true => Duration::ZERO,
                    false => self.resampling.iter().find(|(from, to, _)| (*from, *to) == rates)?.2,
                };
                Some(from.decode + resampled + to.encode)
            }
        }
    }

    /// The rates that the sound goes through as linear samples; none where it stays as it is.
    pub fn linear_rates(from: Codec, to: Codec) -> Vec<u32> {
        if Translation::between(from, to) != Translation::Recode {
            return Vec::new();
        }
        let (decoded, encoded) = rates_between(from, to);
        let mut rates = vec![decoded, encoded];
        rates.dedup();
        rates
    }
}

/// The rates that sound on its way between two codecs is decoded to and encoded at.
fn rates_between(from: Codec, to: Codec) -> (u32, u32) {
    let decoded = from.rate_for(to.sample_rate());
    (decoded, to.rate_for(decoded))
}

/// The quickest of a few runs.
fn quickest(mut run: impl FnMut()) -> Duration {
    let mut measure = || {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..TRIES).map(|_| measure()).min().unwrap_or_default()
}

fn measure_codec((codec, rate): (Codec, u32)) -> Option<Pieces> {
    let mut encoder = codec.encoder_of(rate, &opus::Settings::default())?;
    let mut decoder = codec.decoder_to(rate)?;
    let sound = sound(rate);
    let packet = samples_at(rate, 20);
    let mut payload = [0; LONGEST];
    let mut octets = 0;
    let encode = quickest(|| {
        for frame in sound.chunks_exact(packet) {
            octets = encoder.encode(frame, &mut payload);
        }
    });
    let mut pcm = [0; MOST_SAMPLES];
    let payload = payload.get(..octets)?;
    let decode = quickest(|| {
        for _ in 0..PACKETS {
            decoder.decode(payload, &mut pcm);
        }
    });
    Some(Pieces { codec, rate, encode, decode })
}

fn measure_resampling((from, to): (u32, u32)) -> Option<(u32, u32, Duration)> {
    let mut resampler = Resampler::new(from, to).ok()?;
    let sound = sound(from);
    let mut out = [0; MOST_SAMPLES];
    let took = quickest(|| {
        for frame in sound.chunks_exact(from as usize / PACKETS) {
            resampler.process(frame, &mut out);
        }
    });
    Some((from, to, took))
}

fn measure_law() -> Duration {
    let mut octets = [0x55; 8_000];
    quickest(|| Translation::between(Codec::Pcmu, Codec::Pcma).apply(std::hint::black_box(&mut octets)))
}

/// A second of something that changes as speech does.
fn sound(rate: u32) -> Vec<i16> {
    let at = |n: u32| {
        let time = f64::from(n) / f64::from(rate) * std::f64::consts::TAU;
        let syllable = (time * 3.0).sin().abs();
        ((time * 180.0).sin() + 0.5 * (time * 620.0).sin() + 0.2 * (time * 2_300.0).sin())
            * syllable
            * 6_000.0
    };
    (0..rate).map(|n| at(n) as i16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_that_there_is_has_its_cost() {
        let costs = TranslationCosts::measure();
        for from in Codec::ALL {
            for to in Codec::ALL {
                let there_is_a_way = from == to || (from.is_translatable() && to.is_translatable());
                assert_eq!(costs.between(from, to).is_some(), there_is_a_way, "{from:?} to {to:?}");
            }
        }
        assert_eq!(costs.between(Codec::G722, Codec::G722), Some(Duration::ZERO));
        assert_eq!(TranslationCosts::linear_rates(Codec::Pcmu, Codec::Pcma), []);
        assert_eq!(TranslationCosts::linear_rates(Codec::G722, Codec::Pcmu), [16_000, 8_000]);
        assert_eq!(TranslationCosts::linear_rates(Codec::L16, Codec::Pcmu), [8_000]);
        assert_eq!(TranslationCosts::linear_rates(Codec::Opus, Codec::Pcmu), [8_000], "no resampling");
        assert_eq!(TranslationCosts::linear_rates(Codec::G722, Codec::Opus), [16_000]);
        let codecs: Vec<Codec> = costs.codecs().collect();
        let known = Codec::ALL.into_iter().filter(|codec| codec.is_translatable());
        assert_eq!(codecs, known.collect::<Vec<_>>(), "each once");
    }
}
