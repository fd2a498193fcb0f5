//! What devices of `sip.conf` say that no key of `pjsip.conf` does.

use crate::call_records::AmaFlags;
use crate::configuration::access::Access;

/// What one device says of itself beyond the vocabulary of `pjsip.conf`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceRules {
    /// How its requests are told from those of others.
    pub recognition: Option<Recognition>,
    /// Whether its calls are believed when they come from where it registered.
    pub registrant: Option<Registrant>,
    /// Audio that passes the exchange by.
    pub direct_media: Option<DirectMediaRules>,
    /// `regexten`: the extensions that it has while it is registered.
    pub registered_extensions: Option<String>,
    /// `call-limit`: how many calls it may have at a time.
    pub call_limit: Option<usize>,
    /// `amaflags`: how billing is to treat its calls.
    pub ama_flags: Option<AmaFlags>,
}

/// How a request is known to be a device's. The user name of From leads to friends and users first, and only then does the
/// address lead to a peer: a phone that stands where a trunk does is not taken for the trunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recognition {
    /// `type=friend`, `type=user`: its name in From counts before any address.
    pub by_name_first: bool,
    /// `host=dynamic`: it is known by where it registered.
    pub registers: bool,
    /// The port of its fixed host, which tells devices at one host apart.
    pub port: u16,
    /// `insecure=port`: it is known by other ports of its address, too.
    pub any_port: bool,
}

/// A device with `host=dynamic` and `insecure=invite`: it proves who it is when it registers, and calls from there are not
/// challenged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registrant {
    /// `insecure=port`: calls may come from another port of that address.
    pub any_port: bool,
}

/// What `sip.conf` says of audio that passes the exchange by, and `pjsip.conf` has no keys for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DirectMediaRules {
    /// `directrtpsetup`: from the first INVITE on.
    pub early: bool,
    /// `directmediadeny`, `directmediapermit`, `directmediaacl`: where the other party may be.
    pub peers: Access,
}
