//! `confbridge …`: who is in conferences, and what an operator does to them.

use std::fmt::Write;
use std::sync::Arc;

use pbx::conference::{PersonSnapshot, Room, RoomSnapshot};

use super::layout::column;
use super::{Answer, Command, CommandError, Context};

pub(super) const COMMANDS: &[Command] = &[
    Command::now("confbridge list", "Conferences, or who is in one", list)
        .taking("[CONFERENCE]")
        .among(names),
    Command::now("confbridge kick", "Send members out of a conference", kick)
        .taking("CONFERENCE CHANNEL|all|participants")
        .among(names),
    Command::now("confbridge lock", "Let nobody into a conference but admins", lock)
        .taking("CONFERENCE")
        .among(names),
    Command::now("confbridge unlock", "Let callers into a conference again", unlock)
        .taking("CONFERENCE")
        .among(names),
    Command::now("confbridge mute", "Mute members of a conference", mute)
        .taking("CONFERENCE CHANNEL|all|participants")
        .among(names),
    Command::now("confbridge record start", "Record what is said in a conference", record)
        .taking("CONFERENCE [FILE]")
        .among(names),
    Command::now("confbridge record stop", "End the recording of a conference", stop_recording)
        .taking("CONFERENCE")
        .among(names),
    Command::now("confbridge unmute", "Let members of a conference speak again", unmute)
        .taking("CONFERENCE CHANNEL|all|participants")
        .among(names),
];

fn names(context: &Context) -> Vec<String> {
    context.exchange.conferences().snapshots().into_iter().map(|room| room.name).collect()
}

fn list(context: &Context, arguments: &[String]) -> Answer {
    match arguments.first() {
        Some(name) => Ok(people(&room(context, Some(name))?.snapshot())),
        None => Ok(rooms(&context.exchange.conferences().snapshots())),
    }
}

fn rooms(rooms: &[RoomSnapshot]) -> String {
    let mut text = "Conference Bridge Name           Users  Marked Locked Muted\n".to_owned();
    text.push_str("================================ ====== ====== ====== =====\n");
    for room in rooms {
        let marked = room.people.iter().filter(|person| person.marked).count();
        let word = |yes: bool| if yes { "Yes" } else { "No" };
        let (name, users) = (column(&room.name, 32), room.people.len());
        let (locked, muted) = (column(word(room.locked), 6), word(room.participants_muted));
        // Writing into a String cannot fail.
        let _ = writeln!(text, "{name} {users:>6} {marked:>6} {locked} {muted}");
    }
    text
}

fn people(room: &RoomSnapshot) -> String {
    let mut text =
        "Channel                        Flags  User Profile     Bridge Profile   Menu             CallerID\n"
            .to_owned();
    text.push_str("============================== ====== ================ ================ ================ ================\n");
    for person in &room.people {
        let [user, bridge, menu] = &person.profiles;
        let columns = [
            column(&person.channel, 30),
            column(&flags(person), 6),
            column(user, 16),
            column(bridge, 16),
            column(menu, 16),
        ];
        // Writing into a String cannot fail.
        let _ = writeln!(text, "{} {}", columns.join(" "), person.caller);
    }
    text
}

/// What a member is: admin, marked, waiting for those who are, ending with them, muted, waiting now.
fn flags(person: &PersonSnapshot) -> String {
    let flags = [
        ('A', person.admin),
        ('M', person.marked),
        ('W', person.wait_marked),
        ('E', person.end_marked),
        ('m', person.muted),
        ('w', person.waiting),
    ];
    flags.into_iter().filter(|(_, holds)| *holds).map(|(letter, _)| letter).collect()
}

fn kick(context: &Context, arguments: &[String]) -> Answer {
    on_members(context, arguments, "kick", |room, who| room.kick(who))
}

fn mute(context: &Context, arguments: &[String]) -> Answer {
    on_members(context, arguments, "mute", |room, who| room.mute(who, true))
}

fn unmute(context: &Context, arguments: &[String]) -> Answer {
    on_members(context, arguments, "unmute", |room, who| room.mute(who, false))
}

fn on_members(
    context: &Context,
    arguments: &[String],
    what: &'static str,
    does: impl FnOnce(&Room, &str) -> usize,
) -> Answer {
    let [name, who] = arguments else {
        return Err(CommandError::Usage("confbridge kick|mute|unmute CONFERENCE CHANNEL|all|participants"));
    };
    match does(&*room(context, Some(name))?, who) {
        0 => Err(CommandError::Failed(format!("No channel named '{who}' in conference {name}"))),
        1 => Ok(format!("{what}: 1 member of {name}")),
        many => Ok(format!("{what}: {many} members of {name}")),
    }
}

fn record(context: &Context, arguments: &[String]) -> Answer {
    let room = room(context, arguments.first())?;
    match room.begin_recording(&context.exchange, arguments.get(1).map(String::as_str)) {
        Ok(file) => Ok(format!("Recording started: {}", file.display())),
        Err(problem) => Err(CommandError::Failed(problem.to_string())),
    }
}

fn stop_recording(context: &Context, arguments: &[String]) -> Answer {
    let room = room(context, arguments.first())?;
    match room.stop_recording() {
        true => Ok("Recording stopped.".to_owned()),
        false => Err(CommandError::Failed(format!("Conference {} is not recorded.", room.name()))),
    }
}

fn lock(context: &Context, arguments: &[String]) -> Answer {
    let room = room(context, arguments.first())?;
    room.lock(true);
    Ok(format!("Conference {} is locked.", room.name()))
}

fn unlock(context: &Context, arguments: &[String]) -> Answer {
    let room = room(context, arguments.first())?;
    room.lock(false);
    Ok(format!("Conference {} is unlocked.", room.name()))
}

fn room(context: &Context, name: Option<&String>) -> Result<Arc<Room>, CommandError> {
    let name = name.ok_or(CommandError::Usage("confbridge lock|unlock CONFERENCE"))?;
    let room = context.exchange.conferences().room(name);
    room.ok_or_else(|| CommandError::Failed(format!("No conference bridge named '{name}' found!")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(channel: &str, admin: bool) -> PersonSnapshot {
        PersonSnapshot {
            channel: channel.to_owned(),
            caller: "100".to_owned(),
            profiles: ["default_user", "default_bridge", "default_menu"].map(str::to_owned),
            admin,
            marked: admin,
            wait_marked: !admin,
            end_marked: false,
            muted: !admin,
            waiting: false,
        }
    }

    #[test]
    fn tables_have_the_columns_that_people_know() {
        let people_there = vec![person("PJSIP/alice-00000001", true), person("PJSIP/bob-00000002", false)];
        let room = RoomSnapshot {
            name: "team".to_owned(),
            locked: true,
            participants_muted: false,
            people: people_there,
        };
        let listed = rooms(std::slice::from_ref(&room));
        let line: Vec<&str> = listed.lines().nth(2).unwrap().split_whitespace().collect();
        assert_eq!(line, ["team", "2", "1", "Yes", "No"]);
        let listed = people(&room);
        let lines: Vec<Vec<&str>> =
            listed.lines().skip(2).map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[0][..2], ["PJSIP/alice-00000001", "AM"]);
        assert_eq!(lines[1][..3], ["PJSIP/bob-00000002", "Wm", "default_user"]);
        assert_eq!(lines[1][5], "100");
    }
}
