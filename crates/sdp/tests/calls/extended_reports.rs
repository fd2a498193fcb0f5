//! Extended reports of RTCP are promised to those who ask (RFC 3611 §5).

use sdp::Codec;
use sdp::negotiation::{ExtendedReports, Negotiator};

use crate::{local, phone};

const WANTED: &str =
    "m=audio 4000 RTP/AVP 8\na=rtcp-xr:rcvr-rtt=all:10000 stat-summary=loss,jitt voip-metrics";

fn session() -> Negotiator {
    Negotiator::new(1, "-").with_extended_reports(true)
}

#[test]
fn an_answer_asks_for_what_the_offer_asked_for() {
    let mut session = session();
    let media = local(&[Codec::PCMA]);
    let (text, agreed) = session.answer(phone(WANTED).as_bytes(), &media).unwrap();
    assert!(text.contains("a=rtcp-xr:rcvr-rtt=all voip-metrics\r\n"));
    assert_eq!(agreed.extended_reports, ExtendedReports { voip_metrics: true, round_trip: true });
    assert!(session.offer(&media).contains("a=rtcp-xr:rcvr-rtt=all voip-metrics\r\n"), "and goes on so");
    let (text, agreed) = session.answer(phone("m=audio 4000 RTP/AVP 8").as_bytes(), &media).unwrap();
    assert!(!text.contains("rtcp-xr"));
    assert_eq!(agreed.extended_reports, ExtendedReports::default());
}

#[test]
fn a_wish_for_all_streams_counts() {
    let offer = phone("m=audio 4000 RTP/AVP 8").replace("t=0 0", "t=0 0\na=rtcp-xr:voip-metrics");
    let (text, agreed) = session().answer(offer.as_bytes(), &local(&[Codec::PCMA])).unwrap();
    assert!(text.contains("a=rtcp-xr:voip-metrics\r\n"));
    assert_eq!(agreed.extended_reports, ExtendedReports { voip_metrics: true, round_trip: false });
}

#[test]
fn an_answer_to_our_offer_may_ask() {
    let mut caller = session();
    assert!(!caller.offer(&local(&[Codec::PCMA])).contains("rtcp-xr"));
    let agreed = caller.accept(phone(WANTED).as_bytes()).unwrap();
    assert!(agreed.extended_reports.voip_metrics);
}

#[test]
fn nobody_is_promised_what_the_media_cannot_send() {
    let mut session = Negotiator::new(1, "-");
    let (text, agreed) = session.answer(phone(WANTED).as_bytes(), &local(&[Codec::PCMA])).unwrap();
    assert!(!text.contains("rtcp-xr"));
    assert_eq!(agreed.extended_reports, ExtendedReports::default());
}
