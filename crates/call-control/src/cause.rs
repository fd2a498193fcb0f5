//! Why a channel ended: the causes of ITU-T Q.850, the common currency between technologies.

use core::fmt;

/// A hang-up cause by its Q.850 number.
///
/// Technologies translate their own answers to and from it (for SIP, see [`crate::sip::causes`]), the dialplan reads it
/// as `HANGUPCAUSE`, and `Hangup(cause)` sets it.
///
/// ```
/// use call_control::HangupCause;
/// assert_eq!(HangupCause::from_name("busy"), Some(HangupCause::USER_BUSY));
/// assert_eq!(HangupCause::USER_BUSY.to_string(), "User busy (17)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HangupCause(u8);

/// One row of the table: number, constant-like name without `AST_CAUSE_`, text.
const NAMES: &[(u8, &str, &str)] = &[
    (1, "UNALLOCATED", "Unallocated (unassigned) number"),
    (2, "NO_ROUTE_TRANSIT_NET", "No route to specified transit network"),
    (3, "NO_ROUTE_DESTINATION", "No route to destination"),
    (16, "NORMAL_CLEARING", "Normal Clearing"),
    (17, "USER_BUSY", "User busy"),
    (18, "NO_USER_RESPONSE", "No user responding"),
    (19, "NO_ANSWER", "User alerting, no answer"),
    (20, "SUBSCRIBER_ABSENT", "Subscriber absent"),
    (21, "CALL_REJECTED", "Call rejected"),
    (22, "NUMBER_CHANGED", "Number changed"),
    (23, "REDIRECTED_TO_NEW_DESTINATION", "Redirected to new destination"),
    (25, "EXCHANGE_ROUTING_ERROR", "Exchange routing error"),
    (26, "ANSWERED_ELSEWHERE", "Answered elsewhere"),
    (27, "DESTINATION_OUT_OF_ORDER", "Destination out of order"),
    (28, "INVALID_NUMBER_FORMAT", "Invalid number format"),
    (29, "FACILITY_REJECTED", "Facility rejected"),
    (31, "NORMAL_UNSPECIFIED", "Normal, unspecified"),
    (34, "CONGESTION", "Circuit/channel congestion"),
    (38, "NETWORK_OUT_OF_ORDER", "Network out of order"),
    (41, "NORMAL_TEMPORARY_FAILURE", "Temporary failure"),
    (42, "SWITCH_CONGESTION", "Switching equipment congestion"),
    (44, "REQUESTED_CHAN_UNAVAIL", "Requested channel not available"),
    (50, "FACILITY_NOT_SUBSCRIBED", "Facility not subscribed"),
    (58, "BEARERCAPABILITY_NOTAVAIL", "Bearer capability not available"),
    (66, "CHAN_NOT_IMPLEMENTED", "Channel not implemented"),
    (79, "FACILITY_NOT_IMPLEMENTED", "Facility not implemented"),
    (88, "INCOMPATIBLE_DESTINATION", "Incompatible destination"),
    (102, "RECOVERY_ON_TIMER_EXPIRE", "Recover on timer expiry"),
    (111, "PROTOCOL_ERROR", "Protocol error, unspecified"),
    (127, "INTERWORKING", "Interworking, unspecified"),
];

/// Short names that dialplans use beside the long ones.
const ALIASES: &[(&str, u8)] = &[
    ("BUSY", 17),
    ("FAILURE", 38),
    ("NORMAL", 16),
    ("NOANSWER", 19),
    ("UNREGISTERED", 20),
    ("NOSUCHDRIVER", 66),
];

impl HangupCause {
    /// 1: the number is not assigned to anybody.
    pub const UNALLOCATED: Self = Self(1);
    /// 3: nobody knows a way to the destination.
    pub const NO_ROUTE: Self = Self(3);
    /// 16: a party hung up.
    pub const NORMAL: Self = Self(16);
    /// 17: the called party is busy.
    pub const USER_BUSY: Self = Self(17);
    /// 18: the called party's equipment did not react at all.
    pub const NO_RESPONSE: Self = Self(18);
    /// 19: it rang and nobody answered.
    pub const NO_ANSWER: Self = Self(19);
    /// 20: the subscriber has no phone on line.
    pub const ABSENT: Self = Self(20);
    /// 21: the called party declined.
    pub const REJECTED: Self = Self(21);
    /// 23: the call went on to another destination.
    pub const REDIRECTED: Self = Self(23);
    /// 25: the call has come round too often.
    pub const ROUTING_ERROR: Self = Self(25);
    /// 26: another phone of the same call answered.
    pub const ANSWERED_ELSEWHERE: Self = Self(26);
    /// 28: the number is incomplete.
    pub const INCOMPLETE: Self = Self(28);
    /// 31: a normal end without a better name.
    pub const NORMAL_UNSPECIFIED: Self = Self(31);
    /// 34: no circuit is free.
    pub const CONGESTION: Self = Self(34);
    /// 38: the network is out of order.
    pub const OUT_OF_ORDER: Self = Self(38);
    /// 44: the channel was asked for and is not there, also when its media dried up.
    pub const CHANNEL_UNAVAILABLE: Self = Self(44);
    /// 58: no codec in common.
    pub const BEARER_UNAVAILABLE: Self = Self(58);
    /// 66: no technology of that name.
    pub const NOT_IMPLEMENTED: Self = Self(66);
    /// 127: the other network gave a reason that has no equivalent here.
    pub const INTERWORKING: Self = Self(127);

    /// The cause with this Q.850 number; 0 and values above 127 mean "none given" and become 16.
    pub fn from_code(code: u16) -> Self {
        u8::try_from(code).ok().filter(|c| (1..=127).contains(c)).map_or(Self::NORMAL, Self)
    }

    /// The Q.850 number, 1 to 127.
    pub fn code(self) -> u8 {
        self.0
    }

    /// Reads a number or a name (`17`, `BUSY`, `USER_BUSY`, `AST_CAUSE_USER_BUSY`), in any case.
    pub fn from_name(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(code) = text.parse::<u16>() {
            return (1..=127).contains(&code).then(|| Self::from_code(code));
        }
        let name = text.to_ascii_uppercase();
        let name = name.strip_prefix("AST_CAUSE_").unwrap_or(&name);
        let long = NAMES.iter().find(|(_, n, _)| *n == name).map(|(code, ..)| *code);
        let short = || ALIASES.iter().find(|(n, _)| *n == name).map(|(_, code)| *code);
        long.or_else(short).map(Self)
    }

    /// The text of Q.850 for this cause.
    pub fn text(self) -> &'static str {
        NAMES.iter().find(|(code, ..)| *code == self.0).map_or("Unknown", |(_, _, text)| text)
    }
}

impl fmt::Display for HangupCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.text(), self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_numbers_and_aliases_are_read() {
        assert_eq!(HangupCause::from_name("17"), Some(HangupCause::USER_BUSY));
        assert_eq!(HangupCause::from_name("ast_cause_congestion"), Some(HangupCause::CONGESTION));
        assert_eq!(HangupCause::from_name("Busy"), Some(HangupCause::USER_BUSY));
        assert_eq!(HangupCause::from_name("0"), None);
        assert_eq!(HangupCause::from_name("never heard of"), None);
    }

    #[test]
    fn an_absent_cause_is_a_normal_end() {
        assert_eq!(HangupCause::from_code(0), HangupCause::NORMAL);
        assert_eq!(HangupCause::from_code(999), HangupCause::NORMAL);
    }
}
