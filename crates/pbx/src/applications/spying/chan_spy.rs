//! `ChanSpy([prefix[,options]])`: listens to the channels whose names begin like that, one after the other.
//!
//! Options: `b` bridged channels alone, `w` whispers to the party, `W` without hearing it, `B` speaks to both, `d` lets 4, 5 and 6 choose
//! between listening, whispering and barging, `o` hears only what the party says, `q` does not beep, `v(x)` volume (−4 to 4), `c(key)`
//! the key for the next channel, `x(key)` the key that ends it, `X` lets keys lead to extensions, `E` ends with the channel, `S` when
//! there is none left, `g(group)` channels with that in `SPYGROUP`, `e(name:…)` channels of these endpoints, `r(name)` records
//! what is heard, `u` the name is a whole one or a unique id, `n(mailbox,context)` says the name that the party has recorded, `s` not the
//! technology of a channel, `N` does not answer. `l` changes nothing here; `D` is not known, and told of.

use super::{Wishes, spy};
use crate::applications::ApplicationResult;
use crate::applications::arguments::split;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let arguments = split(arguments);
    let argument = |n: usize| arguments.get(n).map(String::as_str).unwrap_or_default();
    let wishes = Wishes::parse(argument(1));
    let (prefix, whole) = (argument(0).to_owned(), wishes.whole_name);
    spy(channel, &wishes, |call, keyed| {
        if whole && keyed.is_empty() {
            return call.name().eq_ignore_ascii_case(&prefix) || call.unique_id() == prefix;
        }
        // Digits that were keyed in are the name of an endpoint.
        let wanted = if keyed.is_empty() {
            prefix.clone()
        } else {
            let technology = prefix.split('/').next().filter(|name| !name.is_empty());
            format!("{}/{keyed}-", technology.unwrap_or(call.technology()))
        };
        let name = call.name().get(..wanted.len());
        name.is_some_and(|start| start.eq_ignore_ascii_case(&wanted))
    })
    .await
}
