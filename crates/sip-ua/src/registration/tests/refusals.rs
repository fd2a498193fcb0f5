//! Each kind of refusal, and what follows it.

use super::*;

/// A first attempt that is refused; what was told of it.
fn refused(settings: impl FnOnce(&mut RegistrationSettings), status: &str, lines: &[&str]) -> Scene {
    let mut scene = Scene::new(settings);
    scene.registration.register(scene.now);
    scene.send();
    scene.answer(status, lines);
    scene
}

#[test]
fn what_may_pass_is_tried_again() {
    for status in [408, 429, 430, 480, 486, 500, 502, 503, 504] {
        let mut scene = refused(|_| {}, &format!("{status} No"), &[]);
        assert_eq!(scene.events(), [format!("{status}, again in Some(60s)")]);
        assert_eq!(scene.sleep(), seconds(60));
        scene.send();
    }
}

#[test]
fn what_is_final_by_the_rfcs_is_not_tried_again() {
    for status in [301, 400, 401, 403, 404, 405, 407, 416, 420, 423, 501, 505, 600, 603] {
        let mut scene = refused(|_| {}, &format!("{status} No"), &[]);
        assert_eq!(scene.events(), [format!("{status}, again in None")]);
        assert_eq!(
            (scene.registration.standing(), scene.registration.poll_timeout()),
            (Standing::Stopped, None)
        );
        // Until somebody asks for it.
        scene.registration.register(scene.now);
        scene.send();
        scene.grant(60);
        assert_eq!(scene.events(), ["registered for 60"]);
    }
}

#[test]
fn it_is_told_whether_the_password_is_wrong_or_there_was_nothing_to_say() {
    let problem = |algorithm: &str| {
        let challenge = format!("WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", algorithm={algorithm}");
        let known = |settings: &mut RegistrationSettings| {
            settings.credentials = vec![Credentials::password("alice", "secret")];
        };
        let mut scene = refused(known, "401 No", &[&challenge]);
        match scene.registration.poll_event() {
            Some(RegistrationEvent::Failed { problem, .. }) => problem,
            other => panic!("{other:?}"),
        }
    };
    assert!(matches!(problem("MD5"), Problem::Refused { status: 401, .. }));
    assert!(matches!(problem("AKAv1-MD5"), Problem::Unanswerable { status: 401, .. }));
}

#[test]
fn the_settings_say_what_is_final() {
    let told = |settings: fn(&mut RegistrationSettings), status: &str| {
        refused(settings, status, &[]).events().concat()
    };
    let forbidden = |s: &mut RegistrationSettings| s.forbidden_retry_interval = Some(seconds(300));
    assert_eq!(told(forbidden, "403 No"), "403, again in Some(300s)");
    assert_eq!(told(forbidden, "404 No"), "404, again in None");
    let fatal = |s: &mut RegistrationSettings| s.fatal_retry_interval = Some(seconds(900));
    assert_eq!(told(fatal, "403 No"), "403, again in Some(900s)");
    assert_eq!(told(fatal, "401 No"), "401, again in Some(900s)");
    assert_eq!(told(fatal, "503 No"), "503, again in Some(60s)");
    let both = |s: &mut RegistrationSettings| {
        s.fatal_retry_interval = Some(seconds(900));
        s.forbidden_retry_interval = Some(seconds(300));
    };
    assert_eq!(told(both, "403 No"), "403, again in Some(300s)");
    let patient = |s: &mut RegistrationSettings| s.auth_rejection_permanent = false;
    assert_eq!(told(patient, "407 No"), "407, again in Some(60s)");
    let every_five = |s: &mut RegistrationSettings| s.retry_interval = seconds(5);
    assert_eq!(told(every_five, "500 No"), "500, again in Some(5s)");
}

#[test]
fn the_registrar_says_when_to_come_back() {
    let told = |status, line| refused(|_| {}, status, &[line]).events().concat();
    assert_eq!(told("503 No", "Retry-After: 120 (repairs)"), "503, again in Some(120s)");
    assert_eq!(told("404 No", "Retry-After: 30"), "404, again in Some(30s)");
    assert_eq!(told("503 No", "Retry-After: 0"), "503, again in Some(60s)");
    assert_eq!(told("503 No", "Retry-After: 4000000000"), "503, again in Some(86400s)");
    assert_eq!(told("503 No", "Retry-After: soon"), "503, again in Some(60s)");
    // Not for those who would try again with the same password.
    assert_eq!(told("401 No", "Retry-After: 5"), "401, again in None");
}

#[test]
fn a_longer_time_is_asked_for() {
    let mut scene =
        refused(|settings| settings.expiration = 60, "423 Interval Too Brief", &["Min-Expires: 300"]);
    assert_eq!(scene.events(), Vec::<String>::new());
    let request = scene.send();
    assert_eq!(header(&request, "Expires"), Some("300"));
    assert_eq!(request.series.expect("a series").cseq, 2);
    scene.grant(300);
    // What was learnt is kept.
    scene.sleep();
    assert_eq!(header(&scene.send(), "Expires"), Some("300"));
}

#[test]
fn a_registrar_that_always_wants_more_is_left_alone() {
    let mut scene = refused(|settings| settings.expiration = 60, "423 No", &["Min-Expires: 61"]);
    for least in 62..64 {
        scene.send();
        scene.answer("423 No", &[&format!("Min-Expires: {least}")]);
    }
    scene.send();
    scene.answer("423 No", &["Min-Expires: 64"]);
    assert_eq!(scene.events(), ["423, again in Some(60s)"]);
    let unreasonable = refused(|_| {}, "423 No", &["Min-Expires: 4000000000"]).events();
    assert_eq!(unreasonable, ["423, again in Some(60s)"]);
    let less = refused(|_| {}, "423 No", &["Min-Expires: 10"]).events();
    assert_eq!(less, ["423, again in Some(60s)"]);
}

#[test]
fn silence_and_dead_ends_are_tried_again() {
    let mut scene = Scene::new(|_| {});
    scene.registration.register(scene.now);
    let attempt = scene.registration.poll_attempt().expect("due");
    scene.registration.handle_unreachable(scene.now, attempt, "example.com has no address");
    assert_eq!(scene.events(), ["example.com has no address, again in Some(60s)"]);
    for failure in [RequestFailure::TimedOut, RequestFailure::TransportFailed, RequestFailure::Refused] {
        scene.sleep();
        scene.send();
        let (attempt, _) = scene.request.take().expect("sent");
        scene.registration.handle_failure(scene.now, attempt, failure);
        assert_eq!(scene.events(), [format!("{failure}, again in Some(60s)")]);
    }
    // Numbers that went into challenges nobody told us of are not used again.
    scene.sleep();
    assert!(scene.send().series.expect("a series").cseq > 3 * CSEQ_ROOM);
}

#[test]
fn it_gives_up_after_so_many_tries_and_a_success_begins_anew() {
    let mut scene = refused(|settings| settings.max_retries = Some(2), "503 No", &[]);
    scene.sleep();
    scene.send();
    scene.grant(3600);
    for _ in 0..2 {
        scene.sleep();
        scene.send();
        scene.answer("503 No", &[]);
    }
    scene.events();
    scene.sleep();
    scene.send();
    scene.answer("503 No", &[]);
    assert_eq!(scene.events(), ["503, again in None"]);
    assert_eq!(scene.registration.standing(), Standing::Stopped);
    let never = refused(|settings| settings.max_retries = Some(0), "503 No", &[]).events();
    assert_eq!(never, ["503, again in None"]);
    let mut forever = refused(|settings| settings.max_retries = None, "503 No", &[]);
    for _ in 0..100 {
        forever.sleep();
        forever.send();
        forever.answer("503 No", &[]);
    }
    assert_eq!(forever.registration.standing(), Standing::Waiting);
}

#[test]
fn a_refresh_that_fails_is_tried_while_the_registration_is_good() {
    let mut scene = Scene::registered(|_| {});
    scene.sleep();
    scene.send();
    scene.answer("503 No", &[]);
    assert!(scene.registration.granted(scene.now).is_some());
    scene.sleep();
    scene.send();
    scene.grant(3600);
    assert_eq!(scene.events(), ["503, again in Some(60s)", "refreshed for 3600"]);
}

#[test]
fn an_unregister_is_over_whatever_is_said_to_it() {
    for status in ["200 OK", "403 No", "423 No", "503 No"] {
        let mut scene = Scene::registered(|_| {});
        scene.registration.unregister(scene.now);
        scene.send();
        scene.answer(status, &[]);
        assert_eq!(
            (scene.events().concat(), scene.registration.standing()),
            ("unregistered".into(), Standing::Idle)
        );
    }
}
