//! What a REGISTER asks for, read once.

use sip_parser::{Contact, HeaderName, Message, NameAddr};

use super::RegisterError;

/// A REGISTER, as far as a registrar is concerned.
pub(super) struct Request {
    pub(super) call_id: String,
    pub(super) cseq: u32,
    pub(super) wish: Wish,
    pub(super) user_agent: Option<String>,
    pub(super) path: Vec<String>,
    /// Option tags of Supported and Require.
    capable: Vec<String>,
    /// Host and port of the address of record.
    pub(super) host: String,
    /// Whether the first proxy on the way, if there is one, keeps flows (RFC 5626 section 6).
    pub(super) first_hop_keeps_flows: bool,
}

/// What shall become of the bindings.
pub(super) enum Wish {
    /// Nothing: tell what is there.
    Fetch,
    /// Remove all (`Contact: *`).
    RemoveAll,
    /// Add, refresh or remove these.
    Update(Vec<Update>),
}

/// One Contact.
pub(super) struct Update {
    pub(super) uri: String,
    /// Seconds asked for; 0 removes.
    pub(super) expires: Option<u32>,
    pub(super) q: u16,
    pub(super) instance: Option<String>,
    pub(super) reg_id: Option<u32>,
}

impl Request {
    pub(super) fn read(message: &Message) -> Result<Request, RegisterError> {
        let malformed = |error: sip_parser::HeaderError| RegisterError::Malformed(error.to_string());
        let value = |name| message.raw(&name).map(str::to_owned);
        Ok(Request {
            call_id: message.call_id().map_err(malformed)?.to_owned(),
            cseq: message.cseq().map_err(malformed)?.number,
            wish: Wish::read(message)?,
            user_agent: value(HeaderName::UserAgent),
            path: message.values(&HeaderName::Path).map(str::to_owned).collect(),
            capable: [HeaderName::Supported, HeaderName::Require]
                .iter()
                .flat_map(|name| message.values(name))
                .map(|tag| tag.trim().to_ascii_lowercase())
                .collect(),
            host: host_of(message).unwrap_or_default(),
            first_hop_keeps_flows: first_hop_keeps_flows(message),
        })
    }

    /// Whether a Contact is to be bound by the rules of outbound (RFC 5626 section 6).
    pub(super) fn asks_outbound(&self, update: &Update) -> bool {
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
        self.capable.iter().any(|known| known == tag)
    }
}

fn host_of(message: &Message) -> Option<String> {
    let to = message.to().ok()?.uri();
    let port = to.port().map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{}{port}", to.host()))
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

impl Wish {
    fn read(message: &Message) -> Result<Wish, RegisterError> {
        // A malformed Expires counts as the default (RFC 3261 section 20.19).
        let header = message.expires().and_then(Result::ok);
        let mut updates = Vec::new();
        let mut star = false;
        for contact in message.contacts() {
            match contact.map_err(|error| RegisterError::Malformed(error.to_string()))? {
                Contact::Star => star = true,
                Contact::Address(address) => updates.push(Update {
                    uri: address.uri_str().to_owned(),
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
