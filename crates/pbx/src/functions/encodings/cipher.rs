//! `AES_ENCRYPT(key,text)`, `AES_DECRYPT(key,text)`: AES-128, each block of 16 octets by itself, the last one filled up with
//! zeros, all of it in base64. It is what dialplans have; it keeps equal blocks equal.

use aes::Aes128;
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};

use super::base64;
use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value};

/// Octets of a key, and of a block.
const BLOCK: usize = 16;

pub(super) fn encrypt(_: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let (cipher, text) = parts("AES_ENCRYPT", arguments)?;
    let mut octets = text.into_bytes();
    octets.resize(octets.len().next_multiple_of(BLOCK), 0);
    for block in octets.chunks_exact_mut(BLOCK) {
        if let Ok(block) = block.try_into() {
            cipher.encrypt_block(block);
        }
    }
    Ok(base64::of_octets(&octets))
}

pub(super) fn decrypt(_: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let (cipher, text) = parts("AES_DECRYPT", arguments)?;
    let octets = base64::octets(&text).filter(|octets| octets.len().is_multiple_of(BLOCK));
    let mut octets = octets.ok_or_else(|| {
        FunctionError::arguments("AES_DECRYPT", "…", "the text is none that AES_ENCRYPT made")
    })?;
    for block in octets.chunks_exact_mut(BLOCK) {
        if let Ok(block) = block.try_into() {
            cipher.decrypt_block(block);
        }
    }
    let length = octets.iter().position(|octet| *octet == 0).unwrap_or(octets.len());
    Ok(String::from_utf8_lossy(&octets[..length]).into_owned())
}

/// The cipher of the key, and the text. Errors do not show the key.
fn parts(function: &'static str, arguments: &str) -> Result<(Aes128, String), FunctionError> {
    let given = Arguments::of(arguments, 2);
    let cipher = Aes128::new_from_slice(given.raw(0).as_bytes());
    let cipher = cipher.map_err(|_| FunctionError::arguments(function, "…", "the key has 16 characters"))?;
    Ok((cipher, given.raw(1).to_owned()))
}
