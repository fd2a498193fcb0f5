//! Columns and counts, as people and scripts know them.

use std::time::Duration;

/// A text cut or filled to a width.
pub(super) fn column(text: &str, width: usize) -> String {
    let cut: String = text.chars().take(width).collect();
    format!("{cut:<width$}")
}

/// `1 active channel`, `2 active channels`.
pub(super) fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// `1 hour, 2 minutes, 3 seconds`.
pub(super) fn spoken(time: Duration) -> String {
    let seconds = time.as_secs();
    let parts = [
        (seconds / 604_800, "week"),
        (seconds / 86_400 % 7, "day"),
        (seconds / 3_600 % 24, "hour"),
        (seconds / 60 % 60, "minute"),
        (seconds % 60, "second"),
    ];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| counted(usize::try_from(count).unwrap_or(usize::MAX), word))
        .collect();
    if said.is_empty() { "0 seconds".to_owned() } else { said.join(", ") }
}

/// `01:02:03`.
pub(super) fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_spoken() {
        assert_eq!(spoken(Duration::from_secs(3_723)), "1 hour, 2 minutes, 3 seconds");
        assert_eq!(spoken(Duration::from_secs(86_400 * 8)), "1 week, 1 day");
        assert_eq!(spoken(Duration::ZERO), "0 seconds");
        assert_eq!(clock(Duration::from_secs(3_723)), "01:02:03");
    }
}
