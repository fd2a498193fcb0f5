//! Which codec is chosen, how it is written, and how much goes into a packet.

use sdp::Codec;
use sdp::negotiation::{CodecOffer, NegotiationError, Negotiator, PacketTime, Preference};

use crate::{answer, local, media_lines, phone};

#[test]
fn our_order_decides_unless_told_otherwise() {
    let offer = phone("m=audio 4000 RTP/AVP 9 0 8");
    let media = local(&[Codec::PCMA, Codec::PCMU]);
    let (text, agreed) = Negotiator::new(1, "-").answer(offer.as_bytes(), &media).unwrap();
    assert_eq!(media_lines(&text), ["m=audio 10000 RTP/AVP 8 0"]);
    assert_eq!(agreed.codec, Codec::PCMA);

    let mut theirs = Negotiator::new(1, "-").with_preference(Preference::Remote);
    let (text, agreed) = theirs.answer(offer.as_bytes(), &media).unwrap();
    assert_eq!(media_lines(&text), ["m=audio 10000 RTP/AVP 0 8"]);
    assert_eq!(agreed.codec, Codec::PCMU);
    assert_eq!(agreed.common.len(), 2);
}

#[test]
fn no_codec_in_common_names_both_sides() {
    let error = answer("m=audio 4000 RTP/AVP 9 18 101\na=rtpmap:101 telephone-event/8000").unwrap_err();
    assert_eq!((error.status(), error.warning_code()), (488, 305));
    let text = error.to_string();
    assert_eq!(
        text,
        "no codec in common: the peer has G722/8000, G729/8000; allowed here: PCMA/8000, PCMU/8000"
    );
}

#[test]
fn events_or_comfort_noise_alone_are_no_call() {
    let media = local(&[Codec::COMFORT_NOISE, Codec::PCMA]);
    let offer = phone("m=audio 4000 RTP/AVP 13 101\na=rtpmap:101 telephone-event/8000");
    let error = Negotiator::new(1, "-").answer(offer.as_bytes(), &media).unwrap_err();
    assert!(matches!(error, NegotiationError::NoCommonCodec { .. }));

    let offer = phone("m=audio 4000 RTP/AVP 13 8");
    let (_, agreed) = Negotiator::new(1, "-").answer(offer.as_bytes(), &media).unwrap();
    assert_eq!(agreed.codec, Codec::PCMA);
}

#[test]
fn our_offer_gives_every_codec_a_number_of_its_own() {
    let text = Negotiator::new(3, "ipbx").offer(&local(&[Codec::OPUS, Codec::G726_32, Codec::PCMU]));
    assert_eq!(
        text,
        "v=0\r\no=ipbx 3 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
         m=audio 10000 RTP/AVP 96 97 0 101 98\r\n\
         a=rtpmap:96 opus/48000/2\r\na=rtpmap:97 G726-32/8000\r\na=rtpmap:0 PCMU/8000\r\n\
         a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n\
         a=rtpmap:98 telephone-event/48000\r\na=fmtp:98 0-16\r\n\
         a=ptime:20\r\na=sendrecv\r\n"
    );
}

#[test]
fn parameters_are_written_and_kept() {
    let mut media = local(&[]);
    media.codecs = vec![CodecOffer { fmtp: Some("useinbandfec=1".into()), ..CodecOffer::from(Codec::OPUS) }];
    let offer =
        phone("m=audio 4000 RTP/AVP 111\na=rtpmap:111 opus/48000/2\na=fmtp:111 maxplaybackrate=16000");
    let (text, agreed) = Negotiator::new(1, "-").answer(offer.as_bytes(), &media).unwrap();
    assert!(text.contains("a=fmtp:111 useinbandfec=1\r\n"));
    assert_eq!(agreed.common[0].fmtp.as_deref(), Some("maxplaybackrate=16000"));
}

#[test]
fn the_packing_of_amr_has_to_be_the_same() {
    let amr = |fmtp: Option<&str>| CodecOffer {
        fmtp: fmtp.map(Into::into),
        ..CodecOffer::from(Codec::new("AMR", 8000, 1))
    };
    let mut media = local(&[]);
    media.codecs = vec![amr(None), amr(Some("octet-align=1"))];
    let offer = phone("m=audio 4000 RTP/AVP 98\na=rtpmap:98 AMR/8000\na=fmtp:98 octet-align=1; mode-set=7");
    let (text, _) = Negotiator::new(1, "-").answer(offer.as_bytes(), &media).unwrap();
    assert!(text.contains("a=fmtp:98 octet-align=1\r\n"));
    media.codecs.truncate(1);
    assert!(Negotiator::new(1, "-").answer(offer.as_bytes(), &media).is_err());
}

#[test]
fn the_packet_time_of_the_offer_is_repeated() {
    for (asked, used) in
        [("a=ptime:30", 30), ("a=ptime:30\na=maxptime:20", 20), ("a=maxptime:10", 10), ("", 20)]
    {
        let (text, agreed) = answer(&format!("m=audio 4000 RTP/AVP 0\n{asked}")).unwrap();
        assert_eq!(agreed.ptime, used, "{asked}");
        assert!(text.contains(&format!("a=ptime:{used}\r\n")), "{asked}");
    }
}

#[test]
fn the_codecs_of_an_offer_are_those_of_its_open_plain_audio_streams() {
    let offered = |media: &str| {
        let codecs = Negotiator::new(1, "-").offered_codecs(phone(media).as_bytes(), None);
        codecs.iter().map(|codec| codec.name.to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(offered("m=audio 4000 RTP/AVP 8 0 101\na=rtpmap:101 telephone-event/8000"), "PCMA PCMU");
    assert_eq!(offered("m=audio 4000 RTP/SAVP 9 0\nm=audio 4002 RTP/AVP 0 13 8"), "PCMU PCMA");
    assert_eq!(offered("m=audio 0 RTP/AVP 0\nm=video 4000 RTP/AVP 31"), "");
    assert_eq!(Negotiator::new(1, "-").offered_codecs(b"nonsense", None), []);
}

#[test]
fn our_packet_time_stays_where_that_is_wanted() {
    let media = local(&[Codec::PCMU]);
    let ours = || Negotiator::new(1, "-").with_packet_time(PacketTime::Ours);
    let offer = |asked: &str| phone(&format!("m=audio 4000 RTP/AVP 0\n{asked}"));
    for (asked, used, wanted) in [("a=ptime:30", 20, 30), ("a=ptime:30\na=maxptime:10", 10, 10), ("", 20, 20)]
    {
        let (text, agreed) = ours().answer(offer(asked).as_bytes(), &media).unwrap();
        assert_eq!((agreed.ptime, agreed.wanted_ptime), (used, wanted), "{asked}");
        assert!(text.contains(&format!("a=ptime:{used}\r\n")), "{asked}");
        let mut offerer = ours();
        offerer.offer(&media);
        let agreed = offerer.accept(offer(asked).as_bytes()).unwrap();
        assert_eq!((agreed.ptime, agreed.wanted_ptime), (used, wanted), "{asked}, answered");
    }
}
