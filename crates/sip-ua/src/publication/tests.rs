use bytes::Bytes;

use super::*;
use crate::transport::Protocol;

mod chance;
mod refusals;

/// A publication on a clock of its own, and the compositor's end of it.
struct Scene {
    now: Instant,
    publication: Publication,
    /// The request under way.
    request: Option<(PublishAttempt, OutboundRequest)>,
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn document(text: &'static str) -> Body {
    Body { content_type: "application/pidf+xml".to_owned(), bytes: Bytes::from_static(text.as_bytes()) }
}

impl Scene {
    fn new(settings: impl FnOnce(&mut PublicationSettings)) -> Scene {
        let mut ours = PublicationSettings::new("sip:lamp@example.com", "presence");
        settings(&mut ours);
        Scene { now: Instant::now(), publication: Publication::new(ours, "one-call-id", 7), request: None }
    }

    /// One that has told `open` for an hour, with the tag `one`.
    fn published(settings: impl FnOnce(&mut PublicationSettings)) -> Scene {
        let mut scene = Scene::new(settings);
        scene.publication.publish(scene.now, document("open"));
        assert_eq!(scene.send(), (Some("open".to_owned()), None, 3600));
        scene.answer("200 OK", &["SIP-ETag: one", "Expires: 3600"]);
        assert_eq!(scene.events(), ["published for 3600"]);
        scene
    }

    /// Takes the attempt that is due, and sends its request: its document, SIP-If-Match and Expires.
    #[track_caller]
    fn send(&mut self) -> (Option<String>, Option<String>, u32) {
        let attempt = self.publication.poll_attempt().expect("an attempt is due");
        assert!(self.publication.poll_attempt().is_none(), "one at a time");
        let local = ([192, 0, 2, 1], 5060).into();
        let flow = Flow::new(Protocol::Udp, local, ([192, 0, 2, 9], 5060).into());
        let request = self.publication.request(attempt, flow).expect("under way");
        let body = request.body.as_ref().map(|body| String::from_utf8_lossy(&body.bytes).into_owned());
        let expires = header(&request, "Expires").and_then(|text| text.parse().ok()).expect("a number");
        let said = (body, header(&request, "SIP-If-Match").map(str::to_owned), expires);
        self.request = Some((attempt, request));
        said
    }

    /// The compositor's answer to the request under way.
    #[track_caller]
    fn answer(&mut self, status: &str, lines: &[&str]) {
        let (attempt, request) = self.request.take().expect("a request is under way");
        let cseq = request.series.expect("all are of one series").cseq;
        let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
        let text = format!(
            "SIP/2.0 {status}\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\n\
             From: <sip:a@example.com>;tag=1\r\nTo: <sip:a@example.com>;tag=2\r\nCall-ID: one-call-id\r\n\
             CSeq: {cseq} PUBLISH\r\n{lines}Content-Length: 0\r\n\r\n"
        );
        let response = Message::parse(Bytes::from(text)).expect("well formed");
        self.publication.handle_response(self.now, attempt, &response);
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.publication.handle_timeout(self.now);
    }

    /// Sleeps until the next deadline, and tells how long that was.
    #[track_caller]
    fn sleep(&mut self) -> Duration {
        let next = self.publication.poll_timeout().expect("there is a deadline");
        let slept = next.saturating_duration_since(self.now);
        self.pass(slept);
        slept
    }

    fn events(&mut self) -> Vec<String> {
        let events = std::iter::from_fn(|| self.publication.poll_event());
        let text = |event| match event {
            PublicationEvent::Published { seconds } => format!("published for {seconds}"),
            PublicationEvent::Lost => "lost".to_owned(),
            PublicationEvent::Failed { problem: PublicationProblem::Refused { status, .. }, again_in } => {
                format!("{status}, again: {}", again_in.is_some())
            }
            PublicationEvent::Failed { problem, again_in } => {
                format!("{problem}, again: {}", again_in.is_some())
            }
            PublicationEvent::Removed => "removed".to_owned(),
        };
        events.map(text).collect()
    }
}

fn header<'r>(request: &'r OutboundRequest, name: &str) -> Option<&'r str> {
    request.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

#[test]
fn the_first_publish_says_who_tells_what_of_whom() {
    let mut scene = Scene::new(|settings| {
        settings.from_uri = "sip:pbx@example.com".to_owned();
        settings.to_uri = "sip:lamps@example.com".to_owned();
        settings.route = vec!["<sip:proxy.example.com;lr>".to_owned()];
        settings.expiration = 600;
    });
    assert_eq!((scene.publication.poll_timeout(), scene.publication.stage()), (None, Stage::Idle));
    scene.publication.publish(scene.now, document("open"));
    assert_eq!(scene.send(), (Some("open".to_owned()), None, 600));
    let (_, request) = scene.request.clone().expect("it was sent");
    assert_eq!((request.method, request.target.as_str()), (Method::Publish, "sip:lamp@example.com"));
    assert_eq!((&*request.from, &*request.to), ("<sip:pbx@example.com>", "<sip:lamps@example.com>"));
    let said: Vec<&str> = request.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(said, ["Route", "Event", "Expires"]);
    assert!(request.contact.is_none());
}

#[test]
fn it_is_refreshed_without_a_document_and_changed_with_one() {
    let mut scene = Scene::published(|_| {});
    let slept = scene.sleep();
    assert!((seconds(2700)..=seconds(3240)).contains(&slept), "{slept:?}");
    assert_eq!(scene.send(), (None, Some("one".to_owned()), 3600));
    scene.answer("200 OK", &["SIP-ETag: two", "Expires: 1200"]);
    assert_eq!(scene.events(), ["published for 1200"]);
    scene.publication.publish(scene.now, document("closed"));
    assert_eq!(scene.send(), (Some("closed".to_owned()), Some("two".to_owned()), 3600));
    scene.answer("204 No Content", &["SIP-ETag: three"]);
    let slept = scene.sleep();
    assert!((seconds(2700)..=seconds(3240)).contains(&slept), "without Expires all is granted: {slept:?}");
    assert_eq!(scene.send(), (None, Some("three".to_owned()), 3600));
}

#[test]
fn what_comes_meanwhile_is_told_next_and_only_the_newest_of_it() {
    let mut scene = Scene::published(|_| {});
    scene.publication.publish(scene.now, document("a"));
    assert!(!scene.publication.is_ready());
    assert_eq!(scene.send().0.as_deref(), Some("a"));
    scene.publication.publish(scene.now, document("b"));
    scene.publication.publish(scene.now, document("c"));
    scene.answer("200 OK", &["SIP-ETag: two"]);
    assert_eq!(scene.send(), (Some("c".to_owned()), Some("two".to_owned()), 3600));
    scene.answer("200 OK", &["SIP-ETag: three"]);
    assert!(scene.publication.is_ready() && scene.publication.poll_attempt().is_none());
}

#[test]
fn removal_waits_for_what_is_under_way() {
    let mut scene = Scene::published(|_| {});
    scene.publication.publish(scene.now, document("a"));
    scene.send();
    scene.publication.remove(scene.now);
    scene.publication.publish(scene.now, document("too late"));
    assert!(scene.publication.poll_attempt().is_none());
    scene.answer("200 OK", &["SIP-ETag: two"]);
    assert_eq!(scene.send(), (None, Some("two".to_owned()), 0));
    scene.answer("200 OK", &["SIP-ETag: three", "Expires: 0"]);
    assert_eq!(scene.events(), ["published for 3600", "removed"]);
    assert_eq!((scene.publication.poll_timeout(), scene.publication.stage()), (None, Stage::Idle));
}

#[test]
fn nothing_is_removed_where_nothing_is() {
    let mut scene = Scene::new(|_| {});
    scene.publication.remove(scene.now);
    assert_eq!(scene.events(), ["removed"]);
    let mut scene = Scene::published(|_| {});
    scene.now += seconds(3600);
    assert_eq!(scene.publication.held_until(scene.now), None);
    scene.publication.remove(scene.now);
    assert!(scene.publication.poll_attempt().is_none(), "it has ended by itself");
}

#[test]
fn a_compositor_without_tags_is_told_all_each_time() {
    let mut scene = Scene::new(|_| {});
    scene.publication.publish(scene.now, document("open"));
    scene.send();
    scene.answer("200 OK", &["Expires: 60"]);
    assert!(scene.sleep() < seconds(60));
    assert_eq!(scene.send(), (Some("open".to_owned()), None, 3600));
    scene.answer("200 OK", &["Expires: 60"]);
    scene.publication.remove(scene.now);
    assert_eq!(scene.publication.stage(), Stage::Idle);
}
