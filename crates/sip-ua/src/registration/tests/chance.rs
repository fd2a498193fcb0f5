//! Whatever happens in whatever order: one attempt at a time, and always a deadline.

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Register,
    Unregister,
    Moved,
    Pass(u64),
    Answer(u16, Option<u32>),
    Silence,
    Unreachable,
}

fn step() -> impl Strategy<Value = Step> {
    let status =
        prop::sample::select(vec![200, 200, 200, 301, 401, 403, 404, 407, 408, 423, 480, 500, 503, 600]);
    let number = prop::option::of(prop::sample::select(vec![0, 1, 30, 600, 4_000, 90_000, u32::MAX]));
    prop_oneof![
        1 => Just(Step::Register),
        1 => Just(Step::Unregister),
        1 => Just(Step::Moved),
        4 => (0u64..8_000).prop_map(Step::Pass),
        6 => (status, number).prop_map(|(status, number)| Step::Answer(status, number)),
        1 => Just(Step::Silence),
        1 => Just(Step::Unreachable),
    ]
}

/// The header in which a response of this status has a number.
fn line(status: u16, number: u32) -> String {
    match status {
        200 => format!("Contact: <{CONTACT}>;expires={number}"),
        423 => format!("Min-Expires: {number}"),
        _ => format!("Retry-After: {number}"),
    }
}

proptest! {
    #[test]
    fn one_attempt_at_a_time_and_always_a_deadline(
        steps in prop::collection::vec(step(), 1..80),
        retries in prop::option::of(0u32..4),
        permanent: bool,
        fatal in prop::option::of(Just(Duration::ZERO)),
    ) {
        let mut scene = Scene::new(|settings| {
            settings.max_retries = retries;
            settings.auth_rejection_permanent = permanent;
            settings.fatal_retry_interval = fatal;
        });
        scene.registration.start(scene.now);
        let (mut last, mut wanted) = (0, true);
        for step in steps {
            match step {
                Step::Register => { wanted = true; scene.registration.register(scene.now); }
                Step::Unregister => { wanted = false; scene.registration.unregister(scene.now); }
                Step::Moved => scene.registration.moved(scene.now),
                Step::Pass(time) => scene.pass(seconds(time)),
                Step::Answer(status, number) if scene.request.is_some() => {
                    let number = number.map(|number| line(status, number));
                    scene.answer(&format!("{status} X"), &number.iter().map(String::as_str).collect::<Vec<_>>());
                }
                Step::Silence => if let Some((attempt, _)) = scene.request.take() {
                    scene.registration.handle_failure(scene.now, attempt, RequestFailure::TimedOut);
                },
                Step::Unreachable => if let Some((attempt, _)) = scene.request.take() {
                    scene.registration.handle_unreachable(scene.now, attempt, "no way");
                },
                Step::Answer(..) => {}
            }
            // An attempt that was given up is not under way any more.
            let standing = scene.registration.standing();
            if standing != Standing::Asking {
                scene.request = None;
            }
            if let Some(attempt) = scene.registration.poll_attempt() {
                let flow = Flow::new(Protocol::Udp, scene.local, ([192, 0, 2, 9], 5060).into());
                let request = scene.registration.request(attempt, flow, &scene.local);
                let request = request.expect("an attempt that was polled is under way");
                // The numbers of one series rise.
                let cseq = request.series.as_ref().map(|series| series.cseq).unwrap_or_default();
                prop_assert!(cseq > last, "{cseq} after {last}");
                last = cseq;
                scene.request = Some((attempt, request));
            }
            prop_assert!(scene.registration.poll_attempt().is_none());
            prop_assert_eq!(scene.request.is_some(), standing == Standing::Asking);
            let resting = matches!(standing, Standing::Idle | Standing::Stopped);
            prop_assert_eq!(scene.registration.poll_timeout().is_none(), resting);
            // Nothing rests that is wanted but for a refusal, and nothing that is not wanted goes on.
            prop_assert!(standing != Standing::Idle || !wanted);
            prop_assert!(wanted || !matches!(standing, Standing::Registered | Standing::Waiting | Standing::Stopped));
            while scene.registration.poll_event().is_some() {}
        }
    }
}
