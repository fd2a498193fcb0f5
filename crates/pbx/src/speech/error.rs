use std::io;
use std::path::PathBuf;

/// Why a text is not spoken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum SpeechError {
    /// There is nothing to say.
    #[error("there is no text to speak")]
    NoText,
    /// A bound against programs that never end.
    #[error("the text is longer than {most} octets; speak it in parts")]
    TooLong {
        /// The bound.
        most: usize,
    },
    /// The name of an engine leads nowhere.
    #[error("speech.conf has no engine [{0}]; add a section of that name")]
    NoSuchEngine(String),
    /// Nobody speaks it.
    #[error("no engine of speech.conf speaks '{0}'; name it in the languages of one, as in languages=fr,en")]
    NoSuchLanguage(String),
    /// That one does not speak it.
    #[error("the engine [{engine}] of speech.conf does not speak '{language}'; add it to its languages")]
    NotSpoken {
        /// The engine.
        engine: String,
        /// The language.
        language: String,
    },
    /// It cannot be run.
    #[error("{program} cannot be run ({source}); install it, or name another program in speech.conf")]
    CannotRun {
        /// The program.
        program: String,
        /// What the system says.
        source: io::Error,
    },
    /// It took too long, and was ended with all that it had started.
    #[error(
        "{program} did not end within {seconds} s and was stopped; raise its timeout in speech.conf if it needs more"
    )]
    Hung {
        /// The program.
        program: String,
        /// The bound.
        seconds: f64,
    },
    /// It says that it failed.
    #[error("{program} failed ({status}): {said}")]
    Failed {
        /// The program.
        program: String,
        /// How it ended.
        status: std::process::ExitStatus,
        /// The end of what it wrote to its standard error.
        said: String,
    },
    /// What it made cannot be played.
    #[error("{program} made no WAV that can be played ({reason}); see its arguments in speech.conf")]
    NoSound {
        /// The program.
        program: String,
        /// What is wrong with it.
        reason: String,
    },
    /// What was made cannot be kept.
    #[error("{path} cannot be written: {source}; speech.conf names the folder (cache)")]
    Cache {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}
