//! Conferences: who hears whom, and what profiles and menus say.

use libtest_mimic::Trial;

use crate::harness::folder::SIP_PORT;
use crate::harness::media::place_in;
use crate::harness::wait::until;
use crate::harness::wire::Caller;
use crate::harness::{Baresip, Exchange, Folder, Media, Outcome, Scene, Wire, ensure, tone, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("conferences::everybody_hears_the_others_and_not_themselves", &[], three_phones),
        trial("conferences::phones_of_several_codecs_hear_each_other", &["baresip"], codecs),
        trial("conferences::a_pin_lets_in_and_keys_do_what_the_menu_says", &["baresip"], pin_and_menu),
        trial("conferences::one_who_is_alone_hears_music", &["baresip"], alone),
        trial("conferences::one_who_leads_begins_and_ends_it", &["baresip"], leader),
        trial("conferences::the_console_locks_mutes_and_sends_out", &["baresip"], console),
        trial("conferences::all_that_is_said_is_recorded", &["baresip"], recorded),
        trial("conferences::others_hear_the_name_of_one_who_comes", &["baresip"], named),
        trial("conferences::a_name_is_heard_and_said_again_before_others_hear_it", &["baresip"], reviewed),
    ]
}

/// A phone that we wrote, in the room.
struct Member {
    wire: Wire,
    name: &'static str,
    media: Media,
}

fn three_phones(scene: &Scene) -> Outcome {
    const TONES: [u32; 3] = [440, 850, 1_400];
    let mut folder = Folder::new(scene)?.dialplan("exten => room,1,ConfBridge(team)");
    let mut places = Vec::new();
    for name in ["one", "two", "three"] {
        let address = scene.address()?;
        folder = folder.desk(name, (address, SIP_PORT).into());
        places.push((name, address));
    }
    let exchange = Exchange::start(scene, &folder)?;
    let mut members = Vec::new();
    for ((name, address), tone) in places.into_iter().zip(TONES) {
        let wire = Wire::bind(address, exchange.sip_address())?;
        members.push(Member { wire, name, media: Media::start(address, tone)? });
    }
    let mut callers = Vec::new();
    for member in &members {
        let caller = Caller::new(&member.wire, member.name, "room");
        caller.send(&sip_parser::Method::Invite, Some(&member.media.description("sendrecv")), None)?;
        let answer = member.wire.await_any(&["200 INVITE"])?;
        caller.ack_answer(&answer)?;
        member.media.send_to(Some(place_in(answer.body())?));
        callers.push(caller);
    }
    for (n, member) in members.iter().enumerate() {
        let others: Vec<u32> = TONES.into_iter().filter(|tone| *tone != TONES[n]).collect();
        member.media.hears_mix(&others, TONES[n])?;
    }
    let shown = exchange.console("confbridge list")?;
    ensure(shown.contains("team") && shown.contains('3'), || format!("three are in team:\n{shown}"))?;
    // One leaves: the two that are left hear each other alone.
    callers[2].send(&sip_parser::Method::Bye, None, None)?;
    members[2].wire.await_any(&["200 BYE"])?;
    members[0].media.hears(TONES[1])?;
    members[1].media.hears(TONES[0])?;
    for (caller, member) in callers.iter().zip(&members).take(2) {
        caller.send(&sip_parser::Method::Bye, None, None)?;
        member.wire.await_any(&["200 BYE"])?;
    }
    exchange.is_idle()?;
    let shown = exchange.console("confbridge list")?;
    ensure(!shown.contains("team"), || format!("nobody is there any more:\n{shown}"))
}

fn codecs(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?
        .phone_with("alice", "allow=!all,g722")
        .phone_with("bob", "allow=!all,alaw")
        .dialplan("exten => room,1,ConfBridge(team)");
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).codecs("G722").register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).codecs("PCMA").register_at(&exchange)?;
    alice.dial("room")?;
    bob.dial("room")?;
    bob.hears(440)?;
    alice.is_in_call()?;
    bob.hang_up()?;
    alice.hang_up()?;
    exchange.is_idle()
}

/// An exchange with these files whose phones are alice and bob, who dial `room` and then learn what came of it.
fn exchange(scene: &Scene, confbridge: &str, dialplan: &str) -> Outcome<Exchange> {
    let folder = Folder::new(scene)?.phone("alice").phone("bob").phone("carol").dialplan(dialplan);
    folder.write_file("confbridge.conf", confbridge)?;
    Exchange::start(scene, &folder)
}

fn pin_and_menu(scene: &Scene) -> Outcome {
    let long = tone::file(scene, 600, std::time::Duration::from_secs(5))?.with_extension("");
    let confbridge = format!(
        "[guest]\ntype=user\npin=42\nquiet=yes\nannounce_only_user=no\n\
         [room]\ntype=bridge\nsound_get_pin={0}\nsound_invalid_pin=\nsound_muted=\nsound_unmuted=\n\
         [keys]\ntype=menu\n1=toggle_mute\n8=leave_conference\n",
        long.display()
    );
    let exchange = exchange(
        scene,
        &confbridge,
        "exten => _r.,1,ConfBridge(team,room,guest,keys)\n same => n,Verbose(1,it came to ${CONFBRIDGE_RESULT})",
    )?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    alice.dial("room")?;
    alice.hears(600)?;
    alice.press("41#42#")?;
    bob.dial("room")?;
    bob.hears(600)?;
    bob.press("42#")?;
    bob.hears(440)?;
    alice.hears(1_000)?;
    alice.press("1")?;
    let muted = || exchange.console("confbridge list team");
    until("alice to be muted", || Ok(muted()?.contains(" m ").then_some(())))?;
    alice.press("1")?;
    until("alice to be heard", || Ok((!muted()?.contains(" m ")).then_some(())))?;
    alice.press("8")?;
    exchange.says("it came to DTMF")?;
    bob.hang_up()?;
    exchange.is_idle()
}

fn alone(scene: &Scene) -> Outcome {
    let music = tone::file(scene, 700, std::time::Duration::from_secs(20))?;
    let folder =
        Folder::new(scene)?.phone("alice").phone("bob").dialplan("exten => room,1,ConfBridge(team,,lone)");
    folder.write_file(
        "confbridge.conf",
        "[lone]\ntype=user\nmusic_on_hold_when_empty=yes\nmusic_on_hold_class=jazz\nquiet=yes\nannounce_only_user=no\n",
    )?;
    let entry = music.with_extension("");
    folder.write_file("musiconhold.conf", &format!("[jazz]\nmode=playlist\nentry={}\n", entry.display()))?;
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    alice.dial("room")?;
    alice.hears(700)?;
    bob.dial("room")?;
    bob.hears(440)?;
    alice.hears(1_000)?;
    bob.hang_up()?;
    alice.hears(700)?;
    alice.hang_up()?;
    exchange.is_idle()
}

fn leader(scene: &Scene) -> Outcome {
    let exchange = exchange(
        scene,
        "[boss]\ntype=user\nmarked=yes\nquiet=yes\nannounce_only_user=no\n\
         [staff]\ntype=user\nwait_marked=yes\nend_marked=yes\nquiet=yes\n",
        "exten => boss,1,ConfBridge(team,,boss)\nexten => staff,1,ConfBridge(team,,staff)\n \
         same => n,Verbose(1,it came to ${CONFBRIDGE_RESULT})",
    )?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    bob.dial("staff")?;
    bob.is_in_call()?;
    until("bob to wait", || Ok(exchange.console("confbridge list team")?.contains("WEw").then_some(())))?;
    alice.dial("boss")?;
    alice.hears(1_000)?;
    bob.hears(440)?;
    alice.hang_up()?;
    exchange.says("it came to ENDMARKED")?;
    bob.call_ends()?;
    exchange.is_idle()
}

fn console(scene: &Scene) -> Outcome {
    let exchange = exchange(
        scene,
        "[default_user]\ntype=user\nquiet=yes\nannounce_only_user=no\n",
        "exten => room,1,ConfBridge(team)\n same => n,Verbose(1,it came to ${CONFBRIDGE_RESULT})",
    )?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    alice.dial("room")?;
    alice.is_in_call()?;
    until("alice to be there", || {
        Ok(exchange.console("confbridge list team")?.contains("alice").then_some(()))
    })?;
    exchange.console("confbridge lock team")?;
    bob.dial("room")?;
    exchange.says("it came to FAILED")?;
    bob.call_ends()?;
    exchange.console("confbridge unlock team")?;
    bob.dial("room")?;
    alice.hears(1_000)?;
    exchange.console("confbridge kick team PJSIP/bob")?;
    exchange.says("it came to KICKED")?;
    bob.call_ends()?;
    alice.hang_up()?;
    exchange.is_idle()
}

/// Tenths of a second of a file in which there was so much of a frequency.
fn tenths_in(path: &std::path::Path, frequency: u32) -> usize {
    let Some(sound) = std::fs::read(path).ok().and_then(|bytes| audio::wav::read(&bytes).ok()) else {
        return 0;
    };
    let amplitude = |window| audio::goertzel::amplitude(window, sound.rate, f64::from(frequency));
    sound.samples.chunks_exact(sound.rate as usize / 10).filter(|window| amplitude(window) > 1_000.0).count()
}

fn recorded(scene: &Scene) -> Outcome {
    let files = scene.subfolder("recordings")?;
    let all = files.join("all.wav");
    let confbridge = format!(
        "[quiet]\ntype=user\nquiet=yes\nannounce_only_user=no\n[room]\ntype=bridge\nrecord_conference=yes\n\
         record_file={}\nrecord_file_timestamp=no\nrecord_command=cp ^{{MIXMONITOR_FILENAME}} {}/copy.wav\n",
        all.display(),
        files.display()
    );
    let exchange = exchange(scene, &confbridge, "exten => room,1,ConfBridge(team,room,quiet)")?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    alice.dial("room")?;
    bob.dial("room")?;
    bob.hears(440)?;
    alice.hears(1_000)?;
    until("both voices in the file", || {
        Ok((tenths_in(&all, 440) >= 15 && tenths_in(&all, 1_000) >= 15).then_some(()))
    })?;
    let twice = exchange.console("confbridge record start team");
    ensure(twice.is_err(), || "there is a recording already".to_owned())?;
    let stopped = exchange.console("confbridge record stop team")?;
    ensure(stopped.contains("Recording stopped"), || format!("the recording ends:\n{stopped}"))?;
    until("the copy of the recording", || Ok(files.join("copy.wav").exists().then_some(())))?;
    let other = files.join("other.wav");
    let begun = exchange.console(&format!("confbridge record start team {}", other.display()))?;
    ensure(begun.contains("Recording started"), || format!("another one begins:\n{begun}"))?;
    until("both voices in the other file", || {
        Ok((tenths_in(&other, 440) >= 10 && tenths_in(&other, 1_000) >= 10).then_some(()))
    })?;
    alice.hang_up()?;
    bob.hang_up()?;
    exchange.is_idle()
}

/// Bob is in a room when Alice comes, of whom the others are to hear as `announcement` says. Both are muted.
fn one_comes_late(scene: &Scene, announcement: &str) -> Outcome<(Exchange, Baresip, Baresip)> {
    let users = format!(
        "[first]\ntype=user\nquiet=yes\nannounce_only_user=no\nstartmuted=yes\n\
         [late]\ntype=user\n{announcement}=yes\nstartmuted=yes\nannounce_only_user=no\n\
         [room]\ntype=bridge\nsound_join=\nsound_leave=\nsound_has_joined=\nsound_has_left=\n"
    );
    let dialplan = "exten => first,1,ConfBridge(team,room,first)\nexten => late,1,ConfBridge(team,room,late)";
    let exchange = exchange(scene, &users, dialplan)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    bob.dial("first")?;
    bob.is_in_call()?;
    alice.dial("late")?;
    alice.is_in_call()?;
    Ok((exchange, alice, bob))
}

/// Tenths of a second of Alice's tone that a phone has heard.
fn tenths_heard(phone: &Baresip) -> Outcome<usize> {
    let heard = phone.heard()?;
    let amplitude = |window| audio::goertzel::amplitude(window, heard.rate, 440.0);
    let tenths = heard.samples.chunks_exact(heard.rate as usize / 10);
    Ok(tenths.filter(|window| amplitude(window) > 1_000.0).count())
}

fn named(scene: &Scene) -> Outcome {
    let (exchange, mut alice, mut bob) = one_comes_late(scene, "announce_join_leave")?;
    let spoken = exchange.folder().join("var/spool/confbridge");
    until("the name to be recorded", || {
        let files = std::fs::read_dir(&spoken).into_iter().flatten().flatten();
        Ok(files.map(|file| tenths_in(&file.path(), 440)).any(|tenths| tenths >= 8).then_some(()))
    })?;
    alice.press("#")?;
    let came = until("the name as it comes", || Ok(Some(tenths_heard(&bob)?).filter(|tenths| *tenths >= 5)))?;
    alice.hang_up()?;
    until("the name as it goes", || Ok((tenths_heard(&bob)? >= came + 5).then_some(())))?;
    bob.hang_up()?;
    exchange.is_idle()?;
    until("the name to be forgotten", || Ok(std::fs::read_dir(&spoken)?.next().is_none().then_some(())))
}

/// One who comes hears its name (`2`), says it again (`3`), and takes it (`1`); nobody else hears any of that before.
fn reviewed(scene: &Scene) -> Outcome {
    let (exchange, mut alice, mut bob) = one_comes_late(scene, "announce_join_leave_review")?;
    let spoken = exchange.folder().join("var/spool/confbridge");
    let tenths_of_name = || {
        let files = std::fs::read_dir(&spoken).into_iter().flatten().flatten();
        files.map(|file| tenths_in(&file.path(), 440)).max().unwrap_or(0)
    };
    let is_recorded =
        || until("the name to be recorded", || Ok(Some(tenths_of_name()).filter(|tenths| *tenths >= 8)));
    is_recorded()?;
    alice.press("#")?;
    alice.press("2")?;
    until("alice to hear her name", || Ok((tenths_heard(&alice)? >= 5).then_some(())))?;
    // The one before is gone as soon as there is another, which begins with nothing.
    let first = is_recorded()?;
    alice.press("3")?;
    until("another name to begin", || Ok((tenths_of_name() < first).then_some(())))?;
    is_recorded()?;
    ensure(tenths_heard(&bob)? == 0, || "bob hears a name that nobody has taken".to_owned())?;
    alice.press("#")?;
    alice.press("1")?;
    until("the name as it comes", || Ok((tenths_heard(&bob)? >= 5).then_some(())))?;
    alice.hang_up()?;
    bob.hang_up()?;
    exchange.is_idle()
}
