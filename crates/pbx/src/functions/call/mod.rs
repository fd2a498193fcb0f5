//! What is known of the call and of its channel.

mod caller_id;
mod channel;
mod channel_media;
mod geoloc_profile;
mod jitter_buffer;
mod message;
mod stir_shaken;
mod timeout;

use crate::functions::Function;

pub(super) const ROWS: &[Function] = &[
    Function::new("CALLERID", "CALLERID(datatype)", "The caller's number and name.", caller_id::read)
        .set(caller_id::write),
    Function::new("CHANNEL", "CHANNEL(item)", "Facts about the channel; some can be set.", channel::read)
        .set(channel::write),
    Function::new(
        "GEOLOC_PROFILE",
        "GEOLOC_PROFILE(parameter[,options])",
        "Where the caller is, and what is told of it.",
        geoloc_profile::read,
    )
    .set(geoloc_profile::write),
    Function::new(
        "JITTERBUFFER",
        "JITTERBUFFER(type)",
        "Evens out the caller's sound; can only be set.",
        jitter_buffer::read,
    )
    .set(jitter_buffer::write),
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
        "STIR_SHAKEN",
        "STIR_SHAKEN(count|n,identity|attestation|verify_result)",
        "What was thought of the caller's identity.",
        stir_shaken::read,
    ),
    Function::new(
        "TIMEOUT",
        "TIMEOUT(absolute|digit|response)",
        "Seconds that the call may last, and that the caller has to dial.",
        timeout::read,
    )
    .set(timeout::write),
];
