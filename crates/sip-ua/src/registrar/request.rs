//! What a REGISTER asks for, read once.

use sip_parser::{Contact, HeaderName, Message};

use super::RegisterError;

/// A REGISTER, as far as a registrar is concerned.
pub(super) struct Request {
    pub(super) call_id: String,
    pub(super) cseq: u32,
    pub(super) wish: Wish,
    pub(super) user_agent: Option<String>,
    pub(super) path: Vec<String>,
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
        })
    }
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
