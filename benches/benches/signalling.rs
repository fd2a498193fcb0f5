//! Parsing and writing SIP and SDP.

use std::hint::black_box;

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sdp::SessionDescription;
use sip_parser::{Message, ResponseBuilder};

const SDP: &str = "v=0\r\no=alice 2890844526 2890844526 IN IP4 192.0.2.101\r\ns=-\r\nc=IN IP4 192.0.2.101\r\nt=0 0\r\n\
    m=audio 49172 RTP/AVP 8 0 9 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:9 G722/8000\r\n\
    a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n";

/// An INVITE as desk phones send it: 13 headers and a description.
fn invite() -> Bytes {
    let head = format!(
        "INVITE sip:6002@pbx.example.com;transport=udp SIP/2.0\r\n\
         Via: SIP/2.0/UDP 192.0.2.101:5060;branch=z9hG4bK-d8754z-1f3e5a7b9c;rport\r\n\
         Max-Forwards: 70\r\n\
         Contact: <sip:6001@192.0.2.101:5060;ob>\r\n\
         To: <sip:6002@pbx.example.com>\r\n\
         From: \"Alice Liddell\" <sip:6001@pbx.example.com>;tag=9fxced76sl\r\n\
         Call-ID: 3848276298220188511@192.0.2.101\r\n\
         CSeq: 2 INVITE\r\n\
         Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, MESSAGE, SUBSCRIBE, INFO\r\n\
         Supported: replaces, norefersub, extended-refer, timer, X-cisco-serviceuri\r\n\
         User-Agent: Deskphone 400 firmware 4.5.2.1\r\n\
         Content-Type: application/sdp\r\n\
         Allow-Events: presence, kpml, talk\r\n\
         Content-Length: {}\r\n\r\n",
        SDP.len()
    );
    Bytes::from(head + SDP)
}

fn sip(c: &mut Criterion) {
    let bytes = invite();
    let mut group = c.benchmark_group("sip");
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("parse an INVITE", |b| b.iter(|| Message::parse(black_box(bytes.clone()))));
    let limits = sipx_sip::Limits::default();
    group.bench_function("parse an INVITE, peer sipx-sip", |b| {
        b.iter(|| sipx_sip::parse_datagram(black_box(bytes.clone()), &limits));
    });
    group.bench_function("parse an INVITE, read nine headers", |b| {
        b.iter(|| {
            let m = Message::parse(black_box(bytes.clone()))?;
            black_box((m.uri(), m.max_forwards(), m.content_type(), m.body().len()));
            let _ = black_box((m.via(), m.from(), m.to(), m.contacts().next(), m.cseq(), m.call_id()));
            Ok::<_, sip_parser::ParseError>(())
        });
    });
    if let Ok(request) = Message::parse(bytes) {
        group.bench_function("write a response", |b| {
            b.iter(|| ResponseBuilder::reply(black_box(&request), 180).to_tag("as7f6e5d").build());
        });
    }
    group.finish();
}

fn description(c: &mut Criterion) {
    c.bench_function("sdp/parse, read formats and attributes", |b| {
        b.iter(|| {
            let description = SessionDescription::parse(black_box(SDP.as_bytes()))?;
            for media in description.media() {
                let _ = black_box((media.port(), media.connection(), media.direction(), media.ptime()));
                for payload_type in media.payload_types() {
                    let _ = black_box(media.rtpmap(payload_type));
                }
            }
            Ok::<_, sdp::SdpError>(())
        });
    });
}

fn description_peer(c: &mut Criterion) {
    c.bench_function("sdp/parse, peer sdp-types", |b| {
        b.iter(|| sdp_types::Session::parse(black_box(SDP.as_bytes())));
    });
}

criterion_group!(benches, sip, description, description_peer);
criterion_main!(benches);
