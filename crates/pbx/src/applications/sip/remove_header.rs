//! `SIPRemoveHeader([start])`: takes away headers that were added before: all, those whose names begin like that, or with a
//! colon behind it the one of that name.

use call_control::sip::{Conversation, HeadersOf};
use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let removed = Conversation::of(&channel.call).remove(HeadersOf::Calls, &meant(arguments));
    channel.verbose(4, format!("SIPRemoveHeader: {removed} headers are taken away"));
    Ok(Outcome::Continue)
}

/// The names that are meant, as [`Conversation::remove`] reads them.
fn meant(argument: &str) -> String {
    match argument.trim().split_once(':') {
        Some((name, _)) => name.trim_end().to_owned(),
        None => format!("{}*", argument.trim()),
    }
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn a_start_means_many_and_a_colon_one() {
        assert_eq!(
            [meant(""), meant("P-"), meant("P-Asserted-Identity:")],
            ["*", "P-*", "P-Asserted-Identity"]
        );
    }
}
