//! The keys of `geolocation.conf`.

/// Those of `type=location`.
pub(super) const LOCATION: &[&str] =
    &["confidence", "format", "location_info", "location_source", "method", "type"];

/// Those of `type=profile`; it may say what a location says.
pub(super) const PROFILE: &[&str] = &[
    "allow_routing_use",
    "confidence",
    "device_id",
    "format",
    "location_info",
    "location_info_refinement",
    "location_reference",
    "location_source",
    "location_variables",
    "method",
    "notes",
    "pidf_element",
    "pidf_element_id",
    "profile_precedence",
    "suppress_empty_ca_elements",
    "type",
    "usage_rules",
];

/// What is meant by a key that many write.
pub(super) fn advice(key: &str) -> Option<String> {
    (key == "location_refinement").then(|| "write location_info_refinement=".to_owned())
}
