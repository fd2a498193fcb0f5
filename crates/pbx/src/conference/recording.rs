//! Recordings of rooms: all that is said in one, in one file.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Room;
use crate::configuration::BridgeProfile;
use crate::exchange::Exchange;
use crate::recordings::{self, BeginError, Request, RequestError};

/// Why a room is not recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RoomRecordingError {
    /// It is recorded already.
    #[error("conference {0} is recorded already")]
    Running(String),
    /// The file cannot be named so.
    #[error(transparent)]
    File(#[from] RequestError),
    /// It cannot begin.
    #[error(transparent)]
    Begin(#[from] BeginError),
}

impl Room {
    /// Begins to record all that is said, into `file` or the one that the profile of the room names, and returns where that is. It
    /// goes on until it is [stopped](Room::stop_recording) or nobody is there any more.
    ///
    /// # Errors
    /// [`RoomRecordingError`].
    pub fn begin_recording(
        &self,
        exchange: &Arc<Exchange>,
        file: Option<&str>,
    ) -> Result<PathBuf, RoomRecordingError> {
        let mut running = self.recording();
        if running.as_ref().is_some_and(|recording| !recording.is_over()) {
            return Err(RoomRecordingError::Running(self.name().to_owned()));
        }
        let folder = exchange.configuration().folders.spool.join("monitor");
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let request = request(self.name(), self.bridge(), file, &folder, since)?;
        let path = request.files().next().cloned().unwrap_or_default();
        *running = Some(recordings::begin_room(exchange, self.name(), request, |rate| self.tap(rate))?);
        Ok(path)
    }

    /// Ends the recording; `false` where there is none.
    pub fn stop_recording(&self) -> bool {
        let recording = self.recording().take().filter(|recording| !recording.is_over());
        recording.is_some_and(|recording| {
            recording.stop();
            true
        })
    }

    /// Whether it is recorded.
    pub fn is_recorded(&self) -> bool {
        self.recording().as_ref().is_some_and(|recording| !recording.is_over())
    }
}

/// What is to be recorded of a room, as its profile says.
fn request(
    room: &str,
    bridge: &BridgeProfile,
    file: Option<&str>,
    folder: &Path,
    since: Duration,
) -> Result<Request, RequestError> {
    let file = file.or(bridge.record_file.as_deref());
    let seconds = since.as_secs();
    let name =
        match file.map(|name| (name, name.rsplit_once('.').filter(|(_, ending)| !ending.contains('/')))) {
            None => format!("confbridge-{}-{seconds}.wav", room.replace(['/', ','], "-")),
            Some((name, _)) if !bridge.record_timestamp => name.to_owned(),
            Some((_, Some((stem, ending)))) => format!("{stem}-{seconds}.{ending}"),
            Some((name, None)) => format!("{name}-{seconds}"),
        };
    let mut request = Request::parse(&format!("{name},{}", bridge.record_options), folder)?;
    request.append |= bridge.record_append;
    request.command = Some(bridge.record_command.clone()).filter(|command| !command.is_empty());
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_as_the_profile_says() {
        let named = |bridge: &BridgeProfile, file| {
            let request = request("team", bridge, file, Path::new("/m"), Duration::from_secs(9)).unwrap();
            (request.file.unwrap().to_string_lossy().into_owned(), request.append)
        };
        let mut bridge = BridgeProfile::default();
        assert_eq!(named(&bridge, None), ("/m/confbridge-team-9.wav".to_owned(), true));
        bridge.record_file = Some("talks/all.wav".to_owned());
        assert_eq!(named(&bridge, None).0, "/m/talks/all-9.wav");
        assert_eq!(named(&bridge, Some("/tmp/x.gsm")).0, "/tmp/x-9.gsm");
        (bridge.record_timestamp, bridge.record_append) = (false, false);
        assert_eq!(named(&bridge, None), ("/m/talks/all.wav".to_owned(), false));
    }
}
