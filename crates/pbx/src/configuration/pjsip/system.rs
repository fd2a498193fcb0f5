//! `type=system`.

use crate::configuration::values::Values;

/// What concerns the SIP stack as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct System {
    /// `disable_tcp_switch`: requests of more than 1,300 octets stay with UDP.
    pub disable_tcp_switch: bool,
}

impl Default for System {
    /// As Asterisk has it: large requests stay with UDP, in fragments, because few far ends take TCP.
    fn default() -> Self {
        Self { disable_tcp_switch: true }
    }
}

impl System {
    pub(super) fn read(values: &mut Values<'_>) -> Self {
        Self { disable_tcp_switch: values.flag("disable_tcp_switch", Self::default().disable_tcp_switch) }
    }
}
