//! What may not be published here, and how that is said.

use std::sync::Arc;

use sip_parser::{HeaderName, Message, Method};
use sip_ua::UserAgentHandle;
use sip_ua::transport::ListenConfig;
use sip_ua::user_agent::{Body, OutboundRequest, UserAgentConfig};

use super::*;

const DEVICE: &str =
    r#"{"type":"devicestate","device":"Custom:lamp","state":"INUSE","cachable":1,"eid":"02:00:00:00:00:01"}"#;

/// Somebody who publishes to an exchange by hand.
struct Peer<'h> {
    agent: UserAgentHandle,
    house: &'h House,
}

impl<'h> Peer<'h> {
    async fn of(house: &'h House) -> Peer<'h> {
        let at = ListenConfig::new(Protocol::Udp, ([127, 0, 0, 1], 0).into());
        let (agent, _) = sip_ua::bind(UserAgentConfig::new("west"), vec![at]).await.unwrap();
        Peer { agent, house }
    }

    /// Publishes as `from` to the resource `to`; a document is JSON unless it says `type|text`.
    async fn publishes(
        &self,
        (from, to): (&str, &str),
        headers: &[(&str, &str)],
        document: &str,
    ) -> Arc<Message> {
        let address = self.house.exchange.local_address(Protocol::Udp).unwrap();
        let flow = self.agent.flow_to(Protocol::Udp, address).unwrap();
        let target = format!("sip:{to}@{address}");
        let from = format!("<sip:{from}@127.0.0.1>");
        let mut request = OutboundRequest::new(Method::Publish, &target, flow, &from, &format!("<{target}>"));
        request.headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let (content_type, text) = document.split_once('|').unwrap_or(("application/json", document));
        let body = Body { content_type: content_type.to_owned(), bytes: text.to_owned().into() };
        request.body = (!document.is_empty()).then_some(body);
        self.agent.send_request(request).await.unwrap()
    }
}

const DEVICES: (&str, &str) = ("Event", "asterisk-devicestate");
const MAILBOXES: (&str, &str) = ("Event", "asterisk-mwi");

#[tokio::test]
async fn what_may_not_be_published_is_refused() {
    let east = House::new(
        2,
        &(takes("west")
            + "[open]\ntype=inbound-publication\nevent_asterisk-devicestate=closed\n\
               [closed]\ntype=asterisk-publication\nmailbox_state=yes\n"),
    )
    .await;
    let peer = Peer::of(&east).await;
    let brief = ("Expires", "0");
    let status = |answer: Arc<Message>| answer.status().unwrap_or_default();
    for (who, headers, document, wanted) in [
        (("west", "nobody"), vec![DEVICES], DEVICE, 404),
        (("desk", "west"), vec![DEVICES], DEVICE, 403),
        (("west", "open"), vec![MAILBOXES], DEVICE, 404),
        (("west", "open"), vec![DEVICES], DEVICE, 403),
        (("west", "west"), vec![("Event", "weather")], DEVICE, 489),
        (("west", "west"), vec![DEVICES], "text/plain|busy", 415),
        (("west", "west"), vec![DEVICES], "{}", 400),
        (("west", "west"), vec![MAILBOXES], DEVICE, 400),
        (("west", "west"), vec![DEVICES], "", 400),
        (("west", "west"), vec![DEVICES, ("SIP-If-Match", "x")], DEVICE, 412),
        (("west", "west"), vec![DEVICES, ("Expires", "soon")], DEVICE, 400),
        (("west", "west"), vec![DEVICES, brief], DEVICE, 200),
    ] {
        let answer = status(peer.publishes(who, &headers, document).await);
        assert_eq!(answer, wanted, "{who:?} {headers:?} {document}");
    }
    assert_eq!(east.device("Custom:lamp"), DeviceState::Unknown);
    assert!(east.exchange.presence().inbound_publications().is_empty());
}

#[tokio::test]
async fn states_end_with_their_publication() {
    let east = House::new(2, &takes("west")).await;
    let peer = Peer::of(&east).await;
    let west = ("west", "west");
    let answer = peer.publishes(west, &[DEVICES, ("Expires", "1")], DEVICE).await;
    assert_eq!(answer.raw(&HeaderName::from("Expires")).map(str::trim), Some("1"));
    assert_eq!(east.device("Custom:lamp"), DeviceState::InUse);
    east.sees("Custom:lamp", DeviceState::Unknown).await;
    // A state that may not be kept, one of the exchange itself, and one of a mailbox that is filtered change nothing.
    for (event, document) in [
        (DEVICES, DEVICE.replace("\"cachable\":1", "\"cachable\":0")),
        (DEVICES, DEVICE.replace("00:01", "00:02")),
        (
            MAILBOXES,
            r#"{"type":"mailboxstate","uniqueid":"200@default","old":1,"new":1,"eid":"02:00:00:00:00:01"}"#
                .into(),
        ),
    ] {
        let answer = peer.publishes(west, &[event], &document).await;
        assert_eq!(answer.status(), Some(200), "{document}");
    }
    assert_eq!(east.device("Custom:lamp"), DeviceState::Unknown);
    assert_eq!(east.exchange.presence().mailbox("200"), MailboxCounts::default());
}
