use std::path::{Path, PathBuf};

/// The language searched when a prompt is in no other one.
const FALLBACK: &str = "en";

/// Sub-folders to search for a language, in order; the empty one is the sound folder itself.
///
/// `fr_CA` gives `fr_CA`, `fr`, none, `en`. A language that could not be a folder's name counts as none.
pub(super) fn folders(language: &str) -> Vec<&str> {
    let mut folders = Vec::new();
    let usable = !language.starts_with('.') && !language.contains(['/', '\\', '\0']);
    let mut rest = if usable { language } else { "" };
    while !rest.is_empty() {
        folders.push(rest);
        rest = rest.rsplit_once('_').map_or("", |(parent, _)| parent);
    }
    folders.push("");
    if !folders.contains(&FALLBACK) {
        folders.push(FALLBACK);
    }
    folders
}

/// The folder of a language below `folder`. Where the language has none, one of its voices speaks for it: packages of
/// Debian put their prompts into `en_US_f_Allison` and `fr_CA_f_June`, and have no `en` and `fr`. Of several, the first
/// by name does.
pub(super) fn folder_below(folder: &Path, language: &str) -> PathBuf {
    let own = folder.join(language);
    if language.is_empty() || own.is_dir() {
        return own;
    }
    let is_voice = |name: &str| name.strip_prefix(language).is_some_and(|rest| rest.starts_with('_'));
    let entries = folder.read_dir().into_iter().flatten().flatten();
    let voices = entries.filter(|entry| entry.file_name().to_str().is_some_and(is_voice));
    voices.map(|voice| voice.path()).filter(|path| path.is_dir()).min().unwrap_or(own)
}

#[cfg(test)]
mod tests {
    use super::folders;

    #[test]
    fn a_region_falls_back_to_its_language_then_to_english() {
        assert_eq!(folders("fr_CA"), ["fr_CA", "fr", "", "en"]);
        assert_eq!(folders("en_AU_f_Ann"), ["en_AU_f_Ann", "en_AU_f", "en_AU", "en", ""]);
        assert_eq!(folders("en"), ["en", ""]);
        assert_eq!(folders(""), ["", "en"]);
    }

    #[test]
    fn a_language_cannot_climb() {
        for language in ["..", "../etc", "a/b", "/etc", "."] {
            assert_eq!(folders(language), ["", "en"], "{language}");
        }
    }
}
