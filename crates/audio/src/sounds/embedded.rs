use std::borrow::Cow;

/// Sounds inside the program, searched when no folder has them.
///
/// ```
/// use std::borrow::Cow;
/// struct OneTick;
/// impl audio::EmbeddedSounds for OneTick {
///     fn open(&self, path: &str) -> Option<Cow<'static, [u8]>> {
///         (path == "en/tick.ulaw").then_some(Cow::Borrowed(&[0x80; 8]))
///     }
/// }
/// let library = audio::Library::new([]).with_embedded(OneTick);
/// assert_eq!(library.load("tick", "fr", 8_000)?.samples.len(), 8);
/// # Ok::<(), audio::SoundError>(())
/// ```
pub trait EmbeddedSounds: Send + Sync {
    /// The bytes of a file by its path below the sound folder, with `/` between: `fr/digits/1.wav`.
    fn open(&self, path: &str) -> Option<Cow<'static, [u8]>>;
}
