//! A number that is dialled in pieces: the first with the call, the rest as keys before the answer (`allowoverlap=dtmf`).

use std::time::Duration;

use call_control::{Call, HangupCause};
use dialplan_vm::{Dialplan, Matching};

use super::channel::{DIGIT_TIMEOUT, RESPONSE_TIMEOUT};

/// Longest number that is put together.
const LONGEST: usize = 80;

/// What a number still needs.
#[derive(Debug, PartialEq, Eq)]
enum Need {
    /// Nothing.
    Nothing,
    /// More digits are welcome for so long.
    Perhaps(Duration),
    /// More digits within so long.
    More(Duration),
    /// There is no such number, whatever follows.
    NoSuch,
}

/// Takes keys of the caller until its number leads somewhere. A number that never will ends the call.
pub(super) async fn complete(plan: &Dialplan, call: &Call, mut number: String) -> Option<String> {
    let context = call.position().context;
    let caller = call.caller().number;
    // One that the plan knows is not asked for more, though a longer one may be there (as Asterisk does it).
    if !matches!(plan.matching(&context, &number, Some(&caller)), Matching::CouldMatch) {
        return Some(number);
    }
    call.progress();
    let mut wait = RESPONSE_TIMEOUT;
    loop {
        let (wait_for, enough) = match need(plan, &context, &number, &caller, wait) {
            Need::Nothing => return Some(number),
            Need::Perhaps(time) => (time, true),
            Need::More(time) => (time, false),
            Need::NoSuch => {
                call.hangup(HangupCause::UNALLOCATED);
                return None;
            }
        };
        match call.next_digit(wait_for).await {
            Ok(Some(key)) => number.push(key),
            Ok(None) if enough => return Some(number),
            Ok(None) => {
                call.hangup(HangupCause::INCOMPLETE);
                return None;
            }
            Err(_) => return None,
        }
        wait = DIGIT_TIMEOUT;
    }
}

fn need(plan: &Dialplan, context: &str, number: &str, caller: &str, wait: Duration) -> Need {
    match plan.matching(context, number, Some(caller)) {
        _ if number.len() >= LONGEST => Need::NoSuch,
        Matching::Matches { more_could: false } => Need::Nothing,
        Matching::Matches { more_could: true } => Need::Perhaps(wait),
        Matching::CouldMatch => Need::More(wait),
        Matching::Nothing => Need::NoSuch,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use asterisk_conf::MemoryFiles;

    use super::*;
    use crate::configuration::{Configuration, Folders};

    #[test]
    fn a_number_needs_digits_until_it_is_there() {
        let text = "[phones]\nexten => 100,1,Answer()\nexten => _2XX!,1,Answer()\n";
        let files = MemoryFiles::from([("/pbx/etc/extensions.conf", text)]);
        let (configuration, report) = Configuration::load_from(&Folders::below(Path::new("/pbx")), &files);
        let plan = configuration.unwrap_or_else(|| panic!("{}", report.render(false))).dialplan;
        let wait = Duration::from_secs(5);
        let need = |number: &str| need(&plan, "phones", number, "", wait);
        assert_eq!(need(""), Need::More(wait));
        assert_eq!(need("10"), Need::More(wait));
        assert_eq!(need("100"), Need::Nothing);
        assert_eq!(need("20"), Need::More(wait));
        assert_eq!(need("9"), Need::NoSuch);
    }
}
