//! Sources that do what attackers do are slowed, banned and logged; nobody else notices.

use std::process::Command;
use std::time::Duration;

use libtest_mimic::Trial;
use sip_parser::Method;

use crate::harness::process::Process;
use crate::harness::wire::{Caller, Wire};
use crate::harness::{Exchange, Folder, Outcome, Scene, Sipp, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("attacks::wrong_passwords_ban_their_source_and_no_other", &["sipp"], wrong_passwords),
        trial("attacks::unknown_names_ban_like_wrong_passwords", &[], unknown_names),
        trial("attacks::a_person_bans_and_releases", &[], by_hand),
        trial("attacks::trusted_networks_are_not_banned", &[], trusted),
        trial("attacks::the_log_says_what_happened", &["sipp"], log_lines),
        trial("attacks::access_lists_keep_out", &["sipp"], access_lists),
        trial("attacks::sipvicious_finds_no_account", &["svmap"], sipvicious),
    ]
}

fn folder(scene: &Scene) -> Outcome<Folder> {
    Ok(Folder::new(scene)?.phone("alice").dialplan("exten => 100,1,Hangup(17)"))
}

/// Tries passwords until nobody answers any more; how many were tried.
fn guess(wire: &Wire, name: &str) -> Outcome<usize> {
    for tried in 0..60 {
        let caller = Caller::new(wire, name, name).with_secret(&format!("guess-{tried}"));
        caller.send(&Method::Register, None, None)?;
        // Whoever is slowed has to be patient: one message a second is read.
        let Some(challenge) = wire.next_if(Duration::from_millis(1_500))? else { return Ok(tried) };
        caller.send(&Method::Register, None, Some(&challenge))?;
        if wire.next_if(Duration::from_millis(1_500))?.is_none() {
            return Ok(tried + 1);
        }
    }
    Err("sixty passwords may be tried without a ban".into())
}

fn is_banned(exchange: &Exchange, wire: &Wire) -> Outcome<bool> {
    let shown = exchange.console("security show bans")?;
    Ok(shown.contains(&format!("{} ", wire.address().ip())))
}

fn wrong_passwords(scene: &Scene) -> Outcome {
    let exchange = Exchange::start(scene, &folder(scene)?)?;
    let attacker = Wire::bind(scene.address()?, exchange.sip_address())?;
    let tried = guess(&attacker, "alice")?;
    ensure((5..=12).contains(&tried), || format!("{tried} passwords were tried"))?;
    bans(&exchange, &attacker)?;
    let shown = exchange.console("security show bans")?;
    ensure(shown.contains("failed_login") && shown.contains("1 source banned"), || shown.clone())?;
    // Alice herself is served, from elsewhere.
    let sipp = Sipp::new(scene, "register")?.playing("alice").fill("status", 200);
    sipp.call(exchange.sip_address())?.succeeds()?;
    let shown = exchange.console("security show sources")?;
    ensure(shown.contains("banned") && shown.contains("phone"), || {
        format!("both should be shown:\n{shown}")
    })?;
    exchange.logs(&["SourceBanned", &format!("/{}/", attacker.address().ip()), "Seconds=\"600\""])?;
    exchange.says(&format!("Source {} is banned for 600 seconds", attacker.address().ip()))
}

/// Goes on until the ban is there: what is slowed is also not answered at times.
fn bans(exchange: &Exchange, wire: &Wire) -> Outcome {
    for number in 0..40 {
        if is_banned(exchange, wire)? {
            return Ok(());
        }
        let caller = Caller::new(wire, "alice", "alice").with_secret(&format!("more-{number}"));
        caller.send(&Method::Register, None, None)?;
        if let Some(challenge) = wire.next_if(Duration::from_millis(1_100))? {
            caller.send(&Method::Register, None, Some(&challenge))?;
            let _ = wire.next_if(Duration::from_millis(1_100))?;
        }
    }
    Err(format!("no ban:\n{}", exchange.console("security show sources")?).into())
}

fn unknown_names(scene: &Scene) -> Outcome {
    let exchange = Exchange::start(scene, &folder(scene)?)?;
    let attacker = Wire::bind(scene.address()?, exchange.sip_address())?;
    let tried = guess(&attacker, "nobody")?;
    ensure((5..=12).contains(&tried), || format!("{tried} passwords were tried"))?;
    exchange.logs(&[
        "InvalidAccountID",
        "AccountID=\"nobody\"",
        &format!("/{}/", attacker.address().ip()),
    ])?;
    exchange.logs(&["SourceSlowed", "unknown_account:5"]).map(drop)
}

/// Ban, release, one and all, trusted and odd.
fn by_hand(scene: &Scene) -> Outcome {
    let exchange = Exchange::start(scene, &folder(scene)?)?;
    let wire = Wire::bind(scene.address()?, exchange.sip_address())?;
    let address = wire.address().ip().to_string();
    let asks = || {
        Caller::new(&wire, "alice", "alice").send(&Method::Options, None, None)?;
        Ok::<_, libtest_mimic::Failed>(wire.next_if(Duration::from_millis(500))?.is_some())
    };
    ensure(asks()?, || "a stranger is answered".to_owned())?;
    let said = exchange.console(&format!("security ban {address} 30"))?;
    ensure(said.contains("is banned"), || said.clone())?;
    ensure(!asks()?, || "who is banned is not answered".to_owned())?;
    let said = exchange.console(&format!("security release {address}"))?;
    ensure(said.contains("is released"), || said.clone())?;
    ensure(asks()?, || "who is released is answered".to_owned())?;
    exchange.console("security ban 192.0.2.1")?;
    exchange.console("security ban 2001:db8::1")?;
    let shown = exchange.console("security show bans")?;
    ensure(shown.contains("2001:db8::/64") && shown.contains("2 sources banned"), || shown.clone())?;
    let said = exchange.console("security release all")?;
    ensure(said.contains("2 sources released"), || said.clone())?;
    let odd = exchange.console("security ban somebody");
    ensure(odd.is_err(), || "'somebody' is no address".to_owned())
}

fn trusted(scene: &Scene) -> Outcome {
    let folder = folder(scene)?;
    folder.write_file("security.conf", "[general]\ntrusted=127.0.0.0/8\n")?;
    let exchange = Exchange::start(scene, &folder)?;
    let wire = Wire::bind(scene.address()?, exchange.sip_address())?;
    ensure(guess(&wire, "alice").is_err(), || "a trusted source was banned".to_owned())?;
    let said = exchange.console(&format!("security ban {}", wire.address().ip()));
    ensure(said.is_err(), || "a trusted source can be banned by hand".to_owned())
}

/// The lines that fail2ban reads: name, account, and the address that it would ban.
fn log_lines(scene: &Scene) -> Outcome {
    let exchange = Exchange::start(scene, &folder(scene)?)?;
    let good = Sipp::new(scene, "register")?.playing("alice").fill("status", 200);
    let phone = format!("RemoteAddress=\"IPV4/UDP/{}/{}\"", good.at().ip(), good.at().port());
    good.call(exchange.sip_address())?.succeeds()?;
    let bad = Sipp::new(scene, "register")?.with_secret("alice", "looking-glass").fill("status", 401);
    let attacker = format!("RemoteAddress=\"IPV4/UDP/{}/{}\"", bad.at().ip(), bad.at().port());
    bad.call(exchange.sip_address())?.succeeds()?;
    let us = format!(
        "LocalAddress=\"IPV4/UDP/{}/{}\"",
        exchange.sip_address().ip(),
        exchange.sip_address().port()
    );
    let alice = "AccountID=\"alice\"";
    exchange.logs(&["SecurityEvent=\"ChallengeSent\"", "Severity=\"Informational\"", alice, &us, &phone])?;
    exchange.logs(&["SecurityEvent=\"SuccessfulAuth\"", alice, &us, &phone, "UsingPassword=\"1\""])?;
    exchange.logs(&["SecurityEvent=\"InvalidPassword\"", "Severity=\"Error\"", alice, &us, &attacker])?;
    let wire = Wire::bind(scene.address()?, exchange.sip_address())?;
    wire.send(b"INVITE sip:100@x SIP/2.0\r\n")?;
    exchange.logs(&["SecurityEvent=\"RequestBadFormat\"", &format!("/{}/", wire.address().ip())])?;
    let log = exchange.security_log()?;
    let odd = log.lines().find(|line| !line.starts_with('[') || !line.contains("] SECURITY["));
    ensure(odd.is_none(), || format!("{odd:?} does not begin as Asterisk's lines do"))?;
    ensure(!log.contains("4x9Kq") && !log.contains("looking-glass"), || "a password is in the log".to_owned())
}

/// An endpoint that calls from one address alone, and an exchange that keeps another out altogether.
fn access_lists(scene: &Scene) -> Outcome {
    let (office, elsewhere) = (Sipp::new(scene, "register")?, Sipp::new(scene, "register")?);
    let outcast = Wire::bind(scene.address()?, ([127, 0, 0, 1], 9).into())?;
    let shut_out = format!("[outcasts]\ntype=acl\ndeny={}\n", outcast.address().ip());
    let folder = Folder::new(scene)?
        .phone_with("alice", "acl=office")
        .pjsip(&shut_out)
        .dialplan("exten => 100,1,Hangup(17)");
    let permitted = office.at().ip();
    folder.write_file("acl.conf", &format!("[office]\ndeny=0.0.0.0/0.0.0.0\npermit={permitted}\n"))?;
    let exchange = Exchange::start(scene, &folder)?;
    office.playing("alice").fill("status", 200).call(exchange.sip_address())?.succeeds()?;
    let denied = elsewhere.at().ip().to_string();
    // The right password does not help, and does not show.
    elsewhere.playing("alice").fill("status", 401).call(exchange.sip_address())?.succeeds()?;
    exchange.logs(&["SecurityEvent=\"FailedACL\"", "AccountID=\"alice\"", "ACLName=\"office\"", &denied])?;
    let address = outcast.address().ip();
    drop(outcast);
    let std::net::IpAddr::V4(address) = address else { return Err("no IPv4".into()) };
    let wire = Wire::bind(address, exchange.sip_address())?;
    Caller::new(&wire, "alice", "alice").send(&Method::Register, None, None)?;
    wire.expect("403 REGISTER")?;
    exchange.logs(&["FailedACL", "ACLName=\"outcasts/acl\""]).map(drop)
}

/// The scanner that most attackers use: it finds that there is a SIP server, no extension, and no password.
fn sipvicious(scene: &Scene) -> Outcome {
    let folder = Folder::new(scene)?.phone("100").phone("101").dialplan("exten => 100,1,Hangup(17)");
    // A password that it would find if it were let.
    let folder = folder.pjsip("[102](phone)\nauth=102\naors=102\n[102]\ntype=auth\nusername=102\npassword=147\n[102]\ntype=aor\nmax_contacts=1\n");
    // Slowed, they would go on for a minute before they are banned.
    folder.write_file("security.conf", "[general]\nslow_score=100\n")?;
    let exchange = Exchange::start(scene, &folder)?;
    let run = |program: &str, words: &[&str]| -> Outcome<String> {
        let (to, port) = (exchange.sip_address().ip().to_string(), exchange.sip_address().port().to_string());
        let mut command = Command::new(program);
        command.args(["-p", &port]).args(words).arg(&to).env("HOME", scene.folder());
        let mut process = Process::spawn(scene, program, &mut command)?;
        process.ends_within(Duration::from_secs(90))?;
        process.said()
    };
    let said = run("svmap", &["-v"])?;
    ensure(said.contains(&exchange.sip_address().to_string()), || {
        format!("svmap did not get there:\n{said}")
    })?;
    // Without --force it sees that an unknown extension is challenged, and gives up.
    let names = |words: &[&str]| -> Outcome {
        let words = [words, &["-e", "90-400", "--maximumtime", "3"]].concat();
        let said = run("svwar", &words)?;
        ensure(said.contains("found nothing"), || format!("svwar {words:?} finds something:\n{said}"))
    };
    for words in [&["-m", "INVITE"][..], &["-m", "OPTIONS"], &[]] {
        names(words)?;
    }
    // The password is the 18th that it would try.
    let said = run("svcrack", &["-u", "102", "-r", "130-160", "--maximumtime", "1"])?;
    ensure(!said.contains("| 147 "), || format!("svcrack finds the password:\n{said}"))?;
    let shown = exchange.console("security show bans")?;
    ensure(!shown.contains("0 sources banned"), || format!("nobody was banned:\n{shown}"))?;
    exchange.console("security release all")?;
    names(&["--force"])
}
