//! Playlists: `m3u` (a line each) and `pls` (`File1=…`).

/// Most entries that are read.
const MOST: usize = 1_000;

/// The entries of a playlist, in their order. Which of both forms it has shows in its text.
pub(crate) fn entries(text: &str) -> Vec<String> {
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim).filter(|line| !line.is_empty());
    let is_pls = text.trim_start().get(..10).is_some_and(|start| start.eq_ignore_ascii_case("[playlist]"));
    let entry = |line: &str| match is_pls {
        false => (!line.starts_with('#')).then(|| line.to_owned()),
        true => {
            let (key, value) = line.split_once('=')?;
            let key = key.trim();
            let is_file = key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("file"));
            (is_file && key[4..].bytes().all(|octet| octet.is_ascii_digit())).then(|| value.trim().to_owned())
        }
    };
    lines.filter_map(entry).filter(|entry| !entry.is_empty()).take(MOST).collect()
}

/// Whether an answer is a playlist, by its type or by the end of its address.
pub(super) fn is_playlist(content_type: &str, path: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let lists =
        ["audio/x-mpegurl", "audio/mpegurl", "application/x-mpegurl", "audio/x-scpls", "application/pls+xml"];
    let path = path.split('?').next().unwrap_or_default().to_ascii_lowercase();
    let by_name = [".m3u", ".m3u8", ".pls"].iter().any(|end| path.ends_with(end));
    lists.contains(&kind.as_str()) || (by_name && !kind.starts_with("audio/mpeg;") && kind != "audio/mpeg")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let m3u = "#EXTM3U\n#EXTINF:-1,Radio\nhttp://radio.example/live\n\nb.mp3\r\n";
        assert_eq!(entries(m3u), ["http://radio.example/live", "b.mp3"]);
        let pls = "[playlist]\nNumberOfEntries=2\nFile1=http://a.example/\nTitle1=A\nfile2 = http://b.example/x=y\n";
        assert_eq!(entries(pls), ["http://a.example/", "http://b.example/x=y"]);
        assert_eq!(entries(""), [""; 0]);
    }

    #[test]
    fn a_playlist_is_known_by_type_or_name() {
        assert!(is_playlist("audio/x-mpegurl; charset=utf-8", "/live"));
        assert!(is_playlist("text/plain", "/a.PLS?x=1"));
        assert!(!is_playlist("audio/mpeg", "/a.m3u"));
        assert!(!is_playlist("", "/live.mp3"));
    }
}
