//! `CHANNEL(pjsip,item)`: what the messages of a SIP channel say of it; `CHANNEL(aor)` and `CHANNEL(contact)`: which contact was called;
//! `CHANNEL(peerip)` and what else `chan_sip` had.

use call_control::Direction;
use call_control::sip::Conversation;
use sip_parser::{Contact, HeaderName, Message, NameAddr};

use crate::functions::FunctionScope;

/// An item; `None` for one that does not exist, or a channel that is none of SIP.
pub(super) fn read(scope: &FunctionScope<'_>, item: &str) -> Option<String> {
    if scope.call.technology() != "PJSIP" {
        return None;
    }
    let conversation = Conversation::of(scope.call);
    let message = conversation.invite().or_else(|| conversation.response());
    let came = scope.call.direction() == Direction::Inbound;
    let of = |read: fn(&Message) -> Option<String>| message.as_deref().and_then(read).unwrap_or_default();
    // From is theirs in what came, and ours in what we sent and they answered.
    let from: fn(&Message) -> Option<NameAddr<'_>> = |message| message.from().ok();
    let to: fn(&Message) -> Option<NameAddr<'_>> = |message| message.to().ok();
    let (ours, theirs) = if came { (to, from) } else { (from, to) };
    let address = |end: fn(&Message) -> Option<NameAddr<'_>>, part: fn(&NameAddr<'_>) -> String| {
        message.as_ref().and_then(|message| end(message).map(|address| part(&address))).unwrap_or_default()
    };
    let uri = |address: &NameAddr<'_>| address.uri_str().to_owned();
    let tag = |address: &NameAddr<'_>| address.tag().unwrap_or_default().to_owned();
    let flow = conversation.flow();
    Some(match item {
        "call-id" => of(|message| message.call_id().ok().map(str::to_owned)),
        "local_uri" => address(ours, uri),
        "local_tag" => address(ours, tag),
        "remote_uri" => address(theirs, uri),
        "remote_tag" => address(theirs, tag),
        "request_uri" => {
            conversation.target().unwrap_or_else(|| of(|message| message.uri().map(str::to_owned)))
        }
        "target_uri" => {
            let contact = of(|message| match message.contacts().next()?.ok()? {
                Contact::Address(address) => Some(address.uri_str().to_owned()),
                Contact::Star => None,
            });
            if contact.is_empty() { conversation.target().unwrap_or_default() } else { contact }
        }
        "secure" => u8::from(flow.is_some_and(|flow| flow.protocol.is_secure())).to_string(),
        "local_addr" => flow.map(|flow| flow.local.to_string()).unwrap_or_default(),
        "remote_addr" => flow.map(|flow| flow.remote.to_string()).unwrap_or_default(),
        "t38state" => "DISABLED".to_owned(),
        _ => return None,
    })
}

/// An item of `chan_sip`, which dialplans beside a `sip.conf` ask for; `None` as in [`read`].
pub(super) fn of_chan_sip(scope: &FunctionScope<'_>, item: &str) -> Option<String> {
    if scope.call.technology() != "PJSIP" {
        return None;
    }
    let conversation = Conversation::of(scope.call);
    let message = conversation.invite().or_else(|| conversation.response());
    let of = |read: fn(&Message) -> Option<String>| message.as_deref().and_then(read).unwrap_or_default();
    let source = conversation.flow().map(|flow| flow.remote);
    Some(match item {
        "peername" => scope.call.resource().to_owned(),
        "peerip" | "recvip" => {
            source.map(|source| source.ip().to_canonical().to_string()).unwrap_or_default()
        }
        "recvport" => source.map(|source| source.port().to_string()).unwrap_or_default(),
        "from" => of(|message| Some(message.from().ok()?.uri_str().to_owned())),
        "uri" => read(scope, "target_uri")?,
        "ruri" => read(scope, "request_uri")?,
        "useragent" => of(|message| {
            let own = if message.is_request() { HeaderName::UserAgent } else { HeaderName::Server };
            Some(message.raw(&own)?.to_owned())
        }),
        "t38passthrough" => "0".to_owned(),
        _ => return None,
    })
}

/// The address of record and the contact that we called; `None` for a channel that called us, or that was called by a URI of nobody here.
pub(super) fn contact(scope: &FunctionScope<'_>) -> Option<(String, String)> {
    let target = Conversation::of(scope.call).target()?;
    let target = target.strip_suffix(";user=phone").unwrap_or(&target);
    let configuration = scope.exchange.configuration();
    let endpoint = configuration.sip.endpoints.get(scope.call.resource())?;
    let has = |aor: &&String| {
        let fixed =
            configuration.sip.aors.get(*aor).is_some_and(|aor| aor.contacts.iter().any(|uri| uri == target));
        let registered = || scope.exchange.registrations().contacts(aor.as_str());
        fixed || registered().iter().any(|binding| binding.contact_uri == target)
    };
    let aor = endpoint.aors.iter().find(has)?;
    Some((aor.clone(), format!("{aor}/{target}")))
}
