//! `outbound_proxy`: proxies that requests pass on their way out (RFC 3261 section 8.1.2).

use sip_parser::Uri;
use sip_ua::transport::Protocol;

use crate::configuration::values::Values;

/// Proxies, each with `lr`: a proxy that routes strictly, which its absence means (RFC 3261 section 16.12), is hardly
/// ever meant.
pub(super) fn read(values: &mut Values<'_>) -> Vec<String> {
    let mut proxies = Vec::new();
    for text in values.names("outbound_proxy") {
        let text = text.trim_start_matches('<').trim_end_matches('>').to_owned();
        match problem_of(&text) {
            None if Uri::parse(&text).is_ok_and(|uri| uri.param("lr").is_some()) => proxies.push(text),
            None => proxies.push(text + ";lr"),
            Some(problem) => {
                let message = format!("'{text}' is left out: {problem}");
                values.odd("outbound_proxy", message, "write a SIP URI, as in sip:proxy.example.com\\;lr");
            }
        }
    }
    proxies
}

/// What is wrong with a URI that requests are to be sent to.
pub(super) fn problem_of(uri: &str) -> Option<String> {
    let parsed = match Uri::parse(uri) {
        Ok(parsed) if parsed.is_sip() && !parsed.host().to_string().is_empty() => parsed,
        _ => return Some("it is no SIP URI with a host".to_owned()),
    };
    let transport = parsed.param("transport").flatten()?;
    Protocol::from_name(transport).is_none().then(|| format!("transport '{transport}' is unknown"))
}

/// The Route values of these proxies. One with `hide` is sent to and not told of itself.
pub(crate) fn route_set(proxies: &[String]) -> Vec<String> {
    let shown = |proxy: &&String| !Uri::parse(proxy).is_ok_and(|uri| uri.param("hide").is_some());
    proxies.iter().filter(shown).map(|proxy| format!("<{proxy}>")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hidden_proxy_is_in_no_route() {
        let proxies = ["sip:192.0.2.1;lr", "sip:192.0.2.2;lr;hide"].map(str::to_owned);
        assert_eq!(route_set(&proxies), ["<sip:192.0.2.1;lr>"]);
    }
}
