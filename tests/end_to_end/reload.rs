//! The configuration is loaded again while the exchange runs.

use libtest_mimic::Trial;

use crate::harness::{Exchange, Folder, Outcome, Scene, Sipp, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("reload::a_new_dialplan_takes_over", &["sipp"], new_dialplan),
        trial("reload::a_broken_file_leaves_the_running_one", &["sipp"], broken_file),
    ]
}

const BEFORE: &str = "exten => 100,1,Hangup(17)";

fn start(scene: &Scene) -> Outcome<(Folder, Exchange)> {
    let folder = Folder::new(scene)?.phone("alice").dialplan(BEFORE);
    let exchange = Exchange::start(scene, &folder)?;
    calling_100_gives(scene, &exchange, 486)?;
    Ok((folder, exchange))
}

fn new_dialplan(scene: &Scene) -> Outcome {
    let (folder, exchange) = start(scene)?;
    folder.write_file("extensions.conf", "[phones]\nexten => 100,1,Hangup(1)\n")?;
    exchange.console("dialplan reload")?;
    calling_100_gives(scene, &exchange, 404)
}

/// The console says what is wrong and where; calls go on as before.
fn broken_file(scene: &Scene) -> Outcome {
    let (folder, exchange) = start(scene)?;
    folder.write_file(
        "extensions.conf",
        "[phones]\nexten => 100,1,Hangup(1)\nthis line has no sign\n[phones\n",
    )?;
    // A console that tells of a failure by its exit status does well, too.
    let said =
        exchange.console("dialplan reload").unwrap_or_else(|f| f.message().unwrap_or_default().to_owned());
    ensure(said.contains("extensions.conf:3"), || format!("file and line should be named:\n{said}"))?;
    calling_100_gives(scene, &exchange, 486)
}

fn calling_100_gives(scene: &Scene, exchange: &Exchange, status: u16) -> Outcome {
    let caller = Sipp::new(scene, "call_refused")?.playing("alice");
    let caller = caller.to("100").fill("formats", 0).fill("status", status);
    caller.call(exchange.sip_address())?.succeeds()
}
