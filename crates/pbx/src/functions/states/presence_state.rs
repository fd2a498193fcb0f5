//! `PRESENCE_STATE(provider,field[,e])`: what somebody says about itself. `CustomPresence:` providers can be set, with
//! `state[,subtype[,message[,e]]]`; with `e` subtype and message are in base64.

use crate::functions::{FunctionError, FunctionScope, Value, Written};
use crate::presence::PresenceValue;

const NAME: &str = "PRESENCE_STATE";

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let mut parts = arguments.split(',').map(str::trim);
    let (provider, field) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let encoded = parts.next().is_some_and(|options| options.contains('e'));
    let value = scope.exchange.presence().presence(provider);
    let text = match field {
        "value" => return Ok(value.state.name().to_owned()),
        "subtype" => value.subtype,
        "message" => value.message,
        _ => return Err(FunctionError::arguments(NAME, arguments, "the field is value, subtype or message")),
    };
    Ok(if encoded { base64::encode(text.as_bytes()) } else { text })
}

pub(super) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let provider = arguments.split(',').next().unwrap_or_default().trim();
    if !provider.starts_with("CustomPresence:") || provider == "CustomPresence:" {
        let problem = "only providers named CustomPresence:… can be set";
        return Err(FunctionError::arguments(NAME, arguments, problem));
    }
    let refuse = |problem: &str| FunctionError::arguments(NAME, arguments, problem);
    let (plain, encoded) = match value.rsplit_once(',') {
        Some((plain, "e")) => (plain, true),
        _ => (value, false),
    };
    let mut said = PresenceValue::parse(plain).ok_or_else(|| {
        refuse("the state is one of not_set, unavailable, available, away, xa, chat and dnd")
    })?;
    if encoded {
        for text in [&mut said.subtype, &mut said.message] {
            *text = base64::decode(text).ok_or_else(|| refuse("subtype and message are no base64"))?;
        }
    }
    scope.exchange.presence().set_presence(provider, said);
    Ok(())
}

/// Base64 of text (RFC 4648 section 4).
mod base64 {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    pub(super) fn encode(octets: &[u8]) -> String {
        let mut text = String::with_capacity(octets.len().div_ceil(3) * 4);
        for chunk in octets.chunks(3) {
            let bits = chunk.iter().fold(0u32, |bits, octet| bits << 8 | u32::from(*octet));
            let bits = bits << (8 * (3 - chunk.len()));
            for place in 0..4 {
                let digit = DIGITS[(bits >> (18 - 6 * place) & 63) as usize];
                text.push(if place <= chunk.len() { char::from(digit) } else { '=' });
            }
        }
        text
    }

    pub(super) fn decode(text: &str) -> Option<String> {
        let digits = text.trim().trim_end_matches('=');
        let (mut octets, mut bits, mut held) = (Vec::new(), 0u32, 0u32);
        for digit in digits.bytes() {
            let value = DIGITS.iter().position(|known| *known == digit)?;
            bits = bits << 6 | u32::try_from(value).ok()?;
            held += 6;
            if held >= 8 {
                held -= 8;
                octets.push(u8::try_from(bits >> held & 0xff).ok()?);
            }
        }
        String::from_utf8(octets).ok()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn the_vectors_of_rfc_4648() {
            let vectors = [
                ("", ""),
                ("f", "Zg=="),
                ("fo", "Zm8="),
                ("foo", "Zm9v"),
                ("foobar", "Zm9vYmFy"),
                ("é", "w6k="),
            ];
            for (plain, text) in vectors {
                assert_eq!(encode(plain.as_bytes()), text);
                assert_eq!(decode(text).as_deref(), Some(plain));
            }
            assert_eq!(decode("*"), None);
        }
    }
}
