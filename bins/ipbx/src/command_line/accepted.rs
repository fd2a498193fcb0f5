//! Options of `asterisk` that are taken and change nothing here, each with what is there instead.

/// What is there instead of an option without effect; `None` for all others.
pub(super) fn instead_of(letter: char) -> Option<&'static str> {
    Some(match letter {
        'B' | 'W' => "colours suit light and dark terminals; -n leaves them out",
        'F' => "an exchange of -C goes to the background unless -f or -c is there; the quickstart stays",
        'I' => "calls need no timing from the kernel",
        'L' => "-M, or maxcalls in asterisk.conf, bounds the load",
        'T' => "the log has its times as it is",
        'X' => "execincludes = yes in asterisk.conf allows #exec",
        'e' => "memory is not watched; -M bounds what calls take",
        'g' => "ulimit -c, or LimitCORE= of a service, decides on core files",
        'i' => "there are no keys to unlock",
        'm' => "'core set verbose 0' on the console makes it quiet",
        'p' => "priorities are set by who starts it, as with Nice= of a service",
        't' => "recordings are written where they stay",
        _ => return None,
    })
}

/// A sentence for each of the letters, once.
pub(crate) fn without_effect(letters: &str) -> Vec<String> {
    let first = |(n, letter): &(usize, char)| letters.chars().position(|c| c == *letter) == Some(*n);
    let each = letters.chars().enumerate().filter(first);
    each.filter_map(|(_, letter)| Some(format!("-{letter} has no effect here: {}", instead_of(letter)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_letter_is_told_of_once() {
        let said = without_effect("gpg");
        assert_eq!(said.len(), 2);
        assert!(said[0].starts_with("-g has no effect here: ulimit"), "{said:?}");
        assert!(said[1].starts_with("-p has no effect here"), "{said:?}");
    }
}
