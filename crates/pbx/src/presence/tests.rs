//! A whole exchange and a phone that watches it, over loopback.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use call_control::Prompts;
use sip_parser::{HeaderName, Method};
use sip_ua::transport::{ListenConfig, Protocol};
use sip_ua::user_agent::{
    Body, EventId, OutboundRequest, OutboundSubscribe, Reply, SubscriptionEnd, SubscriptionEvent,
    SubscriptionId, UaEvent, UserAgentConfig,
};
use sip_ua::{UaEvents, UserAgentHandle};

use super::*;
use crate::configuration::{Configuration, Folders, Part};

const PLAN: &str = "[phones]\nexten => 100,hint,PJSIP/desk\nexten => 200,hint,Custom:lamp\n\
                    exten => _3XX,hint,Custom:${EXTEN},CustomPresence:${EXTEN}\n";

/// A phone that listens, and an exchange that knows where.
struct Scene {
    folder: tempfile::TempDir,
    exchange: Arc<Exchange>,
    phone: UserAgentHandle,
    events: UaEvents,
}

async fn scene() -> Scene {
    scene_with("mwi_disable_initial_unsolicited=yes", "", "").await
}

/// With more lines for `type=global`, for the endpoint, and for its list.
async fn scene_with(global: &str, endpoint: &str, list: &str) -> Scene {
    scene_at("127.0.0.1", global, endpoint, list).await
}

/// The same, served at this address.
async fn scene_at(bind: &str, global: &str, endpoint: &str, list: &str) -> Scene {
    let mut config = UserAgentConfig::new("phone");
    config.supported.push("eventlist".to_owned());
    let at = ListenConfig::new(Protocol::Udp, ([127, 0, 0, 1], 0).into());
    let (phone, events) = sip_ua::bind(config, vec![at]).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let address = phone.local_address(Protocol::Udp).unwrap();
    write(
        folder.path(),
        "pjsip.conf",
        &format!(
            "[udp]\ntype=transport\nprotocol=udp\nbind={bind}:0\n\
         [global]\ntype=global\n{global}\n\
         [desk]\ntype=endpoint\ncontext=phones\naors=desk\nmailboxes=100@default,101\n{endpoint}\n\
         [desk]\ntype=aor\ncontact=sip:desk@{address}\nvoicemail_extension=*97\n\
         [all]\ntype=resource_list\nevent=presence\nlist_item=200,999\nlist_item=301\n{list}\n"
        ),
    );
    write(folder.path(), "extensions.conf", PLAN);
    let exchange = start(folder.path()).await;
    Scene { folder, exchange, phone, events }
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).unwrap();
}

async fn start(folder: &Path) -> Arc<Exchange> {
    let folders = Folders::from_argument(folder).unwrap();
    for written in folders.written() {
        std::fs::create_dir_all(written).unwrap();
    }
    let (configuration, report) = Configuration::load(&folders);
    let configuration = configuration.unwrap_or_else(|| panic!("{}", report.render(false)));
    Exchange::start(configuration, Prompts::default(), Vec::new()).await.unwrap()
}

impl Scene {
    fn watch(&self, number: &str, package: &str) -> SubscriptionId {
        self.watch_with(number, package, Vec::new())
    }

    fn watch_with(&self, number: &str, package: &str, headers: Vec<(String, String)>) -> SubscriptionId {
        let exchange = self.exchange.local_address(Protocol::Udp).unwrap();
        let flow = self.phone.flow_to(Protocol::Udp, exchange).unwrap();
        let id = SubscriptionId::next();
        let target = format!("sip:{number}@{exchange}");
        self.phone.subscribe(
            id,
            OutboundSubscribe {
                to: format!("<{target}>"),
                target,
                from: "<sip:desk@127.0.0.1>".to_owned(),
                contact: format!("<sip:desk@{}>", flow.local),
                flow,
                route: Vec::new(),
                headers,
                event: EventId::new(package),
                expires: 600,
                credentials: Vec::new(),
            },
        );
        id
    }

    async fn event(&mut self) -> UaEvent {
        let event = tokio::time::timeout(Duration::from_secs(10), self.events.recv()).await;
        event.expect("something comes").expect("the phone lives")
    }

    /// The next document of a subscription.
    async fn told(&mut self) -> String {
        loop {
            match self.event().await {
                UaEvent::Subscription(_, SubscriptionEvent::Notified { message, .. }) => {
                    return String::from_utf8_lossy(message.body()).into_owned();
                }
                UaEvent::Subscription(_, SubscriptionEvent::Granted { .. }) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    async fn ended(&mut self) -> SubscriptionEnd {
        match self.event().await {
            UaEvent::Subscription(_, SubscriptionEvent::Ended { reason, .. }) => reason,
            other => panic!("{other:?}"),
        }
    }

    /// The next NOTIFY that nobody subscribed to.
    async fn unsolicited(&mut self) -> String {
        match self.event().await {
            UaEvent::Request { id, message, .. } => {
                self.phone.respond(id, Reply::status(200));
                assert_eq!(message.raw(&HeaderName::Event), Some("message-summary"));
                assert_eq!(message.raw(&HeaderName::SubscriptionState), Some("terminated"));
                String::from_utf8_lossy(message.body()).into_owned()
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_lamp_that_is_set_is_told_once() {
    let mut scene = scene().await;
    let presence = scene.exchange.presence().clone();
    scene.watch("200", "dialog");
    assert!(scene.told().await.contains("version=\"0\""));
    presence.set_device("Custom:lamp", DeviceState::InUse);
    let told = scene.told().await;
    assert!(told.contains("version=\"1\"") && told.contains("confirmed"), "{told}");
    presence.set_device("Custom:lamp", DeviceState::InUse);
    presence.set_device("Custom:lamp", DeviceState::OnHold);
    let told = scene.told().await;
    assert!(
        told.contains("version=\"2\"") && told.contains("+sip.rendering"),
        "the same is not told twice: {told}"
    );
    let rows = presence.subscriptions();
    assert_eq!((rows.len(), rows[0].package, rows[0].endpoint.as_str()), (1, "dialog", "desk"));
    assert!((590..=600).contains(&rows[0].expires), "{}", rows[0].expires);
    assert_eq!(presence.hints()[1].watchers, 1);
}

#[tokio::test]
async fn waiting_messages_light_the_lamps() {
    let mut scene = scene().await;
    let presence = scene.exchange.presence().clone();
    presence.set_mailbox("101@default", MailboxCounts { new: 2, old: 1 });
    let told = scene.unsolicited().await;
    assert!(
        told.contains("Messages-Waiting: yes\r\n") && told.contains("Voice-Message: 2/1 (0/0)"),
        "{told}"
    );
    assert!(told.contains("Message-Account: sip:*97@"), "{told}");
    presence.set_mailbox("elsewhere", MailboxCounts { new: 9, old: 9 });

    scene.watch("desk", "message-summary");
    assert!(scene.told().await.contains("Voice-Message: 2/1"));
    struct Voicemail;
    impl MailboxSource for Voicemail {
        fn counts(&self, mailbox: &str) -> Option<MailboxCounts> {
            (mailbox == "100@default").then_some(MailboxCounts { new: 5, old: 0 })
        }
    }
    presence.count_messages_by(Arc::new(Voicemail));
    presence.mailbox_changed("100");
    let (mut solicited, mut unsolicited) = (None, None);
    while solicited.is_none() || unsolicited.is_none() {
        match scene.event().await {
            UaEvent::Subscription(_, SubscriptionEvent::Notified { message, .. }) => {
                solicited = Some(message)
            }
            UaEvent::Request { id, message, .. } => {
                scene.phone.respond(id, Reply::status(200));
                unsolicited = Some(message);
            }
            other => panic!("{other:?}"),
        }
    }
    for message in [solicited, unsolicited].into_iter().flatten() {
        let text = String::from_utf8_lossy(message.body()).into_owned();
        assert!(text.contains("Voice-Message: 7/1"), "both mailboxes together: {text}");
    }
}

#[tokio::test]
async fn mailboxes_may_be_told_each_by_itself() {
    let mut scene = scene_with("", "aggregate_mwi=no", "").await;
    let presence = scene.exchange.presence().clone();
    for _ in 0..2 {
        let told = scene.unsolicited().await;
        assert!(told.contains("Voice-Message: 0/0"), "as the exchange starts, of each: {told}");
    }
    presence.set_mailbox("100", MailboxCounts { new: 1, old: 0 });
    assert!(scene.unsolicited().await.contains("Voice-Message: 1/0"));
    presence.set_mailbox("101", MailboxCounts { new: 3, old: 0 });
    assert!(scene.unsolicited().await.contains("Voice-Message: 3/0"), "of the one that changed alone");
}

#[tokio::test]
async fn a_subscription_may_stand_in_place_of_what_nobody_asked_for() {
    let lines = "mwi_subscribe_replaces_unsolicited=yes\nmwi_from_user=voicemail\nvoicemail_extension=*98";
    let mut scene = scene_with("mwi_disable_initial_unsolicited=yes", lines, "").await;
    let presence = scene.exchange.presence().clone();
    presence.set_mailbox("100", MailboxCounts { new: 1, old: 0 });
    let UaEvent::Request { id, message, .. } = scene.event().await else { panic!("a NOTIFY") };
    scene.phone.respond(id, Reply::status(200));
    let (from, body) = (message.raw(&HeaderName::From).unwrap_or_default(), message.body());
    assert!(from.contains("sip:voicemail@"), "{from}");
    assert!(String::from_utf8_lossy(body).contains("Message-Account: sip:*98@"));
    scene.watch("desk", "message-summary");
    assert!(scene.told().await.contains("Voice-Message: 1/0"));
    presence.set_mailbox("100", MailboxCounts { new: 2, old: 0 });
    assert!(scene.told().await.contains("Voice-Message: 2/0"), "by the subscription");
    presence.set_mailbox("100", MailboxCounts { new: 3, old: 0 });
    assert!(scene.told().await.contains("Voice-Message: 3/0"), "and by nothing else");
}

#[tokio::test]
async fn the_number_for_messages_is_where_the_phone_sees_us() {
    let quiet = "mwi_disable_initial_unsolicited=yes";
    let mut scene = scene_at("0.0.0.0", quiet, "voicemail_extension=*98", "").await;
    scene.exchange.presence().set_mailbox("100", MailboxCounts { new: 1, old: 0 });
    let told = scene.unsolicited().await;
    assert!(told.contains("Message-Account: sip:*98@127.0.0.1:"), "{told}");
}

#[tokio::test]
async fn a_provider_tells_what_waits_there() {
    let scene =
        scene_with("mwi_disable_initial_unsolicited=yes", "incoming_mwi_mailbox=900@provider", "").await;
    let exchange = scene.exchange.local_address(Protocol::Udp).unwrap();
    let flow = scene.phone.flow_to(Protocol::Udp, exchange).unwrap();
    let tell = async |event: &str, text: &'static str| {
        let (from, to) = ("<sip:desk@127.0.0.1>", "<sip:pbx@127.0.0.1>");
        let target = format!("sip:pbx@{exchange}");
        let mut request = OutboundRequest::new(Method::Notify, &target, flow, from, to);
        request.headers = vec![
            ("Event".to_owned(), event.to_owned()),
            ("Subscription-State".to_owned(), "active".to_owned()),
        ];
        let content_type = "application/simple-message-summary".to_owned();
        request.body = Some(Body { content_type, bytes: text.into() });
        scene.phone.send_request(request).await.unwrap().status()
    };
    let text = "Messages-Waiting: yes\r\nVoice-Message: 3/1 (0/0)\r\n";
    assert_eq!(tell("message-summary", text).await, Some(200));
    assert_eq!(scene.exchange.presence().mailbox("900@provider"), MailboxCounts { new: 3, old: 1 });
    assert_eq!(tell("message-summary", "Hello").await, Some(400));
    assert_eq!(tell("keep-alive", text).await, Some(489));
}

#[tokio::test]
async fn changes_of_a_list_may_be_gathered() {
    let quiet = "mwi_disable_initial_unsolicited=yes";
    let mut scene = scene_with(quiet, "", "notification_batch_interval=300").await;
    let presence = scene.exchange.presence().clone();
    scene.watch_with("all", "presence", vec![("Supported".to_owned(), "eventlist".to_owned())]);
    assert!(scene.told().await.contains("version=\"0\""));
    let before = std::time::Instant::now();
    presence.set_device("Custom:lamp", DeviceState::InUse);
    presence.set_device("Custom:301", DeviceState::InUse);
    let told = scene.told().await;
    assert!(told.contains("version=\"1\"") && told.matches("On the phone").count() == 2, "{told}");
    assert!(before.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn old_clients_are_told_in_their_own_form() {
    let mut scene = scene().await;
    let takes = |content_type: &str| vec![("Accept".to_owned(), content_type.to_owned())];
    scene.watch_with("200", "presence", takes("application/xpidf+xml"));
    let told = scene.told().await;
    assert!(told.contains("<msnsubstatus substatus=\"online\"/>"), "{told}");
    scene.watch_with("200", "presence", takes("application/xpidf+xml, application/cpim-pidf+xml"));
    assert!(scene.told().await.contains("urn:ietf:params:xml:ns:pidf"));
    scene.watch_with("200", "presence", takes("text/plain"));
    assert_eq!(scene.ended().await, SubscriptionEnd::Refused(406));
}

#[tokio::test]
async fn a_reload_tells_what_became_of_hints() {
    let mut scene = scene().await;
    let presence = scene.exchange.presence().clone();
    presence.set_device("Custom:other", DeviceState::Busy);
    presence.set_presence("CustomPresence:305", PresenceValue::parse("away,lunch,Soon").unwrap());
    scene.watch("200", "presence");
    assert!(scene.told().await.contains("Ready"));
    scene.watch("305", "presence");
    let told = scene.told().await;
    assert!(
        told.contains("<rpid:away/>") && told.contains("Soon"),
        "a pattern stands for each number: {told}"
    );
    write(scene.folder.path(), "extensions.conf", "[phones]\nexten => 200,hint,Custom:other\n");
    assert!(!scene.exchange.reload(Part::Dialplan).await.has_errors());
    let mut seen = (false, false);
    while seen != (true, true) {
        match scene.event().await {
            UaEvent::Subscription(_, SubscriptionEvent::Notified { message, .. }) => {
                assert!(String::from_utf8_lossy(message.body()).contains("On the phone"));
                seen.0 = true;
            }
            UaEvent::Subscription(_, SubscriptionEvent::Ended { reason, .. }) => {
                let gone = sip_ua::user_agent::TerminationReason::NoResource;
                assert_eq!(reason, SubscriptionEnd::Terminated { reason: gone, retry_after: None });
                seen.1 = true;
            }
            other => panic!("{other:?}"),
        }
    }
    presence.set_device("Custom:other", DeviceState::NotInUse);
    assert!(scene.told().await.contains("Ready"), "it depends on the new device");
}

#[tokio::test]
async fn what_has_no_hint_is_not_found() {
    let mut scene = scene().await;
    scene.watch("999", "dialog");
    assert_eq!(scene.ended().await, SubscriptionEnd::Refused(404));
    scene.watch("100", "weather");
    assert_eq!(scene.ended().await, SubscriptionEnd::Refused(489));
    assert!(scene.exchange.presence().subscriptions().is_empty());
}

#[tokio::test]
async fn a_list_is_told_as_one() {
    let quiet = "mwi_disable_initial_unsolicited=yes";
    let mut scene = scene_with(quiet, "", "full_state=yes").await;
    let presence = scene.exchange.presence().clone();
    scene.watch("all", "presence");
    assert_eq!(scene.ended().await, SubscriptionEnd::Refused(421), "it does not know lists");
    scene.watch_with("all", "presence", vec![("Supported".to_owned(), "eventlist".to_owned())]);
    let told = scene.told().await;
    let count = |told: &str, part: &str| told.matches(part).count();
    assert_eq!((count(&told, "<resource "), count(&told, "state=\"active\"")), (3, 2), "{told}");
    assert_eq!(count(&told, "reason=\"noresource\""), 1, "999 has no hint: {told}");
    assert!(told.contains("version=\"0\"") && count(&told, "<note>Ready</note>") == 2, "{told}");
    presence.set_device("Custom:301", DeviceState::InUse);
    let told = scene.told().await;
    assert!(told.contains("version=\"1\"") && count(&told, "<note>On the phone</note>") == 1, "{told}");
    assert!(told.contains("fullState=\"true\"") && count(&told, "<resource ") == 3, "{told}");
    write(scene.folder.path(), "extensions.conf", "[phones]\nexten => 200,hint,Custom:lamp\n");
    assert!(!scene.exchange.reload(Part::Dialplan).await.has_errors());
    assert_eq!(count(&scene.told().await, "reason=\"noresource\""), 2);
    assert_eq!(presence.subscriptions()[0].resource, "all");
}

#[tokio::test]
async fn a_list_may_tell_only_what_changed() {
    let mut scene = scene().await;
    let presence = scene.exchange.presence().clone();
    let lists = || vec![("Supported".to_owned(), "eventlist".to_owned())];
    scene.watch_with("all", "presence", lists());
    let told = scene.told().await;
    assert!(told.contains("fullState=\"true\"") && told.matches("<resource ").count() == 3, "{told}");
    presence.set_device("Custom:301", DeviceState::InUse);
    let told = scene.told().await;
    assert!(told.contains("version=\"1\" fullState=\"false\""), "{told}");
    assert!(told.matches("<resource ").count() == 1 && told.contains("On the phone"), "{told}");
    presence.set_device("Custom:lamp", DeviceState::InUse);
    let told = scene.told().await;
    assert!(told.contains("version=\"2\" fullState=\"false\"") && told.contains("sip:200@"), "{told}");
    assert!(!told.contains("sip:301@"), "{told}");
}

#[tokio::test]
async fn phones_are_told_again_after_a_restart() {
    let mut scene = scene().await;
    scene.watch("200", "dialog");
    assert!(scene.told().await.contains("version=\"0\""));
    let address = scene.exchange.local_address(Protocol::Udp).unwrap();
    scene.exchange.presence().set_device("Custom:lamp", DeviceState::InUse);
    assert!(scene.told().await.contains("version=\"1\""));
    // Another one goes on at the same place.
    scene.exchange.stop().await;
    let file = std::fs::read_to_string(scene.folder.path().join("pjsip.conf")).unwrap();
    write(scene.folder.path(), "pjsip.conf", &file.replace("bind=127.0.0.1:0", &format!("bind={address}")));
    scene.exchange = start(scene.folder.path()).await;
    let told = scene.told().await;
    assert!(told.contains("version=\"1000000\"") && told.contains("confirmed"), "{told}");
    scene.exchange.presence().set_device("Custom:lamp", DeviceState::NotInUse);
    assert!(scene.told().await.contains("version=\"1000001\""));
    let rows = scene.exchange.presence().subscriptions();
    assert!(rows.len() == 1 && (580..=600).contains(&rows[0].expires), "{}", rows[0].expires);
    // What has no hint any more is not gone on with, and not kept.
    scene.exchange.stop().await;
    write(scene.folder.path(), "extensions.conf", "[phones]\nexten => 100,hint,PJSIP/desk\n");
    scene.exchange = start(scene.folder.path()).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(scene.exchange.presence().subscriptions().is_empty());
}

#[tokio::test]
async fn what_was_set_is_there_after_a_stop() {
    let scene = scene().await;
    let presence = scene.exchange.presence();
    presence.set_device("Custom:lamp", DeviceState::Busy);
    presence.set_device("park:701@parkedcalls", DeviceState::InUse);
    presence.set_presence("CustomPresence:a", PresenceValue::parse("dnd,,Hush").unwrap());
    presence.set_mailbox("100", MailboxCounts { new: 1, old: 2 });
    scene.exchange.stop().await;
    let again = start(scene.folder.path()).await;
    let presence = again.presence();
    assert_eq!(
        presence.set_devices(),
        [("Custom:lamp".to_owned(), DeviceState::Busy)],
        "parking tells its own"
    );
    assert_eq!(presence.presence("CustomPresence:a").message, "Hush");
    assert_eq!(presence.mailbox("100@default"), MailboxCounts { new: 1, old: 2 });
    assert_eq!(presence.device("MWI:100"), DeviceState::InUse);
}
