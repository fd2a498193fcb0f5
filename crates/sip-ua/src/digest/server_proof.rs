//! What a server says after an answer was good: that it knows the secret itself (RFC 7616 section 3.5).

use sip_parser::typed::AuthenticationInfo;
use sip_parser::{Message, Method};

use super::answer::{Proof, Subject};
use super::challenge::{Challenge, Qop};
use super::secret::Credentials;

/// Whether a server has proven that it knows the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerProof {
    /// It says nothing of it, as most do.
    Absent,
    /// It has.
    Given,
    /// What it says is not what somebody would say who knows the secret.
    Wrong,
}

/// Judges the Authentication-Info of a 2xx to a request that answered `challenge` with this `cnonce` and `count`, about
/// `uri`.
#[must_use]
pub fn server_proof(
    response: &Message,
    challenge: &Challenge,
    credentials: &Credentials,
    uri: &str,
    cnonce: &str,
    count: u32,
) -> ServerProof {
    // That of a proxy is about another body, and no proxy is known to send one.
    let info = response.header::<AuthenticationInfo<'_>>().ok().flatten().filter(|_| !challenge.proxy);
    let Some((info, said)) = info.and_then(|info| Some((info, info.get("rspauth")?))) else {
        return ServerProof::Absent;
    };
    let qop = match info.get("qop") {
        Some(name) => Qop::from_name(&name),
        None => challenge.qop,
    };
    let nc = format!("{count:08x}");
    let is_ours = info.get("cnonce").is_none_or(|said| said == cnonce)
        && info.get("nc").is_none_or(|said| said.eq_ignore_ascii_case(&nc));
    let ha1 = credentials.secret.ha1(challenge.algorithm, &credentials.username, &challenge.realm);
    let (Some(qop), Some(ha1), true) = (qop, ha1, is_ours) else { return ServerProof::Wrong };
    let proof = Proof { nonce: &challenge.nonce, qop: Some((qop, cnonce, &nc)) };
    // The hash is that of an answer but for the method, which there is none of.
    let subject = Subject { method: &Method::from(""), uri, body: response.body() };
    match proof.response(challenge.algorithm, &ha1, &subject).eq_ignore_ascii_case(&said) {
        true => ServerProof::Given,
        false => ServerProof::Wrong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The example of RFC 7616 section 3.9.1; the hashes were made by another program.
    const NONCE: &str = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
    const CNONCE: &str = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";

    fn judge(algorithm: &str, info: &str, body: &str) -> ServerProof {
        let challenge = format!(
            r#"Digest realm="http-auth@example.org", qop="auth", algorithm={algorithm}, nonce="{NONCE}""#
        );
        let challenge = Challenge::parse(&challenge, false).unwrap();
        let text = format!(
            "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nFrom: <sip:a@x>;tag=1\r\n\
             To: <sip:a@x>;tag=2\r\nCall-ID: a\r\nCSeq: 1 REGISTER\r\n{info}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mufasa = Credentials::password("Mufasa", "Circle of Life");
        let response = Message::parse(text.into()).unwrap();
        server_proof(&response, &challenge, &mufasa, "/dir/index.html", CNONCE, 1)
    }

    #[test]
    fn a_server_proves_that_it_knows_the_secret() {
        let info = |hash: &str| {
            format!("Authentication-Info: qop=auth, rspauth=\"{hash}\", cnonce=\"{CNONCE}\", nc=00000001\r\n")
        };
        assert_eq!(judge("MD5", &info("9b712497bc9f91499fbcca1dfc5f09a5"), ""), ServerProof::Given);
        assert_eq!(
            judge("MD5", "Authentication-Info: rspauth=\"9b712497bc9f91499fbcca1dfc5f09a5\"\r\n", ""),
            ServerProof::Given
        );
        assert_eq!(
            judge("SHA-256", &info("86d3b25618d41854ca5039a5d7e53ff6355d5134a9b1fb088a78ac3c462195a0"), ""),
            ServerProof::Given
        );
        let whole = "Authentication-Info: qop=auth-int, rspauth=\"6e17dd06bd52f02e910b2954c2041177\"\r\n";
        assert_eq!(judge("MD5", whole, "hello"), ServerProof::Given);
        assert_eq!(judge("MD5", whole, "hallo"), ServerProof::Wrong);
    }

    #[test]
    fn what_proves_nothing_is_told_apart_from_what_is_wrong() {
        assert_eq!(judge("MD5", "", ""), ServerProof::Absent);
        assert_eq!(judge("MD5", "Authentication-Info: nextnonce=\"x\"\r\n", ""), ServerProof::Absent);
        for wrong in [
            "rspauth=\"8ca523f5e9506fed4657c9700eebdbec\"",
            "rspauth=\"9b712497bc9f91499fbcca1dfc5f09a5\", nc=00000002",
            "rspauth=\"9b712497bc9f91499fbcca1dfc5f09a5\", cnonce=\"other\"",
            "rspauth=\"9b712497bc9f91499fbcca1dfc5f09a5\", qop=none",
        ] {
            let info = format!("Authentication-Info: {wrong}\r\n");
            assert_eq!(judge("MD5", &info, ""), ServerProof::Wrong, "{wrong}");
        }
    }
}
