use std::fmt;

use crate::{Bandwidth, Channels, Settings};

/// The parameters of `a=fmtp` (RFC 7587 §6.1). Most say what the one who writes them wishes to get; those that begin
/// with `sprop` say what is likely to come of him.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// Samples a second above which nothing is heard, 8,000 to 48,000 (`maxplaybackrate`).
    pub max_playback_rate: u32,
    /// Samples a second above which nothing is said, 8,000 to 48,000 (`sprop-maxcapturerate`).
    pub max_capture_rate: u32,
    /// Bits a second that are not to be exceeded, 6,000 to 510,000 (`maxaveragebitrate`).
    pub max_average_bitrate: Option<u32>,
    /// Two channels are welcome (`stereo`). One may be sent in any case.
    pub stereo: bool,
    /// Two channels are likely to come (`sprop-stereo`).
    pub sends_stereo: bool,
    /// All packets are to have one length (`cbr`).
    pub constant: bool,
    /// A second version of lost packets can be used (`useinbandfec`).
    pub forward_correction: bool,
    /// Next to nothing need be sent in silence (`usedtx`).
    pub discontinuous: bool,
}

/// What holds where nothing is said.
impl Default for Parameters {
    fn default() -> Self {
        Self {
            max_playback_rate: 48_000,
            max_capture_rate: 48_000,
            max_average_bitrate: None,
            stereo: false,
            sends_stereo: false,
            constant: false,
            forward_correction: false,
            discontinuous: false,
        }
    }
}

impl Parameters {
    /// Reads what stands behind the payload type in `a=fmtp`.
    ///
    /// Names and values that the RFC does not know are passed over, as offers have to be understood nevertheless.
    ///
    /// ```
    /// let theirs = opus::Parameters::parse("minptime=10; useinbandfec=1; maxplaybackrate=16000");
    /// assert!(theirs.forward_correction);
    /// assert_eq!(theirs.to_string(), "maxplaybackrate=16000;useinbandfec=1");
    /// ```
    pub fn parse(text: &str) -> Self {
        let mut parameters = Self::default();
        for (name, value) in text.split(';').filter_map(|part| part.split_once('=')) {
            parameters.set(name.trim(), value.trim());
        }
        parameters
    }

    fn set(&mut self, name: &str, value: &str) {
        let number = |least, most| value.parse::<u32>().ok().filter(|number| (least..=most).contains(number));
        let place = match name.to_ascii_lowercase().as_str() {
            "maxplaybackrate" => {
                self.max_playback_rate = number(8_000, 48_000).unwrap_or(self.max_playback_rate);
                return;
            }
            "sprop-maxcapturerate" => {
                self.max_capture_rate = number(8_000, 48_000).unwrap_or(self.max_capture_rate);
                return;
            }
            "maxaveragebitrate" => {
                self.max_average_bitrate = number(6_000, 510_000).or(self.max_average_bitrate);
                return;
            }
            "stereo" => &mut self.stereo,
            "sprop-stereo" => &mut self.sends_stereo,
            "cbr" => &mut self.constant,
            "useinbandfec" => &mut self.forward_correction,
            "usedtx" => &mut self.discontinuous,
            _ => return,
        };
        *place = number(0, 1).map_or(*place, |number| number == 1);
    }

    /// How to encode for the one who wrote these, where `wished` is what this side would do of itself.
    ///
    /// The bit rate and the bandwidth become no higher than asked. Two channels, a second version of lost packets and
    /// silence that is not sent remain only where both sides want them; one length of all packets where one side does.
    pub fn settings(&self, wished: Settings) -> Settings {
        Settings {
            channels: if self.stereo { wished.channels } else { Channels::Mono },
            bitrate: self.max_average_bitrate.map_or(wished.bitrate, |most| most.min(wished.bitrate)),
            constant: self.constant || wished.constant,
            forward_correction: self.forward_correction && wished.forward_correction,
            discontinuous: self.discontinuous && wished.discontinuous,
            max_bandwidth: Bandwidth::of_rate(self.max_playback_rate).min(wished.max_bandwidth),
            ..wished
        }
    }
}

/// As it stands behind the payload type in `a=fmtp`, without what holds anyway: nothing at all, if all of it does.
impl fmt::Display for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |number: u32, default: u32| (number != default).then_some(number);
        let flag = |set: bool| set.then_some(1);
        let all = [
            ("maxplaybackrate", number(self.max_playback_rate, 48_000)),
            ("sprop-maxcapturerate", number(self.max_capture_rate, 48_000)),
            ("maxaveragebitrate", self.max_average_bitrate),
            ("stereo", flag(self.stereo)),
            ("sprop-stereo", flag(self.sends_stereo)),
            ("cbr", flag(self.constant)),
            ("useinbandfec", flag(self.forward_correction)),
            ("usedtx", flag(self.discontinuous)),
        ];
        let mut separator = "";
        for (name, value) in all.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))) {
            write!(f, "{separator}{name}={value}")?;
            separator = ";";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Parameters;
    use crate::{Bandwidth, Channels, Settings};

    #[test]
    fn the_example_of_the_rfc_is_read_and_written() {
        // RFC 7587 §7.
        let text = "maxplaybackrate=16000;sprop-maxcapturerate=16000;maxaveragebitrate=20000;stereo=1;useinbandfec=1;usedtx=0";
        let parameters = Parameters::parse(text);
        let expected = Parameters {
            max_playback_rate: 16_000,
            max_capture_rate: 16_000,
            max_average_bitrate: Some(20_000),
            stereo: true,
            forward_correction: true,
            ..Parameters::default()
        };
        assert_eq!(parameters, expected);
        assert_eq!(parameters.to_string(), text.strip_suffix(";usedtx=0").unwrap());
        assert_eq!(Parameters::parse(""), Parameters::default());
        assert_eq!(Parameters::default().to_string(), "");
    }

    #[test]
    fn what_is_not_understood_changes_nothing() {
        let text =
            "minptime=10; CBR = 1 ;usedtx=2;usedtx;maxplaybackrate=7999;maxaveragebitrate=x;=;;stereo=-1";
        assert_eq!(Parameters::parse(text), Parameters { constant: true, ..Parameters::default() });
    }

    #[test]
    fn wishes_of_both_sides_meet() {
        let wished = Settings {
            channels: Channels::Stereo,
            bitrate: 40_000,
            discontinuous: true,
            expected_loss: 5,
            ..Settings::default()
        };
        let plain = Parameters::default().settings(wished);
        let expected =
            Settings { channels: Channels::Mono, forward_correction: false, discontinuous: false, ..wished };
        assert_eq!(plain, expected);

        let theirs = "maxplaybackrate=12000;maxaveragebitrate=20000;stereo=1;useinbandfec=1;usedtx=1;cbr=1";
        let all = Parameters::parse(theirs).settings(wished);
        let expected =
            Settings { bitrate: 20_000, constant: true, max_bandwidth: Bandwidth::Medium, ..wished };
        assert_eq!(all, expected);
    }
}
