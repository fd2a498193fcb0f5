//! Dials to phones that are played, one of which takes its time to be found.

use std::sync::Arc;

use media_bridge::{MediaConfig, MediaEngine};

use super::*;
use crate::played::{Part, PlayedCaller, PlayedPhones, call_in};
use crate::technology::{BoxFuture, OriginateError, Technology};

/// Phones whose host is looked up for so long.
const LOOKUP: Duration = Duration::from_secs(12);

/// Calls a played phone when its host is found.
struct FarPhones(Switchboard);

impl Technology for FarPhones {
    fn name(&self) -> &'static str {
        "FAR"
    }

    fn originate<'a>(
        &'a self,
        resource: &'a str,
        request: OriginateRequest,
    ) -> BoxFuture<'a, Result<Call, OriginateError>> {
        Box::pin(async move {
            tokio::time::sleep(LOOKUP).await;
            self.0.originate(&format!("NEAR/{resource}"), request).await
        })
    }
}

/// A caller who dials, and the exchange.
fn stage() -> (Switchboard, Call) {
    let media = MediaEngine::start(MediaConfig { threads: Some(1), ..MediaConfig::default() }).unwrap();
    let board = Switchboard::builder(media).build();
    let casting = |resource: &str| match resource {
        "busy" => Ok(Part::Ends(HangupCause::USER_BUSY)),
        _ => Ok(Part::Answers { after: Duration::from_secs(2), hangs_up_after: None }),
    };
    PlayedPhones::take_over(&board, "NEAR", &[], Arc::new(casting));
    board.register_technology(Arc::new(FarPhones(board.clone())));
    let caller = call_in(
        &board,
        PlayedCaller {
            technology: "NEAR",
            resource: "alice".to_owned(),
            caller: CallerId::default(),
            dialed: "100".to_owned(),
            context: String::new(),
            language: "en".to_owned(),
        },
    );
    (board, caller.unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_phone_rings_while_the_host_of_another_one_is_looked_up() {
    let (_board, caller) = stage();
    let began = Instant::now();
    let winner = caller.dial("FAR/bob&NEAR/carol").await.unwrap();
    assert!(winner.name().starts_with("NEAR/carol"), "{}", winner.name());
    assert_eq!(began.elapsed().as_secs(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_lookup_counts_towards_the_time_of_the_dial_and_ends_with_the_caller() {
    let (board, caller) = stage();
    let began = Instant::now();
    let failure = caller.dial("FAR/bob").timeout(Duration::from_secs(3)).await.unwrap_err();
    assert_eq!((failure.status, began.elapsed().as_secs()), (DialStatus::NoAnswer, 3));
    let leaving = caller.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(1)).await;
        leaving.hangup(HangupCause::NORMAL);
    });
    let failure = caller.dial("FAR/bob&FAR/busy").await.unwrap_err();
    assert_eq!((failure.status, began.elapsed().as_secs()), (DialStatus::Cancel, 4));
    tokio::time::sleep(2 * LOOKUP).await;
    assert_eq!(board.calls().len(), 1, "nobody was called after all");
}

#[tokio::test(start_paused = true)]
async fn the_last_one_that_is_found_decides() {
    let (_board, caller) = stage();
    let failure = caller.dial("NEAR/busy&FAR/busy&NOBODY/x").await.unwrap_err();
    assert_eq!(failure.status, DialStatus::Busy);
    let winner = caller.dial("NEAR/busy&FAR/bob").await.unwrap();
    assert!(winner.name().starts_with("NEAR/bob"), "{}", winner.name());
}
