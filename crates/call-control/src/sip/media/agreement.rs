//! What a session description changed, and how the channel hears of it.

use media_bridge::Codec;

use crate::call::Call;
use crate::technology::Report;

/// What a session description changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sip) struct Agreement {
    /// The codecs that both sides have named; the first one is in use.
    pub(in crate::sip) codecs: Vec<Codec>,
    /// The far end has put us on hold.
    pub(in crate::sip) held: bool,
    /// It is encrypted.
    pub(in crate::sip) encrypted: bool,
    /// Both sides have comfort noise.
    pub(in crate::sip) comfort_noise: bool,
}

impl Agreement {
    /// Reports it to the channel.
    pub(in crate::sip) fn tell(self, call: &Call) {
        if !self.codecs.is_empty() {
            call.report(Report::Codecs(self.codecs));
        }
        call.report(Report::Encrypted(self.encrypted));
        call.report(Report::ComfortNoise(self.comfort_noise));
        call.report(if self.held { Report::Held } else { Report::Resumed });
    }
}
