//! Opus beside codecs of telephones: it is encoded of the sound that there is, and decoded for whoever hears it.

use std::f64::consts::TAU;

use opus::{Channels, SampleRate};

use super::*;
use crate::codec::{Encoder, MOST_SAMPLES};

/// What is said in a packet: a tone of so many Hz.
struct Talker {
    codec: Codec,
    rate: u32,
    encoder: Box<dyn Encoder>,
    packets: u16,
}

impl Talker {
    fn new(codec: Codec) -> Self {
        let encoder = codec.encoder(&opus::Settings::default()).unwrap();
        Self { codec, rate: codec.sample_rate(), encoder, packets: 0 }
    }

    fn packet(&mut self, ms: u32, hertz: f64) -> Vec<u8> {
        let samples = self.rate / 1_000 * ms;
        let first = u32::from(self.packets) * samples;
        let at =
            |n: u32| (8_000.0 * (TAU * hertz * f64::from(first + n) / f64::from(self.rate)).sin()) as i16;
        let sound: Vec<i16> = (0..samples).map(at).collect();
        let mut payload = [0; 4_000];
        let octets = self.encoder.encode(&sound, &mut payload);
        let header = Header {
            payload_type: self.codec.static_payload_type().unwrap_or(110),
            sequence: self.packets,
            timestamp: u32::from(self.packets) * self.codec.clock_rate() / 1_000 * ms,
            ssrc: 9,
            ..Header::default()
        };
        self.packets += 1;
        [&header.to_bytes()[..], &payload[..octets]].concat()
    }
}

/// What `to` sends when `from` hears a packet: the way that the stage takes. Time goes on by as much.
fn carried(from: &mut Bench, to: &mut Bench, packet: &[u8], ms: u64) -> Vec<Vec<u8>> {
    let heard = from.hear(packet).unwrap();
    assert!(to.leg.recodes(&heard));
    let (mut pcm, mut buffer) = ([0; MOST_SAMPLES], [0; 8_192]);
    let sound = from.leg.decode(&heard, packet, to.leg.heard_rate(), &mut pcm).unwrap();
    let outgoing = to.leg.relay_sound(to.now, &heard, sound, &mut buffer);
    let mut sent: Vec<Vec<u8>> = outgoing.map(|it| buffer[..it.length].to_vec()).into_iter().collect();
    while let Some(outgoing) = to.leg.next_repacked(to.now, &mut buffer) {
        sent.push(buffer[..outgoing.length].to_vec());
    }
    from.pass(ms);
    to.pass(ms);
    sent
}

/// The bandwidth that a packet of Opus names (RFC 6716 table 2).
fn bandwidth(payload: &[u8]) -> &'static str {
    match payload[0] >> 3 {
        0..=3 | 16..=19 => "narrow",
        4..=7 => "medium",
        8..=11 | 20..=23 => "wide",
        12..=13 | 24..=27 => "super wide",
        _ => "full",
    }
}

/// How loud a tone is in a sound.
fn amplitude(sound: &[i16], rate: u32, hertz: f64) -> f64 {
    let (mut real, mut imaginary) = (0.0, 0.0);
    for (n, sample) in sound.iter().enumerate() {
        let angle = TAU * hertz * n as f64 / f64::from(rate);
        real += f64::from(*sample) * angle.cos();
        imaginary += f64::from(*sample) * angle.sin();
    }
    2.0 * (real * real + imaginary * imaginary).sqrt() / sound.len() as f64
}

/// What a phone hears of packets of Opus.
fn heard(packets: &[Vec<u8>]) -> Vec<i16> {
    let mut decoder = opus::Decoder::with(SampleRate::Hz48000, Channels::Mono);
    let mut sound = Vec::new();
    for packet in packets {
        let mut pcm = [0; MOST_SAMPLES];
        let samples = decoder.decode(Packet::parse(packet).unwrap().payload(), &mut pcm);
        sound.extend_from_slice(&pcm[..samples]);
    }
    sound
}

fn opus_leg(change: impl FnOnce(&mut LegSettings)) -> Bench {
    let mut settings = settings(Codec::Opus);
    change(&mut settings);
    Bench::new(settings)
}

#[test]
fn what_a_telephone_says_is_encoded_as_what_it_is() {
    for (codec, expected, hertz) in [(Codec::Pcma, "narrow", 1_000.0), (Codec::G722, "wide", 5_500.0)] {
        let (mut phone, mut full) = (Bench::new(settings(codec)), opus_leg(|_| {}));
        let mut talker = Talker::new(codec);
        let mut sent = Vec::new();
        for _ in 0..50 {
            let packet = talker.packet(20, hertz);
            let packets = carried(&mut phone, &mut full, &packet, 20);
            assert_eq!(packets.len(), 1);
            sent.extend(packets);
        }
        for (n, packet) in sent.iter().enumerate() {
            let parsed = Packet::parse(packet).unwrap();
            assert_eq!(bandwidth(parsed.payload()), expected, "{codec:?}, packet {n}");
            let number = n as u32;
            let here = (parsed.payload_type(), parsed.sequence(), parsed.timestamp());
            assert_eq!(here, (110, 500 + number as u16, 7_000 + 960 * number), "48 kHz, whatever is encoded");
        }
        let level = amplitude(&heard(&sent)[24_000..], 48_000, hertz);
        assert!((6_000.0..=9_000.0).contains(&level), "{codec:?}: {level}");
    }
}

#[test]
fn what_a_telephone_hears_is_decoded_at_its_rate() {
    for (codec, rate, hertz) in [(Codec::Pcmu, 8_000, 1_000.0), (Codec::G722, 16_000, 5_500.0)] {
        let (mut full, mut phone) = (opus_leg(|_| {}), Bench::new(settings(codec)));
        let (mut talker, mut decoder) = (Talker::new(Codec::Opus), codec.decoder().unwrap());
        let mut sound = Vec::new();
        for n in 0..50_u32 {
            let packet = talker.packet(20, hertz);
            let packets = carried(&mut full, &mut phone, &packet, 20);
            let parsed = Packet::parse(&packets[0]).unwrap();
            assert_eq!((parsed.payload().len(), parsed.timestamp()), (160, 7_000 + 160 * n));
            let mut pcm = [0; 320];
            let samples = decoder.decode(parsed.payload(), &mut pcm);
            sound.extend_from_slice(&pcm[..samples]);
        }
        let level = amplitude(&sound[rate as usize / 2..], rate, hertz);
        assert!((6_000.0..=9_000.0).contains(&level), "{codec:?}: {level}");
        let decoder = full.leg.spoken.decoder(Codec::Opus, rate).unwrap();
        assert_eq!(decoder.0, rate);
    }
}

#[test]
fn the_rate_follows_the_partner() {
    let mut full = opus_leg(|_| {});
    let (mut narrow, mut wide) = (Bench::new(settings(Codec::Pcmu)), Bench::new(settings(Codec::G722)));
    let mut talkers = [Talker::new(Codec::Pcmu), Talker::new(Codec::G722)];
    let (mut sent, mut bandwidths) = (Vec::new(), Vec::new());
    for partner in [0, 1, 0] {
        // Another bridge.
        full.leg.end_feed();
        for _ in 0..10 {
            let packet = talkers[partner].packet(20, 1_000.0);
            let phone = if partner == 0 { &mut narrow } else { &mut wide };
            let packets = carried(phone, &mut full, &packet, 20);
            bandwidths.push(bandwidth(Packet::parse(&packets[0]).unwrap().payload()));
            sent.extend(packets);
        }
    }
    assert_eq!(bandwidths, [["narrow"; 10], ["wide"; 10], ["narrow"; 10]].concat());
    let numbers: Vec<u16> =
        sent.iter().map(|packet| Packet::parse(packet).unwrap().sequence() - 500).collect();
    assert_eq!(numbers, (0..30).collect::<Vec<u16>>(), "one stream");
    let times: Vec<u32> = sent.iter().map(|packet| Packet::parse(packet).unwrap().timestamp()).collect();
    assert!(times.windows(2).all(|pair| (480..=1_920).contains(&(pair[1] - pair[0]))), "{times:?}");
    for second in heard(&sent).chunks_exact(9_600) {
        let level = amplitude(&second[4_800..], 48_000, 1_000.0);
        assert!((6_000.0..=9_000.0).contains(&level), "{level}");
    }
}

#[test]
fn packets_of_another_length_are_put_together_and_keep_their_time() {
    let (mut phone, mut full) = (Bench::new(settings(Codec::Pcma)), opus_leg(|_| {}));
    let mut talker = Talker::new(Codec::Pcma);
    let mut sent = Vec::new();
    for _ in 0..30 {
        let packet = talker.packet(30, 1_000.0);
        sent.extend(carried(&mut phone, &mut full, &packet, 30));
    }
    assert_eq!(sent.len(), 45, "packets of 20 ms");
    for (n, packet) in sent.iter().enumerate() {
        let parsed = Packet::parse(packet).unwrap();
        assert_eq!(parsed.timestamp(), 7_000 + 960 * n as u32);
        assert_eq!(opus::Packet::parse(parsed.payload()).unwrap().samples(SampleRate::Hz48000), 960);
    }
    let level = amplitude(&heard(&sent)[24_000..], 48_000, 1_000.0);
    assert!((6_000.0..=9_000.0).contains(&level), "{level}");
}

#[test]
fn lost_packets_can_still_be_found_in_the_next_and_silence_still_costs_nothing() {
    for (complexity, expected) in [(5, "narrow"), (9, "wide")] {
        let (mut phone, mut full) = (
            Bench::new(settings(Codec::Pcmu)),
            opus_leg(|settings| {
                let opus = settings.opus;
                settings.opus = opus::Settings { expected_loss: 20, discontinuous: true, complexity, ..opus };
            }),
        );
        let mut talker = Talker::new(Codec::Pcmu);
        let (mut corrected, mut silent) = (0, 0);
        for n in 0..150 {
            // As a voice has it; what is steady needs no second version.
            let mut packet = talker.packet(20, 200.0 + f64::from(n % 20) * 40.0);
            if n >= 50 {
                packet[Header::LENGTH..].fill(0xFF);
            }
            for packet in carried(&mut phone, &mut full, &packet, 20) {
                let parsed = Packet::parse(&packet).unwrap();
                let found = opus::Packet::parse(parsed.payload()).unwrap();
                assert!(n > 40 || bandwidth(parsed.payload()) == expected, "complexity {complexity}");
                corrected += i32::from(n < 50 && found.has_forward_correction());
                silent += i32::from(n >= 100 && found.is_silence());
            }
        }
        assert!(corrected > 10, "{corrected} of 50 have a second version of the one before");
        assert!(silent > 35, "{silent} of 50 say that nothing is said");
    }
}
