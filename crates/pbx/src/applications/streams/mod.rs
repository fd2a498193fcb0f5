//! Applications that hand the audio of a call to somebody else, and play what comes back.

pub(super) mod audio_socket;
