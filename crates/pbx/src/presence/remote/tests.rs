use std::time::Duration;

use proptest::prelude::*;

use super::*;

fn exchange(number: u8) -> EntityId {
    format!("02:00:00:00:00:{number:02x}").parse().unwrap()
}

fn publish<'a>(tag: Option<&'a str>, expires: u32, says: bool) -> Publish<'a, ()> {
    Publish { tag, expires: Some(expires), least: 1, value: says.then_some(()) }
}

/// What other exchanges say of a device together.
fn device(states: &RemoteStates, name: &str) -> Option<DeviceState> {
    DeviceState::of_all(states.devices(name))
}

#[test]
fn states_end_with_the_publication_that_said_them_last() {
    let (now, lamp) = (Instant::now(), "PJSIP/lamp");
    let mut states = RemoteStates::new(7);
    let (one, _) = states.publish(now, "west", publish(None, 100, true)).unwrap();
    states.say_device(exchange(1), one.id, lamp, DeviceState::Ringing).unwrap();
    states.say_mailbox(exchange(1), one.id, "100@default", MailboxCounts { new: 2, old: 1 }).unwrap();
    // The exchange crashed, and publishes anew.
    let (two, gone) = states.publish(now, "west", publish(None, 300, true)).unwrap();
    assert_eq!(gone, Gone::default());
    states.say_device(exchange(1), two.id, lamp, DeviceState::InUse).unwrap();
    assert_eq!(device(&states, lamp), Some(DeviceState::InUse), "one exchange says one thing");
    let gone = states.expire(now + Duration::from_secs(100));
    assert_eq!((gone.devices.len(), gone.mailboxes), (0, vec!["100@default".to_owned()]));
    assert_eq!((device(&states, lamp), states.mailbox("100@default")), (Some(DeviceState::InUse), None));
    let (_, gone) = states.publish(now, "west", publish(Some(&two.tag), 0, false)).unwrap();
    assert_eq!((gone.devices, device(&states, lamp), states.count), (vec![lamp.to_owned()], None, 0));
}

#[test]
fn several_exchanges_say_something_together() {
    let now = Instant::now();
    let mut states = RemoteStates::new(7);
    let (west, _) = states.publish(now, "west", publish(None, 100, true)).unwrap();
    let (east, _) = states.publish(now, "east", publish(None, 200, true)).unwrap();
    states.say_device(exchange(1), west.id, "Custom:a", DeviceState::InUse).unwrap();
    states.say_device(exchange(2), east.id, "Custom:a", DeviceState::Ringing).unwrap();
    states.say_mailbox(exchange(1), west.id, "1@d", MailboxCounts { new: 1, old: 0 }).unwrap();
    states.say_mailbox(exchange(2), east.id, "1@d", MailboxCounts { new: 5, old: 0 }).unwrap();
    assert_eq!(device(&states, "Custom:a"), Some(DeviceState::RingInUse));
    assert_eq!(states.mailbox("1@d").map(|counts| counts.new), Some(5), "the one that spoke last");
    assert_eq!(states.publications(now).iter().map(|(_, _, count)| count).sum::<usize>(), 4);
    // A device that is there no more is nothing anybody has to remember.
    states.say_device(exchange(2), east.id, "Custom:a", DeviceState::Invalid).unwrap();
    assert_eq!((device(&states, "Custom:a"), states.count), (Some(DeviceState::InUse), 3));
}

#[test]
fn an_exchange_that_crashes_often_is_heard_all_the_same() {
    let now = Instant::now();
    let mut states = RemoteStates::new(7);
    for round in 0..40u32 {
        let (granted, _) = states.publish(now, "west", publish(None, 100, true)).unwrap();
        states.say_device(exchange(1), granted.id, &format!("Custom:{round}"), DeviceState::InUse).unwrap();
    }
    assert_eq!((states.count, device(&states, "Custom:39")), (16, Some(DeviceState::InUse)));
    assert_eq!(device(&states, "Custom:23"), None);
}

#[test]
fn there_is_a_bound() {
    let mut states = RemoteStates::new(7);
    for number in 0..MOST {
        states.say_device(exchange(1), 1, &number.to_string(), DeviceState::InUse).unwrap();
    }
    assert_eq!(states.say_device(exchange(1), 1, "more", DeviceState::InUse), Err(Full));
    assert_eq!(states.say_device(exchange(1), 1, "7", DeviceState::Busy), Ok(()), "what is known may change");
    assert_eq!((device(&states, "7"), states.count), (Some(DeviceState::Busy), MOST));
}

proptest! {
    #[test]
    fn what_is_known_is_what_living_publications_say(
        steps in prop::collection::vec((0u8..4, 0u8..3, 0u8..4, 0u64..80), 1..60),
    ) {
        let mut states = RemoteStates::new(7);
        let mut now = Instant::now();
        let mut tags: HashMap<String, (String, u64)> = HashMap::new();
        for (kind, who, what, time) in steps {
            let name = format!("exchange-{who}");
            match kind {
                0 => {
                    let (granted, _) = states.publish(now, &name, publish(None, 100, true)).unwrap();
                    let value = DeviceState::ALL[usize::from(what) * 2];
                    states.say_device(exchange(who), granted.id, &format!("Custom:{what}"), value).unwrap();
                    tags.insert(name, (granted.tag, granted.id));
                }
                1 => if let Some((tag, _)) = tags.get(&name).cloned() {
                    let expires = if what == 0 { 0 } else { 100 };
                    if let Ok((granted, _)) = states.publish(now, &name, publish(Some(&tag), expires, false)) {
                        tags.insert(name, (granted.tag, granted.id));
                    }
                },
                2 => if let Some((_, id)) = tags.get(&name) {
                    states.say_mailbox(exchange(who), *id, "1@d", MailboxCounts { new: 1, old: 0 }).unwrap();
                    if !states.publications.all(now).any(|(_, known, _)| known == *id) {
                        // The caller never says anything for one that has ended.
                        states.forget(&[*id]);
                    }
                },
                _ => {
                    now += Duration::from_secs(time);
                    states.expire(now);
                }
            }
            let living: Vec<u64> = states.publications.all(now).map(|(_, id, _)| id).collect();
            let of: Vec<u64> = states.devices.values().flatten().map(|said| said.publication)
                .chain(states.mailboxes.values().flatten().map(|said| said.publication)).collect();
            prop_assert_eq!(of.len(), states.count);
            prop_assert!(of.iter().all(|id| living.contains(id)), "{:?} of {:?}", of, living);
            prop_assert!(states.devices.values().all(|known| !known.is_empty()));
        }
    }
}
