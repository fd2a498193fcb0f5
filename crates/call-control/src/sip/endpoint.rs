//! A SIP endpoint: what the exchange knows of a phone or a trunk.

use std::net::IpAddr;
use std::time::Duration;

use media_bridge::Codec;
use sip_ua::digest::Credentials;

use super::door::AccessRules;
use crate::identity::CallerId;

/// A phone or a trunk, as the configuration describes it. Every dialect of configuration becomes this one type.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SipEndpoint {
    /// The name: `alice` of `PJSIP/alice`.
    pub name: String,
    /// Its calls start in this context of the dialplan.
    pub context: String,
    /// Codecs that it may use, best first.
    pub codecs: Vec<Codec>,
    /// Whether digits travel as telephone-event (RFC 4733).
    pub telephone_event: bool,
    /// Shown instead of what the phone says about itself.
    pub caller: Option<CallerId>,
    /// Requests must prove one of these. None: the source is trusted, and requests are not challenged.
    pub credentials: Vec<Credentials>,
    /// Realm of its challenges, where it has one of its own.
    pub realm: Option<String>,
    /// Answers to challenges that calls towards it meet.
    pub outbound_credentials: Vec<Credentials>,
    /// Language of prompts.
    pub language: String,
    /// User part of From in calls towards it, instead of the caller's number.
    pub from_user: Option<String>,
    /// Host part of From in calls towards it, instead of our address.
    pub from_domain: Option<String>,
    /// Variables that its channels start with.
    pub variables: Vec<(String, String)>,
    /// Media goes where media comes from, for phones behind address translation.
    pub symmetric_media: bool,
    /// Only audio of the peer is heard, known by where it comes from.
    pub strict_media: bool,
    /// Address put into session descriptions instead of our own.
    pub media_address: Option<IpAddr>,
    /// A call without audio for this long ends.
    pub rtp_timeout: Option<Duration>,
    /// The same while the call is on hold.
    pub rtp_timeout_hold: Option<Duration>,
    /// Whether OPTIONS is answered without credentials.
    pub allow_unauthenticated_options: bool,
    /// Where its requests may come from. One that is kept out is answered as if the endpoint did not exist.
    pub access: AccessRules,
}

impl SipEndpoint {
    /// An endpoint of that name with the defaults of Asterisk: context `default`, G.711, telephone-event, English, no
    /// challenge.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            context: "default".to_owned(),
            codecs: vec![Codec::Pcmu, Codec::Pcma],
            telephone_event: true,
            caller: None,
            credentials: Vec::new(),
            realm: None,
            outbound_credentials: Vec::new(),
            language: "en".to_owned(),
            from_user: None,
            from_domain: None,
            variables: Vec::new(),
            symmetric_media: false,
            strict_media: true,
            media_address: None,
            rtp_timeout: None,
            rtp_timeout_hold: None,
            allow_unauthenticated_options: false,
            access: AccessRules::default(),
        }
    }
}
