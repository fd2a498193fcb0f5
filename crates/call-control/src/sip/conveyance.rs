//! Where the caller is, as an INVITE says it: a Geolocation header, and the document that it names (RFC 6442).

use std::net::IpAddr;

use sip_parser::MultipartBuilder;
use sip_ua::geopriv;
use sip_ua::user_agent::{Body, OutboundInvite};

/// What an INVITE tells of where its caller is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConveyedLocation {
    /// The place.
    pub place: ConveyedPlace,
    /// The host that knows it (RFC 8787); empty where that is not said.
    pub source: String,
    /// Whether it may be used to find the way of the call.
    pub routing_allowed: bool,
}

/// A place, or where it can be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConveyedPlace {
    /// A URI where it can be had.
    Reference(String),
    /// A presence document with a location object (RFC 4119).
    Document(String),
}

/// A receiver that knows no such documents leaves it aside (RFC 5621 section 7).
const DISPOSITION: &str = "by-reference;handling=optional";

impl ConveyedLocation {
    /// Puts it into an INVITE of the session with this number, which leaves from `local`.
    pub(super) fn put_into(&self, invite: &mut OutboundInvite, session: u64, local: IpAddr) {
        let uri = match &self.place {
            ConveyedPlace::Reference(uri) => uri.replace(['<', '>', '\r', '\n', ' '], ""),
            ConveyedPlace::Document(document) => {
                let host = match local {
                    IpAddr::V4(ip) => ip.to_string(),
                    // Brackets and colons cannot stand in a Content-ID.
                    IpAddr::V6(ip) => ip.to_string().replace(':', "-"),
                };
                let id = format!("location-{session}@{host}");
                invite.body = Some(beside(invite.body.take(), document, &id));
                format!("cid:{id}")
            }
        };
        let source = match self.source.as_str() {
            "" => String::new(),
            source => format!(";loc-src={source}"),
        };
        let routing = if self.routing_allowed { "yes" } else { "no" };
        invite.headers.push(("Geolocation".to_owned(), format!("<{uri}>{source}")));
        invite.headers.push(("Geolocation-Routing".to_owned(), routing.to_owned()));
    }
}

/// The document beside the description of the session.
fn beside(description: Option<Body>, document: &str, id: &str) -> Body {
    let mut parts = MultipartBuilder::new();
    if let Some(description) = description {
        parts = parts.part(&description.content_type, &[], &description.bytes);
    }
    let headers = [("Content-ID", format!("<{id}>")), ("Content-Disposition", DISPOSITION.to_owned())];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    let (content_type, octets) = parts.part(geopriv::CONTENT_TYPE, &headers, document.as_bytes()).build();
    Body { content_type, bytes: octets.into() }
}
