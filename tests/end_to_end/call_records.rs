//! Call detail records: what stands in `Master.csv` after calls of real phones.

use std::path::PathBuf;

use libtest_mimic::Trial;

use crate::harness::wait::until;
use crate::harness::{Baresip, Exchange, Folder, Outcome, Scene, Sipp, ensure, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("call_records::an_answered_call_field_by_field", &["baresip"], answered),
        trial("call_records::a_busy_call_and_what_follows_it", &["sipp"], busy),
        trial("call_records::a_call_that_nobody_answers", &["sipp"], unanswered),
        trial("call_records::a_transfer_is_two_records", &["baresip"], transferred),
        trial("call_records::a_power_cut_after_the_call_costs_no_record", &["baresip"], power_cut),
        trial("call_records::calls_go_on_where_nothing_can_be_written", &["baresip"], unwritable),
    ]
}

const CDR_CONF: &str = "[csv]\nloguniqueid=yes\nloguserfield=yes\nnewcdrcolumns=yes\n";

const DIALPLAN: &str = "exten => bob,1,Set(CDR(userfield)=ticket 7)
 same => n,Dial(PJSIP/bob,30)
exten => carol,1,Dial(PJSIP/carol,30)
exten => h,1,Verbose(1,billed=${CDR(billsec)} disposition=${CDR(disposition)})";

/// `Master.csv` of an exchange in this folder.
fn master(folder: &Folder) -> PathBuf {
    folder.path().join("var/log/cdr-csv/Master.csv")
}

/// Waits until there are so many records, and splits each into its fields.
fn records(folder: &Folder, count: usize) -> Outcome<Vec<Vec<String>>> {
    until(&format!("{count} records in Master.csv"), || {
        let text = std::fs::read_to_string(master(folder)).unwrap_or_default();
        let lines: Vec<_> = text.lines().map(fields).collect();
        Ok((lines.len() >= count && text.ends_with('\n')).then_some(lines))
    })
}

/// The fields of a line of CSV (RFC 4180), those in quotes with a `'` in front, to tell them from bare ones.
fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => field.extend(rest.next()),
            '"' if quoted => quoted = false,
            '"' => {
                quoted = true;
                field.push('\'');
            }
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            c => field.push(c),
        }
    }
    fields.push(field);
    fields
}

fn is(record: &[String], number: usize, expected: &str) -> Outcome {
    let found = record.get(number).map_or("", String::as_str);
    ensure(found == expected, || {
        format!("field {number} should be {expected}, and is {found}, in {record:?}")
    })
}

fn begins(record: &[String], number: usize, expected: &str) -> Outcome {
    let found = record.get(number).map_or("", String::as_str);
    let told = || format!("field {number} should begin with {expected}, and is {found}, in {record:?}");
    ensure(found.starts_with(expected), told)
}

fn house(scene: &Scene) -> Outcome<Folder> {
    let folder = Folder::new(scene)?
        .phone_with("alice", "accountcode=sales\n")
        .phone_with("bob", "accountcode=service\n");
    let folder = folder.phone("carol").dialplan(DIALPLAN);
    folder.write_file("cdr.conf", CDR_CONF)?;
    Ok(folder)
}

fn answered(scene: &Scene) -> Outcome {
    let folder = house(scene)?;
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let bob = Baresip::named(scene, "bob", 1_000).manual().register_at(&exchange)?;
    let mut bob = bob;
    alice.dial("bob")?;
    bob.rings()?;
    let open = exchange.console("cdr show active")?;
    ensure(open.contains("PJSIP/alice-") && open.contains("PJSIP/bob-"), || {
        format!("no open record in:\n{open}")
    })?;
    bob.accept()?;
    alice.hears(1_000)?;
    alice.hang_up()?;
    bob.call_ends()?;
    exchange.says("disposition=ANSWERED")?;
    let all = records(&folder, 1)?;
    let [record] = &all[..] else { return Err(format!("one call is one record, not {all:?}").into()) };
    ensure(record.len() == 21, || format!("{} fields in {record:?}", record.len()))?;
    is(record, 0, "'sales")?;
    is(record, 1, "'alice")?;
    is(record, 2, "'bob")?;
    is(record, 4, "'\"alice\" <alice>")?;
    is(record, 3, "'phones")?;
    begins(record, 5, "'PJSIP/alice-")?;
    begins(record, 6, "'PJSIP/bob-")?;
    is(record, 7, "'Dial")?;
    is(record, 8, "'PJSIP/bob,30")?;
    for moment in 9..12 {
        let found = &record[moment];
        ensure(found.len() == 20 && found.starts_with("'20"), || {
            format!("{found} is no time, in {record:?}")
        })?;
    }
    let (duration, billed): (u64, u64) = (record[12].parse()?, record[13].parse()?);
    ensure(billed <= duration && duration < 60, || format!("{duration} and {billed} seconds in {record:?}"))?;
    is(record, 14, "'ANSWERED")?;
    is(record, 15, "'DOCUMENTATION")?;
    is(record, 17, "'ticket 7")?;
    is(record, 18, "'service")?;
    is(record, 19, &record[16])?;
    ensure(record[20].parse::<u64>().is_ok(), || format!("the sequence is bare, in {record:?}"))?;
    // The account's file follows the master's.
    let all = std::fs::read_to_string(master(&folder))?;
    until("the same record in the file of its account", || {
        let of_account = std::fs::read_to_string(master(&folder).with_file_name("sales.csv"));
        Ok((of_account.unwrap_or_default() == all).then_some(()))
    })?;
    until("the record among those that are written", || {
        let shown = exchange.console("cdr show status")?;
        Ok(shown.contains("Written:                    1").then_some(()))
    })
}

/// A phone that refuses with `status`, and then a record of the call.
fn refused(scene: &Scene, scenario: &str, status: u16, seconds: &str) -> Outcome<Vec<String>> {
    let callee = Sipp::new(scene, scenario)?.fill("status", status);
    let lines = format!("exten => desk,1,Dial(PJSIP/desk,{seconds})\n same => n,Hangup(17)");
    let folder = Folder::new(scene)?.phone("alice").desk("desk", callee.at()).dialplan(&lines);
    let callee = callee.wait_for_calls()?;
    let exchange = Exchange::start(scene, &folder)?;
    let caller = Sipp::new(scene, "call_refused")?.playing("alice");
    let caller = caller.to("desk").fill("formats", 0).fill("status", 486);
    caller.call(exchange.sip_address())?.succeeds()?;
    callee.succeeds()?;
    exchange.is_idle()?;
    let mut all = records(&folder, 1)?;
    // What the caller did afterwards was not answered and called nobody.
    ensure(all.len() == 1, || format!("one call is one record, not {all:?}"))?;
    let record = all.remove(0);
    ensure(record.len() == 16, || format!("{} fields in {record:?}", record.len()))?;
    begins(&record, 6, "'PJSIP/desk-")?;
    is(&record, 7, "'Dial")?;
    is(&record, 10, "")?;
    is(&record, 13, "0")?;
    Ok(record)
}

fn busy(scene: &Scene) -> Outcome {
    let record = refused(scene, "callee_refuses", 486, "30")?;
    is(&record, 14, "'BUSY")
}

fn unanswered(scene: &Scene) -> Outcome {
    let record = refused(scene, "callee_is_cancelled", 0, "1.5")?;
    is(&record, 14, "'NO ANSWER")
}

fn transferred(scene: &Scene) -> Outcome {
    let folder = house(scene)?;
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let mut bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    let carol = Baresip::named(scene, "carol", 600).register_at(&exchange)?;
    alice.dial("bob")?;
    bob.hears(440)?;
    bob.transfer(&format!("sip:carol@{}", exchange.sip_address()))?;
    carol.hears(440)?;
    alice.hang_up()?;
    carol.call_ends()?;
    let all = records(&folder, 2)?;
    for (record, dialled, peer) in [(&all[0], "'bob", "'PJSIP/bob-"), (&all[1], "'carol", "'PJSIP/carol-")] {
        is(record, 2, dialled)?;
        begins(record, 5, "'PJSIP/alice-")?;
        begins(record, 6, peer)?;
        is(record, 14, "'ANSWERED")?;
        is(record, 19, &all[0][16])?;
    }
    ensure(all.len() == 2, || format!("a transfer is two records, not {all:?}"))
}

fn power_cut(scene: &Scene) -> Outcome {
    let folder = house(scene)?;
    let mut exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    alice.dial("bob")?;
    alice.hears(1_000)?;
    alice.hang_up()?;
    bob.call_ends()?;
    records(&folder, 1)?;
    exchange.kill_and_start_again(scene)?;
    let all = records(&folder, 1)?;
    ensure(all.len() == 1 && all[0].len() == 21, || format!("lost or torn: {all:?}"))
}

fn unwritable(scene: &Scene) -> Outcome {
    let folder = house(scene)?;
    // A file where the folder should be keeps even root from writing.
    std::fs::create_dir_all(folder.path().join("var/log"))?;
    std::fs::write(folder.path().join("var/log/cdr-csv"), "")?;
    let exchange = Exchange::start(scene, &folder)?;
    let mut alice = Baresip::named(scene, "alice", 440).register_at(&exchange)?;
    let bob = Baresip::named(scene, "bob", 1_000).register_at(&exchange)?;
    alice.dial("bob")?;
    alice.hears(1_000)?;
    alice.hang_up()?;
    bob.call_ends()?;
    exchange.says("call records cannot be written")?;
    let shown = exchange.console("cdr show status")?;
    ensure(shown.contains("Waiting:                    1"), || format!("no count in:\n{shown}"))?;
    std::fs::remove_file(folder.path().join("var/log/cdr-csv"))?;
    let all = records(&folder, 1)?;
    ensure(all.len() == 1, || format!("it came in late, and once: {all:?}"))
}
