//! Rehearsals of a dialplan: played callers go through the real one, on a clock that runs as fast as it can.
//!
//! ```text
//!   script.rs   what is to happen and to be heard, read from a text
//!   stage.rs    an exchange without a network: paced media, played phones, a clock that was set
//!   witness.rs  notes all that happens, with its time; story.rs puts it in words
//!   director.rs has the caller do its part, and compares
//! ```
//!
//! The applications, the functions and the media plane are those of every call: what passes here passes on the phone.

mod director;
mod script;
mod stage;
mod story;
mod witness;

use std::time::Duration;

use call_control::Prompts;

use crate::configuration::Configuration;
use crate::error::StartError;

pub use script::{Scene, Script, ScriptError};

/// What became of a scene.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The scene's name.
    pub name: String,
    /// The line that it begins on.
    pub line: usize,
    /// What was not as it was to be; `None` when all was.
    pub failure: Option<Failure>,
    /// What happened, a line each, with the time in seconds.
    pub story: Vec<String>,
    /// How long it took on the rehearsal's clock.
    pub took: Duration,
}

/// What was not as it was to be.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The line of the script.
    pub line: usize,
    /// What stands there.
    pub wanted: String,
    /// What was seen or heard in its place.
    pub seen: String,
}

/// Why a rehearsal could not begin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RehearsalError {
    /// The exchange could not be set up.
    #[error(transparent)]
    Start(#[from] StartError),
    /// No folder for what the exchange keeps meanwhile.
    #[error("no folder can be made for the rehearsal: {0}")]
    Folder(std::io::Error),
    /// No runtime.
    #[error("the rehearsal's runtime cannot be started: {0}")]
    Runtime(std::io::Error),
}

/// Plays one scene, each on an exchange of its own. Not to be called on a runtime.
///
/// # Errors
/// [`RehearsalError`] where there is no stage to play on; that a scene fails is no error.
pub fn play(
    configuration: &Configuration,
    prompts: &Prompts,
    scene: &Scene,
) -> Result<Verdict, RehearsalError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .map_err(RehearsalError::Runtime)?;
    let verdict = runtime.block_on(async {
        let stage = stage::Stage::set(configuration, prompts.clone(), scene).await?;
        Ok(director::Director::new(&stage, scene).play().await)
    });
    runtime.shutdown_background();
    verdict
}

#[cfg(test)]
mod application_tests;
#[cfg(test)]
mod tests;
