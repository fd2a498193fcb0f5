//! `moh …`: the classes of music for those who wait.

use std::fmt::Write;

use call_control::MusicPiece;
use pbx::configuration::{MusicMode, MusicSection, Part};

use super::module::reload;
use super::{Answer, Command, CommandError, Context};

pub(super) const COMMANDS: &[Command] = &[
    Command::now("moh show classes", "The classes of music on hold", |context, _| Ok(classes(context))),
    Command::now("moh show files", "The pieces of each class of music on hold", |context, _| {
        Ok(files(context))
    }),
    Command::later("moh reload", "Reads musiconhold.conf again, and looks for new files", |context, _| {
        Box::pin(reload(context, Part::Music))
    }),
    Command::now("moh unregister class", "Takes a class of music away until the next reload", unregister)
        .taking("CLASS")
        .among(names),
];

// Writing into a String cannot fail, in all of this file.

fn classes(context: &Context) -> String {
    let mut text = String::new();
    for (section, class) in context.exchange.music().classes() {
        show(&mut text, &section, &class.pieces);
    }
    text
}

fn show(text: &mut String, section: &MusicSection, pieces: &[MusicPiece]) {
    let _ = writeln!(text, "Class: {}", section.name);
    match &section.mode {
        MusicMode::Files { .. } if matches!(pieces, [MusicPiece::Made(_)]) => {
            let _ = writeln!(text, "\tMode: files\n\tMusic: made by the exchange");
        }
        MusicMode::Files { word, directory } => {
            let _ = writeln!(text, "\tMode: {word}\n\tDirectory: {}", directory.display());
        }
        MusicMode::Playlist(entries) => {
            let _ = writeln!(text, "\tMode: playlist\n\tEntries: {}", entries.len());
        }
        MusicMode::Custom(program) => {
            let _ = writeln!(text, "\tMode: custom\n\tApplication: {}", program.command.join(" "));
            if let Some(directory) = &program.directory {
                let _ = writeln!(text, "\tDirectory: {}", directory.display());
            }
        }
    }
    if let Some(digit) = section.digit {
        let _ = writeln!(text, "\tDigit: {digit}");
    }
    if let Some(announcement) = &section.announcement {
        let _ = writeln!(text, "\tAnnouncement: {announcement}");
    }
}

fn files(context: &Context) -> String {
    let mut text = String::new();
    for (section, class) in context.exchange.music().classes() {
        let _ = writeln!(text, "Class: {}", section.name);
        for piece in &class.pieces {
            let _ = writeln!(text, "\tFile: {}", piece.name());
        }
    }
    text
}

fn names(context: &Context) -> Vec<String> {
    context.exchange.music().classes().into_iter().map(|(section, _)| section.name).collect()
}

fn unregister(context: &Context, arguments: &[String]) -> Answer {
    let [name] = arguments else { return Err(CommandError::Usage("moh unregister class CLASS")) };
    match context.exchange.music().unregister(name) {
        true => Ok(format!("Music on hold class '{name}' unregistered")),
        false => Err(CommandError::Failed(format!("No such music on hold class: {name}"))),
    }
}
