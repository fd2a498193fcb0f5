//! Taking a call that rings on another phone: the groups that phones are in, and the calls that can be taken.

use std::collections::BTreeSet;
use std::fmt;

use crate::call::Call;
use crate::switchboard::Switchboard;

/// The highest number of a group.
const HIGHEST: u8 = 63;

/// Groups by number (0 to 63) and by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupSet {
    numbers: u64,
    names: BTreeSet<String>,
}

/// The groups of a phone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PickupGroups {
    /// Its calls can be taken by those who take calls of these groups.
    pub of_calls: GroupSet,
    /// It can take calls of these.
    pub to_take: GroupSet,
}

/// A number in a list of groups is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no group: write numbers from 0 to 63 and ranges of them, as in 1,3-5")]
pub struct BadGroup(String);

impl GroupSet {
    /// Takes these numbers: `1,3-5`. Nothing, or a word for it, is no group.
    ///
    /// # Errors
    /// [`BadGroup`] for the first part that is no number or range; then nothing changes.
    pub fn set_numbers(&mut self, text: &str) -> Result<(), BadGroup> {
        let parts = text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty() && !part.eq_ignore_ascii_case("none"));
        self.numbers = parts.map(numbers_of).try_fold(0, |all, some| some.map(|some| all | some))?;
        Ok(())
    }

    /// Takes these names: `sales,service`.
    pub fn set_names(&mut self, text: &str) {
        self.names =
            text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    }

    /// Whether one of them is in both.
    pub fn shares(&self, other: &Self) -> bool {
        self.numbers & other.numbers != 0 || !self.names.is_disjoint(&other.names)
    }

    /// The numbers, as [`set_numbers`](Self::set_numbers) takes them.
    pub fn numbers(&self) -> String {
        let is_in = |number: &u8| self.numbers & (1 << number) != 0;
        (0..=HIGHEST).filter(is_in).map(|number| number.to_string()).collect::<Vec<_>>().join(",")
    }

    /// The names, as [`set_names`](Self::set_names) takes them.
    pub fn names(&self) -> String {
        self.names.iter().map(String::as_str).collect::<Vec<_>>().join(",")
    }
}

impl fmt::Display for GroupSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (numbers, names) = (self.numbers(), self.names());
        let both = if numbers.is_empty() || names.is_empty() { "" } else { "," };
        write!(f, "{numbers}{both}{names}")
    }
}

/// One number, or a range.
fn numbers_of(part: &str) -> Result<u64, BadGroup> {
    let bad = || BadGroup(part.to_owned());
    let number = |text: &str| text.trim().parse().ok().filter(|number| *number <= HIGHEST).ok_or_else(bad);
    let (first, last): (u8, u8) = match part.split_once('-') {
        Some((first, last)) => (number(first)?, number(last)?),
        None => (number(part)?, number(part)?),
    };
    if first > last {
        return Err(bad());
    }
    Ok((first..=last).fold(0, |all, number| all | (1 << number)))
}

impl Switchboard {
    /// The channels that ring at a phone and can be taken by another one, the oldest first.
    pub fn ringing(&self) -> Vec<Call> {
        let mut ringing: Vec<Call> = self.calls().into_iter().filter(Call::can_be_picked_up).collect();
        ringing.sort_by(|one, other| {
            one.created_at().cmp(&other.created_at()).then_with(|| one.unique_id().cmp(other.unique_id()))
        });
        ringing
    }

    /// The oldest channel that rings in a group that `taker` takes calls of.
    pub fn ringing_for(&self, taker: &Call) -> Option<Call> {
        let groups = taker.pickup_groups();
        let takes = |call: &Call| {
            call.name() != taker.name() && call.pickup_groups().of_calls.shares(&groups.to_take)
        };
        self.ringing().into_iter().find(takes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Result<String, BadGroup> {
        let mut set = GroupSet::default();
        set.set_numbers(text).map(|()| set.numbers())
    }

    #[test]
    fn numbers_are_single_or_ranges() {
        assert_eq!(numbers("1, 3-5,63"), Ok("1,3,4,5,63".to_owned()));
        assert_eq!(numbers("0-63").map(|all| all.split(',').count()), Ok(64));
        assert_eq!(numbers(""), Ok(String::new()));
        for bad in ["64", "a", "5-3", "1-64", "-1", "1--2", "99999999999999999999"] {
            assert_eq!(numbers(&format!("1,{bad}")), Err(BadGroup(bad.to_owned())), "{bad}");
        }
    }

    #[test]
    fn groups_are_shared_by_number_or_by_name() {
        let set = |numbers: &str, names: &str| {
            let mut set = GroupSet::default();
            set.set_numbers(numbers).unwrap();
            set.set_names(names);
            set
        };
        assert!(set("1-3", "").shares(&set("3", "sales")));
        assert!(set("1", "sales, service").shares(&set("", "service")));
        assert!(!set("1", "sales").shares(&set("2", "service")));
        assert!(!set("", "").shares(&set("", "")));
        assert_eq!(set("2,1", "b,a").to_string(), "1,2,a,b");
    }
}
