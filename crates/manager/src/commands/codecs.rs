//! `core show codecs`, `core show codec`, `core show file formats`: what can be spoken, and what can be played and recorded.

use std::fmt::Write;

use audio::{FileFormat, WrittenFormat};
use call_control::sip::StreamCodec;
use media_bridge::Codec;
use pbx::configuration::{codec_name, codec_of, stream_codecs};

use super::layout::column;
use super::{Answer, Command, CommandError, Context};

pub(super) const COMMANDS: &[Command] = &[
    Command::now("core show codecs", "The codecs that are known", codecs)
        .taking("[audio|video|image|text]")
        .among(|_| ["audio", "image", "text", "video"].map(str::to_owned).to_vec()),
    Command::now("core show codec", "What is known of a codec", codec)
        .taking("NAME|ID")
        .among(|_| Codec::ALL.iter().map(|codec| codec_name(*codec).to_owned()).collect()),
    Command::now("core show file formats", "The formats of sound files, by their extensions", formats),
];

/// A codec as the console shows it.
struct Row {
    kind: &'static str,
    name: &'static str,
    description: String,
}

/// Every codec: those of sound, then those of other streams. Their numbers are places here.
fn rows() -> Vec<Row> {
    let sound = Codec::ALL.into_iter().map(|codec| Row {
        kind: "audio",
        name: codec_name(codec),
        description: match codec.is_translatable() {
            true => format!("{}, {} Hz", codec.name(), codec.sample_rate()),
            false => format!("{}, passed on", codec.name()),
        },
    });
    let streams = stream_codecs().map(|(name, codec)| {
        let kind = if matches!(codec, StreamCodec::T140 | StreamCodec::Red) { "text" } else { "video" };
        Row { kind, name, description: "passed on".to_owned() }
    });
    sound.chain(streams).collect()
}

fn codecs(_: &Context, arguments: &[String]) -> Answer {
    let wanted = match arguments {
        [] => None,
        [kind] if ["audio", "video", "image", "text"].contains(&kind.as_str()) => Some(kind.as_str()),
        _ => return Err(CommandError::Usage("core show codecs [audio|video|image|text]")),
    };
    let mut text = format!(
        "{:>8} {} {} {}\n{}",
        "ID",
        column("TYPE", 5),
        column("NAME", 12),
        "DESCRIPTION",
        "-".repeat(60)
    );
    for (nth, row) in rows().iter().enumerate() {
        if wanted.is_none_or(|kind| kind == row.kind) {
            // Writing into a String cannot fail.
            let _ = write!(
                text,
                "\n{:>8} {} {} {}",
                nth + 1,
                column(row.kind, 5),
                column(row.name, 12),
                row.description
            );
        }
    }
    Ok(text)
}

fn codec(_: &Context, arguments: &[String]) -> Answer {
    let [wanted] = arguments else { return Err(CommandError::Usage("core show codec NAME|ID")) };
    let place = wanted.parse::<usize>().ok();
    let rows = rows();
    let found = rows.iter().enumerate().find(|(nth, row)| {
        place == Some(nth + 1) || (place.is_none() && row.name.eq_ignore_ascii_case(wanted))
    });
    let (nth, row) =
        found.ok_or_else(|| CommandError::Failed(format!("There is no codec '{wanted}' here")))?;
    let mut text = format!("{} {} {} {}", nth + 1, row.kind, row.name, row.description);
    if let Some(codec) = codec_of(row.name) {
        let _ = write!(text, "\nName in descriptions: {}/{}", codec.name(), codec.clock_rate());
        if let Some(payload_type) = codec.static_payload_type() {
            let _ = write!(text, "\nPayload type: {payload_type}");
        }
    }
    Ok(text)
}

fn formats(_: &Context, _: &[String]) -> Answer {
    let mut text = format!("{} {} {}", column("Extension", 10), column("Rate", 12), "Used for");
    for (extension, format) in FileFormat::extensions() {
        let rate = format.rate().map_or("of the file".to_owned(), |rate| rate.to_string());
        let written = WrittenFormat::from_extension(extension).is_some();
        let used = if written { "playing, recording" } else { "playing" };
        let _ = write!(text, "\n{} {} {used}", column(extension, 10), column(&rate, 12));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codecs_are_numbered_and_of_one_kind() {
        let rows = rows();
        assert!(rows.iter().any(|row| (row.kind, row.name) == ("audio", "ulaw")));
        assert!(rows.iter().any(|row| (row.kind, row.name) == ("video", "vp8")));
        assert!(rows.iter().any(|row| (row.kind, row.name) == ("text", "t140")));
        let mut names: Vec<_> = rows.iter().map(|row| row.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), rows.len());
    }
}
