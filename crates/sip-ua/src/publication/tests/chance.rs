//! Whatever happens in whatever order: one attempt at a time, always a deadline, and nothing is left untold.

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Publish(u8),
    Remove,
    Pass(u64),
    Answer(u16, Option<u32>),
    Silence,
}

fn step() -> impl Strategy<Value = Step> {
    let status = prop::sample::select(vec![
        200, 200, 200, 200, 204, 302, 401, 403, 404, 407, 412, 412, 423, 489, 500, 503,
    ]);
    let number = prop::option::of(prop::sample::select(vec![0, 1, 30, 600, 4_000, 90_000, u32::MAX]));
    prop_oneof![
        4 => (0u8..5).prop_map(Step::Publish),
        1 => Just(Step::Remove),
        4 => (0u64..8_000).prop_map(Step::Pass),
        6 => (status, number).prop_map(|(status, number)| Step::Answer(status, number)),
        1 => Just(Step::Silence),
    ]
}

/// The headers of a response of this status; a tag for two out of three that are granted.
fn lines(status: u16, number: Option<u32>, turn: usize) -> Vec<String> {
    let name = match status {
        200 | 204 => "Expires",
        423 => "Min-Expires",
        _ => "Retry-After",
    };
    let tag = (!turn.is_multiple_of(3)).then(|| format!("SIP-ETag: {turn}"));
    number.map(|number| format!("{name}: {number}")).into_iter().chain(tag).collect()
}

proptest! {
    #[test]
    fn one_attempt_at_a_time_and_always_a_deadline(
        steps in prop::collection::vec(step(), 1..80),
        most in 1u32..4,
    ) {
        let mut scene = Scene::new(|settings| settings.max_auth_attempts = most);
        let (mut last, mut newest, mut removed) = (0, None, false);
        for (turn, step) in steps.into_iter().enumerate() {
            match step {
                Step::Publish(which) => {
                    let text = ["a", "b", "c", "d", "e"][usize::from(which)];
                    if !removed {
                        newest = Some(text);
                    }
                    scene.publication.publish(scene.now, document(text));
                }
                Step::Remove => {
                    removed = true;
                    scene.publication.remove(scene.now);
                }
                Step::Pass(time) => scene.pass(seconds(time)),
                Step::Answer(status, number) if scene.request.is_some() => {
                    let lines = lines(status, number, turn);
                    scene.answer(&format!("{status} X"), &lines.iter().map(String::as_str).collect::<Vec<_>>());
                }
                Step::Silence => if let Some((attempt, _)) = scene.request.take() {
                    scene.publication.handle_failure(scene.now, attempt, RequestFailure::TimedOut);
                },
                Step::Answer(..) => {}
            }
            let stage = scene.publication.stage();
            // An attempt that was given up is not under way any more.
            if stage != Stage::Asking {
                scene.request = None;
            }
            if let Some(attempt) = scene.publication.poll_attempt() {
                let flow = Flow::new(Protocol::Udp, ([192, 0, 2, 1], 5060).into(), ([192, 0, 2, 9], 5060).into());
                let request = scene.publication.request(attempt, flow);
                let request = request.expect("an attempt that was polled is under way");
                // The numbers of one series rise.
                let cseq = request.series.as_ref().map(|series| series.cseq).unwrap_or_default();
                prop_assert!(cseq > last, "{cseq} after {last}");
                last = cseq;
                // A beginning says what it is; what is removed says nothing.
                let begins = header(&request, "SIP-If-Match").is_none();
                let ends = header(&request, "Expires") == Some("0");
                prop_assert!(!(begins && request.body.is_none()), "a beginning has a document");
                prop_assert!(!(ends && (begins || request.body.is_some())), "an end has a tag and no document");
                prop_assert!(!ends || removed);
                scene.request = Some((attempt, request));
            }
            prop_assert!(scene.publication.poll_attempt().is_none());
            prop_assert_eq!(scene.request.is_some(), stage == Stage::Asking);
            let resting = matches!(stage, Stage::Idle | Stage::Stopped);
            prop_assert_eq!(scene.publication.poll_timeout().is_none(), resting);
            prop_assert!(stage != Stage::Idle || newest.is_none() || removed);
            if stage == Stage::Published {
                prop_assert!(!removed && !scene.publication.untold && scene.publication.next.is_none());
                let told = scene.publication.document.as_ref().map(|body| body.bytes.clone());
                prop_assert_eq!(told.as_deref(), newest.map(str::as_bytes), "the newest has been told");
            }
            if scene.publication.is_ready() {
                prop_assert!(matches!(stage, Stage::Idle | Stage::Published));
            }
            while scene.publication.poll_event().is_some() {}
        }
    }
}
