//! What a compiler would say of a configuration: names that lead nowhere, and things that were not meant.

mod applications;
mod destinations;
mod names;
mod references;
mod secrets;

use asterisk_conf::Diagnostic;
use dialplan_vm::Dialplan;

use super::SipConfiguration;

/// Checks the files against each other.
pub(super) fn run(plan: &Dialplan, sip: &SipConfiguration, found: &mut Vec<Diagnostic>) {
    found.extend(dialplan_vm::check_jumps(plan));
    found.extend(dialplan_vm::check_conditions(plan));
    applications::check(plan, found);
    destinations::check(plan, sip, found);
    references::check(plan, sip, found);
    secrets::check(sip, found);
}
