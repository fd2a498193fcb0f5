//! Security mechanisms that are agreed on with the first server (RFC 3329), for media as
//! draft-dawes-sipcore-mediasec-parameter has it.
//!
//! ```text
//! request:  Security-Client, Require and Proxy-Require: mediasec
//! 401, 407: Security-Server  -> the same, and Security-Verify with what the server said
//! 494:      Security-Server  -> Security-Verify alone
//! later:    Security-Verify with what the server said; a REGISTER tells our mechanisms too
//! ```

use sip_parser::{HeaderName, Message, Method};

/// The option tag of what is agreed on.
const OPTION: &str = "mediasec";

/// Mechanisms of a server that are kept, and octets of each: others are passed over.
const MOST: usize = 16;
const LONGEST: usize = 256;

/// What a request says of security mechanisms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecurityAgreement {
    /// Our mechanisms, each as `sdes-srtp;mediasec`.
    pub client: Vec<String>,
    /// Those that the server told before, in its order; none where it has not told any yet.
    pub server: Vec<String>,
}

impl SecurityAgreement {
    /// The mechanisms that a response tells, in order.
    #[must_use]
    pub fn told_by(response: &Message) -> Vec<String> {
        let values = response.values(&HeaderName::SecurityServer);
        values.filter(|value| value.len() <= LONGEST).take(MOST).map(str::to_owned).collect()
    }
}

/// Where the agreement of one request stands.
#[derive(Clone, Debug)]
pub(super) struct Agreeing {
    agreement: SecurityAgreement,
    /// The server had told its mechanisms before the request was made.
    known: bool,
    /// It has refused one that did not say them (494).
    refused: bool,
}

impl Agreeing {
    pub(super) fn new(agreement: SecurityAgreement) -> Self {
        let known = !agreement.server.is_empty();
        Self { agreement, known, refused: false }
    }

    /// The same for another request to the same server.
    pub(super) fn fresh(&self) -> Self {
        Self::new(self.agreement.clone())
    }

    /// Takes in what a server says that does not take the request as it is; whether it wants another one for that.
    pub(super) fn hear(&mut self, response: &Message) -> bool {
        let told = SecurityAgreement::told_by(response);
        let wants = response.status() == Some(494) && !told.is_empty() && !self.refused;
        if !told.is_empty() {
            // What it said before counts no more: whoever sends a list twice is refused.
            self.agreement.server = told;
        }
        self.refused |= wants;
        wants
    }

    /// The headers of a request.
    pub(super) fn headers(&self, method: &Method) -> Vec<(HeaderName, String)> {
        let tells = !self.refused && (!self.known || *method == Method::Register);
        let own = self.agreement.client.iter().filter(|_| tells);
        let own = own.map(|mechanism| (HeaderName::SecurityClient, mechanism.clone()));
        let server = self.agreement.server.iter();
        let server = server.map(|mechanism| (HeaderName::SecurityVerify, mechanism.clone()));
        let mut headers: Vec<_> = own.chain(server).collect();
        if !headers.is_empty() {
            headers.push((HeaderName::Require, OPTION.to_owned()));
            headers.push((HeaderName::ProxyRequire, OPTION.to_owned()));
        }
        headers
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn response(status: u16, servers: &str) -> Message {
        Message::parse(Bytes::from(format!("SIP/2.0 {status} X\r\n{servers}Content-Length: 0\r\n\r\n")))
            .unwrap()
    }

    fn agreeing(server: &[&str]) -> Agreeing {
        let server = server.iter().map(|&mechanism| mechanism.to_owned()).collect();
        Agreeing::new(SecurityAgreement { client: vec!["sdes-srtp;mediasec".to_owned()], server })
    }

    fn said(agreeing: &Agreeing, method: &Method) -> Vec<String> {
        agreeing.headers(method).iter().map(|(name, value)| format!("{name}: {value}")).collect()
    }

    const OWN: &str = "Security-Client: sdes-srtp;mediasec";
    const TAGS: [&str; 2] = ["Require: mediasec", "Proxy-Require: mediasec"];
    const SERVERS: &str =
        "Security-Server: msrp-tls;mediasec, sdes-srtp;mediasec\r\nSecurity-Server: dtls-srtp;mediasec\r\n";
    const VERIFY: [&str; 3] = [
        "Security-Verify: msrp-tls;mediasec",
        "Security-Verify: sdes-srtp;mediasec",
        "Security-Verify: dtls-srtp;mediasec",
    ];

    #[test]
    fn what_a_challenge_tells_is_sent_back() {
        let mut agreeing = agreeing(&[]);
        assert_eq!(said(&agreeing, &Method::Register), [&[OWN][..], &TAGS].concat());
        assert!(!agreeing.hear(&response(401, SERVERS)));
        assert_eq!(said(&agreeing, &Method::Register), [&[OWN][..], &VERIFY, &TAGS].concat());
        // Told once more, the list is not twice as long.
        agreeing.hear(&response(401, SERVERS));
        assert_eq!(said(&agreeing, &Method::Register).len(), 6);
        // What follows needs no more than to say it back.
        assert_eq!(said(&agreeing.fresh(), &Method::Bye), [&VERIFY[..], &TAGS].concat());
    }

    #[test]
    fn a_server_that_wants_it_said_back_is_asked_once_more() {
        let mut agreeing = agreeing(&[]);
        assert!(agreeing.hear(&response(494, SERVERS)));
        assert_eq!(said(&agreeing, &Method::Invite), [&VERIFY[..], &TAGS].concat());
        assert!(!agreeing.hear(&response(494, SERVERS)));
        assert!(!self::agreeing(&[]).hear(&response(494, "")));
    }

    #[test]
    fn what_is_known_already_is_said_at_once() {
        let agreeing = agreeing(&["sdes-srtp;mediasec"]);
        assert_eq!(said(&agreeing, &Method::Invite), [&VERIFY[1..2], &TAGS].concat());
        assert_eq!(said(&agreeing, &Method::Register), [&[OWN][..], &VERIFY[1..2], &TAGS].concat());
        assert!(Agreeing::new(SecurityAgreement::default()).headers(&Method::Invite).is_empty());
    }

    #[test]
    fn a_server_cannot_make_us_keep_much() {
        let long =
            format!("Security-Server: {}, a\r\n", "x".repeat(300)) + &"Security-Server: b\r\n".repeat(50);
        let told = SecurityAgreement::told_by(&response(401, &long));
        assert_eq!((told.len(), told[0].as_str()), (16, "a"));
    }
}
