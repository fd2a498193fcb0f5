//! The command line, and starts that cannot be.

use std::ffi::OsStr;
use std::net::UdpSocket;

use libtest_mimic::Trial;

use crate::harness::exchange::run;
use crate::harness::folder::SIP_PORT;
use crate::harness::{Folder, Outcome, Scene, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("starting::the_version_is_printed", &[], version),
        trial("starting::check_finds_nothing_in_a_good_folder", &[], good_folder),
        trial("starting::check_points_at_what_is_wrong", &[], doubtful_folder),
        trial("starting::a_broken_configuration_stops_a_start", &[], broken_folder),
        trial("starting::a_taken_port_is_named", &[], taken_port),
        trial("starting::a_missing_folder_is_named", &[], missing_folder),
    ]
}

fn version(scene: &Scene) -> Outcome {
    let (status, said) = run(scene, "version", &[OsStr::new("-V")])?;
    ensure(status.success() && said.contains(env!("CARGO_PKG_VERSION")), || format!("{status}: {said}"))
}

fn check(scene: &Scene, folder: &Folder) -> Outcome<(bool, String)> {
    folder.write()?;
    let (status, said) = run(scene, "check", &[OsStr::new("check"), folder.path().as_os_str()])?;
    Ok((status.success(), said))
}

fn good_folder(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?.phone("alice").dialplan("exten => alice,1,Dial(PJSIP/alice,30)");
    let (fine, said) = check(scene, &folder)?;
    ensure(fine && !said.contains("extensions.conf:"), || format!("nothing is wrong here:\n{said}"))
}

/// What Asterisk would start with is a warning, with the place and the nearest right word.
fn doubtful_folder(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?.phone_with("alice", "dtmf_mod=info").dialplan(
        "exten => alice,1,Dial(PJSIP/alcie,30)\n same => n,Playbak(hello-world)\n same => n,Goto(nowhere,1)",
    );
    let (_, said) = check(scene, &folder)?;
    let wanted = [
        "pjsip.conf:",
        "dtmf_mod",
        "dtmf_mode",
        "extensions.conf:6",
        "alcie",
        "extensions.conf:7",
        "Playback",
        "extensions.conf:8",
        "nowhere",
    ];
    for word in wanted {
        ensure(said.contains(word), || format!("'{word}' is not in:\n{said}"))?;
    }
    Ok(())
}

fn broken_folder(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?.phone("alice").dialplan("this line has no sign");
    folder.write()?;
    let (status, said) =
        run(scene, "start", &[OsStr::new("-f"), OsStr::new("-C"), folder.path().as_os_str()])?;
    ensure(!status.success(), || "it ended as if all were well".to_owned())?;
    ensure(said.contains("extensions.conf:6"), || format!("file and line should be named:\n{said}"))
}

fn taken_port(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?.phone("alice").dialplan("exten => 100,1,Answer()");
    folder.write()?;
    let taken = UdpSocket::bind((folder.address(), SIP_PORT))?;
    let (status, said) =
        run(scene, "start", &[OsStr::new("-f"), OsStr::new("-C"), folder.path().as_os_str()])?;
    ensure(!status.success(), || "it ended as if all were well".to_owned())?;
    let address = taken.local_addr()?.to_string();
    ensure(said.contains(&address), || format!("the address {address} should be named:\n{said}"))
}

fn missing_folder(scene: &Scene) -> Outcome {
    let missing = scene.folder().join("nowhere");
    let (status, said) = run(scene, "start", &[OsStr::new("-f"), OsStr::new("-C"), missing.as_os_str()])?;
    ensure(!status.success(), || "it ended as if all were well".to_owned())?;
    ensure(said.contains("nowhere"), || format!("the folder should be named:\n{said}"))
}
