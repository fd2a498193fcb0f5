//! What is known of the call and of its channel.

mod caller_id;
mod channel;
mod channel_items;
mod channel_media;
mod channel_pjsip;
mod connected_line;
mod geoloc_profile;
mod hangup_cause;
mod hold_intercept;
mod jitter_buffer;
mod message;
mod others;
mod party;
mod redirecting;
mod stir_shaken;
mod timeout;
mod variables;

pub(crate) use channel_media::quality as media_quality;
pub(crate) use variables::variable_of_call;

use crate::functions::Function;

pub(super) const ROWS: &[Function] = &[
    Function::new("CALLERID", "CALLERID(datatype[,CID])", "The caller's number and name.", caller_id::read)
        .set(caller_id::write),
    Function::new("CHANNEL", "CHANNEL(item)", "Facts about the channel; some can be set.", channel::read)
        .set(channel::write),
    Function::new(
        "CHANNEL_EXISTS",
        "CHANNEL_EXISTS(name_or_uid)",
        "Whether there is such a channel: 1 or 0.",
        others::exists,
    ),
    Function::new(
        "CONNECTEDLINE",
        "CONNECTEDLINE(datatype[,i])",
        "Who the phone is told that it is connected with.",
        connected_line::read,
    )
    .set(connected_line::write),
    Function::new(
        "GEOLOC_PROFILE",
        "GEOLOC_PROFILE(parameter[,options])",
        "Where the caller is, and what is told of it.",
        geoloc_profile::read,
    )
    .set(geoloc_profile::write),
    Function::new(
        "HANGUPCAUSE",
        "HANGUPCAUSE(channel[,type])",
        "What became of a call that the channel made.",
        hangup_cause::read,
    ),
    Function::new(
        "HANGUPCAUSE_KEYS",
        "HANGUPCAUSE_KEYS()",
        "The channels of those calls.",
        hangup_cause::keys,
    ),
    Function::new(
        "HOLD_INTERCEPT",
        "HOLD_INTERCEPT(set|remove)",
        "Has holds of the party told and nothing else done; can only be set.",
        hold_intercept::read,
    )
    .set(hold_intercept::write),
    Function::new(
        "JITTERBUFFER",
        "JITTERBUFFER(type)",
        "Evens out the caller's sound; can only be set.",
        jitter_buffer::read,
    )
    .set(jitter_buffer::write),
    Function::new(
        "MASTER_CHANNEL",
        "MASTER_CHANNEL(varname)",
        "A variable of the channel that the call began with.",
        others::read_master,
    )
    .set(others::write_master),
    Function::new(
        "MESSAGE",
        "MESSAGE(to|from|body|content_type)",
        "The text message that the channel carries or will send.",
        message::read,
    )
    .set(message::write),
    Function::new(
        "MESSAGE_DATA",
        "MESSAGE_DATA(name)",
        "What is attached to a text message.",
        message::read_data,
    )
    .set(message::write_data),
    Function::new(
        "REDIRECTING",
        "REDIRECTING(datatype[,i])",
        "Who passed the call on, to whom, and why.",
        redirecting::read,
    )
    .set(redirecting::write),
    Function::new(
        "STIR_SHAKEN",
        "STIR_SHAKEN(count|n,identity|attestation|verify_result)",
        "What was thought of the caller's identity.",
        stir_shaken::read,
    ),
    Function::new(
        "STIR_SHAKEN_ATTESTATION",
        "STIR_SHAKEN_ATTESTATION(suppress)",
        "Whether nobody vouches for the callers of the channel's calls.",
        stir_shaken::attestation,
    )
    .set(stir_shaken::set_attestation),
    Function::new(
        "TIMEOUT",
        "TIMEOUT(absolute|digit|response)",
        "Seconds that the call may last, and that the caller has to dial.",
        timeout::read,
    )
    .set(timeout::write),
];

#[cfg(test)]
mod tests;
