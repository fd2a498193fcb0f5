pub(crate) mod ulaw {
    pub(crate) fn decode_sample(u: u8) -> i16 {
        let u = !u;
        let t = (((i32::from(u) & 0xf) << 3) + 0x84) << ((u >> 4) & 7);
        (if u & 0x80 != 0 { 0x84 - t } else { t - 0x84 }) as i16
    }
    pub(crate) fn encode_sample(s: i16) -> u8 {
        (0..=255).min_by_key(|&u| (i32::from(decode_sample(u)) - i32::from(s)).abs()).unwrap_or(0)
    }
}
pub(crate) mod alaw {
    pub(crate) fn decode_sample(a: u8) -> i16 {
        let a = a ^ 0x55;
        let seg = (a >> 4) & 7;
        let mut t = (i32::from(a) & 0xf) << 4;
        t += 8;
        if seg > 0 {
            t += 0x100;
            t <<= seg - 1;
        }
        (if a & 0x80 != 0 { t } else { -t }) as i16
    }
    pub(crate) fn encode_sample(s: i16) -> u8 {
        (0..=255).min_by_key(|&u| (i32::from(decode_sample(u)) - i32::from(s)).abs()).unwrap_or(0)
    }
}
