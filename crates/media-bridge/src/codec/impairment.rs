//! What each codec takes from the quality of a call, for the E-model.

use rtp::Impairment;

use super::Codec;

impl Codec {
    /// Its impairment factors (ITU-T G.113 appendix I), with losses made up for by whoever plays it. Those that the tables do
    /// not have get the values of what comes nearest; of wide band the narrow scale knows nothing better than none.
    pub(crate) const fn impairment(self) -> Impairment {
        let (equipment, robustness) = match self {
            Self::Pcmu | Self::Pcma | Self::L16 => (0.0, 25.1),
            Self::L16Wide | Self::L16Full | Self::G722 | Self::Opus => (0.0, 25.1),
            Self::SpeexWide | Self::SpeexUltraWide | Self::Siren7 | Self::Siren14 => (0.0, 25.1),
            Self::G726 | Self::G726Aal2 | Self::Dvi4 => (7.0, 25.1),
            Self::Gsm => (20.0, 10.0),
            Self::G729 => (11.0, 19.0),
            Self::G723 => (15.0, 16.1),
            Self::Ilbc => (11.0, 32.0),
            Self::Speex => (11.0, 19.0),
        };
        Impairment { equipment, robustness }
    }
}
