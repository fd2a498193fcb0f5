//! Laws of the crate as functions over arbitrary octets, for fuzzers and property tests.
//!
//! They panic when a law is broken, and only then.
#![expect(clippy::expect_used, reason = "a broken law has to stop the fuzzer")]

use std::time::{Duration, SystemTime};

use crate::address::CertificateUrl;
use crate::{
    IdentityHeader, Invitation, NumberAuthority, Policy, SignedPassport, SigningCertificate, TelephoneNumber,
    TrustStore, screen,
};

/// Reads the value of an Identity header, and the certificate behind an empty line, in every way there is. What was read
/// is written and read as the same.
pub fn identity(data: &[u8]) {
    let end = data.windows(2).position(|octets| octets == b"\n\n");
    let (header, certificate) = end.map_or((data, &[][..]), |end| (&data[..end], &data[end + 2..]));
    let Ok(value) = std::str::from_utf8(header) else { return };
    if let Ok(header) = IdentityHeader::parse(value) {
        let again = IdentityHeader::parse(&header.to_string()).expect("what we write can be read");
        assert_eq!(header, again, "writing and reading changes nothing");
        passport(&header.digest);
    }
    passport(value);
    verification(value, certificate);
    if let Some(number) = TelephoneNumber::canonical(value) {
        assert_eq!(
            TelephoneNumber::canonical(number.as_str()).as_ref(),
            Some(&number),
            "one form is the last"
        );
        assert!(number.may_be(&number), "a number is the same as itself");
    }
    if let Ok(url) = CertificateUrl::parse(value, true, true) {
        assert!(url.target.starts_with('/') && !url.host.is_empty() && url.port != 0);
    }
}

/// A PASSporT that was read, written in canonical form, is read as the same.
fn passport(token: &str) {
    let Ok(signed) = SignedPassport::parse(token) else { return };
    let passport = signed.passport();
    let input = passport.signing_input();
    let again = SignedPassport::parse(&format!("{input}.AAAA")).expect("what we write can be read");
    assert_eq!(again.passport(), passport, "writing and reading changes nothing");
    assert!(!signed.is_signed_by(&[4; 65]), "that is no point of the curve");
}

/// An INVITE with that header, judged as if it came when it was signed, from whom it names.
fn verification(value: &str, certificate: &[u8]) {
    let header = IdentityHeader::parse(value).ok();
    let signed = header.and_then(|header| SignedPassport::parse(&header.digest).ok());
    let passport = signed.as_ref().map(SignedPassport::passport);
    let iat = Duration::from_secs(passport.map_or(1_800_000_000, |passport| passport.iat.min(1 << 40)));
    let now = SystemTime::UNIX_EPOCH + iat;
    let caller = passport.and_then(|passport| passport.orig.as_number()).map(TelephoneNumber::as_str);
    let called: Vec<&str> = passport
        .iter()
        .flat_map(|passport| passport.dest.iter().filter_map(|party| party.as_number()))
        .map(TelephoneNumber::as_str)
        .collect();
    let policy = Policy { any_port: true, any_path: true, ..Policy::default() };
    let invitation = Invitation {
        identities: &[value],
        caller: caller.or(Some("12025550143")),
        called: &called,
        date: Some(now),
    };
    if let Ok(screened) = screen(&invitation, &policy, now) {
        let verified = screened.verify(certificate, &TrustStore::new(), now);
        assert!(verified.is_err(), "nobody is believed by an empty store");
    }
    let _ = SigningCertificate::read(certificate);
    if let Ok(list) = NumberAuthority::from_der(certificate) {
        assert!(!list.entries.is_empty());
    }
    let mut trust = TrustStore::new();
    let _ = (
        trust.add_authorities(certificate),
        trust.add_untrusted(certificate),
        trust.add_revocations(certificate),
    );
}
