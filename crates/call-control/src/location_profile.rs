//! Where a caller is, and what may be told of it: what a channel carries from the one who calls to those that it dials.

use sip_ua::geopriv::PidfElement;

/// A geolocation profile on a channel. Texts may be templates of the configuration, in which variables are put when the
/// location is told; what came from a peer or from a dialplan is literal, and stays as it is whatever it looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocationProfile {
    /// Its name in the configuration; `<incoming>` where a peer told it.
    pub id: String,
    /// The location of the configuration that it names; empty where it has its own.
    pub location_reference: String,
    /// How its own location is given; `None` where it has none.
    pub format: Option<LocationFormat>,
    /// How the location was found out: `GPS`, `Manual` …; empty where that is not said.
    pub method: String,
    /// The host that knows the location (RFC 8787); empty where that is not said.
    pub location_source: String,
    /// What describes its own location: names and values.
    pub location_info: Settings,
    /// What stands beside or in place of that.
    pub refinement: Settings,
    /// Variables for its templates.
    pub variables: Settings,
    /// `retransmission-allowed` and `retention-expires`.
    pub usage_rules: Settings,
    /// `pdf` and `value`: how sure the location is.
    pub confidence: Settings,
    /// What of the document holds the location.
    pub pidf_element: PidfElement,
    /// `id` of that element.
    pub pidf_element_id: Setting,
    /// `deviceID`.
    pub device_id: Setting,
    /// What people should know of the location.
    pub notes: Setting,
    /// Whether the location may be used to find the way of the call (RFC 6442 section 4.2).
    pub allow_routing_use: bool,
    /// Whether elements of an address are left out that are empty.
    pub suppress_empty_ca_elements: bool,
    /// Which of two profiles counts.
    pub precedence: ProfilePrecedence,
    /// Whether channels that this one dials have it too.
    pub inheritable: bool,
}

/// Names and texts, in order.
pub type Settings = Vec<(String, Setting)>;

/// A text of a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setting {
    /// The text.
    pub text: String,
    /// It is a template of the configuration.
    pub is_template: bool,
}

impl Setting {
    /// A text that stays as it is.
    pub fn literal(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_template: false }
    }

    /// A text of the configuration.
    pub fn template(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_template: true }
    }
}

/// How a location is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocationFormat {
    /// By country, town, street … (RFC 5139).
    CivicAddress,
    /// By coordinates (RFC 5491).
    Gml,
    /// By a URI where it can be had.
    Uri,
}

impl LocationFormat {
    /// All of them, with their names.
    pub const ALL: [(&'static str, Self); 3] =
        [("civicAddress", Self::CivicAddress), ("GML", Self::Gml), ("URI", Self::Uri)];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::CivicAddress => "civicAddress",
            Self::Gml => "GML",
            Self::Uri => "URI",
        }
    }
}

/// Which of two profiles counts: that of the endpoint, or that which the call brings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProfilePrecedence {
    /// That of the call, if it has a location, else that of the endpoint.
    PreferIncoming,
    /// That of the endpoint, if it has a location, else that of the call.
    PreferConfig,
    /// That of the endpoint.
    #[default]
    DiscardIncoming,
    /// That of the call.
    DiscardConfig,
}

impl ProfilePrecedence {
    /// All of them, with their names.
    pub const ALL: [(&'static str, Self); 4] = [
        ("prefer_incoming", Self::PreferIncoming),
        ("prefer_config", Self::PreferConfig),
        ("discard_incoming", Self::DiscardIncoming),
        ("discard_config", Self::DiscardConfig),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::PreferIncoming => "prefer_incoming",
            Self::PreferConfig => "prefer_config",
            Self::DiscardIncoming => "discard_incoming",
            Self::DiscardConfig => "discard_config",
        }
    }

    /// Which of the two counts; neither is there unless it has a location.
    pub fn choose<P>(self, incoming: Option<P>, configured: Option<P>) -> Option<P> {
        match self {
            Self::PreferIncoming => incoming.or(configured),
            Self::PreferConfig => configured.or(incoming),
            Self::DiscardIncoming => configured,
            Self::DiscardConfig => incoming,
        }
    }
}

impl LocationProfile {
    /// A profile of that name without a location, with the defaults of Asterisk.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            location_reference: String::new(),
            format: None,
            method: String::new(),
            location_source: String::new(),
            location_info: Settings::new(),
            refinement: Settings::new(),
            variables: Settings::new(),
            usage_rules: Settings::new(),
            confidence: Settings::new(),
            pidf_element: PidfElement::default(),
            pidf_element_id: Setting::default(),
            device_id: Setting::default(),
            notes: Setting::default(),
            allow_routing_use: false,
            suppress_empty_ca_elements: false,
            precedence: ProfilePrecedence::default(),
            inheritable: true,
        }
    }

    /// Whether it says where somebody is.
    pub fn has_location(&self) -> bool {
        !self.location_reference.is_empty() || (self.format.is_some() && !self.location_info.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_two_profiles_counts() {
        let choose = |precedence: ProfilePrecedence| {
            [(Some(1), Some(2)), (Some(1), None), (None, Some(2)), (None, None)]
                .map(|(incoming, configured)| precedence.choose(incoming, configured))
        };
        assert_eq!(choose(ProfilePrecedence::PreferIncoming), [Some(1), Some(1), Some(2), None]);
        assert_eq!(choose(ProfilePrecedence::PreferConfig), [Some(2), Some(1), Some(2), None]);
        assert_eq!(choose(ProfilePrecedence::DiscardIncoming), [Some(2), None, Some(2), None]);
        assert_eq!(choose(ProfilePrecedence::DiscardConfig), [Some(1), Some(1), None, None]);
    }
}
