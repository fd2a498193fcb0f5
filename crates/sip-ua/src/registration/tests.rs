use std::net::SocketAddr;

use bytes::Bytes;

use super::*;
use crate::digest::Credentials;
use crate::transport::Protocol;

mod chance;
mod refusals;

const CONTACT: &str = "sip:s@192.0.2.1:5060";

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A registration on a clock of its own, and the registrar's end of it.
struct Scene {
    now: Instant,
    registration: Registration,
    local: SocketAddr,
    /// The request under way.
    request: Option<(AttemptId, OutboundRequest)>,
}

impl Scene {
    fn new(settings: impl FnOnce(&mut RegistrationSettings)) -> Scene {
        let mut ours = RegistrationSettings::new("sip:example.com", "sip:alice@example.com");
        settings(&mut ours);
        let registration = Registration::new(ours, "one-call-id", 7);
        Scene { now: Instant::now(), registration, local: ([192, 0, 2, 1], 5060).into(), request: None }
    }

    /// One that is registered for an hour.
    fn registered(settings: impl FnOnce(&mut RegistrationSettings)) -> Scene {
        let mut scene = Scene::new(settings);
        scene.registration.register(scene.now);
        scene.send();
        scene.grant(3600);
        assert_eq!(scene.events(), ["registered for 3600"]);
        scene
    }

    /// Takes the attempt that is due, and sends its request.
    #[track_caller]
    fn send(&mut self) -> OutboundRequest {
        let attempt = self.registration.poll_attempt().expect("an attempt is due");
        assert!(self.registration.poll_attempt().is_none(), "one at a time");
        let flow = Flow::new(Protocol::Udp, self.local, ([192, 0, 2, 9], 5060).into());
        let request = self.registration.request(attempt, flow, &self.local).expect("under way");
        self.request = Some((attempt, request.clone()));
        request
    }

    /// The registrar's answer to the request under way, which cost `challenges` numbers more.
    #[track_caller]
    fn answer_after(&mut self, challenges: u32, status: &str, lines: &[&str]) {
        let (attempt, request) = self.request.take().expect("a request is under way");
        let cseq = request.series.expect("all are of one series").cseq + challenges;
        let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
        let text = format!(
            "SIP/2.0 {status}\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\n\
             From: <sip:alice@example.com>;tag=1\r\nTo: <sip:alice@example.com>;tag=2\r\nCall-ID: one-call-id\r\n\
             CSeq: {cseq} REGISTER\r\n{lines}Content-Length: 0\r\n\r\n"
        );
        let response = Message::parse(Bytes::from(text)).expect("well formed");
        self.registration.handle_response(self.now, attempt, &response);
    }

    fn answer(&mut self, status: &str, lines: &[&str]) {
        self.answer_after(0, status, lines);
    }

    fn grant(&mut self, seconds: u32) {
        self.answer("200 OK", &[&format!("Contact: <{CONTACT}>;expires={seconds}")]);
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.registration.handle_timeout(self.now);
    }

    /// Sleeps until the next deadline, and tells how long that was.
    #[track_caller]
    fn sleep(&mut self) -> Duration {
        let next = self.registration.poll_timeout().expect("there is a deadline");
        let slept = next.saturating_duration_since(self.now);
        self.pass(slept);
        slept
    }

    fn events(&mut self) -> Vec<String> {
        let events = std::iter::from_fn(|| self.registration.poll_event());
        let text = |event| match event {
            RegistrationEvent::Registered { seconds, refreshed: false } => {
                format!("registered for {seconds}")
            }
            RegistrationEvent::Registered { seconds, refreshed: true } => format!("refreshed for {seconds}"),
            RegistrationEvent::Failed {
                problem: Problem::Refused { status, .. } | Problem::Unanswerable { status, .. },
                again_in,
            } => format!("{status}, again in {again_in:?}"),
            RegistrationEvent::Failed { problem, again_in } => format!("{problem}, again in {again_in:?}"),
            RegistrationEvent::Unregistered => "unregistered".to_owned(),
        };
        events.map(text).collect()
    }
}

fn header<'r>(request: &'r OutboundRequest, name: &str) -> Option<&'r str> {
    request.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

#[test]
fn the_first_register_waits_a_random_time_and_says_who_we_are() {
    let mut scene = Scene::new(|settings| {
        settings.contact_user = "+33 1".to_owned();
        settings.line = Some("x7".to_owned());
        settings.contact_params = Some("q=0.5".to_owned());
        settings.support_path = true;
        settings.route = vec!["<sip:proxy.example.com;lr>".to_owned()];
        settings.credentials = vec![Credentials::password("alice", "secret")];
    });
    assert_eq!(scene.registration.poll_timeout(), None);
    scene.registration.start(scene.now);
    assert!(scene.registration.poll_attempt().is_none());
    assert!(scene.sleep() <= seconds(10));
    let request = scene.send();
    assert_eq!(request.target, "sip:example.com");
    assert_eq!(
        (request.from.as_str(), request.to.as_str()),
        ("<sip:alice@example.com>", "<sip:alice@example.com>")
    );
    let contact = "<sip:+33%201@192.0.2.1:5060;line=x7>;expires=3600;q=0.5";
    assert_eq!(request.contact.as_deref(), Some(contact));
    assert_eq!(header(&request, "Expires"), Some("3600"));
    assert_eq!(header(&request, "Supported"), Some("path"));
    assert_eq!(header(&request, "Route"), Some("<sip:proxy.example.com;lr>"));
    assert_eq!(request.credentials.len(), 1);
    assert_eq!(request.series, Some(Series { call_id: "one-call-id".to_owned(), cseq: 1 }));
}

#[test]
fn outbound_names_the_instance_and_the_flow() {
    let mut scene = Scene::new(|settings| {
        settings.instance = Some("urn:uuid:00000000-0000-8000-8000-000000000001".to_owned());
        settings.reg_id = Some(1);
    });
    scene.registration.register(scene.now);
    let request = scene.send();
    let contact = "<sip:s@192.0.2.1:5060;ob>;expires=3600;\
                   +sip.instance=\"<urn:uuid:00000000-0000-8000-8000-000000000001>\";reg-id=1";
    assert_eq!(request.contact.as_deref(), Some(contact));
    assert_eq!(header(&request, "Supported"), Some("path, outbound"));
}

#[test]
fn where_the_first_proxy_knows_nothing_of_outbound_it_goes_without() {
    let mut scene = Scene::new(|settings| {
        settings.instance = Some("urn:uuid:00000000-0000-8000-8000-000000000001".to_owned());
        settings.reg_id = Some(1);
        settings.support_path = true;
    });
    scene.registration.register(scene.now);
    scene.send();
    scene.answer("439 First Hop Lacks Outbound Support", &[]);
    let request = scene.send();
    let contact = "<sip:s@192.0.2.1:5060>;expires=3600;\
                   +sip.instance=\"<urn:uuid:00000000-0000-8000-8000-000000000001>\"";
    assert_eq!(request.contact.as_deref(), Some(contact));
    assert_eq!(header(&request, "Supported"), Some("path"));
    scene.answer("439 First Hop Lacks Outbound Support", &[]);
    assert_eq!(scene.events(), ["439, again in None"], "there is nothing more to go without");
}

#[test]
fn it_is_refreshed_before_what_was_granted_ends() {
    let mut scene = Scene::new(|_| {});
    scene.registration.register(scene.now);
    scene.send();
    scene.answer_after(
        1,
        "200 OK",
        &[
            "Contact: <sip:alice@10.0.0.1>;expires=60",
            "Contact: <sip:s@192.0.2.1:5060>;expires=1000",
            "Service-Route: <sip:edge.example.com;lr>, <sip:core.example.com;lr>",
            "Flow-Timer: 120",
        ],
    );
    assert_eq!(scene.events(), ["registered for 1000"]);
    let (granted, until) = scene.registration.granted(scene.now).expect("registered");
    assert_eq!(granted.service_route, ["<sip:edge.example.com;lr>", "<sip:core.example.com;lr>"]);
    assert_eq!((granted.flow_timer, until - scene.now), (Some(120), seconds(1000)));
    let slept = scene.sleep();
    assert!((seconds(750)..=seconds(900)).contains(&slept), "{slept:?}");
    // The challenge cost a number.
    assert_eq!(scene.send().series.expect("a series").cseq, 3);
    scene.answer("200 OK", &["Expires: 500"]);
    assert_eq!(scene.events(), ["refreshed for 500"]);
    assert_eq!(scene.registration.standing(), Standing::Registered);
}

#[test]
fn a_contact_that_was_changed_on_the_way_ends_with_the_first_one() {
    let mut scene = Scene::new(|_| {});
    scene.registration.register(scene.now);
    scene.send();
    scene.answer("200 OK", &["Contact: <sip:s@198.51.100.7:1025>;expires=90, <sip:s@10.0.0.1>;expires=70"]);
    assert_eq!(scene.events(), ["registered for 70"]);
}

#[test]
fn a_registrar_that_grants_little_is_not_flooded() {
    let mut scene = Scene::new(|_| {});
    scene.registration.register(scene.now);
    scene.send();
    scene.grant(1);
    assert_eq!(scene.sleep(), SOONEST_REFRESH);
    scene.send();
    scene.grant(0);
    assert_eq!(scene.registration.standing(), Standing::Waiting);
    assert_eq!(scene.sleep(), seconds(60));
}

#[test]
fn a_new_address_takes_the_place_of_the_old_one() {
    let mut scene = Scene::registered(|_| {});
    scene.local = ([192, 0, 2, 77], 5060).into();
    scene.registration.moved(scene.now);
    let contact = scene.send().contact;
    let both = "<sip:s@192.0.2.77:5060>;expires=3600, <sip:s@192.0.2.1:5060>;expires=0";
    assert_eq!(contact.as_deref(), Some(both));
    scene.answer("200 OK", &["Contact: <sip:s@192.0.2.77:5060>;expires=100"]);
    assert_eq!(scene.events(), ["refreshed for 100"]);
    scene.registration.unregister(scene.now);
    assert_eq!(scene.send().contact.as_deref(), Some("<sip:s@192.0.2.77:5060>;expires=0"));
}

#[test]
fn it_is_taken_back() {
    let mut scene = Scene::registered(|_| {});
    scene.registration.unregister(scene.now);
    let request = scene.send();
    assert_eq!(request.contact.as_deref(), Some("<sip:s@192.0.2.1:5060>;expires=0"));
    assert_eq!(header(&request, "Expires"), Some("0"));
    scene.answer("200 OK", &[]);
    assert_eq!(scene.events(), ["unregistered"]);
    assert_eq!((scene.registration.standing(), scene.registration.poll_timeout()), (Standing::Idle, None));
    assert!(scene.registration.granted(scene.now).is_none());
    // And taken up again.
    scene.registration.register(scene.now);
    scene.send();
    scene.grant(60);
    assert_eq!(scene.events(), ["registered for 60"]);
}

#[test]
fn what_is_under_way_is_waited_for() {
    // An unregister, while a refresh is under way, follows it.
    let mut scene = Scene::registered(|_| {});
    scene.sleep();
    scene.send();
    scene.registration.unregister(scene.now);
    assert!(scene.registration.poll_attempt().is_none());
    scene.grant(3600);
    assert_eq!(header(&scene.send(), "Expires"), Some("0"));
    // And a register while that is under way follows it in turn.
    scene.registration.register(scene.now);
    assert!(scene.registration.poll_attempt().is_none());
    scene.answer("200 OK", &[]);
    assert_eq!(header(&scene.send(), "Expires"), Some("3600"));
    // A register during a register makes one more, and no two at a time.
    scene.registration.register(scene.now);
    scene.registration.moved(scene.now);
    scene.grant(3600);
    scene.send();
    scene.grant(3600);
    assert_eq!(scene.registration.standing(), Standing::Registered);
}

#[test]
fn nothing_is_sent_to_take_back_what_never_was() {
    let mut scene = Scene::new(|_| {});
    scene.registration.start(scene.now);
    scene.registration.unregister(scene.now);
    assert!(scene.registration.poll_attempt().is_none());
    assert_eq!(scene.registration.standing(), Standing::Idle);
    // Nor what has ended by itself.
    let mut scene = Scene::registered(|_| {});
    scene.sleep();
    scene.send();
    scene.pass(seconds(170));
    scene.answer("503 Busy", &["Retry-After: 4000"]);
    scene.pass(seconds(3600));
    scene.registration.unregister(scene.now);
    assert_eq!(scene.registration.standing(), Standing::Idle);
}

#[test]
fn outcomes_that_come_late_do_not_count() {
    let mut scene = Scene::new(|_| {});
    scene.registration.register(scene.now);
    scene.send();
    let late = scene.request.clone();
    assert_eq!(scene.sleep(), PATIENCE);
    assert_eq!(scene.registration.standing(), Standing::Waiting);
    scene.events();
    scene.sleep();
    scene.send();
    let current = scene.request.take();
    scene.request = late;
    scene.grant(3600);
    assert_eq!((scene.events().len(), scene.registration.standing()), (0, Standing::Asking));
    scene.request = current;
    scene.grant(3600);
    assert_eq!(scene.events(), ["registered for 3600"]);
}

#[test]
fn what_the_registrar_says_of_security_is_said_back() {
    let mechanism = "sdes-srtp;mediasec".to_owned();
    let mut scene = Scene::registered(|settings| settings.security_mechanisms = vec![mechanism.clone()]);
    let settle = |scene: &mut Scene| {
        scene.registration.register(scene.now);
        scene.send().security.expect("an agreement")
    };
    let said = settle(&mut scene);
    assert_eq!((said.client, said.server), (vec![mechanism.clone()], vec![]));
    let told = ["Security-Server: msrp-tls;mediasec, sdes-srtp;mediasec", "Expires: 3600"];
    scene.answer_after(1, "200 OK", &told);
    let said = settle(&mut scene);
    assert_eq!(said.server, ["msrp-tls;mediasec", "sdes-srtp;mediasec"]);
    let mut plain = Scene::new(|_| {});
    plain.registration.register(plain.now);
    assert_eq!(plain.send().security, None);
}
