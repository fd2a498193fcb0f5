//! PASSporTs read. Claims and parameters that are not known are passed over (RFC 8225 section 5).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::{MediaKey, Party, Passport, PassportError, Shaken};

type Object = Map<String, Value>;

/// Most parties and most media keys that are read.
const MOST: usize = 100;

/// Base64url; padding, which JWS leaves out, is let pass, as it is no part of what is signed.
pub(super) fn decoded(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

/// What the two first parts of a token say.
pub(super) fn passport(header: &str, claims: &str) -> Result<Passport, PassportError> {
    let (header, claims) = (object(header)?, object(claims)?);
    let is =
        |name: &str, value: &str| text(&header, name).is_some_and(|said| said.eq_ignore_ascii_case(value));
    if !is("typ", "passport") {
        return Err(PassportError::Typ);
    }
    // Algorithms are compared as they are written (RFC 7515 section 4.1.1).
    if text(&header, "alg") != Some("ES256") {
        return Err(PassportError::Alg);
    }
    let shaken = match header.get("ppt") {
        None => None,
        Some(_) if is("ppt", "shaken") => Some(shaken(&claims)?),
        Some(_) => return Err(PassportError::Ppt),
    };
    Ok(Passport {
        x5u: text(&header, "x5u").filter(|x5u| !x5u.is_empty()).ok_or(PassportError::X5u)?.to_owned(),
        iat: claims.get("iat").and_then(Value::as_u64).ok_or(PassportError::Iat)?,
        orig: parties(&claims, "orig").pop().ok_or(PassportError::Orig)?,
        dest: Some(parties(&claims, "dest")).filter(|all| !all.is_empty()).ok_or(PassportError::Dest)?,
        mky: media_keys(&claims)?,
        shaken,
    })
}

fn object(part: &str) -> Result<Object, PassportError> {
    let octets = decoded(part).ok_or(PassportError::Parts)?;
    match serde_json::from_slice(&octets) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(PassportError::Json),
    }
}

fn text<'o>(object: &'o Object, name: &str) -> Option<&'o str> {
    object.get(name).and_then(Value::as_str)
}

fn shaken(claims: &Object) -> Result<Shaken, PassportError> {
    let attest =
        text(claims, "attest").and_then(|letter| letter.parse().ok()).ok_or(PassportError::Attest)?;
    let origid = text(claims, "origid").filter(|id| !id.is_empty()).ok_or(PassportError::OrigId)?;
    Ok(Shaken { attest, origid: origid.to_owned() })
}

/// The numbers, then the URIs of `orig` or `dest`: one or a list of either. A number is brought to its form; what is none
/// counts as absent.
fn parties(claims: &Object, name: &str) -> Vec<Party> {
    let Some(Value::Object(said)) = claims.get(name) else { return Vec::new() };
    let numbers = texts(said.get("tn")).filter_map(Party::number);
    let uris = texts(said.get("uri")).map(|uri| Party::Uri(uri.to_owned()));
    numbers.chain(uris).take(MOST).collect()
}

/// One text, or the texts of a list.
fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let list = match value {
        Some(Value::Array(list)) => list.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    list.iter().filter_map(Value::as_str)
}

fn media_keys(claims: &Object) -> Result<Vec<MediaKey>, PassportError> {
    let list = match claims.get("mky") {
        None => return Ok(Vec::new()),
        Some(Value::Array(list)) if list.len() <= MOST => list,
        Some(_) => return Err(PassportError::Mky),
    };
    let key = |value: &Value| {
        let object = value.as_object()?;
        Some(MediaKey { alg: text(object, "alg")?.to_owned(), dig: text(object, "dig")?.to_owned() })
    };
    list.iter().map(|value| key(value).ok_or(PassportError::Mky)).collect()
}
