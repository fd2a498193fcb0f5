//! `SayMoney(dollars[,currency])`: says an amount of money. The currency is `USD` where it is not said, or `EUR`.

use say::{Currency, Money};

use super::{language, list, refuse};
use crate::applications::ApplicationResult;
use crate::applications::arguments::split;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let pieces = split(arguments);
    let amount = pieces.first().map(String::as_str).unwrap_or_default();
    let mut money: Money = match amount.parse() {
        Ok(money) => money,
        Err(error) => return refuse(channel, "SayMoney", arguments, &error.to_string()),
    };
    match pieces.get(1).map(|code| Currency::parse(code)) {
        None => {}
        Some(Some(currency)) => money.currency = currency,
        Some(None) => return refuse(channel, "SayMoney", arguments, "known currencies are USD and EUR"),
    }
    let prompts = language(channel).money(money);
    list::say(channel, "SayMoney", &prompts).await
}
