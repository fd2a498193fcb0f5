//! `WaitExten([seconds[,options]])`: waits for the caller to dial an extension of the context. `m(class)` lets it hear music
//! meanwhile, `d(tone)` a tone of the country (`dial`), until the first key.

use dialplan_vm::Outcome;

use super::ApplicationResult;
use super::arguments::{Options, seconds, split};
use super::dialed_digits::collect;
use crate::dialplan::DialplanChannel;

pub(super) async fn run(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    let arguments = split(arguments);
    let wait = arguments.first().and_then(|a| seconds(a)).filter(|d| !d.is_zero());
    let options = Options::parse(arguments.get(1).map(String::as_str).unwrap_or_default());
    let class = options.argument('m').filter(|class| !class.is_empty());
    let music = options.has('m').then(|| channel.call.music_while(class));
    let tone =
        options.has('d').then(|| options.argument('d').filter(|tone| !tone.is_empty()).unwrap_or("dial"));
    if let Some(tone) = tone {
        channel.call.play_indication(tone);
    }
    let first = channel.call.next_digit(wait.unwrap_or(channel.response_timeout)).await;
    drop(music);
    if tone.is_some() {
        channel.call.stop_indication();
    }
    let first = first?;
    let context = channel.machine.location().context.clone();
    match first {
        Some(key) => collect(channel, &context, Some(key)).await,
        None => {
            channel.verbose(3, format!("Timeout on {}", channel.call.name()));
            Ok(Outcome::ResponseTimeout)
        }
    }
}
