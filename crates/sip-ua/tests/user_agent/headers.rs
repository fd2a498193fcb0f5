//! Which headers go with which message, as the tables of the RFCs have it.

use sip_parser::{HeaderName, Message, Method};

use crate::network::{ALICE, BOB, Network};
use crate::subscriptions::watching;

fn sent<'n>(network: &'n Network, method: &Method, status: Option<u16>) -> &'n Message {
    let is_it = |message: &&Message| {
        let of_method = message.cseq().is_ok_and(|cseq| cseq.method == *method);
        of_method && message.status() == status
    };
    network.sent.iter().find(is_it).expect("it was sent")
}

/// RFC 3261 section 19.1.1, table 1: From and To say who, and not the way there.
#[test]
fn from_and_to_have_neither_port_nor_transport() {
    let mut network = Network::new();
    let mut invite = network.invite();
    invite.target = "sip:bob@192.0.2.2:5060;transport=udp".to_owned();
    invite.to = invite.target.clone();
    invite.from = "\"Alice\" <sip:alice@192.0.2.1:5070>".to_owned();
    network.call_with(invite);
    let invite = sent(&network, &Method::Invite, None);
    assert_eq!(invite.uri(), Some("sip:bob@192.0.2.2:5060;transport=udp"));
    assert_eq!(invite.raw(&HeaderName::To), Some("<sip:bob@192.0.2.2>"));
    let from = invite.raw(&HeaderName::From).unwrap_or_default();
    assert!(from.starts_with("\"Alice\" <sip:alice@192.0.2.1>;tag="), "{from}");
}

/// RFC 6665 section 4.4.4.
#[test]
fn those_who_begin_a_call_tell_what_can_be_watched() {
    let mut network = watching();
    network.call();
    let bob = network.take();
    network.answer(bob);
    for (method, status) in [(Method::Invite, None), (Method::Invite, Some(200))] {
        let message = sent(&network, &method, status);
        assert_eq!(message.raw(&HeaderName::AllowEvents), Some("dialog, refer"), "{status:?}");
    }
    assert!(sent(&network, &Method::Ack, None).raw(&HeaderName::AllowEvents).is_none());
    let mut plain = Network::new();
    plain.call();
    assert!(
        sent(&plain, &Method::Invite, None).raw(&HeaderName::AllowEvents).is_none(),
        "nothing can be watched"
    );
}

/// RFC 6665 section 8.2.1, RFC 3515 section 2.2.
#[test]
fn news_within_a_call_say_where_we_are() {
    let mut network = watching();
    let (alice, _) = network.connect();
    let headers = vec![("Event".to_owned(), "talk".to_owned())];
    network.tell(ALICE, |agent, now| agent.notify_in_call(now, alice, headers, None));
    network.run(10);
    let notify = sent(&network, &Method::Notify, None);
    assert!(notify.raw(&HeaderName::Contact).is_some());
    network.forget();
    network.tell(ALICE, |agent, now| agent.refer(now, alice, "<sip:carol@example.com>", Vec::new()));
    network.run(10);
    assert_eq!(sent(&network, &Method::Refer, None).values(&HeaderName::Contact).count(), 1);
    assert!(network.request(BOB).is_none());
}
