//! The nearest known word to one that is not known.

/// Words longer than this are not compared: nobody meant them.
const LONGEST: usize = 80;

/// The candidate that `word` was most likely meant to be, or `None` when none is near.
///
/// Near means: at most one edit for each three characters (an edit adds, drops or changes a character or swaps
/// two neighbours), case and the difference of `-` and `_` aside; or one is the other plus an ending of one or
/// two letters.
///
/// ```
/// use asterisk_conf::suggest::nearest;
/// assert_eq!(nearest("contxt", ["context", "contact"]), Some("context"));
/// assert_eq!(nearest("remote_host", ["remote_hosts", "local_net"]), Some("remote_hosts"));
/// assert_eq!(nearest("colour", ["type", "auth"]), None);
/// ```
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(word);
    if folded.is_empty() || folded.len() > LONGEST {
        return None;
    }
    let allowed = (folded.len() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let other = fold(candidate);
            let near = folded.len().abs_diff(other.len()) <= allowed && other.len() <= LONGEST;
            let distance = if near { distance(&folded, &other) } else { usize::MAX };
            // One letter is never a slip for another: "a" is not a misspelt "b".
            let all_wrong = distance >= folded.len().max(other.len());
            (distance <= allowed && !all_wrong).then_some((distance, candidate))
        })
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

fn fold(word: &str) -> Vec<char> {
    word.chars().flat_map(char::to_lowercase).map(|c| if c == '-' { '_' } else { c }).collect()
}

/// Edits between two words, a swap of neighbours counted once.
fn distance(a: &[char], b: &[char]) -> usize {
    let width = b.len() + 1;
    let mut before = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; width];
        for j in 1..width {
            let change = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_finds_its_word() {
        assert_eq!(nearest("aor", ["aors", "auth"]), Some("aors"));
        assert_eq!(nearest("Playbakc", ["Playback", "Background"]), Some("Playback"));
        assert_eq!(nearest("secraitaire", ["secretaire", "patron"]), Some("secretaire"));
        assert_eq!(nearest("Patron", ["patron"]), Some("patron"));
        assert_eq!(nearest("dtmf-mode", ["dtmf_mode"]), Some("dtmf_mode"));
    }

    #[test]
    fn a_strange_word_finds_none() {
        assert_eq!(nearest("", ["a"]), None);
        assert_eq!(nearest("a", ["b"]), None);
        assert_eq!(nearest("xyzzy", ["context"]), None);
        assert_eq!(nearest(&"x".repeat(5000), ["x"]), None);
    }
}
