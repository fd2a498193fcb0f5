use super::*;

/// What is signed in the example of RFC 8225, appendix A. Its signature is another one each time that it is made.
const INPUT: &str = "eyJhbGciOiJFUzI1NiIsInR5cCI6InBhc3Nwb3J0IiwieDV1IjoiaHR0cHM6Ly9j\
    ZXJ0LmV4YW1wbGUub3JnL3Bhc3Nwb3J0LmNlciJ9.eyJkZXN0Ijp7InVyaSI6WyJzaXA6YWxpY2VAZXhhbXBsZS5jb20iXX0sImlhdCI6\
    MTQ3MTM3NTQxOCwib3JpZyI6eyJ0biI6IjEyMTU1NTUxMjEyIn19";

#[test]
fn the_example_of_the_standard_is_read_and_written_alike() {
    let signed = SignedPassport::parse(&format!("{INPUT}.AAAA")).unwrap();
    let passport = signed.passport();
    assert_eq!(passport.x5u, "https://cert.example.org/passport.cer");
    assert_eq!(
        (passport.iat, passport.orig.as_number().map(|n| n.as_str())),
        (1_471_375_418, Some("12155551212"))
    );
    assert_eq!(passport.dest, [Party::Uri("sip:alice@example.com".to_owned())]);
    assert_eq!(passport.signing_input(), INPUT);
}

fn shaken() -> Passport {
    Passport {
        x5u: "https://h/a\"b".to_owned(),
        orig: Party::number("+1 202 555 0143").unwrap(),
        dest: vec![
            Party::Uri("sip:a@b".to_owned()),
            Party::number("1").unwrap(),
            Party::number("2").unwrap(),
        ],
        iat: 7,
        shaken: Some(Shaken { attest: Attestation::Partial, origid: "id".to_owned() }),
        mky: vec![MediaKey { alg: "sha-256".to_owned(), dig: "02".to_owned() }],
    }
}

#[test]
fn members_stand_in_their_order_without_blanks() {
    let passport = shaken();
    let header = r#"{"alg":"ES256","ppt":"shaken","typ":"passport","x5u":"https://h/a\"b"}"#;
    assert_eq!(passport.header_json(), header);
    let claims = r#"{"attest":"B","dest":{"tn":["1","2"],"uri":["sip:a@b"]},"iat":7,"mky":[{"alg":"sha-256","dig":"02"}],"orig":{"tn":"12025550143"},"origid":"id"}"#;
    assert_eq!(passport.claims_json(), claims);
}

#[test]
fn what_is_signed_is_read_again() {
    let pair = rcgen::KeyPair::generate().unwrap();
    let key = SigningKey::from_pem(pair.serialize_pem().as_bytes()).unwrap();
    let token = shaken().sign(&key).unwrap();
    let signed = SignedPassport::parse(&token).unwrap();
    assert!(signed.is_signed_by(key.public_key()));
    // Numbers stand before URIs.
    let mut same = shaken();
    same.dest.rotate_left(1);
    assert_eq!(signed.passport(), &same);
    assert_eq!(token.rsplit('.').next().map(str::len), Some(86));
}

#[test]
fn what_a_passport_lacks_is_named() {
    let (header, claims) = (shaken().header_json().replace("\\\"", ""), shaken().claims_json());
    let read = |header: &str, claims: &str| {
        let mut token = String::new();
        write::encode_into(header.as_bytes(), &mut token);
        token.push('.');
        write::encode_into(claims.as_bytes(), &mut token);
        SignedPassport::parse(&(token + ".AAAA")).map(drop)
    };
    assert_eq!(read(&header, &claims), Ok(()));
    for (from, to, error) in [
        ("\"passport\"", "\"JWT\"", PassportError::Typ),
        ("ES256", "none", PassportError::Alg),
        ("\"shaken\"", "\"div\"", PassportError::Ppt),
        ("\"shaken\"", "1", PassportError::Ppt),
        ("x5u", "x5c", PassportError::X5u),
        ("{", "[", PassportError::Json),
    ] {
        assert_eq!(read(&header.replace(from, to), &claims), Err(error), "{from}");
    }
    for (from, to, error) in [
        ("\"B\"", "\"D\"", PassportError::Attest),
        ("\"B\"", "\"b\"", PassportError::Attest),
        ("origid", "id", PassportError::OrigId),
        ("\"iat\":7", "\"iat\":-7", PassportError::Iat),
        ("\"iat\":7", "\"iat\":\"7\"", PassportError::Iat),
        ("\"orig\"", "\"from\"", PassportError::Orig),
        ("12025550143", "alice", PassportError::Orig),
        ("\"dest\"", "\"to\"", PassportError::Dest),
        ("\"dig\"", "\"digest\"", PassportError::Mky),
        ("}}", "}", PassportError::Json),
    ] {
        let changed =
            if from == "}}" { claims[..claims.len() - 1].to_owned() } else { claims.replace(from, to) };
        assert_eq!(read(&header, &changed), Err(error), "{from} to {to}");
    }
    let unreadable = ["", "a", "a.b", "a.b.c", "!.b.AAAA", "e30.e30.e30.e30", "..AAAA"];
    for token in unreadable {
        assert!(SignedPassport::parse(token).is_err(), "{token}");
    }
    assert_eq!(SignedPassport::parse(&"a".repeat(MAX_HEADER + 1)).err(), Some(PassportError::TooLong));
}
