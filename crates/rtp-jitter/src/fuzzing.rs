//! The body of the fuzz target `jitter_buffer`, kept here so that it always compiles.

use core::time::Duration;

use crate::{Adaptive, Config, Content, Mode, PacketInfo, Playout};

/// A buffer that hears packets of any header while time passes, and is asked for sound.
///
/// The first octet picks the configuration. The rest is a row of steps of eight octets: what happens, how much time passes
/// before it, sequence, timestamp, length, and content.
///
/// # Panics
/// When more packets wait than may, or when the time that was handed out is not the time that was asked for.
pub fn jitter_buffer(data: &[u8]) {
    let Some((&first, steps)) = data.split_first() else { return };
    let config = configuration(first);
    let capacity = config.capacity.next_power_of_two();
    let rate = if first & 0x08 == 0 { 8_000 } else { 16_000 };
    // One sample an octet; payloads that begin with 0xFF are no sound.
    let decoder = |_: u8, payload: &[u8], pcm: &mut [i16]| {
        if payload.first() == Some(&0xFF) {
            return 0;
        }
        pcm.iter_mut().zip(payload).map(|(pcm, octet)| *pcm = i16::from(*octet) << 7).count()
    };
    let Ok(mut playout) = Playout::new(config, rate, decoder) else { return };
    let mut now = Duration::ZERO;
    let (mut sequence, mut timestamp) = (0_u16, 0_u32);
    for step in steps.chunks_exact(8) {
        now += Duration::from_millis(u64::from(step[1]));
        let (one, two) = (u16::from_be_bytes([step[2], step[3]]), u16::from_be_bytes([step[4], step[5]]));
        match step[0] & 0x07 {
            // The next packet, or one that lies some numbers and some time beside it.
            0..=3 => (sequence, timestamp) = (sequence.wrapping_add(1), timestamp.wrapping_add(160)),
            4 => {
                sequence = sequence.wrapping_add_signed(i16::from(step[2] as i8));
                timestamp = timestamp.wrapping_add_signed(i32::from(two as i16));
            }
            5 => (sequence, timestamp) = (one, (u32::from(two) << 16) | u32::from(one)),
            6 => {
                let mut out = [0; 960];
                playout.fill(now, &mut out[..usize::from(one) % 961]);
                continue;
            }
            _ => {
                playout.fill(now, &mut [0; 160]);
                continue;
            }
        }
        let content = match step[7] & 0x0F {
            0 => Content::ComfortNoise,
            1 => Content::Other,
            _ => Content::Audio,
        };
        let ssrc = u32::from(step[7] >> 4 == 0xF);
        let info =
            PacketInfo { sequence, timestamp, content, ssrc, marker: step[0] & 0x80 != 0, payload_type: 0 };
        playout.insert(now, info, &[step[6]; 512][..usize::from(step[6]) * 2]);
        assert!(playout.queue().len() <= capacity);
    }
    playout.fill(now + Duration::from_secs(1), &mut [0; 4_800]);
    let metrics = playout.voip_metrics();
    assert!(metrics.gmin == 16 && playout.statistics().delay < Duration::from_secs(1 << 20));
}

fn configuration(octet: u8) -> Config {
    let config = match octet & 0x07 {
        0 => Config::fixed(8_000, Duration::from_millis(100)),
        1 => Config { stretch: false, ..Config::fixed(8_000, Duration::from_millis(60)) },
        2 => Config { stretch: false, capacity: 3, ..Config::adaptive(8_000) },
        3 => Config::adaptive(48_000),
        _ => Config::adaptive(8_000),
    };
    match config.mode {
        Mode::Adaptive(adaptive) if octet & 0x80 != 0 => {
            Config { mode: Mode::Adaptive(Adaptive { max: Duration::from_millis(60), ..adaptive }), ..config }
        }
        _ => config,
    }
}
