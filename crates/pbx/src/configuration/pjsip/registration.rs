//! `type=registration`: the exchange registers at another one.

use std::time::Duration;

use asterisk_conf::{Diagnostic, Span};

use super::{proxy, security_mechanisms};
use crate::configuration::values::{Values, at};

/// An address of record of ours at a provider, or at another exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The section's name.
    pub name: String,
    /// `server_uri`: the registrar.
    pub server_uri: String,
    /// `client_uri`: who we are there.
    pub client_uri: String,
    /// `contact_user`: the number that its calls ask for.
    pub contact_user: String,
    /// `contact_header_params`: parameters behind our Contact.
    pub contact_header_params: Option<String>,
    /// `outbound_auth`: names of the credentials that answer its challenges.
    pub outbound_auth: Vec<String>,
    /// `outbound_proxy`: proxies on the way, each a SIP URI.
    pub outbound_proxy: Vec<String>,
    /// `transport` by name.
    pub transport: Option<String>,
    /// `expiration`, in seconds.
    pub expiration: u32,
    /// `retry_interval`.
    pub retry_interval: Duration,
    /// `forbidden_retry_interval`; `None` takes a 403 for good.
    pub forbidden_retry_interval: Option<Duration>,
    /// `fatal_retry_interval`; `None` takes such refusals for good.
    pub fatal_retry_interval: Option<Duration>,
    /// `max_retries`.
    pub max_retries: u32,
    /// `auth_rejection_permanent`.
    pub auth_rejection_permanent: bool,
    /// `max_random_initial_delay`.
    pub max_random_initial_delay: Duration,
    /// `line`: its calls carry a word of ours, by which they are known as those of `endpoint`.
    pub line: bool,
    /// `endpoint` that its calls come from.
    pub endpoint: Option<String>,
    /// `support_path` (RFC 3327).
    pub support_path: bool,
    /// `support_outbound` (RFC 5626).
    pub support_outbound: bool,
    /// `security_mechanisms`, where `security_negotiation` has them told (RFC 3329).
    pub security_mechanisms: Vec<String>,
    /// `user_agent`: what we call ourselves there.
    pub user_agent: Option<String>,
    /// Where the section is.
    pub span: Span,
    /// Where values are that checks point at: `outbound_auth`, `transport`, `endpoint`.
    pub spans: Vec<(&'static str, Span)>,
}

impl Registration {
    /// `None` for one that cannot be made; why has been said.
    pub(super) fn read(values: &mut Values<'_>) -> Option<Self> {
        let name = values.section.name.clone();
        let server_uri = uri(values, "server_uri", "the registrar, as in sip:sip.example.com");
        let client_uri = uri(values, "client_uri", "who we are there, as in sip:alice@sip.example.com");
        let (server_uri, client_uri) = (server_uri?, client_uri?);
        let keys = ["outbound_auth", "transport", "endpoint"];
        let spans = keys.into_iter().filter_map(|key| Some((key, values.span(key)?))).collect();
        let seconds = |number: u32| Duration::from_secs(number.into());
        let interval = |number: u32| (number > 0).then(|| seconds(number));
        let mut registration = Self {
            contact_user: values.text("contact_user").unwrap_or_else(|| "s".to_owned()),
            contact_header_params: values.text("contact_header_params"),
            outbound_auth: values.list("outbound_auth"),
            outbound_proxy: proxy::read(values),
            transport: values.text("transport"),
            expiration: values.number("expiration", 3_600),
            retry_interval: seconds(values.number("retry_interval", 60)),
            forbidden_retry_interval: interval(values.number("forbidden_retry_interval", 0)),
            fatal_retry_interval: interval(values.number("fatal_retry_interval", 0)),
            max_retries: values.number("max_retries", 10),
            auth_rejection_permanent: values.flag("auth_rejection_permanent", true),
            max_random_initial_delay: seconds(values.number("max_random_initial_delay", 10)),
            line: values.flag("line", false),
            endpoint: values.text("endpoint"),
            support_path: values.flag("support_path", false),
            support_outbound: values.flag("support_outbound", false),
            security_mechanisms: security_mechanisms::read(values),
            user_agent: values.text("user_agent"),
            server_uri,
            client_uri,
            name: name.value,
            span: name.span,
            spans,
        };
        registration.check_line(values);
        Some(registration)
    }

    /// The place of a value that checks point at; that of the section where it is not written.
    pub(in crate::configuration) fn span_of(&self, key: &str) -> Span {
        self.spans.iter().find(|(known, _)| *known == key).map_or(self.span, |(_, span)| *span)
    }

    /// A line leads to an endpoint, and an endpoint is found by a line.
    fn check_line(&mut self, values: &mut Values<'_>) {
        let (key, message, help) = match (self.line, &self.endpoint) {
            (true, None) => (
                "line",
                "line=yes has no effect without endpoint=".to_owned(),
                "name the endpoint that the calls of this registration come from: endpoint=NAME",
            ),
            (false, Some(endpoint)) => (
                "endpoint",
                format!("calls are not known as those of '{endpoint}' by this registration without line=yes"),
                "add line=yes, or let a type=identify section name the addresses of the provider",
            ),
            _ => return,
        };
        let finding =
            Diagnostic::note("line-and-endpoint", format!("registration [{}]: {message}", self.name));
        let span = values.span(key);
        values.found.push(at(finding.help(help), span));
    }
}

/// A SIP URI that must be there and have a host.
fn uri(values: &mut Values<'_>, key: &'static str, what: &str) -> Option<String> {
    let name = values.section.name.value.clone();
    let Some(text) = values.text(key) else {
        let message = format!("registration [{name}] has no {key}; it is left out");
        let finding = Diagnostic::warning("no-uri", message).at(values.section.name.span);
        values.found.push(finding.help(format!("add {key}=, {what}")));
        return None;
    };
    let text = text.trim_start_matches('<').trim_end_matches('>').to_owned();
    let Some(problem) = proxy::problem_of(&text) else { return Some(text) };
    let message = format!("{key}: '{text}' is of no use: {problem}; registration [{name}] is left out");
    let finding = Diagnostic::warning("bad-uri", message).help(format!("write {what}"));
    let span = values.span(key);
    values.found.push(at(finding, span));
    None
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use asterisk_conf::MemoryFiles;

    use super::*;
    use crate::configuration::{Configuration, Folders};

    fn load(pjsip: &str) -> (Configuration, String) {
        let files =
            MemoryFiles::from([("/srv/etc/pjsip.conf", pjsip), ("/srv/etc/extensions.conf", "[default]\n")]);
        let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/srv")), &files);
        (configuration.expect("it would start"), report.render(false))
    }

    #[test]
    fn a_section_is_read_with_the_defaults_of_asterisk() {
        let (configuration, _) = load(
            "[trunk]\ntype=registration\nserver_uri=sip:sip.example.com\\;transport=tcp\nclient_uri=<sip:100@example.com>\n\
             outbound_proxy=sip:proxy.example.com\nforbidden_retry_interval=300\n",
        );
        let trunk = &configuration.sip.registrations["trunk"];
        assert_eq!(trunk.server_uri, "sip:sip.example.com;transport=tcp");
        assert_eq!((trunk.client_uri.as_str(), trunk.contact_user.as_str()), ("sip:100@example.com", "s"));
        assert_eq!(trunk.outbound_proxy, ["sip:proxy.example.com;lr"]);
        assert_eq!((trunk.expiration, trunk.max_retries, trunk.auth_rejection_permanent), (3600, 10, true));
        assert_eq!(trunk.retry_interval, Duration::from_secs(60));
        assert_eq!(trunk.forbidden_retry_interval, Some(Duration::from_secs(300)));
        assert_eq!((trunk.fatal_retry_interval, trunk.line, &trunk.endpoint), (None, false, &None));
    }

    #[test]
    fn one_that_cannot_be_made_is_left_out_and_told() {
        let (configuration, report) = load(
            "[a]\ntype=registration\nclient_uri=sip:100@example.com\n\
             [b]\ntype=registration\nserver_uri=sip.example.com\nclient_uri=sip:100@example.com\n\
             [c]\ntype=registration\nserver_uri=sip:example.com\\;transport=sctp\nclient_uri=sip:100@example.com\n",
        );
        assert!(configuration.sip.registrations.is_empty());
        assert!(report.contains("registration [a] has no server_uri"), "{report}");
        assert!(report.contains("server_uri: 'sip.example.com' is of no use"), "{report}");
        assert!(report.contains("transport 'sctp' is unknown"), "{report}");
    }

    #[test]
    fn names_that_name_nothing_are_told() {
        let (_, report) = load(
            "[udp]\ntype=transport\nbind=127.0.0.1\n[secret]\ntype=auth\nusername=a\npassword=b\n\
             [trunk]\ntype=registration\nserver_uri=sip:example.com\nclient_uri=sip:100@example.com\n\
             outbound_auth=sekret\ntransport=tcp\nendpoint=provider\n",
        );
        for lost in ["type=auth section 'sekret'", "transport 'tcp'", "endpoint 'provider'"] {
            assert!(report.contains(&format!("registration [trunk]: there is no {lost}")), "{report}");
        }
        assert!(report.contains("without line=yes"), "{report}");
    }
}
