//! A compositor that we write ourselves, and an exchange that tells it of its hints.

use std::sync::Arc;

use sip_parser::{HeaderName, Message, Method};
use sip_ua::transport::ListenConfig;
use sip_ua::user_agent::{Reply, UaEvent, UserAgentConfig};
use sip_ua::{UaEvents, UserAgentHandle};

use super::*;

pub(super) struct Compositor {
    agent: UserAgentHandle,
    events: UaEvents,
}

impl Compositor {
    pub(super) async fn new() -> Compositor {
        let mut config = UserAgentConfig::new("compositor");
        config.allow.push(Method::Publish);
        config.published_packages =
            ["dialog", "presence", "asterisk-devicestate", "asterisk-mwi"].map(str::to_owned).to_vec();
        let at = ListenConfig::new(Protocol::Udp, ([127, 0, 0, 1], 0).into());
        let (agent, events) = sip_ua::bind(config, vec![at]).await.unwrap();
        Compositor { agent, events }
    }

    pub(super) fn port(&self) -> u16 {
        self.agent.local_address(Protocol::Udp).unwrap().port()
    }

    /// The next PUBLISH, answered.
    pub(super) async fn hears(&mut self, reply: Reply) -> Arc<Message> {
        loop {
            let event = tokio::time::timeout(Duration::from_secs(10), self.events.recv()).await;
            if let UaEvent::Request { id, message: request, .. } = event.expect("something comes").unwrap() {
                assert_eq!(request.method(), Some(Method::Publish), "{request:?}");
                self.agent.respond(id, reply);
                return request;
            }
        }
    }
}

pub(super) fn granted(tag: &str) -> Reply {
    Reply::status(200).header("SIP-ETag", tag).header("Expires", "600")
}

pub(super) fn header<'m>(request: &'m Message, name: &str) -> Option<&'m str> {
    request.raw(&HeaderName::from(name)).map(str::trim)
}

fn body(request: &Message) -> String {
    String::from_utf8_lossy(request.body()).into_owned()
}

#[tokio::test]
async fn hints_go_to_a_compositor_each_as_a_resource_of_its_own() {
    let mut compositor = Compositor::new().await;
    let port = compositor.port();
    let west = House::new(
        1,
        &format!(
            "[lamps]\ntype=outbound-publish\nserver_uri=sip:127.0.0.1:{port}\nevent=dialog\nmulti_user=yes\n\
             @body=application/dialog-info+xml\n@context=^users\n@exten=^100\nexpiration=600\n"
        ),
    )
    .await;
    let first = compositor.hears(granted("one")).await;
    assert_eq!(first.uri(), Some(format!("sip:100@127.0.0.1:{port}").as_str()));
    assert_eq!((header(&first, "Event"), header(&first, "Expires")), (Some("dialog"), Some("600")));
    assert_eq!(header(&first, "Content-Type"), Some("application/dialog-info+xml"));
    assert!(
        body(&first).contains("version=\"0\"") && body(&first).contains("terminated"),
        "{}",
        body(&first)
    );
    assert!(body(&first).contains(&format!("entity=\"sip:100@127.0.0.1:{port}\"")), "{}", body(&first));
    west.set("Custom:lamp", DeviceState::InUse);
    let second = compositor.hears(granted("two")).await;
    assert_eq!(header(&second, "SIP-If-Match"), Some("one"));
    assert!(
        body(&second).contains("version=\"1\"") && body(&second).contains("confirmed"),
        "{}",
        body(&second)
    );
    let status = west.exchange.outbound_publications().unwrap().statuses().remove(0);
    assert_eq!((status.name.as_str(), status.event.as_str()), ("lamps/100", "dialog"));
    let exchange = west.exchange.clone();
    let stopped = tokio::spawn(async move { exchange.stop().await });
    let last = compositor.hears(Reply::status(200)).await;
    assert_eq!((header(&last, "Expires"), header(&last, "SIP-If-Match")), (Some("0"), Some("two")));
    stopped.await.unwrap();
}

#[tokio::test]
async fn presence_of_all_hints_goes_to_one_resource() {
    let mut compositor = Compositor::new().await;
    let port = compositor.port();
    let pjsip = format!(
        "[all]\ntype=outbound-publish\nserver_uri=sip:all@127.0.0.1:{port}\nfrom_uri=sip:pbx@example.com\n\
         event=presence\n@body=application/pidf+xml\n"
    );
    let _west = House::new(1, &pjsip).await;
    let first = compositor.hears(granted("one")).await;
    let second = compositor.hears(granted("two")).await;
    for (request, entity) in [(&first, "sip:100@127.0.0.1"), (&second, "sip:101@127.0.0.1")] {
        assert_eq!(request.uri(), Some(format!("sip:all@127.0.0.1:{port}").as_str()));
        assert!(body(request).contains(entity), "{}", body(request));
        assert!(request.from().unwrap().uri_str().starts_with("sip:pbx@example.com"));
    }
}

#[tokio::test]
async fn a_compositor_asks_for_more_time_forgets_and_is_down() {
    let mut compositor = Compositor::new().await;
    let port = compositor.port();
    let pjsip = format!(
        "[mwi]\ntype=outbound-publish\nserver_uri=sip:west@127.0.0.1:{port}\nevent=asterisk-mwi\nexpiration=60\n\
         @mailbox_state_filter=^1\n"
    );
    let west = House::new(1, &pjsip).await;
    let presence = west.exchange.presence();
    presence.set_mailbox("200", MailboxCounts { new: 7, old: 0 });
    presence.set_mailbox("100", MailboxCounts { new: 1, old: 0 });
    let brief = compositor.hears(Reply::status(423).header("Min-Expires", "600")).await;
    assert_eq!(header(&brief, "Expires"), Some("60"));
    let first = compositor.hears(granted("one")).await;
    assert_eq!(header(&first, "Expires"), Some("600"));
    let wanted =
        r#"{"eid":"02:00:00:00:00:01","new":1,"old":0,"type":"mailboxstate","uniqueid":"100@default"}"#;
    let read = |text: &str| sip_ua::event_package::ExchangeState::parse(text.as_bytes()).unwrap();
    assert_eq!(read(&body(&first)), read(wanted));
    presence.set_mailbox("101", MailboxCounts { new: 3, old: 0 });
    compositor.hears(Reply::status(412)).await;
    let anew = compositor.hears(granted("two")).await;
    assert_eq!(header(&anew, "SIP-If-Match"), None);
    assert!(body(&anew).contains("101@default"), "{}", body(&anew));
    let rest = compositor.hears(granted("three")).await;
    assert!(body(&rest).contains("100@default"), "all is told again: {}", body(&rest));
    presence.set_mailbox("101", MailboxCounts { new: 4, old: 0 });
    compositor.hears(Reply::status(503).header("Retry-After", "1")).await;
    until(
        || west.exchange.outbound_publications().unwrap().statuses()[0].problem.is_some(),
        "the problem to be seen",
    )
    .await;
    let again = compositor.hears(granted("four")).await;
    assert_eq!(header(&again, "SIP-If-Match"), Some("three"));
    assert!(body(&again).contains("\"new\":4"), "{}", body(&again));
}

#[tokio::test]
async fn credentials_answer_a_challenge_and_end_it_where_they_are_wrong() {
    let mut compositor = Compositor::new().await;
    let port = compositor.port();
    let pjsip = format!(
        "[secret]\ntype=auth\nusername=west\npassword=a-long-secret\n\
         [mwi]\ntype=outbound-publish\nserver_uri=sip:west@127.0.0.1:{port}\nevent=asterisk-mwi\noutbound_auth=secret\n\
         max_auth_attempts=1\n"
    );
    let west = House::new(1, &pjsip).await;
    west.exchange.presence().set_mailbox("100", MailboxCounts { new: 1, old: 0 });
    let challenge = || {
        let digest = r#"Digest realm="east", nonce="7a", qop="auth", algorithm=MD5"#;
        Reply::status(401).header("WWW-Authenticate", digest)
    };
    compositor.hears(challenge()).await;
    let answer = compositor.hears(challenge()).await;
    assert!(header(&answer, "Authorization").is_some_and(|said| said.contains("username=\"west\"")));
    let stopped = || west.exchange.outbound_publications().unwrap().statuses()[0].stage == Stage::Stopped;
    until(stopped, "the end of it").await;
}
