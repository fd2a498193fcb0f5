//! What is heard at the other end of a call, with and without the loss of packets.

use opus::{Bandwidth, Channels, Decoder, Encoder, FrameDuration, MAX_OCTETS, Packet, SampleRate, Settings};

const RATES: [SampleRate; 5] =
    [SampleRate::Hz8000, SampleRate::Hz12000, SampleRate::Hz16000, SampleRate::Hz24000, SampleRate::Hz48000];

/// Two seconds of a voice: a buzz of 110 to 150 Hz through two resonances, in syllables, with pauses.
fn voice(rate: SampleRate) -> Vec<i16> {
    let hertz = f64::from(rate.hertz());
    let resonance = |frequency: f64, width: f64| {
        let radius = (-std::f64::consts::PI * width / hertz).exp();
        (2.0 * radius * (std::f64::consts::TAU * frequency / hertz).cos(), -radius * radius)
    };
    let (filters, mut past, mut phase) =
        ([resonance(600.0, 90.0), resonance(1_400.0, 120.0)], [[0.0; 2]; 2], 0.0);
    let sample = |n: u32| {
        let seconds = f64::from(n) / hertz;
        phase += (130.0 + 20.0 * (seconds * 3.0).sin()) / hertz;
        let glottis = if phase >= 1.0 { 1.0 } else { 0.0 };
        phase %= 1.0;
        let mut value = glottis;
        for ((first, second), past) in filters.iter().zip(&mut past) {
            value += first * past[0] + second * past[1];
            *past = [value, past[0]];
        }
        let syllable = (seconds * 4.0 * std::f64::consts::PI).sin().max(0.0).sqrt();
        value * syllable * 400.0 * (16_000.0 / hertz).powi(2)
    };
    (0..2 * rate.hertz()).map(sample).map(|value| value.clamp(-32_000.0, 32_000.0) as i16).collect()
}

/// Packets of 20 ms.
fn packets(settings: &Settings, pcm: &[i16]) -> Vec<Vec<u8>> {
    let mut encoder = Encoder::with(settings);
    let frame = FrameDuration::Ms20.samples(settings.rate) * settings.channels.count();
    let mut payload = [0; MAX_OCTETS];
    let mut encode = |pcm: &[i16]| {
        let octets = encoder.encode(pcm, &mut payload);
        assert_ne!(octets, 0);
        payload[..octets].to_vec()
    };
    pcm.chunks_exact(frame).map(&mut encode).collect()
}

fn octets(packets: &[Vec<u8>]) -> usize {
    packets.iter().map(Vec::len).sum()
}

/// Decibels of signal above what was added to it, at the delay where it is best. Codecs keep what is heard and not the
/// shape of the wave, so that this is no measure of quality, but of whether it is the same signal at all.
fn likeness(said: &[i16], heard: &[i16], rate: SampleRate) -> f64 {
    let longest = rate.hertz() as usize / 80; // 12.5 ms
    (0..longest)
        .map(|delay| {
            let (mut signal, mut noise) = (1.0, 1.0);
            for (&said, &heard) in said.iter().zip(&heard[delay..]).skip(said.len() / 8) {
                signal += f64::from(said).powi(2);
                noise += (f64::from(said) - f64::from(heard)).powi(2);
            }
            10.0 * (signal / noise).log10()
        })
        .fold(f64::MIN, f64::max)
}

fn decoded(packets: &[Vec<u8>], rate: SampleRate) -> Vec<i16> {
    let (mut decoder, mut heard) = (Decoder::with(rate, Channels::Mono), Vec::new());
    for packet in packets {
        let mut pcm = vec![0; FrameDuration::Ms20.samples(rate)];
        assert_eq!(decoder.decode(packet, &mut pcm), pcm.len());
        heard.extend(pcm);
    }
    heard
}

#[test]
fn a_voice_is_heard_at_every_rate() {
    for (rate, bitrate) in RATES.into_iter().zip([16_000, 20_000, 24_000, 28_000, 32_000]) {
        let pcm = voice(rate);
        let packets = packets(&Settings { rate, bitrate, ..Settings::default() }, &pcm);
        let decibels = likeness(&pcm, &decoded(&packets, rate), rate);
        assert!(decibels > 12.0, "{rate:?}: {decibels:.1} dB");
        assert!(
            octets(&packets) * 4 < bitrate as usize * 11 / 10,
            "{rate:?}: {} bit/s",
            octets(&packets) * 4
        );
    }
}

#[test]
fn both_ends_may_have_rates_of_their_own() {
    let pcm = voice(SampleRate::Hz48000);
    let wide = packets(&Settings::default(), &pcm);
    for (rate, step) in [(SampleRate::Hz8000, 6), (SampleRate::Hz16000, 3), (SampleRate::Hz24000, 2)] {
        let coarse: Vec<i16> = pcm.iter().copied().step_by(step).collect();
        let decibels = likeness(&coarse, &decoded(&wide, rate), rate);
        assert!(decibels > 11.0, "{rate:?}: {decibels:.1} dB");
    }
}

#[test]
fn every_duration_has_its_packets() {
    for rate in RATES {
        for duration in [FrameDuration::Ms10, FrameDuration::Ms20, FrameDuration::Ms40, FrameDuration::Ms60] {
            let samples = duration.samples(rate);
            let (mut encoder, mut payload) =
                (Encoder::with(&Settings { rate, ..Settings::default() }), [0; MAX_OCTETS]);
            let octets = encoder.encode(&voice(rate)[..samples], &mut payload);
            let packet = Packet::parse(&payload[..octets]).unwrap();
            assert_eq!((packet.samples(rate), packet.ticks()), (samples, samples * rate.ticks_per_sample()));
            assert_eq!(encoder.encode(&vec![0; samples - 1], &mut payload), 0);
            assert_eq!(encoder.encode(&vec![0; samples], &mut payload[..1]), 0);
        }
    }
}

#[test]
fn two_channels_are_heard_as_one() {
    let settings = Settings { channels: Channels::Stereo, bitrate: 48_000, ..Settings::default() };
    let pcm = voice(SampleRate::Hz48000);
    let both: Vec<i16> = pcm.iter().flat_map(|&sample| [sample, sample]).collect();
    let packets = packets(&settings, &both);
    let decibels = likeness(&pcm, &decoded(&packets, SampleRate::Hz48000), SampleRate::Hz48000);
    assert!(decibels > 20.0, "{decibels:.1} dB");

    let mut decoder = Decoder::with(SampleRate::Hz48000, Channels::Stereo);
    assert_eq!(decoder.decode(&packets[0], &mut [0; 1_920]), 1_920);
    assert_eq!(decoder.decode(&packets[1], &mut [0; 1_919]), 0);
}

#[test]
fn what_is_lost_is_recovered_better_than_concealed() {
    let rate = SampleRate::Hz16000;
    let pcm = voice(rate);
    let settings = Settings { rate, bitrate: 24_000, expected_loss: 20, ..Settings::default() };
    let packets = packets(&settings, &pcm);
    let whole = decoded(&packets, rate);
    let lost = |n: usize| n % 5 == 3;
    assert!(
        packets.iter().filter(|packet| Packet::parse(packet).unwrap().has_forward_correction()).count() > 50
    );

    let heard = |recover: bool| {
        let (mut decoder, mut heard) = (Decoder::with(rate, Channels::Mono), Vec::new());
        for (n, packet) in packets.iter().enumerate() {
            let mut pcm = [0; 320];
            let written = match (lost(n), packets.get(n + 1)) {
                (true, Some(next)) if recover => decoder.recover(next, &mut pcm),
                (true, _) => decoder.conceal(&mut pcm),
                (false, _) => decoder.decode(packet, &mut pcm),
            };
            assert_eq!(written, 320);
            heard.extend(pcm);
        }
        heard
    };
    let (concealed, recovered) =
        (likeness(&whole, &heard(false), rate), likeness(&whole, &heard(true), rate));
    assert!(concealed > 3.0 && recovered > concealed + 10.0, "{concealed:.1} and {recovered:.1} dB");
}

#[test]
fn nothing_is_spent_on_losses_that_nobody_expects() {
    let rate = SampleRate::Hz16000;
    let pcm = voice(rate);
    let none = packets(&Settings { rate, bitrate: 24_000, ..Settings::default() }, &pcm);
    assert!(none.iter().all(|packet| !Packet::parse(packet).unwrap().has_forward_correction()));
}

#[test]
fn a_call_that_breaks_off_fades() {
    let rate = SampleRate::Hz16000;
    let packets = packets(&Settings { rate, ..Settings::default() }, &voice(rate));
    let (mut decoder, mut pcm) = (Decoder::with(rate, Channels::Mono), [0; 320]);
    packets[..55].iter().for_each(|packet| assert_eq!(decoder.decode(packet, &mut pcm), 320));
    let power = |pcm: &[i16]| pcm.iter().map(|&sample| f64::from(sample).powi(2)).sum::<f64>();
    let before = power(&pcm);
    assert!(before > 1e6);
    (0..50).for_each(|_| assert_eq!(decoder.conceal(&mut pcm), 320));
    assert!(power(&pcm) < before / 1_000.0);
    for wrong in [0, 1, 39, 1_960] {
        assert_eq!(decoder.conceal(&mut vec![0; wrong]), 0, "{wrong} samples");
    }
}

#[test]
fn gaps_of_any_length_are_filled() {
    let rate = SampleRate::Hz16000;
    let settings = Settings { rate, bitrate: 24_000, expected_loss: 20, ..Settings::default() };
    let packets = packets(&settings, &voice(rate));
    let next = packets.iter().find(|packet| Packet::parse(packet).unwrap().has_forward_correction()).unwrap();
    let mut decoder = Decoder::with(rate, Channels::Stereo);
    for gap in 1..=48 {
        let mut pcm = vec![0; 2 * 40 * gap]; // times 2.5 ms
        assert_eq!(decoder.conceal(&mut pcm), pcm.len());
        assert_eq!(decoder.recover(next, &mut pcm), pcm.len());
    }
}

#[test]
fn silence_is_not_sent_where_it_need_not_be() {
    let rate = SampleRate::Hz16000;
    let settings = Settings { rate, discontinuous: true, ..Settings::default() };
    let silence = packets(&settings, &vec![0; 32_000]);
    let silent = |packets: &[Vec<u8>]| {
        packets.iter().filter(|packet| Packet::parse(packet).unwrap().is_silence()).count()
    };
    assert!(silent(&silence) > 80, "{} of 100", silent(&silence));
    assert_eq!(silent(&packets(&Settings { discontinuous: false, ..settings }, &vec![0; 32_000])), 0);
    assert!(decoded(&silence, rate).iter().all(|sample| sample.unsigned_abs() < 50));
}

#[test]
fn what_is_asked_for_is_what_is_sent() {
    for (rate, max_bandwidth, bitrate) in [
        (SampleRate::Hz16000, Bandwidth::Narrow, 12_000),
        (SampleRate::Hz16000, Bandwidth::Medium, 16_000),
        (SampleRate::Hz48000, Bandwidth::Wide, 24_000),
        (SampleRate::Hz48000, Bandwidth::SuperWide, 40_000),
        (SampleRate::Hz48000, Bandwidth::Full, 64_000),
    ] {
        let packets =
            packets(&Settings { rate, max_bandwidth, bitrate, ..Settings::default() }, &voice(rate));
        let widest = packets.iter().map(|packet| Packet::parse(packet).unwrap().bandwidth()).max();
        assert_eq!(widest, Some(max_bandwidth), "at {bitrate} bit/s");
    }
    let constant = packets(&Settings { constant: true, ..Settings::default() }, &voice(SampleRate::Hz48000));
    assert!(constant.iter().all(|packet| packet.len() == 80), "32,000 bits a second are 80 octets in 20 ms");
}

#[test]
fn an_encoder_changes_its_ways_in_the_middle() {
    let rate = SampleRate::Hz16000;
    let pcm = voice(rate);
    let low = Settings { rate, bitrate: 12_000, ..Settings::default() };
    let mut encoder = Encoder::with(&low);
    let mut sum = |bitrate| {
        encoder.configure(&Settings { rate: SampleRate::Hz8000, bitrate, ..low });
        assert_eq!(encoder.rate(), rate);
        pcm.chunks_exact(320).map(|pcm| encoder.encode(pcm, &mut [0; MAX_OCTETS])).sum::<usize>()
    };
    let (before, after) = (sum(12_000), sum(48_000));
    assert!(after > 2 * before, "{before} and {after} octets");
}
