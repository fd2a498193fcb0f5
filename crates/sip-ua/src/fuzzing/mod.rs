//! Bodies of fuzz targets; `fuzz/` hands them its inputs.
//!
//! [`user_agents`] is made of: `input`, which reads numbers out of octets; `network`, where messages fly and time passes;
//! `mutation`, which changes them on their way; `outbound`, what the applications send; `application`, which commands an agent and checks what it is told;
//! `responses`, the law of what is sent; `scene`, which turns octets into steps.

mod application;
mod input;
mod mutation;
mod network;
mod outbound;
mod responses;
mod scene;

use self::input::Input;
use self::scene::Scene;
use crate::event_package::{ExchangeState, Presence};
use crate::geopriv::LocationObject;

/// Reads a published presence; what can be read is written and read again without a loss.
///
/// # Panics
/// When it is not: that is the finding.
pub fn presence(data: &[u8]) {
    let Ok(read) = Presence::parse(data) else { return };
    let again = Presence::parse(&read.write().bytes);
    // What was read within the bounds may exceed them once it is escaped and indented.
    let Ok(again) = again else { return };
    assert_eq!(again.is_open(), read.is_open(), "open is open");
    assert_eq!(again.tuples.len(), read.tuples.len(), "no tuple is lost");
    assert_eq!(again.activities, read.activities, "no activity is lost");
}

/// Reads what another exchange publishes of its devices and mailboxes; what can be read is written and read again without a
/// loss.
///
/// # Panics
/// When it is not: that is the finding.
pub fn exchange_state(data: &[u8]) {
    let Ok(read) = ExchangeState::parse(data) else { return };
    let again = ExchangeState::parse(&read.write().bytes);
    assert!(again.is_ok_and(|again| again == read), "nothing is lost");
}

/// Reads the location of a caller; what can be read is written and read again without a loss.
///
/// # Panics
/// When it is not: that is the finding.
pub fn location_object(data: &[u8]) {
    let Ok(read) = LocationObject::parse(data) else { return };
    // What was read within the bounds may exceed them once it is escaped and indented.
    let Ok(again) = LocationObject::parse(read.write().as_bytes()) else { return };
    assert_eq!(again.element, read.element, "a device is a device");
    assert_eq!(again.retransmission_allowed, read.retransmission_allowed, "rules are the same");
    if let crate::geopriv::Location::Shape(shape) = &read.location {
        assert_eq!(again.location, crate::geopriv::Location::Shape(shape.clone()), "a place is where it was");
    }
}

/// Two user agents that call, watch and refer each other over a network which loses, repeats, reorders and changes
/// what they say, on a clock of its own.
///
/// The input is a row of steps; `scene` says how each is written. Whatever they are, these laws hold:
/// - What is alive stays below the limits that were set.
/// - An event names what the application knows and what has not ended; each call, subscription and request ends once.
/// - A server transaction sends one final response; what it repeats is the same octets, and nothing provisional follows.
/// - What is sent can be read.
/// - A deadline that has been served does not stay where it was, and nobody talks without end.
/// - When the applications have let go of everything, nothing is left after some minutes: no transaction, no dialog, no
///   timer, no entry of any table.
///
/// # Panics
/// When a law is broken: that is the finding.
pub fn user_agents(data: &[u8]) {
    let mut input = Input::new(data);
    let mut scene = Scene::new(&mut input);
    scene.play(&mut input);
    scene.end();
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    /// Something to begin with, that rows of steps by chance seldom come to.
    const BEGINNINGS: [&[u8]; 5] = [
        &[0],
        // A call over UDP that is answered; one over TCP with timers and acknowledged provisional responses.
        &[0, 0x40, 0, 52, 0x82, 0, 0, 0xC6, 0, 0, 52, 52],
        &[3, 0x40, 0x1F, 52, 0x82, 0, 0x1F, 0xC4, 0, 82, 52, 52, 0xC6, 0, 0, 52, 52],
        // A call that rings.
        &[0, 0x40, 0, 52, 0x82, 0, 0, 0x84, 0, 79, 52],
        // A subscription.
        &[0, 0x54, 20, 52, 0x96, 0, 52, 52],
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_row_of_steps_breaks_the_laws_of_user_agents(
            beginning in 0..BEGINNINGS.len(),
            steps in proptest::collection::vec(any::<u8>(), 0..400),
        ) {
            super::user_agents(&[BEGINNINGS[beginning], &steps].concat());
        }
    }

    #[test]
    fn seeds_keep_the_laws_of_user_agents() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/seeds/user_agents");
        let seeds = std::fs::read_dir(folder).expect("the folder of seeds");
        let mut count = 0;
        for seed in seeds {
            super::user_agents(&std::fs::read(seed.expect("an entry").path()).expect("a seed"));
            count += 1;
        }
        assert!(count > 0, "no seeds");
    }
}
