//! `sip.conf`.

use asterisk_conf::{Config, Diagnostic};

use super::object::Group;

pub(super) fn translate(_: &Config, _: &Config, _: &mut Vec<Diagnostic>) -> Vec<Group> {
    Vec::new()
}
