//! What is parsed.

use bytes::Bytes;

/// A description as desk phones send it: 13 lines.
pub const SDP: &str = "v=0\r\no=alice 2890844526 2890844526 IN IP4 192.0.2.101\r\ns=-\r\nc=IN IP4 192.0.2.101\r\nt=0 0\r\n\
    m=audio 49172 RTP/AVP 8 0 9 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:9 G722/8000\r\n\
    a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n";

/// An INVITE as desk phones send it: 13 headers and [`SDP`].
#[must_use]
pub fn invite() -> Bytes {
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
