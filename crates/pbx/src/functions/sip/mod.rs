//! The messages of SIP channels, and what is configured and registered of their phones.

mod configured;
mod dial_contacts;
mod header_parameter;
mod headers;
mod peer;
mod session;
mod uri;

use crate::functions::Function;

pub(super) const ROWS: &[Function] = &[
    Function::new(
        "PJSIP_AOR",
        "PJSIP_AOR(name,field)",
        "An option of an address of record.",
        configured::aor,
    ),
    Function::new(
        "PJSIP_CONTACT",
        "PJSIP_CONTACT(name,field)",
        "What is known of a contact.",
        configured::contact,
    ),
    Function::new(
        "PJSIP_DIAL_CONTACTS",
        "PJSIP_DIAL_CONTACTS(endpoint[,aor[,request_user]])",
        "All contacts of an endpoint, as Dial takes them.",
        dial_contacts::read,
    ),
    Function::new(
        "PJSIP_DTMF_MODE",
        "PJSIP_DTMF_MODE()",
        "How keys travel between the phone and the exchange, as dtmf_mode says it.",
        session::dtmf_mode,
    )
    .set(session::set_dtmf_mode),
    Function::new(
        "PJSIP_ENDPOINT",
        "PJSIP_ENDPOINT(name,field)",
        "An option of an endpoint.",
        configured::endpoint,
    ),
    Function::new(
        "PJSIP_HEADER",
        "PJSIP_HEADER(action,name[,number])",
        "A header of the channel's INVITE; on one that we call, headers are added.",
        headers::read,
    )
    .set(headers::write),
    Function::new(
        "PJSIP_HEADERS",
        "PJSIP_HEADERS([prefix])",
        "The names of the INVITE's headers.",
        headers::names,
    ),
    Function::new(
        "PJSIP_HEADER_PARAM",
        "PJSIP_HEADER_PARAM(header_name,parameter_type,parameter_name)",
        "A parameter of a header of the INVITE.",
        header_parameter::read,
    ),
    Function::new(
        "PJSIP_INHERITABLE_HEADER",
        "PJSIP_INHERITABLE_HEADER(action,name[,number])",
        "Headers of the INVITEs of the calls that the channel makes; can only be set.",
        headers::cannot_read,
    )
    .set(headers::write_inheritable),
    Function::new(
        "PJSIP_MEDIA_OFFER",
        "PJSIP_MEDIA_OFFER(media)",
        "The codecs that the phone is offered or answered.",
        session::media_offer,
    )
    .set(session::set_media_offer),
    Function::new(
        "PJSIP_MOH_PASSTHROUGH",
        "PJSIP_MOH_PASSTHROUGH()",
        "Whether the phone is told that it is held: yes or no.",
        session::passes_hold,
    )
    .set(session::set_passes_hold),
    Function::new("PJSIP_PARSE_URI", "PJSIP_PARSE_URI(uri,type)", "A part of an address.", uri::read),
    Function::new(
        "PJSIP_PARSE_URI_FROM",
        "PJSIP_PARSE_URI_FROM(uri,type)",
        "A part of the address in a variable.",
        uri::read_variable,
    ),
    Function::new(
        "PJSIP_RESPONSE_HEADER",
        "PJSIP_RESPONSE_HEADER(action,name[,number])",
        "A header of the last response to our INVITE.",
        headers::read_response,
    ),
    Function::new(
        "PJSIP_RESPONSE_HEADERS",
        "PJSIP_RESPONSE_HEADERS([prefix])",
        "The names of the headers of that response.",
        headers::response_names,
    ),
    Function::new(
        "PJSIP_SEND_SESSION_REFRESH",
        "PJSIP_SEND_SESSION_REFRESH([update_type])",
        "Offers the phone its session anew; can only be set.",
        session::cannot_read,
    )
    .set(session::refresh),
    Function::new(
        "PJSIP_TRANSFER_HANDLING",
        "PJSIP_TRANSFER_HANDLING()",
        "Who sees to transfers of the phone: core.",
        session::transfer_handling,
    )
    .set(session::set_transfer_handling),
    Function::new(
        "SIPPEER",
        "SIPPEER(name[,item])",
        "What is known of a phone, in the words of sip.conf.",
        peer::read,
    ),
    Function::new(
        "SIP_HEADER",
        "SIP_HEADER(name[,number])",
        "A header of the channel's INVITE.",
        headers::read_plain,
    ),
];

#[cfg(test)]
mod tests;
