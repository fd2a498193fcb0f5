//! Those who are heard where not everybody can be.

/// Moves the `most` loudest of `speakers` to the front, and returns the others.
pub(super) fn beyond(speakers: &mut [(u16, usize)], most: usize) -> &[(u16, usize)] {
    if speakers.len() <= most {
        return &[];
    }
    if most > 0 {
        speakers.select_nth_unstable_by(most - 1, |one, other| other.cmp(one));
    }
    &speakers[most..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loudest_come_first() {
        let mut speakers = [(5, 0), (900, 1), (70, 2), (900, 3), (1, 4)];
        let mut others = beyond(&mut speakers, 2).to_vec();
        others.sort_unstable();
        assert_eq!(others, [(1, 4), (5, 0), (70, 2)]);
        assert_eq!(beyond(&mut speakers, 5), []);
        assert_eq!(beyond(&mut speakers, 0).len(), 5);
        assert_eq!(beyond(&mut [], 3), []);
    }
}
