//! Contacts end by themselves, on a clock that runs as fast as it can.

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::Instant;

use super::*;

/// Registrations whose wall clock is the virtual one of the runtime, and what they tell.
fn on_virtual_time(disk: Disk) -> (Arc<Registrations>, UnboundedReceiver<ContactChange>) {
    let (sender, told) = unbounded_channel();
    let on_change: OnChange = Box::new(move |event| {
        let _ = sender.send(event.change);
    });
    let started = Instant::now();
    let clock: Clock = Box::new(move || SystemTime::UNIX_EPOCH + started.elapsed());
    (Registrations::with_clock(disk, on_change, clock).unwrap(), told)
}

const EXPIRED: ContactChange = ContactChange::Removed { reason: "expiration" };

#[tokio::test(start_paused = true)]
async fn a_contact_ends_when_its_time_is_up() {
    let disk = Disk::default();
    let (registrations, mut told) = on_virtual_time(disk.clone());
    let started = Instant::now();
    // The second one ends sooner: the task that sleeps for the first is woken.
    registrations.try_register(1, DESK, 600).unwrap();
    registrations.try_register(2, SOFT, 90).unwrap();
    let added = [told.recv().await, told.recv().await];
    assert_eq!(added, [600, 90].map(|expires| Some(ContactChange::Added { expires })));
    for (seconds, left) in [(90, vec![DESK.to_owned()]), (600, Vec::new())] {
        assert_eq!(told.recv().await, Some(EXPIRED));
        let late = started.elapsed().checked_sub(Duration::from_secs(seconds)).expect("not too soon");
        assert!(late < Duration::from_millis(10), "{late:?}");
        assert_eq!(registrations.uris(), left);
    }
    let rows = disk.rows.lock().unwrap().clone();
    let removed = |change: &StoredChange| matches!(change, StoredChange::Remove { .. });
    assert_eq!(rows.iter().map(removed).collect::<Vec<_>>(), [false, false, true, true]);
}

#[tokio::test(start_paused = true)]
async fn a_refreshed_contact_lives_on() {
    let (registrations, mut told) = on_virtual_time(Disk::default());
    let started = Instant::now();
    registrations.try_register(1, DESK, 60).unwrap();
    tokio::time::sleep(Duration::from_secs(50)).await;
    registrations.try_register(2, DESK, 60).unwrap();
    let told = [told.recv().await, told.recv().await, told.recv().await].map(Option::unwrap);
    let renewed = [ContactChange::Added { expires: 60 }, ContactChange::Refreshed { expires: 60 }, EXPIRED];
    assert_eq!(told, renewed);
    assert!(started.elapsed() >= Duration::from_secs(110));
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_keeps_no_contact_alive() {
    let disk = Disk::default();
    let (registrations, mut told) = on_virtual_time(disk.clone());
    registrations.try_register(1, DESK, 60).unwrap();
    disk.fill(true);
    assert_eq!([told.recv().await, told.recv().await][1], Some(EXPIRED));
    assert!(registrations.all().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_task_lets_the_registrations_go() {
    let (registrations, mut told) = on_virtual_time(Disk::default());
    drop(registrations);
    // The teller goes with them; the task, which sleeps, does not keep it.
    assert_eq!(told.recv().await, None);
}
