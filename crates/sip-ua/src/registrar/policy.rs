//! What an address of record allows.

/// The rules of one address of record; in `pjsip.conf`, of one `type=aor`.
///
/// # Defaults
/// Those of `pjsip.conf`: no contact, `remove_existing` off, expiry from 60 to 7200 s, 3600 s when the
/// phone does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AorPolicy {
    /// Contacts at a time; 0 accepts no registration.
    pub max_contacts: usize,
    /// Whether a contact too many takes the place of the one that was refreshed longest ago, instead of
    /// being refused.
    pub remove_existing: bool,
    /// Whether contacts that are known to be unreachable ([`Registrar::note_reachability`]) go first to make room, also
    /// where `remove_existing` is off.
    ///
    /// [`Registrar::note_reachability`]: super::Registrar::note_reachability
    pub remove_unavailable: bool,
    /// Seconds that a registration gets at least; a shorter wish is raised.
    pub minimum_expiration: u32,
    /// Whether a wish that is too short is refused with 423 instead of being raised.
    pub refuse_brief: bool,
    /// Seconds that it gets when it does not ask.
    pub default_expiration: u32,
    /// Seconds that it gets at most; a longer wish is lowered.
    pub maximum_expiration: u32,
    /// Whether calls go to the address that the registration came from, for phones behind NAT.
    pub rewrite_contact: bool,
    /// Whether Path is kept (RFC 3327). Then one that the phone does not know of is refused with 420, for nobody would
    /// have told it who else is on the way.
    pub support_path: bool,
}

impl Default for AorPolicy {
    fn default() -> AorPolicy {
        AorPolicy {
            max_contacts: 0,
            remove_existing: false,
            remove_unavailable: false,
            minimum_expiration: 60,
            refuse_brief: false,
            default_expiration: 3600,
            maximum_expiration: 7200,
            rewrite_contact: false,
            support_path: false,
        }
    }
}

impl AorPolicy {
    /// The seconds that a wish is granted. The maximum wins over a minimum that is above it.
    #[must_use]
    pub fn grant(&self, wished: Option<u32>) -> u32 {
        let wished = wished.unwrap_or(self.default_expiration);
        wished.max(self.minimum_expiration).min(self.maximum_expiration.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_are_clamped() {
        let policy = AorPolicy::default();
        let granted = [None, Some(1), Some(60), Some(3600), Some(u32::MAX)].map(|wish| policy.grant(wish));
        assert_eq!(granted, [3600, 60, 60, 3600, 7200]);
    }
}
