//! Answers to challenges: Authorization and Proxy-Authorization (RFC 7616 section 3.4).

use std::borrow::Cow;

use sip_parser::Method;

use super::algorithm::{Algorithm, HexHash};
use super::challenge::{Challenge, Qop};
use super::fields::{Fields, write_quoted};
use super::secret::Credentials;

/// What an answer is about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Method of the request.
    pub method: &'a Method,
    /// Its Request-URI.
    pub uri: &'a str,
    /// Its body.
    pub body: &'a [u8],
}

/// The header value that answers `challenge`.
///
/// `cnonce` is a fresh random string; `count` says how often its nonce has been used, from 1. `None` when
/// the secret is a hash by another algorithm, or of another realm.
#[must_use]
pub fn answer(
    challenge: &Challenge,
    credentials: &Credentials,
    subject: &Subject<'_>,
    cnonce: &str,
    count: u32,
) -> Option<String> {
    let Challenge { realm, nonce, algorithm, .. } = challenge;
    let ha1 = credentials.secret.ha1(*algorithm, &credentials.username, realm)?;
    let nc = format!("{count:08x}");
    let proof = Proof { nonce, qop: challenge.qop.map(|qop| (qop, cnonce, nc.as_str())) };
    let response = proof.response(*algorithm, &ha1, subject);
    let mut value = String::with_capacity(160 + nonce.len() + response.len() + cnonce.len());
    value.push_str("Digest username=");
    write_quoted(&credentials.username, &mut value);
    for (name, text) in [(", realm=", realm.as_str()), (", nonce=", nonce), (", uri=", subject.uri)] {
        value.push_str(name);
        write_quoted(text, &mut value);
    }
    value.extend([", response=\"", &response, "\""]);
    if challenge.algorithm_named {
        value.extend([", algorithm=", algorithm.as_str()]);
    }
    if let Some(qop) = challenge.qop {
        value.push_str(", cnonce=");
        write_quoted(cnonce, &mut value);
        value.extend([", qop=", qop.as_str(), ", nc=", &nc]);
    }
    if let Some(opaque) = &challenge.opaque {
        value.push_str(", opaque=");
        write_quoted(opaque, &mut value);
    }
    Some(value)
}

/// What goes into the hash beside the secret and the request.
pub(super) struct Proof<'a> {
    pub(super) nonce: &'a str,
    /// Protection, cnonce, and nonce count as it was written; `None` for RFC 2069.
    pub(super) qop: Option<(Qop, &'a str, &'a str)>,
}

impl Proof<'_> {
    /// The `response` field (RFC 7616 section 3.4.1).
    pub(super) fn response(&self, algorithm: Algorithm, ha1: &str, subject: &Subject<'_>) -> HexHash {
        let method = subject.method.as_str();
        let ha2 = match self.qop {
            Some((Qop::AuthInt, ..)) => {
                let body = algorithm.hash_bytes([subject.body].into_iter());
                algorithm.hash(&[method, ":", subject.uri, ":", &body])
            }
            _ => algorithm.hash(&[method, ":", subject.uri]),
        };
        match self.qop {
            None => algorithm.hash(&[ha1, ":", self.nonce, ":", &ha2]),
            Some((qop, cnonce, nc)) => {
                algorithm.hash(&[ha1, ":", self.nonce, ":", nc, ":", cnonce, ":", qop.as_str(), ":", &ha2])
            }
        }
    }
}

/// An answer that a client sent, read from its header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer<'a> {
    /// Who it says it is from.
    pub username: Cow<'a, str>,
    /// What for.
    pub realm: Cow<'a, str>,
    /// Our nonce.
    pub nonce: Cow<'a, str>,
    /// The URI that it is about.
    pub uri: Cow<'a, str>,
    /// The hash.
    pub response: Cow<'a, str>,
    /// The hash function.
    pub algorithm: Algorithm,
    /// Protection, cnonce and nonce count as it was written; `None` for a client that speaks RFC 2069.
    pub protection: Option<(Qop, Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> Answer<'a> {
    /// Reads the value of Authorization or Proxy-Authorization; `None` for another scheme, an unknown
    /// algorithm, or fields that are missing.
    #[must_use]
    pub fn parse(value: &'a str) -> Option<Answer<'a>> {
        let fields = Fields::parse(value)?;
        let text = |name: &str| fields.cow(name).cloned();
        let protection = match fields.get("qop") {
            None => None,
            Some(name) => Some((Qop::from_name(name)?, text("cnonce")?, text("nc")?)),
        };
        Some(Answer {
            username: text("username")?,
            realm: text("realm")?,
            nonce: text("nonce")?,
            uri: text("uri")?,
            response: text("response")?,
            algorithm: algorithm_in(&fields)?,
            protection,
        })
    }

    pub(super) fn proof(&self) -> Proof<'_> {
        let qop = self.protection.as_ref();
        Proof { nonce: &self.nonce, qop: qop.map(|(qop, cnonce, nc)| (*qop, &**cnonce, &**nc)) }
    }

    /// The nonce count; 1 for a client that does not count. `None` when it is no number.
    pub(super) fn count(&self) -> Option<u32> {
        match &self.protection {
            None => Some(1),
            Some((_, _, nc)) if nc.len() == 8 && !nc.starts_with('+') => u32::from_str_radix(nc, 16).ok(),
            Some(_) => None,
        }
    }
}

/// The hash function of an answer, MD5 where it names none. Clients that cut our challenge apart too simply give back `MD5"` or `"MD5,"`:
/// what such signs are beside says what is meant.
fn algorithm_in(fields: &Fields<'_>) -> Option<Algorithm> {
    let Some(name) = fields.get("algorithm") else { return Some(Algorithm::Md5) };
    name.trim_matches(|letter: char| matches!(letter, '"' | ',' | ' ')).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    // The example of RFC 7616 section 3.9.1; its method is GET.
    const NONCE: &str = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
    const CNONCE: &str = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";

    fn respond(algorithm: &str) -> Option<(String, Option<u32>)> {
        let challenge = format!(
            r#"Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm}, nonce="{NONCE}", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#
        );
        let challenge = Challenge::parse(&challenge, false)?;
        let mufasa = Credentials::password("Mufasa", "Circle of Life");
        let get = Method::from("GET");
        let subject = Subject { method: &get, uri: "/dir/index.html", body: b"" };
        let value = answer(&challenge, &mufasa, &subject, CNONCE, 1)?;
        let read = Answer::parse(&value)?;
        Some((read.response.to_string(), read.count()))
    }

    #[test]
    fn rfc_7616_md5() {
        let (response, count) = respond("MD5").expect("answered");
        assert_eq!(response, "8ca523f5e9506fed4657c9700eebdbec");
        assert_eq!(count, Some(1));
    }

    #[test]
    fn rfc_7616_sha_256() {
        let (response, _) = respond("SHA-256").expect("answered");
        assert_eq!(response, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
    }

    #[test]
    fn rfc_2069_without_protection() {
        // RFC 2617 section 3.5's secret in the form of RFC 2069, as its erratum 749 corrects it.
        let challenge = Challenge::parse(
            r#"Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093""#,
            false,
        )
        .expect("well formed");
        let mufasa = Credentials::password("Mufasa", "CircleOfLife");
        let get = Method::from("GET");
        let subject = Subject { method: &get, uri: "/dir/index.html", body: b"" };
        let value = answer(&challenge, &mufasa, &subject, "unused", 1).expect("answered");
        assert!(value.contains(r#"response="1949323746fe6a43ef61f9606e7febea""#), "{value}");
        assert!(
            !value.contains("cnonce") && !value.contains("nc=") && !value.contains("algorithm"),
            "{value}"
        );
    }

    #[test]
    fn rfc_2617_with_auth() {
        let challenge = Challenge::parse(
            r#"Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41""#,
            true,
        )
        .expect("well formed");
        let mufasa = Credentials::password("Mufasa", "Circle Of Life");
        let get = Method::from("GET");
        let subject = Subject { method: &get, uri: "/dir/index.html", body: b"" };
        let value = answer(&challenge, &mufasa, &subject, "0a4f113b", 1).expect("answered");
        assert!(value.contains(r#"response="6629fae49393a05397450978507c4ef1""#), "{value}");
    }

    #[test]
    fn an_algorithm_is_known_beside_stray_signs() {
        let read = |algorithm: &str| {
            let value = format!(
                r#"Digest username="u", realm="r", nonce="n", uri="sip:r", response="x", algorithm={algorithm}"#
            );
            Answer::parse(&value).map(|answer| answer.algorithm)
        };
        for (written, meant) in [
            ("MD5", Some(Algorithm::Md5)),
            ("\"MD5\"", Some(Algorithm::Md5)),
            ("MD5\"", Some(Algorithm::Md5)),
            ("\"MD5,\"", Some(Algorithm::Md5)),
            ("SHA-256\"", Some(Algorithm::Sha256)),
            ("MD6\"", None),
        ] {
            assert_eq!(read(written), meant, "{written}");
        }
    }

    #[test]
    fn a_count_has_eight_digits() {
        let with = |nc: &str| {
            let value = format!(
                r#"Digest username="a", realm="b", nonce="c", uri="d", response="e", qop=auth, cnonce="f", nc={nc}"#
            );
            Answer::parse(&value).and_then(|answer| answer.count())
        };
        assert_eq!(with("0000000A"), Some(10));
        assert_eq!(with("1"), None);
        assert_eq!(with("0000000g"), None);
        assert_eq!(with("+0000001"), None);
    }
}
