//! The prompts that are part of the program, and the folders that are searched before them.

use std::borrow::Cow;
use std::path::PathBuf;

use audio::{EmbeddedSounds, Library};
use pbx::configuration::Folders;
use rust_embed::RustEmbed;

/// `sounds/en` and `sounds/fr` of the project.
#[derive(RustEmbed)]
#[folder = "../../sounds/"]
#[include = "*.wav"]
struct OwnPrompts;

impl EmbeddedSounds for OwnPrompts {
    fn open(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        Self::get(path).map(|file| file.data)
    }
}

/// Where packages of a Linux distribution put the prompts of Asterisk.
const OF_PACKAGES: &[&str] = &["/usr/share/asterisk/sounds", "/var/lib/asterisk/sounds"];

/// All prompts: those of the exchange's own folder first, then those of packages, then those of the program.
pub(crate) fn library(folders: &Folders) -> Library {
    let packages = OF_PACKAGES.iter().map(PathBuf::from);
    let own = [folders.data.join("sounds"), folders.data.join("sounds/custom")];
    Library::new(own.into_iter().chain(packages)).with_embedded(OwnPrompts)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_program_speaks_without_any_folder() {
        let library = library(&Folders::below(Path::new("/nowhere")));
        for (name, language) in
            [("ipbx-welcome", "en"), ("ipbx-welcome", "fr"), ("ipbx-menu", "en"), ("digits/1", "fr")]
        {
            assert!(
                library.load(name, language, 8_000).is_ok_and(|pcm| pcm.samples.len() > 800),
                "{language}/{name}"
            );
        }
    }
}
