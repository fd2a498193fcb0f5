//! `security …`: who is banned, and who may be soon.

use std::fmt::Write;
use std::net::IpAddr;
use std::time::Duration;

use sip_ua::guard::{Counts, SourceStatus, Standing};

use super::layout::{clock, column, counted};
use super::{Answer, Command, CommandError, Context};

pub(super) const COMMANDS: &[Command] = &[
    Command::now("security show bans", "The sources that are banned", show_bans),
    Command::now("security show sources", "What is counted against whom", show_sources)
        .taking("[all]")
        .explained("The hundred with the highest scores; all of them with 'all'.")
        .among(|_| vec!["all".to_owned()]),
    Command::now("security ban", "Bans a source", ban)
        .taking("ADDRESS [SECONDS]")
        .explained("Without SECONDS for as long as it would be banned by itself: twice as long each time."),
    Command::now("security release", "Ends a ban, and forgets what led to it", release)
        .taking("ADDRESS|all")
        .among(banned_addresses),
];

/// Rows of `security show sources` where nobody asks for all.
const MOST_ROWS: usize = 100;

const BAN: &str = "security ban ADDRESS [SECONDS]";
const RELEASE: &str = "security release ADDRESS|all";

fn show_bans(context: &Context, _: &[String]) -> Answer {
    let bans = context.exchange.guard().bans();
    let mut text = row(["Source", "Left", "Times", "Dropped", "What it did"]);
    for ban in &bans {
        let left = clock(ban.banned_for.unwrap_or_default());
        let (source, what) = (ban.source.to_string(), spoken_counts(&ban.counts));
        text.push_str(&row([&source, &left, &ban.bans.to_string(), &ban.dropped.to_string(), &what]));
    }
    Ok(text + &counted(bans.len(), "source") + " banned")
}

fn show_sources(context: &Context, arguments: &[String]) -> Answer {
    let most = match arguments {
        [] => MOST_ROWS,
        [all] if all == "all" => usize::MAX,
        _ => return Err(CommandError::Usage("security show sources [all]")),
    };
    let sources = context.exchange.guard().sources();
    let mut text = row(["Source", "Standing", "Score", "Dropped", "What it did"]);
    for source in sources.iter().take(most) {
        let (name, what) = (source.source.to_string(), spoken_counts(&source.counts));
        let score = format!("{:.1}", source.score);
        text.push_str(&row([&name, standing(source), &score, &source.dropped.to_string(), &what]));
    }
    if let Some(hidden) = sources.len().checked_sub(most).filter(|hidden| *hidden > 0) {
        let _ = writeln!(text, "... and {hidden} with less against them");
    }
    Ok(text + &counted(sources.len(), "source") + " remembered")
}

fn standing(source: &SourceStatus) -> &'static str {
    match source.standing {
        _ if source.banned_for.is_some() => "banned",
        _ if source.slowed => "slowed",
        Standing::Stranger => "stranger",
        Standing::Known => "phone",
        Standing::Trusted => "trusted",
    }
}

/// `failed_login 10, challenge 3`.
fn spoken_counts(counts: &Counts) -> String {
    let said: Vec<String> = counts.all().map(|(offence, count)| format!("{offence} {count}")).collect();
    if said.is_empty() { "-".to_owned() } else { said.join(", ") }
}

fn row([source, second, third, dropped, what]: [&str; 5]) -> String {
    let columns = [column(source, 24), column(second, 9), column(third, 7), column(dropped, 9)];
    format!("{} {what}\n", columns.join(" "))
}

fn ban(context: &Context, arguments: &[String]) -> Answer {
    let (address, time) = match arguments {
        [address] => (address, None),
        [address, seconds] => {
            let seconds: u32 = seconds.parse().map_err(|_| CommandError::Usage(BAN))?;
            (address, Some(Duration::from_secs(seconds.into())))
        }
        _ => return Err(CommandError::Usage(BAN)),
    };
    let address = address_of(address)?;
    if !context.exchange.guard().ban(address, time) {
        return Err(CommandError::Failed(format!(
            "{address} is trusted and cannot be banned: take it out of trusted= in security.conf, or out of the \
             type=identify section in pjsip.conf"
        )));
    }
    Ok(format!("{address} is banned."))
}

fn release(context: &Context, arguments: &[String]) -> Answer {
    let guard = context.exchange.guard();
    match arguments {
        [all] if all.eq_ignore_ascii_case("all") => Ok(counted(guard.release_all(), "source") + " released."),
        [address] => match guard.release(address_of(address)?) {
            true => Ok(format!("{address} is released.")),
            false => Err(CommandError::Failed(format!("Nothing is counted against {address}."))),
        },
        _ => Err(CommandError::Usage(RELEASE)),
    }
}

/// An address as it is written, or a source as it is shown (`2001:db8::/64`).
fn address_of(text: &str) -> Result<IpAddr, CommandError> {
    let bare = text.trim_end_matches("/64").trim_start_matches('[').trim_end_matches(']');
    bare.parse().map_err(|_| CommandError::Failed(format!("'{text}' is no IP address.")))
}

fn banned_addresses(context: &Context) -> Vec<String> {
    let bans = context.exchange.guard().bans();
    std::iter::once("all".to_owned()).chain(bans.iter().map(|ban| ban.source.to_string())).collect()
}
