//! Sound through simulated networks, on a virtual clock.

use core::time::Duration;

use proptest::prelude::*;

use super::{Filled, Playout};
use crate::simulation::{Delay, Loss, Network};
use crate::{Config, Content, Decoder, Insertion, PacketInfo, fuzzing};

const TWENTY: Duration = Duration::from_millis(20);

/// Linear samples, in the order of this machine.
fn linear(_: u8, payload: &[u8], pcm: &mut [i16]) -> usize {
    let samples = payload.as_chunks::<2>().0;
    pcm.iter_mut().zip(samples).map(|(pcm, octets)| *pcm = i16::from_ne_bytes(*octets)).count()
}

/// A voice: pulses of 8 ms, of the second formant of a vowel.
fn voice(rate: u32, sample: usize) -> i16 {
    let period = rate as usize / 125;
    let at = (sample % period) as f32 / rate as f32;
    ((-300.0 * at).exp() * (at * 1_000.0 * core::f32::consts::TAU).sin() * 12_000.0) as i16
}

fn config(rate: u32) -> Config {
    Config { max_payload: 4_000, ..Config::adaptive(rate) }
}

struct Listening<D> {
    playout: Playout<D>,
    sound: Vec<i16>,
    made: Filled,
}

/// Listens to a voice of `packets` packets of 20 ms over a network.
fn listen<D: Decoder>(rate: u32, decoder: D, network: &Network, packets: u32, tick_ms: u64) -> Listening<D> {
    let mut playout = Playout::new(config(rate), rate, decoder).unwrap();
    let frame = rate as usize / 50;
    let arrivals = network.carry(3, packets, TWENTY);
    let mut arrivals = arrivals.iter().peekable();
    let (mut sound, mut made) = (Vec::new(), Filled::default());
    let mut out = vec![0; rate as usize / 1_000 * tick_ms as usize];
    // A fast clock has said all of it earlier.
    let end = u64::from(packets) * 20 * 999 / 1_000;
    for now in (2..end).step_by(tick_ms as usize) {
        let now = Duration::from_millis(now);
        while let Some(arrival) = arrivals.next_if(|arrival| arrival.at <= now) {
            let begin = arrival.packet as usize * frame;
            let payload: Vec<u8> =
                (begin..begin + frame).flat_map(|n| voice(rate, n).to_ne_bytes()).collect();
            let timestamp = frame as u32 * arrival.packet;
            let info = PacketInfo { sequence: arrival.packet as u16, timestamp, ..PacketInfo::default() };
            playout.insert(arrival.at, info, &payload);
        }
        let filled = playout.fill(now, &mut out);
        made = Filled { concealed: made.concealed + filled.concealed, silent: made.silent + filled.silent };
        sound.extend_from_slice(&out);
    }
    Listening { playout, sound, made }
}

fn roughness(sound: &[i16]) -> u16 {
    sound.windows(2).map(|pair| pair[0].abs_diff(pair[1])).max().unwrap()
}

#[test]
fn over_a_perfect_network_sound_is_what_was_said() {
    for rate in [8_000, 16_000, 48_000] {
        let heard = listen(rate, linear, &Network::default(), 40, 10);
        // Within the first second nothing is known that would shorten the initial delay.
        let first = heard.sound.iter().position(|sample| *sample != 0).unwrap();
        let fade = rate as usize / 50;
        for (n, sample) in heard.sound.iter().enumerate().skip(first + fade) {
            let delay = (voice(rate, 0) == 0) as usize;
            assert_eq!(*sample, voice(rate, n + delay - first), "{rate}: {n}");
        }
        assert_eq!(heard.made.concealed, 0);
    }
}

#[test]
fn losses_leave_no_holes_and_no_clicks() {
    let network = Network { loss: Loss::Random { share: 0.1 }, ..Network::default() };
    for rate in [8_000, 16_000, 48_000] {
        let said: Vec<i16> = (0..4_000).map(|n| voice(rate, n)).collect();
        let heard = listen(rate, linear, &network, 400, 10);
        let period = rate as usize / 125;
        let begin = rate as usize / 5;
        let loud = |piece: &[i16]| piece.iter().map(|sample| sample.unsigned_abs()).max().unwrap();
        let voiced =
            heard.sound[begin..].chunks_exact(2 * period).filter(|piece| loud(piece) > 3_000).count();
        let all = heard.sound[begin..].len() / (2 * period);
        assert!(voiced * 100 >= all * 97, "{rate}: {voiced} of {all}");
        assert!(roughness(&heard.sound) <= roughness(&said) * 5 / 4, "{rate}");
        let lost = heard.playout.statistics().lost;
        assert!((25..60).contains(&lost), "{lost}");
        let concealed = heard.playout.statistics().concealed.as_millis() as u64;
        assert!(concealed <= lost * 20 + 100, "{concealed}");
    }
}

#[test]
fn clocks_that_differ_are_brought_together_without_losses() {
    for drift_ppm in [500, -500] {
        let network = Network { drift_ppm, ..Network::default() };
        let heard = listen(8_000, linear, &network, 6_000, 20);
        let counted = heard.playout.statistics();
        // Two minutes, 60 ms.
        let changed = if drift_ppm > 0 { counted.accelerated } else { counted.expanded };
        assert!((30..90).contains(&changed.as_millis()), "{drift_ppm}: {counted:?}");
        assert_eq!((counted.discarded, counted.lost), (0, 0));
        assert!(counted.concealed <= Duration::from_millis(20), "{counted:?}");
        assert!(counted.delay < Duration::from_millis(40), "{counted:?}");
    }
}

#[test]
fn uneven_networks_cost_delay_instead_of_words() {
    let network =
        Network { delay: Delay::Uniform { up_to: Duration::from_millis(60) }, ..Network::default() };
    let counted = listen(8_000, linear, &network, 3_000, 10).playout.statistics();
    assert!(counted.concealed < Duration::from_millis(1_200), "{counted:?}"); // 2 % of a minute
    assert!(counted.longest_delay < Duration::from_millis(90), "{counted:?}");
    let patient =
        crate::Adaptive { quantile: 1.0, worth: Duration::from_secs(1), ..crate::Adaptive::default() };
    let mode = crate::Mode::Adaptive(patient);
    assert!(Playout::new(Config { mode, ..config(8_000) }, 8_000, linear).is_ok());
}

#[test]
fn when_nothing_comes_any_more_sound_fades() {
    let mut heard = listen(8_000, linear, &Network::default(), 100, 20);
    let now = Duration::from_secs(2);
    let mut out = [0; 8_000];
    let last = heard.playout.fill(now, &mut out);
    assert!((7_500..8_000).contains(&last.concealed), "{last:?}");
    assert!(out[..400].iter().any(|sample| sample.abs() > 1_000));
    assert!(out[1_600..].iter().all(|sample| sample.abs() < 100));
}

/// Conceals by itself, and finds copies in the next packet.
#[derive(Default)]
struct Redundant {
    concealed: usize,
    recovered: usize,
}

impl Decoder for Redundant {
    fn decode(&mut self, payload_type: u8, payload: &[u8], pcm: &mut [i16]) -> usize {
        linear(payload_type, payload, pcm)
    }

    fn recover(&mut self, _: u8, next_payload: &[u8], pcm: &mut [i16]) -> usize {
        self.recovered += 1;
        pcm[..next_payload.len() / 2].fill(7);
        next_payload.len() / 2
    }

    fn conceal(&mut self, pcm: &mut [i16]) -> bool {
        self.concealed += 1;
        pcm.fill(5);
        true
    }
}

#[test]
fn codecs_recover_and_conceal_by_themselves() {
    let loss = Loss::Bursts { share: 0.1, mean: 2.0 };
    let heard = listen(8_000, Redundant::default(), &Network { loss, ..Network::default() }, 1_000, 10);
    let decoder = heard.playout.decoder();
    assert!(decoder.recovered > 10 && decoder.concealed > 10);
    assert!(heard.sound.windows(160).any(|piece| piece == [7; 160]));
    assert!(heard.sound.windows(80).any(|piece| piece == [5; 80]));
}

#[test]
fn payloads_that_make_no_sense_are_concealed() {
    let mut playout = Playout::new(config(8_000), 8_000, |_: u8, _: &[u8], _: &mut [i16]| 0).unwrap();
    for n in 0..100_u16 {
        let now = TWENTY * u32::from(n);
        let info = PacketInfo { sequence: n, timestamp: 160 * u32::from(n), ..PacketInfo::default() };
        assert_ne!(playout.insert(now, info, &[1, 2, 3]), Insertion::Stray);
        playout.fill(now, &mut [0; 160]);
    }
    let counted = playout.statistics();
    assert_eq!(counted.decoded, Duration::ZERO);
    assert!(counted.concealed > Duration::from_millis(1_800), "{counted:?}");
}

#[test]
fn comfort_noise_is_heard() {
    let mut playout = Playout::new(config(8_000), 8_000, linear).unwrap();
    let content = Content::ComfortNoise;
    playout.insert(Duration::ZERO, PacketInfo { content, ..PacketInfo::default() }, &[40]);
    let mut out = [0; 1_600];
    assert_eq!(playout.fill(TWENTY, &mut out).silent, 1_600);
    assert!(audible(&out[800..]) > 100);
}

fn audible(sound: &[i16]) -> u16 {
    sound.iter().map(|sample| sample.unsigned_abs()).max().unwrap()
}

#[test]
fn a_clock_of_another_rate_is_understood() {
    // G.722: 16,000 samples and 8,000 ticks a second.
    let mut playout = Playout::new(config(8_000), 16_000, linear).unwrap();
    for n in 0..100_u16 {
        let now = TWENTY * u32::from(n);
        let info = PacketInfo { sequence: n, timestamp: 160 * u32::from(n), ..PacketInfo::default() };
        playout.insert(now, info, &[1; 640]);
        playout.fill(now, &mut [0; 320]);
    }
    let counted = playout.statistics();
    assert_eq!((counted.concealed, counted.lost), (Duration::ZERO, 0));
    assert!(counted.decoded > Duration::from_millis(1_900));
}

#[test]
fn media_threads_may_own_it() {
    fn is_send<T: Send>(_: &T) {}
    is_send(&Playout::new(config(8_000), 8_000, linear).unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever comes: no panic, no more packets than may be, and each tick gets all its samples.
    #[test]
    fn any_packets_do_no_harm(steps in prop::collection::vec(any::<u8>(), 0..2_000)) {
        fuzzing::jitter_buffer(&steps);
    }

    /// However a network behaves, time passes as fast as it is asked for: all that was handed out is accounted for.
    #[test]
    fn time_is_accounted_for(
        seed in any::<u64>(),
        share in 0.0..0.5_f64,
        mean in 0_u64..80,
        drift_ppm in -500..500_i32,
        duplicates in 0.0..0.2_f64,
    ) {
        let delay = Delay::Exponential { mean: Duration::from_millis(mean) };
        let network = Network { delay, loss: Loss::Bursts { share, mean: 3.0 }, duplicates, drift_ppm };
        let mut playout = Playout::new(config(8_000), 8_000, linear).unwrap();
        let arrivals = network.carry(seed, 400, TWENTY);
        let mut arrivals = arrivals.iter().peekable();
        for tick in 0..800_u32 {
            let now = Duration::from_millis(10) * tick;
            while let Some(arrival) = arrivals.next_if(|arrival| arrival.at <= now) {
                let timestamp = 160 * arrival.packet;
                let info = PacketInfo { sequence: arrival.packet as u16, timestamp, ..PacketInfo::default() };
                playout.insert(arrival.at, info, &[9; 320]);
            }
            playout.fill(now, &mut [0; 80]);
        }
        let counted = playout.statistics();
        let handed_out = Duration::from_secs(8) + playout.unplayed();
        // Losses that shortened the delay were not sound; what came half too late was not played whole.
        let made = counted.decoded + counted.concealed + counted.silent + counted.expanded;
        prop_assert!(made + Duration::from_millis(20) >= handed_out, "{counted:?} for {handed_out:?}");
        prop_assert!(counted.lost + counted.discarded <= 400);
        prop_assert!(playout.queue().len() <= 64);
    }
}
