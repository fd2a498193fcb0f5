//! Laws that hold for every passport and for every text.

use proptest::prelude::*;
use stir_shaken::{
    Attestation, IdentityHeader, MediaKey, Party, Passport, Shaken, SignedPassport, SigningKey,
    TelephoneNumber,
};

fn party() -> impl Strategy<Value = Party> {
    prop_oneof![
        "[0-9*#]{1,15}".prop_filter_map("a number", |text| Party::number(&text)),
        "sip:\\PC{1,20}".prop_map(Party::Uri),
    ]
}

fn shaken() -> impl Strategy<Value = Shaken> {
    let attest = prop_oneof![Just(Attestation::Full), Just(Attestation::Partial), Just(Attestation::Gateway)];
    (attest, "\\PC{1,40}").prop_map(|(attest, origid)| Shaken { attest, origid })
}

fn passport() -> impl Strategy<Value = Passport> {
    let key = ("[a-z0-9-]{1,8}", "[0-9A-F]{2,64}").prop_map(|(alg, dig)| MediaKey { alg, dig });
    let parts = (
        "https://[a-z]{1,9}/[!-~&&[^<>\"]]{0,20}",
        party(),
        prop::collection::vec(party(), 1..5),
        any::<u64>(),
        prop::option::of(shaken()),
        prop::collection::vec(key, 0..3),
    );
    parts.prop_map(|(x5u, orig, mut dest, iat, shaken, mky)| {
        // Numbers stand before URIs.
        dest.sort_by_key(|party| party.as_number().is_none());
        Passport { x5u, orig, dest, iat, shaken, mky }
    })
}

proptest! {
    #[test]
    fn what_is_signed_is_read_as_the_same_and_verified(passport in passport()) {
        let pem = "-----BEGIN PRIVATE KEY-----\n\
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2\n\
            OF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r\n\
            1RTwjmYSi9R/zpBnuQ4EiMnCqfMPWiZqB4QdbAd0E7oH50VpuZ1P087G\n\
            -----END PRIVATE KEY-----\n";
        let key = SigningKey::from_pem(pem.as_bytes()).unwrap();
        let header = IdentityHeader::sign(&passport, &key).unwrap();
        let read = IdentityHeader::parse(&header.to_string()).unwrap();
        prop_assert_eq!(&read, &header);
        let signed = SignedPassport::parse(&read.digest).unwrap();
        prop_assert_eq!(signed.passport(), &passport);
        prop_assert!(signed.is_signed_by(key.public_key()));
    }

    #[test]
    fn no_text_breaks_anything(text in "\\PC*", octets in prop::collection::vec(any::<u8>(), 0..400)) {
        stir_shaken::fuzzing::identity(text.as_bytes());
        stir_shaken::fuzzing::identity(&octets);
    }

    #[test]
    fn a_canonical_number_stays_as_it_is(text in "\\+?[0-9*#. ()-]{1,30}") {
        if let Some(number) = TelephoneNumber::canonical(&text) {
            prop_assert_eq!(TelephoneNumber::canonical(number.as_str()), Some(number));
        }
    }
}
