//! PASSporTs written: canonical JSON in base64url (RFC 8225 sections 6 and 9).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{MediaKey, Party, Passport, Shaken};

impl Passport {
    /// The protected header: names in their order, no blanks.
    pub fn header_json(&self) -> String {
        let ppt = if self.shaken.is_some() { "\"ppt\":\"shaken\"," } else { "" };
        format!("{{\"alg\":\"ES256\",{ppt}\"typ\":\"passport\",\"x5u\":{}}}", quoted(&self.x5u))
    }

    /// The claims, in the same manner.
    pub fn claims_json(&self) -> String {
        let mut members = Vec::new();
        if let Some(Shaken { attest, .. }) = &self.shaken {
            members.push(format!("\"attest\":\"{attest}\""));
        }
        members.push(format!("\"dest\":{}", dest(&self.dest)));
        members.push(format!("\"iat\":{}", self.iat));
        if !self.mky.is_empty() {
            let keys: Vec<String> = self.mky.iter().map(media_key).collect();
            members.push(format!("\"mky\":[{}]", keys.join(",")));
        }
        members.push(format!("\"orig\":{}", orig(&self.orig)));
        if let Some(Shaken { origid, .. }) = &self.shaken {
            members.push(format!("\"origid\":{}", quoted(origid)));
        }
        format!("{{{}}}", members.join(","))
    }

    /// What the signature is made of: both in base64url, with a dot between them.
    pub(crate) fn signing_input(&self) -> String {
        let mut text = String::new();
        encode_into(self.header_json().as_bytes(), &mut text);
        text.push('.');
        encode_into(self.claims_json().as_bytes(), &mut text);
        text
    }
}

/// Base64url without padding (RFC 7515 section 2).
pub(super) fn encode_into(octets: &[u8], text: &mut String) {
    URL_SAFE_NO_PAD.encode_string(octets, text);
}

fn orig(party: &Party) -> String {
    match party {
        Party::Number(number) => format!("{{\"tn\":\"{number}\"}}"),
        Party::Uri(uri) => format!("{{\"uri\":{}}}", quoted(uri)),
    }
}

fn dest(parties: &[Party]) -> String {
    let numbers = parties.iter().filter_map(Party::as_number).map(|number| format!("\"{number}\""));
    let uris = parties.iter().filter_map(|party| match party {
        Party::Uri(uri) => Some(quoted(uri)),
        Party::Number(_) => None,
    });
    let list = |name: &str, values: Vec<String>| {
        (!values.is_empty()).then(|| format!("\"{name}\":[{}]", values.join(",")))
    };
    let lists = [list("tn", numbers.collect()), list("uri", uris.collect())];
    format!("{{{}}}", lists.into_iter().flatten().collect::<Vec<_>>().join(","))
}

fn media_key(MediaKey { alg, dig }: &MediaKey) -> String {
    format!("{{\"alg\":{},\"dig\":{}}}", quoted(alg), quoted(dig))
}

/// A JSON string.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
