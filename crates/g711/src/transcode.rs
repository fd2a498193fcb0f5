/// Table 3/G.711: the A-law value number (1 to 128) for each μ-law value number (0 to 127).
#[rustfmt::skip]
const A_OF_U: [u8; 128] = [
    1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8,
    9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
    25, 27, 29, 31, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44,
    46, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62,
    64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79,
    81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 96,
    97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112,
    113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128,
];

/// Table 4/G.711: the μ-law value number (0 to 127) for each A-law value number less one (0 to 127).
#[rustfmt::skip]
const U_OF_A: [u8; 128] = [
    1, 3, 5, 7, 9, 11, 13, 15, 16, 17, 18, 19, 20, 21, 22, 23,
    24, 25, 26, 27, 28, 29, 30, 31, 32, 32, 33, 33, 34, 34, 35, 35,
    36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 48, 49, 49,
    50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 64,
    65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 79,
    80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95,
    96, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111,
    112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127,
];

/// A-law octet by μ-law octet.
static ALAW: [u8; 256] = alaw_table();

/// μ-law octet by A-law octet.
static ULAW: [u8; 256] = ulaw_table();

/// Turns one μ-law octet into A-law (table 3/G.711).
#[inline]
pub fn ulaw_to_alaw_sample(octet: u8) -> u8 {
    ALAW[octet as usize]
}

/// Turns one A-law octet into μ-law (table 4/G.711).
#[inline]
pub fn alaw_to_ulaw_sample(octet: u8) -> u8 {
    ULAW[octet as usize]
}

/// Turns a μ-law payload into A-law, in place (table 3/G.711).
///
/// The standard has its own table for this: the result is never more than one step away from decoding and encoding
/// again, and better when the sound comes back. μ-law to A-law and back changes eight of the 128 magnitudes, the
/// smallest even ones, in their last bit alone; so a chain of gateways wears nothing down.
///
/// ```
/// let mut payload = [g711::ulaw::SILENCE; 160];
/// g711::ulaw_to_alaw(&mut payload);
/// assert_eq!(payload, [g711::alaw::SILENCE; 160]);
/// ```
pub fn ulaw_to_alaw(payload: &mut [u8]) {
    for octet in payload {
        *octet = ulaw_to_alaw_sample(*octet);
    }
}

/// Turns an A-law payload into μ-law, in place (table 4/G.711). A-law to μ-law and back changes eight of the 128
/// magnitudes, in their last bit alone.
pub fn alaw_to_ulaw(payload: &mut [u8]) {
    for octet in payload {
        *octet = alaw_to_ulaw_sample(*octet);
    }
}

const fn alaw_table() -> [u8; 256] {
    let mut table = [0; 256];
    let mut octet = 0;
    while octet < 256 {
        // A μ-law octet is the complement of sign and number; the A-law one has its even bits inverted.
        let sign = octet as u8 & 0x80;
        let number = !(octet as u8) & 0x7F;
        table[octet] = (sign | (A_OF_U[number as usize] - 1)) ^ 0x55;
        octet += 1;
    }
    table
}

const fn ulaw_table() -> [u8; 256] {
    let mut table = [0; 256];
    let mut octet = 0;
    while octet < 256 {
        let sign = octet as u8 & 0x80;
        let number = (octet as u8 ^ 0x55) & 0x7F;
        table[octet] = sign | (!U_OF_A[number as usize] & 0x7F);
        octet += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::{alaw_to_ulaw_sample, ulaw_to_alaw_sample};
    use crate::{alaw, ulaw};

    /// The number of a μ-law octet in tables 2a and 2b.
    fn ulaw_number(octet: u8) -> u8 {
        !octet & 0x7F
    }

    /// The number of an A-law octet in tables 1a and 1b.
    fn alaw_number(octet: u8) -> u8 {
        ((octet ^ 0x55) & 0x7F) + 1
    }

    #[test]
    fn ulaw_through_alaw_changes_what_note_2_of_table_3_says() {
        for octet in 0..=255 {
            let back = alaw_to_ulaw_sample(ulaw_to_alaw_sample(octet));
            let changed = [0, 2, 4, 6, 8, 10, 12, 14].contains(&ulaw_number(octet));
            assert_eq!(back, octet ^ u8::from(changed), "octet {octet:#04x}");
        }
    }

    #[test]
    fn alaw_through_ulaw_changes_what_note_2_of_table_4_says() {
        for octet in 0..=255 {
            let back = ulaw_to_alaw_sample(alaw_to_ulaw_sample(octet));
            let changed = [26, 28, 30, 32, 45, 47, 63, 80].contains(&alaw_number(octet));
            assert_eq!(back, octet ^ u8::from(changed), "octet {octet:#04x}");
        }
    }

    #[test]
    fn tables_stay_within_one_number_of_decoding_and_encoding() {
        for octet in 0..=255 {
            let (direct, linear) =
                (ulaw_to_alaw_sample(octet), alaw::encode_sample(ulaw::decode_sample(octet)));
            assert!(alaw_number(direct).abs_diff(alaw_number(linear)) <= 1, "μ-law {octet:#04x}");
            let (direct, linear) =
                (alaw_to_ulaw_sample(octet), ulaw::encode_sample(alaw::decode_sample(octet)));
            assert!(ulaw_number(direct).abs_diff(ulaw_number(linear)) <= 1, "A-law {octet:#04x}");
        }
    }

    #[test]
    fn the_sign_stays() {
        for octet in 0..=255_u8 {
            assert_eq!(ulaw_to_alaw_sample(octet) & 0x80, octet & 0x80);
            assert_eq!(alaw_to_ulaw_sample(octet) & 0x80, octet & 0x80);
        }
    }
}
