//! `geoloc_incoming_call_profile` and `geoloc_outgoing_call_profile`.

use crate::configuration::values::Values;

/// The profiles of `geolocation.conf` that the calls of an endpoint follow. Without one, no location is passed on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GeolocationOptions {
    /// That of the calls that come from it.
    pub incoming_call_profile: Option<String>,
    /// That of the calls to it.
    pub outgoing_call_profile: Option<String>,
}

impl GeolocationOptions {
    pub(super) fn read(values: &Values<'_>) -> Self {
        Self {
            incoming_call_profile: values.text("geoloc_incoming_call_profile"),
            outgoing_call_profile: values.text("geoloc_outgoing_call_profile"),
        }
    }
}
