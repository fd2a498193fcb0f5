//! `type=profile`, and what it comes to beside the sections that hold everywhere.

use asterisk_conf::{Diagnostic, Span};

use super::Reading;
use super::attestation::AttestationSettings;
use super::trusted::Stores;
use super::verification::{Verification, VerificationSettings};
use crate::configuration::values::Values;

/// `endpoint_behavior`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EndpointBehavior {
    /// `off`.
    #[default]
    Off,
    /// `attest`: calls to it are signed.
    Attest,
    /// `verify`: calls from it are verified.
    Verify,
    /// `on`: both.
    On,
}

impl EndpointBehavior {
    /// As it is written.
    pub fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Attest => "attest",
            Self::Verify => "verify",
            Self::On => "on",
        }
    }
}

const BEHAVIORS: &[(&str, EndpointBehavior)] = &[
    ("off", EndpointBehavior::Off),
    ("attest", EndpointBehavior::Attest),
    ("verify", EndpointBehavior::Verify),
    ("on", EndpointBehavior::On),
];

/// What a profile says itself.
#[derive(Clone, Debug)]
pub struct ProfileSection {
    /// `endpoint_behavior`.
    pub behavior: EndpointBehavior,
    /// Of signing.
    pub attestation: AttestationSettings,
    /// Of verifying.
    pub verification: VerificationSettings,
    /// Where it is.
    pub span: Span,
}

impl ProfileSection {
    pub(super) fn read(values: &mut Values<'_>, reading: &mut Reading<'_>) -> Self {
        Self {
            behavior: values.choice("endpoint_behavior", BEHAVIORS, EndpointBehavior::default()),
            attestation: AttestationSettings::read(values, reading),
            verification: VerificationSettings::read(values),
            span: values.section.name.span,
        }
    }
}

/// What holds for the endpoints that name a profile.
#[derive(Clone, Debug)]
pub struct StirShakenProfile {
    /// `endpoint_behavior`.
    pub behavior: EndpointBehavior,
    /// How callers towards them are vouched for, before what their number says; `None` where they are not.
    pub attestation: Option<AttestationSettings>,
    /// How callers from them are verified; `None` where they are not.
    pub verification: Option<Verification>,
    /// The same as it is written.
    pub verification_settings: Option<VerificationSettings>,
}

impl StirShakenProfile {
    pub(super) fn of(
        section: &ProfileSection,
        attestation: Option<&AttestationSettings>,
        verification: Option<&VerificationSettings>,
        stores: &mut Stores<'_>,
        found: &mut Vec<Diagnostic>,
    ) -> Self {
        use EndpointBehavior::{Attest, On, Verify};
        let attestation = attestation.filter(|_| matches!(section.behavior, Attest | On));
        let verification = verification.filter(|_| matches!(section.behavior, Verify | On));
        let settings = verification.map(|wider| section.verification.or(wider));
        Self {
            behavior: section.behavior,
            attestation: attestation.map(|wider| section.attestation.or(wider)),
            verification: settings.as_ref().map(|settings| stores.settle(settings, section.span, found)),
            verification_settings: settings,
        }
    }
}
