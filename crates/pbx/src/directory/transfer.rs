//! Calls that are handed on: who leaves for where.

use call_control::sip::{Referral, Referred};
use call_control::{Call, ChannelState, DialplanPosition, HangupCause, Move};
use dialplan_vm::Matching;

use crate::exchange::Exchange;
use crate::warnings;

/// The extension that decides about calls elsewhere that a party is to take over.
const EXTERNAL_REPLACES: &str = "external_replaces";

/// Sends the party that `referrer` is connected with where `referral` says.
///
/// # Errors
/// The status to refuse with.
pub(super) fn refer(exchange: &Exchange, referrer: &Call, referral: &Referral) -> Result<Referred, u16> {
    let party = referrer.partner().ok_or(400_u16)?;
    match &referral.replaces {
        Some(other) => attended(exchange, referrer, &party, other, referral),
        // To call elsewhere may cost money, which only the dialplan may spend.
        None if referral.is_elsewhere() => {
            send_on(exchange, referrer, &party, referral, EXTERNAL_REPLACES).inspect_err(|status| {
                let text = format!(
                    "the party is not joined with a call elsewhere ({status}), {}: the context of transfers has no extension '{EXTERNAL_REPLACES}'",
                    referral.refer_to
                );
                warnings::about(referrer, text);
            })
        }
        None => blind(exchange, referrer, &party, referral),
    }
}

/// Joins the parties of two calls of one phone.
fn attended(
    exchange: &Exchange,
    referrer: &Call,
    party: &Call,
    other: &Call,
    referral: &Referral,
) -> Result<Referred, u16> {
    if let Some(target) = other.partner() {
        if target.name() == party.name() || target.name() == referrer.name() {
            return Err(400);
        }
        for call in [party, &target] {
            call.set_variable("ATTENDEDTRANSFER", referrer.name());
        }
        // The one that follows is told first: the other's bridge must not take the news for a departure.
        target.send_to(Move::Follow);
        party.send_to(Move::Bridge(target));
        return Ok(Referred::Joined);
    }
    // The other call still rings, or talks to an application: the party takes the way that the phone took.
    let referred = blind(exchange, referrer, party, referral)?;
    if other.state() != ChannelState::Up || other.name() != referrer.name() {
        other.hangup(HangupCause::NORMAL);
    }
    Ok(referred)
}

/// Sends the party on through the dialplan.
fn blind(exchange: &Exchange, referrer: &Call, party: &Call, referral: &Referral) -> Result<Referred, u16> {
    let number = Some(referral.number.as_str()).filter(|number| !number.is_empty()).unwrap_or("s");
    send_on(exchange, referrer, party, referral, number)
}

/// Sends the party on to an extension of the context of transfers.
fn send_on(
    exchange: &Exchange,
    referrer: &Call,
    party: &Call,
    referral: &Referral,
    number: &str,
) -> Result<Referred, u16> {
    let context = transfer_context(exchange, referrer, party);
    let plan = exchange.configuration().dialplan.clone();
    if !matches!(plan.matching(&context, number, Some(&party.caller().number)), Matching::Matches { .. }) {
        return Err(404);
    }
    let (set, cleared) = match referral.is_elsewhere() {
        true => ("ATTENDEDTRANSFER", "BLINDTRANSFER"),
        false => ("BLINDTRANSFER", "ATTENDEDTRANSFER"),
    };
    party.set_variable(set, referrer.name());
    party.remove_variable(cleared);
    party.set_variable("SIPTRANSFER", "yes");
    party.set_variable("SIPREFERRINGCONTEXT", &context);
    referral.note_on(party);
    let watch = party.watch_transfer();
    party.send_to(Move::Dialplan(DialplanPosition {
        context: context.into(),
        extension: number.into(),
        priority: 1,
    }));
    Ok(Referred::OnItsWay(watch))
}

/// Where the number of a transfer is looked for: `TRANSFER_CONTEXT` of either party, else the context where calls of the
/// phone that transfers begin.
fn transfer_context(exchange: &Exchange, referrer: &Call, party: &Call) -> String {
    let named = |call: &Call| call.variable("TRANSFER_CONTEXT").filter(|context| !context.is_empty());
    let own = || exchange.endpoints().get(referrer.resource()).map(|endpoint| endpoint.context.clone());
    named(referrer).or_else(|| named(party)).or_else(own).unwrap_or_else(|| "default".to_owned())
}
