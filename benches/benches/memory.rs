//! What registrations and calls weigh while nothing happens, as a table.
//!
//! The allocator tells what is allocated and not freed; what the system says of the process (`/proc/self/statm`) has the
//! allocator's own losses in it too.

use std::alloc::System;
use std::process::Command;
use std::time::Duration;

use benches::stack::{Exchange, POLICY, Parties, Phone};
use pbx::registrar::Registrations;
use sip_parser::Message;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Makes as many of something, and prints what they weigh.
type Weigh = fn(u32) -> Outcome;

/// What is weighed, each in a process of its own: what another one has freed would be filled first.
const WEIGHED: [(&str, Weigh, u32); 5] = [
    ("registrar", |phones| registrar(phones, false), 100_000),
    ("outbound", |phones| registrar(phones, true), 100_000),
    ("stored", stored, 100_000),
    ("calls", in_calls, 10_000),
    ("ended", ended, 10_000),
];

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let count = |usual| if arguments.iter().any(|argument| argument == "--test") { 100 } else { usual };
    for (name, weigh, usual) in WEIGHED {
        if arguments.iter().any(|argument| argument == name) {
            return weigh(count(usual));
        }
    }
    println!("| {:<48} | {:>7} | {:>9} | {:>13} |", "what", "count", "allocated", "of the system");
    println!("| --- | ---: | ---: | ---: |");
    for (name, ..) in WEIGHED {
        let status = Command::new(std::env::current_exe()?).args(&arguments).arg(name).status()?;
        if !status.success() {
            return Err(format!("'{name}' could not be weighed: {status}").into());
        }
    }
    Ok(())
}

/// Registrations in the registrar, with and without what outbound adds (RFC 5626).
fn registrar(phones: u32, outbound: bool) -> Outcome {
    let scale = Scale::new();
    let mut exchange = Exchange::new(0);
    for number in 0..phones {
        let (phone, message) = registering(number, outbound)?;
        exchange.bind(&phone.aor(), &message, &phone.flow())?;
    }
    let name = ["registration in the registrar", "registration in the registrar, outbound"];
    scale.print(name[usize::from(outbound)], phones);
    drop(exchange);
    Ok(())
}

/// Registrations as the exchange has them, with their store on the disk.
fn stored(phones: u32) -> Outcome {
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let scale = Scale::new();
    let contacts = runtime.block_on(async { Registrations::open(folder.path(), Box::new(|_| {})) })?;
    (0..phones).try_for_each(|number| register(&contacts, number))?;
    contacts.flush();
    scale.print("registration in the exchange, with SQLite", phones);
    Ok(())
}

fn register(contacts: &Registrations, number: u32) -> Outcome {
    let (phone, message) = registering(number, false)?;
    let registered = contacts.register(&phone.aor(), POLICY, &message, &phone.flow());
    registered.map(drop).map_err(|refused| format!("refused: {}", refused.status).into())
}

/// Calls that are up, each with both of its ends: what an exchange has for a call between two phones.
fn in_calls(calls: u32) -> Outcome {
    let scale = Scale::new();
    let mut parties = Parties::new();
    for _ in 0..calls {
        parties.connect();
    }
    scale.print("call of two legs, just answered", calls);
    // Transactions are over after 32 s, and none of the session timers has run out.
    parties.pass(Duration::from_secs(65));
    scale.print("call of two legs, after a minute", calls);
    Ok(())
}

/// Calls that are over, while what may still be repeated of them is known (RFC 3261 section 17: 32 s over UDP).
fn ended(calls: u32) -> Outcome {
    let scale = Scale::new();
    let mut parties = Parties::new();
    for _ in 0..calls {
        let call = parties.connect();
        parties.hang_up(call);
    }
    scale.print("call of two legs that is over, within 5 s", calls);
    parties.pass(Duration::from_secs(6));
    scale.print("call of two legs that is over, within 32 s", calls);
    Ok(())
}

fn registering(number: u32, outbound: bool) -> Result<(Phone, Message), sip_parser::ParseError> {
    let phone = Phone { number, outbound };
    Ok((phone, Message::parse(phone.register(1, None))?))
}

/// Weighs what is made while it lives.
struct Scale {
    allocated: Region<'static, System>,
    resident: usize,
}

impl Scale {
    fn new() -> Self {
        Self { allocated: Region::new(ALLOCATOR), resident: resident() }
    }

    fn print(&self, what: &str, count: u32) {
        let change = self.allocated.change();
        let allocated = change.bytes_allocated.saturating_sub(change.bytes_deallocated);
        let resident = resident().saturating_sub(self.resident);
        let each = |octets: usize| octets / usize::try_from(count).unwrap_or(usize::MAX);
        println!("| {what:<48} | {count:>7} | {:>7} B | {:>11} B |", each(allocated), each(resident));
    }
}

/// Octets of the process that lie in memory.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = pages.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or_default() * rustix::param::page_size()
}
