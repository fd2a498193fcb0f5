//! What a REGISTER asks for, read once.

use sip_parser::{Contact, HeaderName, Message, NameAddr};

use wire_text::Decimal;

use super::RegisterError;

/// A REGISTER, as far as a registrar is concerned.
pub(super) struct Request<'m> {
    message: &'m Message,
    pub(super) call_id: &'m str,
    pub(super) cseq: u32,
    pub(super) wish: Wish<'m>,
    pub(super) user_agent: Option<&'m str>,
    pub(super) path: Vec<&'m str>,
}

/// What shall become of the bindings.
pub(super) enum Wish<'m> {
    /// Nothing: tell what is there.
    Fetch,
    /// Remove all (`Contact: *`).
    RemoveAll,
    /// Add, refresh or remove these.
    Update(Vec<Update<'m>>),
}

/// One Contact.
pub(super) struct Update<'m> {
    pub(super) uri: &'m str,
    /// Seconds asked for; 0 removes.
    pub(super) expires: Option<u32>,
    pub(super) q: u16,
    pub(super) instance: Option<String>,
    pub(super) reg_id: Option<u32>,
}

impl<'m> Request<'m> {
    pub(super) fn read(message: &'m Message) -> Result<Request<'m>, RegisterError> {
        let malformed = |error: sip_parser::HeaderError| RegisterError::Malformed(error.to_string());
        Ok(Request {
            message,
            call_id: message.call_id().map_err(malformed)?,
            cseq: message.cseq().map_err(malformed)?.number,
            wish: Wish::read(message)?,
            user_agent: message.raw(&HeaderName::UserAgent),
            path: message.values(&HeaderName::Path).collect(),
        })
    }

    /// Whether a Contact is to be bound by the rules of outbound (RFC 5626 section 6).
    pub(super) fn asks_outbound(&self, update: &Update<'_>) -> bool {
        update.instance.is_some() && update.reg_id.is_some() && self.knows("outbound")
    }

    /// Whether any of its Contacts is.
    pub(super) fn outbound_wish(&self) -> bool {
        match &self.wish {
            Wish::Update(updates) => updates.iter().any(|update| self.asks_outbound(update)),
            _ => false,
        }
    }

    /// Whether the phone knows an extension.
    pub(super) fn knows(&self, tag: &str) -> bool {
        let headers = [HeaderName::Supported, HeaderName::Require];
        headers.iter().any(|name| self.message.values(name).any(|it| it.trim().eq_ignore_ascii_case(tag)))
    }

    /// Host and port of the address of record.
    pub(super) fn host(&self) -> String {
        host_of(self.message).unwrap_or_default()
    }

    /// Whether the first proxy on the way, if there is one, keeps flows (RFC 5626 section 6).
    pub(super) fn first_hop_keeps_flows(&self) -> bool {
        first_hop_keeps_flows(self.message)
    }
}

fn host_of(message: &Message) -> Option<String> {
    let to = message.to().ok()?.uri();
    let mut host = String::new();
    to.host().push_to(&mut host);
    if let Some(port) = to.port() {
        host.extend([":", Decimal::of(port).as_str()]);
    }
    Some(host)
}

/// A phone that comes without a proxy keeps its flow with us; a proxy says that it keeps flows by `ob` in its Path. Of
/// several URIs in it each side of the RFC's "first" is taken: no proxy but the one that keeps flows writes `ob`.
fn first_hop_keeps_flows(message: &Message) -> bool {
    let mut path = message.values(&HeaderName::Path).peekable();
    if path.peek().is_none() {
        return message.values(&HeaderName::Via).count() < 2;
    }
    path.filter_map(|value| NameAddr::parse(value).ok()).any(|proxy| proxy.uri().param("ob").is_some())
}

/// The URN of a `+sip.instance` value, which stands in angle brackets.
fn instance(value: &str) -> Option<String> {
    let urn = value.trim().strip_prefix('<')?.strip_suffix('>')?;
    // It becomes a parameter of URIs.
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || b":-._+~".contains(&octet);
    (!urn.is_empty() && urn.bytes().all(plain)).then(|| urn.to_owned())
}

impl<'m> Wish<'m> {
    fn read(message: &'m Message) -> Result<Wish<'m>, RegisterError> {
        // A malformed Expires counts as the default (RFC 3261 section 20.19).
        let header = message.expires().and_then(Result::ok);
        let mut updates = Vec::new();
        let mut star = false;
        for contact in message.contacts() {
            match contact.map_err(|error| RegisterError::Malformed(error.to_string()))? {
                Contact::Star => star = true,
                Contact::Address(address) => updates.push(Update {
                    uri: address.uri_str(),
                    expires: address.expires().or(header),
                    q: address.q().unwrap_or(1000),
                    instance: address.param("+sip.instance").flatten().and_then(instance),
                    reg_id: address.param("reg-id").flatten().and_then(|id| id.parse().ok()),
                }),
            }
        }
        match (star, updates.is_empty()) {
            (true, true) if header == Some(0) => Ok(Wish::RemoveAll),
            (true, _) => Err(RegisterError::Malformed("\"*\" stands alone, and with Expires: 0".to_owned())),
            (false, true) => Ok(Wish::Fetch),
            (false, false) => Ok(Wish::Update(updates)),
        }
    }
}
