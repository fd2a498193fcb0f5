//! Bodies of the fuzz targets, kept here so that they always compile.

use crate::{LoadOptions, MemoryFiles, SourceMap, load};
use std::path::Path;

/// Loads any bytes as a file that may include itself under another name, then checks that every span points
/// at its text and that every diagnostic can be shown.
pub fn asterisk_conf(data: &[u8]) {
    let files = MemoryFiles::from([("/c/a.conf", data.to_vec()), ("/c/b.conf", b"[b]\nk = v\n".to_vec())]);
    let mut sources = SourceMap::new();
    let options = LoadOptions { max_entries: 10_000, ..LoadOptions::default() };
    let (config, diagnostics) = load(Path::new("/c/a.conf"), &files, &mut sources, &options);
    for diagnostic in diagnostics.iter().take(20) {
        diagnostic.render(&sources, false);
    }
    for entry in config.sections.iter().flat_map(|section| &section.entries) {
        for spanned in [&entry.key, &entry.value] {
            assert_eq!(spanned.span.end - spanned.span.start, spanned.value.len() as u32);
            assert!(sources.place(spanned.span).is_some());
        }
        if let Some((at, first)) = entry.value.value.char_indices().next()
            && !entry.value.value.contains(';')
        {
            let place = sources.place(entry.value.part(at..at + 1)).map(|p| p.text.chars().nth(p.column - 1));
            assert_eq!(place, Some(Some(first)));
        }
    }
}
