//! What the rules of `say.conf` make of something to say.

use call_control::CallError;
use say::Prompt;
use say::rules::RuleError;

use super::list::play_until;
use crate::dialplan::DialplanChannel;

/// The variable by which a rule reads what is to be said.
const SAY: &str = "SAY";

/// The prompts of `prefix:data` or `prefix:format:data` in the channel's language.
pub(in crate::applications) fn prompts(
    channel: &mut DialplanChannel,
    text: &str,
) -> Result<Vec<Prompt>, RuleError> {
    let rules = channel.exchange.configuration().say_rules.clone();
    let language = channel.call.language();
    let before = channel.call.variable(SAY);
    let prompts = rules.prompts(text, &language, &mut |say, part| {
        if !part.contains('$') {
            return part.to_owned();
        }
        channel.set(SAY, say);
        channel.substitute(part)
    });
    channel.call.restore_variable(SAY, before.as_deref());
    prompts
}

/// The prompts by the rules where `say.conf` wants them in place of those of the language. A thing without a rule is told of,
/// and said as usual.
pub(super) fn in_place_of_built_in(channel: &mut DialplanChannel, text: &str) -> Option<Vec<Prompt>> {
    if !channel.exchange.configuration().say_rules.replace_built_in {
        return None;
    }
    prompts(channel, text)
        .map_err(|problem| channel.warning(format!("{problem}; it is said as with mode=old")))
        .ok()
}

/// Plays what the rules make of `text`. `false` where there is no rule.
pub(in crate::applications) async fn play(
    channel: &mut DialplanChannel,
    application: &str,
    text: &str,
) -> Result<bool, CallError> {
    match prompts(channel, text) {
        Ok(prompts) => play_until(channel, application, &prompts, |_| false).await.map(|_| true),
        Err(problem) => {
            channel.warning(format!("{application}: {problem}"));
            Ok(false)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::testing::Bench;

    const FILE: &str = "[general]\nmode=new\n[base](!)\n_[n]um:0. => num:${SAY:1}\n_[n]um:X => digits/${SAY}\n\
        _[n]um:[2-9]X => digits/${SAY:0:1}0, num:${SAY:1}\n\
        _[n]um:XXX => num:${SAY:0:1}, digits/hundred, num:${SAY:1}\n\
        _date:[I]:. => num:${IF($[${SAY:8:2} > 12]?$[${SAY:8:2} % 12]:${SAY:8:2})}\n[en](base)\n";

    #[tokio::test]
    async fn rules_are_filled_in_as_dialplans_are() {
        let mut bench = Bench::with(&[("say.conf", FILE)]).await;
        bench.channel.set("SAY", "mine");
        let mut say = |text: &str| prompts(&mut bench.channel, text).unwrap().join(" ");
        assert_eq!(say("num:345"), "digits/3 digits/hundred digits/40 digits/5");
        assert_eq!(say("date:I:200604172030.00-1-107"), "digits/8");
        assert!(in_place_of_built_in(&mut bench.channel, "song:la").is_none());
        assert_eq!(bench.channel.call.variable("SAY").as_deref(), Some("mine"));
        assert_eq!(bench.warnings().len(), 1);
    }
}
