//! What devices of `sip.conf` say that no key of `pjsip.conf` does.

use crate::call_records::AmaFlags;
use crate::configuration::access::Access;

/// What one device says of itself beyond the vocabulary of `pjsip.conf`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceRules {
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
