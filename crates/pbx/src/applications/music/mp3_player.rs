//! `MP3Player(location)`: plays a file, a playlist, or what an address has, until its end or any key.
//!
//! A location is an address (`http://`, `https://`), the path of a sound file or of a playlist (`.m3u`, `.pls`), or the name
//! of a sound. An address is one stream for all who listen to it.

use std::path::Path;

use call_control::{CallError, PlayEnd};
use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::configuration::is_address;
use crate::dialplan::DialplanChannel;
use crate::radio::playlist_entries;

/// Octets of the longest playlist that is read.
const LONGEST_LIST: u64 = 64 * 1_024;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let location = arguments.trim();
    if location.is_empty() {
        channel
            .warning("MP3Player(): give a file or an address, as in MP3Player(https://radio.example/live)");
        return Ok(Outcome::Continue);
    }
    for entry in entries(channel, location).await {
        match play(channel, &entry).await? {
            PlayEnd::Interrupted(_) => break,
            PlayEnd::Finished => {}
        }
    }
    Ok(Outcome::Continue)
}

/// What is played, one after the other. The entries of a local playlist are looked for beside it.
async fn entries(channel: &DialplanChannel, location: &str) -> Vec<String> {
    let is_list = [".m3u", ".m3u8", ".pls"].iter().any(|end| location.to_ascii_lowercase().ends_with(end));
    if is_address(location) || !is_list {
        return vec![location.to_owned()];
    }
    let path = location.to_owned();
    let read = tokio::task::spawn_blocking(move || {
        use std::io::Read;
        let mut text = Vec::new();
        std::fs::File::open(path)?.take(LONGEST_LIST).read_to_end(&mut text).map(|_| text)
    });
    let text = match read.await {
        Ok(Ok(text)) => text,
        Ok(Err(error)) => {
            channel.warning(format!("MP3Player: {location}: {error}"));
            return Vec::new();
        }
        Err(_) => return Vec::new(),
    };
    let folder = Path::new(location).parent().unwrap_or(Path::new("/")).to_owned();
    let beside = |entry: String| match is_address(&entry) {
        true => entry,
        false => folder.join(entry).to_string_lossy().into_owned(),
    };
    playlist_entries(&String::from_utf8_lossy(&text)).into_iter().map(beside).collect()
}

async fn play(channel: &DialplanChannel, entry: &str) -> Result<PlayEnd, CallError> {
    if is_address(entry) {
        return match channel.exchange.radio().tune_in(entry) {
            Ok(broadcast) => channel.call.play_broadcast(&broadcast, |_| true).await,
            Err(error) => {
                channel.warning(format!("MP3Player: {error}"));
                Ok(PlayEnd::Finished)
            }
        };
    }
    let path = Path::new(entry);
    let name = match audio::FileFormat::of(path) {
        Some(_) => path.with_extension("").to_string_lossy().into_owned(),
        None => entry.to_owned(),
    };
    match channel.call.play_until_key(&name, |_| true).await {
        Err(error @ (CallError::NoSuchSound(_) | CallError::UnreadableSound { .. })) => {
            channel.warning(format!("MP3Player: {error}"));
            Ok(PlayEnd::Finished)
        }
        other => other,
    }
}
