//! Calls signed and verified, and what must not be.

use rcgen::KeyPair;

use super::*;
use crate::CertificateProblem;
use crate::trust::tests::{Authority, CARRIER, carrier_params, now};
use crate::{MediaKey, PathError, Shaken, SigningKey};

const URL: &str = "https://certificates.example.com/709J.pem";

struct Stage {
    authority: Authority,
    certificate: String,
    key: SigningKey,
}

fn stage(list: &[u8]) -> Stage {
    let authority = Authority::root("Root");
    let (certificate, pair) = authority.carrier(&carrier_params(list, true));
    let key = SigningKey::from_pem(pair.serialize_pem().as_bytes()).unwrap();
    Stage { authority, certificate, key }
}

fn passport() -> Passport {
    Passport {
        x5u: URL.to_owned(),
        orig: Party::number("12025550143").unwrap(),
        dest: vec![Party::number("12025550177").unwrap()],
        iat: 1_800_000_000,
        shaken: Some(Shaken { attest: Attestation::Full, origid: "5f1c".to_owned() }),
        mky: Vec::new(),
    }
}

/// An INVITE as the signer sent it.
fn invitation<'a>(identities: &'a [&'a str]) -> Invitation<'a> {
    Invitation { identities, caller: Some("+12025550143"), called: &["+12025550177"], date: Some(now()) }
}

impl Stage {
    fn sign(&self, passport: &Passport) -> String {
        IdentityHeader::sign(passport, &self.key).unwrap().to_string()
    }

    fn judge(&self, invitation: &Invitation<'_>) -> Result<Verified, VerifyError> {
        let screened = screen(invitation, &Policy::default(), now())?;
        screened.verify(self.certificate.as_bytes(), &self.authority.trusted(), now())
    }

    /// The same of a header with everything else as it was sent.
    fn judge_header(&self, header: &str) -> Result<Verified, VerifyError> {
        self.judge(&invitation(&[header]))
    }
}

#[test]
fn what_was_signed_is_verified() {
    let stage = stage(CARRIER);
    let mut signed = passport();
    signed.mky = vec![MediaKey { alg: "sha-256".to_owned(), dig: "02AB".to_owned() }];
    let verified = stage.judge_header(&stage.sign(&signed)).unwrap();
    assert_eq!(verified.passport, signed);
    assert_eq!(
        (verified.subject.as_str(), verified.carriers.as_slice()),
        ("CN=SHAKEN 709J", &["709J".to_owned()][..])
    );
}

#[test]
fn a_compact_form_is_filled_in_from_the_message() {
    let stage = stage(CARRIER);
    let plain = Passport { shaken: None, ..passport() };
    let header = IdentityHeader::sign_compact(&plain, &stage.key).unwrap().to_string();
    assert!(header.starts_with("..") && header.len() < 200, "{header}");
    assert_eq!(stage.judge_header(&header).map(|verified| verified.passport), Ok(plain));
    // The Date is what was signed.
    let identities = [header.as_str()];
    let later = Invitation { date: Some(now() + Duration::from_secs(1)), ..invitation(&identities) };
    assert_eq!(stage.judge(&later), Err(VerifyError::Signature));
    let kind = format!("{header};ppt=shaken");
    assert_eq!(stage.judge_header(&kind), Err(VerifyError::Passport(PassportError::Attest)));
}

#[test]
fn every_change_is_found() {
    let stage = stage(CARRIER);
    let header = stage.sign(&passport());
    let (token, parameters) = header.split_once(';').unwrap();
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    // Another caller in the claims, and the same in From.
    let forged = Passport { orig: Party::number("12025550199").unwrap(), ..passport() };
    let other = stage.sign(&forged);
    parts[1] = other.split('.').nth(1).unwrap().to_owned();
    let header = format!("{};{parameters}", parts.join("."));
    let identities = [header.as_str()];
    let invitation = Invitation { caller: Some("12025550199"), ..invitation(&identities) };
    assert_eq!(stage.judge(&invitation), Err(VerifyError::Signature));
    // Somebody else's signature, and one that is cut.
    let stranger = SigningKey::from_pem(KeyPair::generate().unwrap().serialize_pem().as_bytes()).unwrap();
    let header = IdentityHeader::sign(&passport(), &stranger).unwrap().to_string();
    assert_eq!(stage.judge_header(&header), Err(VerifyError::Signature));
    let cut = format!("{};{parameters}", &token[..token.len() - 4]);
    assert_eq!(stage.judge_header(&cut).map_err(|error| error.status()), Err(438));
}

#[test]
fn numbers_have_to_be_those_of_the_message() {
    let stage = stage(CARRIER);
    let header = stage.sign(&passport());
    let identities = [header.as_str()];
    let judge = |caller, called: &[&str]| {
        stage.judge(&Invitation { caller, called, ..invitation(&identities) }).map(drop)
    };
    assert_eq!(judge(Some("12025550143"), &["2025550177"]), Ok(()));
    assert_eq!(judge(Some("12025550143"), &["s", "100"]), Ok(()), "there is no number to compare");
    assert_eq!(
        judge(Some("12025550143"), &["12025550199", "12025550177"]),
        Ok(()),
        "one of To and Request-URI"
    );
    assert_eq!(judge(Some("2025550143"), &["12025550177"]), Err(VerifyError::OtherCaller));
    assert_eq!(judge(Some("12025550143"), &["12025550199"]), Err(VerifyError::OtherCalled));
    assert_eq!(judge(None, &["12025550177"]), Err(VerifyError::NoCaller));
    assert_eq!(judge(Some("anonymous"), &["12025550177"]), Err(VerifyError::NoCaller));
}

#[test]
fn it_counts_for_seconds() {
    let stage = stage(CARRIER);
    let header = stage.sign(&passport());
    let identities = [header.as_str()];
    let at = |seconds: i64, date: Option<i64>, max_date_age| {
        let shifted = |seconds: i64| {
            now()
                .checked_add(Duration::from_secs(seconds.unsigned_abs()))
                .filter(|_| seconds >= 0)
                .unwrap_or_else(|| now() - Duration::from_secs(seconds.unsigned_abs()))
        };
        let invitation = Invitation { date: date.map(shifted), ..invitation(&identities) };
        let policy = Policy { max_date_age, ..Policy::default() };
        screen(&invitation, &policy, shifted(seconds)).map(drop)
    };
    let usual = Policy::default().max_date_age;
    assert_eq!(at(15, Some(0), usual), Ok(()));
    assert_eq!(at(-15, Some(-15), usual), Ok(()));
    assert_eq!(at(16, Some(16), usual), Err(VerifyError::StaleIat));
    assert_eq!(at(-16, Some(-16), usual), Err(VerifyError::StaleIat));
    assert_eq!(at(0, Some(-16), usual), Err(VerifyError::StaleDate));
    assert_eq!(at(0, None, usual), Err(VerifyError::NoDate));
    assert_eq!(at(0, None, None), Ok(()));
    assert_eq!(VerifyError::StaleIat.status(), 403);
}

#[test]
fn the_certificate_has_to_be_one_for_the_number() {
    let one = b"\x30\x0f\xa2\x0d\x16\x0b12025550143";
    let other = b"\x30\x0f\xa2\x0d\x16\x0b12025550144";
    let own = stage(one);
    assert!(own.judge_header(&own.sign(&passport())).is_ok());
    let anothers = stage(other);
    let judged = anothers.judge_header(&anothers.sign(&passport()));
    assert_eq!(judged, Err(VerifyError::Certificate(CertificateProblem::OtherNumber)));
    let screened = screen(&invitation(&[&own.sign(&passport())]), &Policy::default(), now()).unwrap();
    let judged = screened.verify(own.certificate.as_bytes(), &TrustStore::new(), now());
    assert!(
        matches!(&judged, Err(VerifyError::Certificate(CertificateProblem::Path(PathError::NoAuthority(name)))) if name.contains("Root")),
        "{judged:?}"
    );
    assert_eq!(judged.map_err(|error| error.status()), Err(437));
}

#[test]
fn the_first_identity_of_a_known_kind_counts() {
    let stage = stage(CARRIER);
    let header = stage.sign(&passport());
    let diverted = "a.b.c;info=<https://h/>;alg=ES256;ppt=div";
    assert!(stage.judge(&invitation(&[diverted, "rubbish", &header])).is_ok());
    assert_eq!(stage.judge(&invitation(&[])), Err(VerifyError::NoIdentity));
    assert_eq!(stage.judge(&invitation(&[diverted])), Err(VerifyError::UnknownKind));
    let judged = stage.judge(&invitation(&["rubbish"])).map_err(|error| (error.status(), error.phrase()));
    assert_eq!(judged, Err((438, "Invalid Identity Header")));
    assert_eq!(VerifyError::NoIdentity.status(), 428);
}

#[test]
fn header_and_passport_agree() {
    let stage = stage(CARRIER);
    let header = stage.sign(&passport());
    let elsewhere = header.replace(&format!("<{URL}>"), "<https://elsewhere.example.com/>");
    assert_eq!(stage.judge_header(&elsewhere), Err(VerifyError::Disagreement));
    let plain = stage.sign(&Passport { shaken: None, ..passport() }) + ";ppt=shaken";
    assert_eq!(stage.judge_header(&plain), Err(VerifyError::Disagreement));
    let other = header.replace("alg=ES256", "alg=RS256");
    assert_eq!(stage.judge_header(&other).map_err(|error| error.status()), Err(437));
    let insecure = stage.sign(&Passport { x5u: "http://h/".to_owned(), ..passport() });
    assert_eq!(stage.judge_header(&insecure).map_err(|error| error.status()), Err(436));
}
