//! What the fuzz targets run; here so that it always compiles.

use crate::{Channels, Decoder, MAX_TICKS, Packet, Parameters, SampleRate};

/// Packets that are tried of an input.
const MAX_PACKETS: usize = 24;

/// Any packets, each behind an octet of its length, are decoded, recovered from and concealed without a panic, and
/// what they say of their length is what comes of them. The rest of the input is read as parameters.
///
/// # Panics
/// When one of these does not hold.
pub fn opus_packets(data: &[u8]) {
    let Some((&choice, mut rest)) = data.split_first() else { return };
    let rates = [
        SampleRate::Hz8000,
        SampleRate::Hz12000,
        SampleRate::Hz16000,
        SampleRate::Hz24000,
        SampleRate::Hz48000,
    ];
    let rate = rates[usize::from(choice >> 1) % rates.len()];
    let channels = if choice & 1 == 0 { Channels::Mono } else { Channels::Stereo };
    let mut decoder = Decoder::with(rate, channels);
    let mut pcm = [0; 2 * MAX_TICKS];
    for _ in 0..MAX_PACKETS {
        let Some((&length, behind)) = rest.split_first() else { break };
        let (payload, behind) = behind.split_at(usize::from(length).min(behind.len()));
        rest = behind;
        let samples = Packet::parse(payload).map_or(0, |packet| packet.samples(rate) * channels.count());
        if length & 1 == 0 {
            assert_eq!(decoder.recover(payload, &mut pcm[..samples]), samples);
        }
        let decoded = decoder.decode(payload, &mut pcm);
        assert!(decoded == samples || decoded == 0);
        if decoded == 0 {
            let lost = rate.hertz() as usize / 50 * channels.count();
            assert_eq!(decoder.conceal(&mut pcm[..lost]), lost);
        }
    }
    let parameters = Parameters::parse(&String::from_utf8_lossy(rest));
    assert_eq!(Parameters::parse(&parameters.to_string()), parameters);
}
