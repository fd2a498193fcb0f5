//! A phone that registers, as far as the exchange sees it.

use bytes::Bytes;
use sip_parser::Method;
use sip_ua::digest::{Challenge, Credentials, Subject, answer};
use sip_ua::transport::{Flow, Protocol};

/// The domain that phones register with.
pub(super) const REALM: &str = "pbx.example.com";

/// One of many phones.
#[derive(Clone, Copy, Debug)]
pub struct Phone {
    /// Which one, below ten million.
    pub number: u32,
    /// Whether it says which device it is, and keeps its flow (RFC 5626).
    pub outbound: bool,
}

impl Phone {
    /// Its address of record.
    #[must_use]
    pub fn aor(self) -> String {
        format!("{:07}", self.number)
    }

    /// The secret that it shares with the exchange.
    #[must_use]
    pub fn credentials(self) -> Credentials {
        Credentials::password(self.aor(), format!("secret of {}", self.number))
    }

    /// The way between it and the exchange, as the exchange sees it.
    #[must_use]
    pub fn flow(self) -> Flow {
        let [_, a, b, c] = self.number.to_be_bytes();
        Flow::new(Protocol::Udp, ([192, 0, 2, 1], 5060).into(), ([10, a, b, c], 5062).into())
    }

    /// A REGISTER, the `cseq`th; with an answer, where it knows a challenge.
    #[must_use]
    pub fn register(self, cseq: u32, challenge: Option<&Challenge>) -> Bytes {
        let (aor, remote) = (self.aor(), self.flow().remote);
        let authorization = challenge.map_or(String::new(), |challenge| self.authorization(challenge));
        let (supported, instance) = match self.outbound {
            true => (
                "path, outbound, gruu",
                format!(";+sip.instance=\"<urn:uuid:f81d4fae-7dec-11d0-a765-{:012}>\";reg-id=1", self.number),
            ),
            false => ("path, replaces", String::new()),
        };
        Bytes::from(format!(
            "REGISTER sip:{REALM} SIP/2.0\r\n\
             Via: SIP/2.0/UDP {remote};branch=z9hG4bK-d8754z-{aor}x{cseq};rport\r\n\
             Max-Forwards: 70\r\n\
             From: <sip:{aor}@{REALM}>;tag=9fxced76sl\r\n\
             To: <sip:{aor}@{REALM}>\r\n\
             Call-ID: 3848276298220188511@{remote}\r\n\
             CSeq: {cseq} REGISTER\r\n\
             Contact: <sip:{aor}@{remote};ob>{instance};expires=3600\r\n\
             {authorization}\
             Supported: {supported}\r\n\
             User-Agent: Deskphone 400 firmware 4.5.2.1\r\n\
             Content-Length: 0\r\n\r\n"
        ))
    }

    fn authorization(self, challenge: &Challenge) -> String {
        let uri = format!("sip:{REALM}");
        let subject = Subject { method: &Method::Register, uri: &uri, body: b"" };
        let value = answer(challenge, &self.credentials(), &subject, "0a4f113b", 1);
        value.map_or(String::new(), |value| format!("Authorization: {value}\r\n"))
    }
}
