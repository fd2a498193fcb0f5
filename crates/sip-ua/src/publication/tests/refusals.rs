//! Refusals, and what follows.

use super::*;

#[test]
fn a_412_begins_anew_with_the_document() {
    let mut scene = Scene::published(|_| {});
    scene.sleep();
    assert_eq!(scene.send(), (None, Some("one".to_owned()), 3600));
    scene.publication.publish(scene.now, document("closed"));
    scene.answer("412 Conditional Request Failed", &[]);
    assert_eq!(scene.events(), ["lost"]);
    assert_eq!(scene.send(), (Some("closed".to_owned()), None, 3600));
    // To a beginning it is no answer, and must not make a loop.
    scene.answer("412 Conditional Request Failed", &[]);
    assert_eq!(scene.events(), ["412, again: true"]);
    assert_eq!(scene.publication.stage(), Stage::Waiting);
    assert!(scene.sleep() >= seconds(4));
    assert_eq!(scene.send(), (Some("closed".to_owned()), None, 3600));
}

#[test]
fn a_423_is_asked_longer_and_no_more_than_thrice() {
    let mut scene = Scene::new(|settings| settings.expiration = 30);
    scene.publication.publish(scene.now, document("open"));
    assert_eq!(scene.send().2, 30);
    for least in [60, 90, 120] {
        scene.answer("423 Interval Too Brief", &[&format!("Min-Expires: {least}")]);
        assert_eq!(scene.send(), (Some("open".to_owned()), None, least));
    }
    scene.answer("423 Interval Too Brief", &["Min-Expires: 150"]);
    assert_eq!(scene.events(), ["423, again: true"]);
    scene.sleep();
    assert_eq!(scene.send().2, 120, "the wish is remembered");
    scene.answer("423 Interval Too Brief", &["Min-Expires: 99999999"]);
    assert_eq!(scene.events(), ["423, again: true"]);
}

#[test]
fn failures_are_tried_again_after_longer_and_longer_waits() {
    let mut scene = Scene::new(|settings| settings.longest_retry = seconds(60));
    scene.publication.publish(scene.now, document("open"));
    for wait in [5.0, 10.0, 20.0, 40.0, 60.0, 60.0] {
        let (attempt, _) = {
            scene.send();
            scene.request.take().expect("it was sent")
        };
        scene.publication.handle_failure(scene.now, attempt, RequestFailure::TimedOut);
        let slept = scene.sleep().as_secs_f64() / wait;
        assert!((0.8..=1.2).contains(&slept), "{slept}");
    }
    scene.send();
    scene.answer("503 Service Unavailable", &["Retry-After: 7"]);
    assert_eq!(scene.sleep(), seconds(7));
    scene.send();
    scene.answer("404 Not Found", &[]);
    assert_eq!(scene.publication.stage(), Stage::Waiting, "somebody may set it up there");
    scene.publication.publish(scene.now, document("closed"));
    assert!(scene.publication.poll_attempt().is_none(), "it does not hurry");
    scene.sleep();
    assert_eq!(scene.send().0.as_deref(), Some("closed"));
    scene.answer("200 OK", &["SIP-ETag: one"]);
    assert_eq!(scene.publication.stage(), Stage::Published);
}

#[test]
fn a_publication_that_ended_meanwhile_is_told_as_lost() {
    let mut scene = Scene::published(|settings| settings.longest_retry = seconds(3_000));
    scene.sleep();
    while scene.publication.held_until(scene.now).is_some() {
        scene.send();
        scene.answer("500 Server Internal Error", &["Retry-After: 500"]);
        scene.sleep();
    }
    let events = scene.events();
    assert_eq!(events.last().map(String::as_str), Some("lost"));
    assert_eq!(scene.send(), (Some("open".to_owned()), None, 3600));
}

#[test]
fn credentials_that_are_refused_too_often_end_it() {
    let mut scene = Scene::published(|settings| settings.max_auth_attempts = 2);
    scene.sleep();
    scene.send();
    scene.answer("401 Unauthorized", &[]);
    scene.sleep();
    scene.send();
    scene.answer("407 Proxy Authentication Required", &[]);
    assert_eq!(scene.events(), ["401, again: true", "407, again: false"]);
    scene.publication.publish(scene.now, document("closed"));
    assert_eq!((scene.publication.poll_timeout(), scene.publication.stage()), (None, Stage::Stopped));
    scene.publication.remove(scene.now);
    assert_eq!(scene.send(), (None, Some("one".to_owned()), 0), "what is there is removed all the same");
}

#[test]
fn a_compositor_that_keeps_nothing_is_not_asked_in_a_loop() {
    let mut scene = Scene::new(|_| {});
    scene.publication.publish(scene.now, document("open"));
    scene.send();
    scene.answer("200 OK", &["SIP-ETag: one", "Expires: 0"]);
    assert_eq!(scene.publication.stage(), Stage::Waiting);
    assert!(scene.sleep() >= seconds(4));
}

#[test]
fn an_attempt_without_an_outcome_is_given_up() {
    let mut scene = Scene::new(|_| {});
    scene.publication.publish(scene.now, document("open"));
    scene.send();
    assert_eq!(scene.sleep(), seconds(180));
    assert_eq!(scene.publication.stage(), Stage::Waiting);
    scene.sleep();
    let (late, _) = scene.request.take().expect("the first one");
    scene.send();
    scene.publication.handle_failure(scene.now, late, RequestFailure::TransportFailed);
    assert_eq!(scene.publication.stage(), Stage::Asking, "what comes late does not count");
}
