//! Whole calls over a network that loses, doubles and reorders, by many seeds.

use crate::network::{ALICE, BOB, Network, Weather, offer};

const SEEDS: std::ops::Range<u64> = 0..200;
const STORM: Weather = Weather { lost: 25, doubled: 15, late: 400 };

#[test]
fn a_call_survives_a_storm() {
    let mut through = 0;
    for seed in SEEDS {
        let mut network = Network::with_weather(STORM, seed);
        let alice = network.call();
        network.run(20_000);
        if network.request(BOB).is_some() {
            let bob = network.take();
            network.ring(bob);
            network.run(2000);
            network.tell(BOB, |agent, now| agent.answer(now, bob, Some(offer("bob")), Vec::new()));
            network.run(30_000);
            if network.heard(BOB).contains(&"established".to_owned()) {
                assert!(network.heard(ALICE).contains(&"answered".to_owned()), "seed {seed}");
                through += 1;
            }
            network.tell(BOB, |agent, now| agent.hangup(now, bob, Vec::new()));
        }
        network.tell(ALICE, |agent, now| agent.hangup(now, alice, Vec::new()));
        network.run(200_000);
        let ends = |heard: Vec<String>| heard.iter().filter(|word| word.starts_with("ended")).count();
        assert!(ends(network.heard(ALICE)) <= 1, "seed {seed}");
        assert!(network.is_silent(), "seed {seed}: {:#?}", network.ladder);
    }
    assert!(through > 190, "only {through} calls came through");
}

#[test]
fn giving_up_in_a_storm_leaves_nothing() {
    for seed in SEEDS {
        let mut network = Network::with_weather(STORM, seed);
        let alice = network.call();
        network.run(seed * 10);
        if network.request(BOB).is_some() {
            let bob = network.take();
            if seed % 3 == 0 {
                network.answer(bob);
            }
        }
        network.tell(ALICE, |agent, now| agent.hangup(now, alice, Vec::new()));
        network.run(100_000);
        if let Some(id) = network.request(BOB).filter(|_| seed % 3 == 1) {
            network.tell(BOB, |agent, now| agent.respond(now, id, sip_ua::user_agent::Reply::status(486)));
        }
        let ended = |word: &String| word.starts_with("failed") || word.starts_with("ended");
        assert_eq!(network.heard(ALICE).iter().filter(|word| ended(word)).count(), 1, "seed {seed}");
    }
}
