//! Keys in offers and answers (RFC 4568), and streams that may do without (RFC 8643).

use sdp::Codec;
use sdp::negotiation::{LocalMedia, Negotiated, NegotiationError, Negotiator, Protection, StreamKey};
use zeroize::Zeroizing;

use crate::{local, media_lines, phone, version};

const SHA1_80: &str = "AES_CM_128_HMAC_SHA1_80";
const SHA1_32: &str = "AES_CM_128_HMAC_SHA1_32";
const GCM_256: &str = "AEAD_AES_256_GCM";

/// Thirty octets of 1, and of 2, in base64.
const ONES: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB";
const TWOS: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC";

fn key(suite: &'static str, octet: u8) -> StreamKey {
    let length = if suite == GCM_256 { 44 } else { 30 };
    StreamKey { suite, key_and_salt: Zeroizing::new(vec![octet; length]) }
}

fn protecting(suites: &[&'static str], demanded: bool) -> LocalMedia {
    let keys = suites.iter().map(|suite| key(suite, 1)).collect();
    LocalMedia { protection: Some(Protection { keys, demanded }), ..local(&[Codec::PCMA]) }
}

fn answered(media: &str, local: &LocalMedia) -> Result<(String, Negotiated), NegotiationError> {
    Negotiator::new(1, "-").answer(phone(media).as_bytes(), local)
}

fn crypto_lines(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with("a=crypto:")).collect()
}

#[test]
fn the_first_line_that_can_be_followed_is_answered() {
    let offer = format!(
        "m=audio 4000 RTP/SAVP 8\na=crypto:1 F8_128_HMAC_SHA1_80 inline:{TWOS}\n\
         a=crypto:2 {SHA1_32} inline:{TWOS}|2^20|1:4\na=crypto:3 {SHA1_80} inline:{TWOS}"
    );
    let (text, agreed) = answered(&offer, &protecting(&[SHA1_80, SHA1_32], true)).unwrap();
    assert_eq!(media_lines(&text), ["m=audio 10000 RTP/SAVP 8"]);
    assert_eq!(crypto_lines(&text), [format!("a=crypto:2 {SHA1_32} inline:{ONES}")]);
    let protection = agreed.protection.unwrap();
    assert_eq!((protection.send, protection.receive), (key(SHA1_32, 1), key(SHA1_32, 2)));
    assert_eq!(protection.receive_mki, Some((1, 4)));
}

#[test]
fn lines_that_ask_for_more_are_passed_over() {
    let follow = |rest: &str| {
        let offer = format!("m=audio 4000 RTP/SAVPF 8\na=crypto:7 {SHA1_80} inline:{rest}");
        answered(&offer, &protecting(&[SHA1_80], true))
    };
    for odd in [
        "AQEB".to_owned(),
        "???".to_owned(),
        format!("{TWOS};inline:{ONES}"),
        format!("{TWOS} KDR=1"),
        format!("{TWOS} UNENCRYPTED_SRTP"),
        format!("{TWOS} WSH=64 UNAUTHENTICATED_SRTP"),
    ] {
        let error = follow(&odd).unwrap_err();
        assert_eq!(error, NegotiationError::NoCommonSuite { theirs: SHA1_80.into() }, "{odd}");
        assert_eq!((error.status(), error.warning_code()), (488, 306));
    }
    let (text, _) = follow(&format!("{TWOS}|2^31 WSH=64 -SOMETHING=new")).unwrap();
    assert_eq!(media_lines(&text), ["m=audio 10000 RTP/SAVPF 8"]);
}

#[test]
fn padding_may_be_missing() {
    for padding in ["", "="] {
        let twos = format!("{}{padding}", "AgIC".repeat(14) + "AgI");
        let offer = format!("m=audio 4000 RTP/SAVP 8\na=crypto:1 aead_aes_256_gcm inline:{twos}");
        let (text, agreed) = answered(&offer, &protecting(&[GCM_256], true)).unwrap();
        assert_eq!(agreed.protection.unwrap().receive, key(GCM_256, 2));
        assert!(text.contains(&format!("a=crypto:1 {GCM_256} inline:{}AQE=\r\n", "AQEB".repeat(14))));
    }
}

#[test]
fn who_demands_protection_gets_no_other_stream() {
    let offer = format!("m=audio 4000 RTP/AVP 8\na=crypto:1 {SHA1_80} inline:{TWOS}");
    let error = answered(&offer, &protecting(&[SHA1_80], true)).unwrap_err();
    assert_eq!(error, NegotiationError::Unprotected { protocol: "RTP/AVP".into() });
    let error = answered("m=audio 4000 RTP/SAVP 8", &protecting(&[SHA1_80], true)).unwrap_err();
    assert_eq!(error, NegotiationError::NoCommonSuite { theirs: "none".into() });
    let swapped = format!("m=audio 4000 RTP/SAVP 8\na=crypto:1 inline:{TWOS} {SHA1_80}");
    let error = answered(&swapped, &protecting(&[SHA1_80], true)).unwrap_err();
    assert_eq!(error, NegotiationError::NoCommonSuite { theirs: "none".into() }, "a key is not told");
    let two = format!("m=audio 4010 RTP/AVP 8\nm=audio 4000 RTP/SAVP 8\na=crypto:1 {SHA1_80} inline:{TWOS}");
    let (text, _) = answered(&two, &protecting(&[SHA1_80], true)).unwrap();
    assert_eq!(media_lines(&text), ["m=audio 0 RTP/AVP 8", "m=audio 10000 RTP/SAVP 8"]);
}

#[test]
fn who_can_do_without_takes_what_there_is() {
    let local = protecting(&[SHA1_80], false);
    let keyed = format!("a=crypto:4 {SHA1_80} inline:{TWOS}");
    for protocol in ["RTP/AVP", "RTP/AVPF", "RTP/SAVP"] {
        let (text, agreed) = answered(&format!("m=audio 4000 {protocol} 8\n{keyed}"), &local).unwrap();
        assert_eq!(media_lines(&text), [format!("m=audio 10000 {protocol} 8")]);
        assert_eq!(crypto_lines(&text), [format!("a=crypto:4 {SHA1_80} inline:{ONES}")]);
        assert!(agreed.protection.is_some());
    }
    let (text, agreed) = answered("m=audio 4000 RTP/AVP 8", &local).unwrap();
    assert!(crypto_lines(&text).is_empty() && agreed.protection.is_none());
}

#[test]
fn a_plain_side_answers_no_keys() {
    let (text, agreed) = answered(
        &format!("m=audio 4000 RTP/AVP 8\na=crypto:1 {SHA1_80} inline:{TWOS}"),
        &local(&[Codec::PCMA]),
    )
    .unwrap();
    assert!(crypto_lines(&text).is_empty() && agreed.protection.is_none());
}

#[test]
fn an_offer_tells_a_key_for_each_suite() {
    let local = protecting(&[SHA1_80, SHA1_32], true);
    let mut us = Negotiator::new(1, "-");
    let offer = us.offer(&local);
    assert_eq!(media_lines(&offer), ["m=audio 10000 RTP/SAVP 8 101"]);
    let lines = [1, 2].map(|tag| format!("a=crypto:{tag} {} inline:{ONES}", [SHA1_80, SHA1_32][tag - 1]));
    assert_eq!(crypto_lines(&offer), lines);
    let answer = phone(&format!("m=audio 4000 RTP/SAVP 8\na=crypto:2 {SHA1_32} inline:{TWOS}"));
    let agreed = us.accept(answer.as_bytes()).unwrap().protection.unwrap();
    assert_eq!((agreed.send, agreed.receive), (key(SHA1_32, 1), key(SHA1_32, 2)));
    for refused in ["m=audio 4000 RTP/AVP 8", "m=audio 4000 RTP/SAVP 8"] {
        assert!(us.accept(phone(refused).as_bytes()).is_err(), "{refused}");
    }
}

#[test]
fn what_may_do_without_is_offered_as_plain() {
    let local = protecting(&[SHA1_80], false);
    let mut us = Negotiator::new(1, "-");
    let offer = us.offer(&local);
    assert_eq!(media_lines(&offer), ["m=audio 10000 RTP/AVP 8 101"]);
    assert_eq!(crypto_lines(&offer).len(), 1);
    assert_eq!(us.accept(phone("m=audio 4000 RTP/AVP 8").as_bytes()).unwrap().protection, None);
    let keyed = phone(&format!("m=audio 4000 RTP/AVP 8\na=crypto:1 {SHA1_80} inline:{TWOS}"));
    assert!(us.accept(keyed.as_bytes()).unwrap().protection.is_some());
}

/// The stream stays protected through our own offers, and the version stays where nothing has changed.
#[test]
fn offers_of_ours_keep_protection() {
    let local = protecting(&[SHA1_80], false);
    let mut us = Negotiator::new(1, "-");
    let offer = phone(&format!("m=audio 4000 RTP/SAVPF 8\na=crypto:5 {SHA1_80} inline:{TWOS}"));
    us.answer(offer.as_bytes(), &local).unwrap();
    let first = us.offer(&local);
    assert_eq!(media_lines(&first), ["m=audio 10000 RTP/SAVPF 8 101"]);
    assert_eq!(crypto_lines(&first), [format!("a=crypto:1 {SHA1_80} inline:{ONES}")]);
    assert_eq!(version(&us.offer(&local)), version(&first));
}

/// What is kept of keys is not shown, wherever it is.
#[test]
fn keys_are_not_shown() {
    let local = protecting(&[SHA1_80], true);
    let mut us = Negotiator::new(1, "-");
    let offer = phone(&format!("m=audio 4000 RTP/SAVP 8\na=crypto:5 {SHA1_80} inline:{TWOS}"));
    us.answer(offer.as_bytes(), &local).unwrap();
    us.offer(&local);
    let shown = format!("{us:?} {local:?} {:?}", us.current());
    assert!(
        !shown.contains("AQEB")
            && !shown.contains("AgIC")
            && !shown.contains("1, 1, 1")
            && !shown.contains("2, 2, 2")
    );
}
