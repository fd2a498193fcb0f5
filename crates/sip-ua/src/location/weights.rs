//! The order of servers by priority and weight (RFC 2782).

use super::question::Srv;

/// Puts servers into the order in which they are tried. `chance` gives a random number from 0 up to and
/// including its argument.
pub(super) fn order(mut servers: Vec<Srv>, chance: &mut dyn FnMut(u64) -> u64) -> Vec<Srv> {
    // Those of weight 0 stand first, so that the draw of 0 finds them (page 3 of the RFC).
    servers.sort_by_key(|server| (server.priority, server.weight != 0));
    let mut ordered = Vec::with_capacity(servers.len());
    while let Some(first) = servers.first() {
        let priority = first.priority;
        let peers = servers.iter().take_while(|server| server.priority == priority);
        let total = peers.map(|server| u64::from(server.weight)).sum();
        let drawn = chance(total).min(total);
        let mut running = 0;
        // The last of the priority brings the sum to the total, so one is always found before the next
        // priority.
        let chosen = servers.iter().position(|server| {
            running += u64::from(server.weight);
            running >= drawn
        });
        ordered.push(servers.remove(chosen.unwrap_or(0)));
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(priority: u16, weight: u16, target: &str) -> Srv {
        Srv { priority, weight, port: 5060, target: target.to_owned() }
    }

    fn names(ordered: &[Srv]) -> Vec<&str> {
        ordered.iter().map(|server| server.target.as_str()).collect()
    }

    #[test]
    fn priorities_come_before_weights() {
        let servers = vec![server(20, 100, "spare"), server(10, 0, "main")];
        assert_eq!(names(&order(servers, &mut |total| total)), ["main", "spare"]);
    }

    #[test]
    fn the_number_drawn_decides_among_weights() {
        let servers = || vec![server(1, 10, "a"), server(1, 60, "b"), server(1, 30, "c"), server(1, 0, "z")];
        let with = |draws: [u64; 4]| {
            let mut draws = draws.into_iter();
            order(servers(), &mut |_| draws.next().unwrap())
        };
        // The sums run z 0, a 10, b 70, c 100; what is chosen leaves the next sums.
        assert_eq!(names(&with([0, 0, 0, 0])), ["z", "a", "b", "c"]);
        assert_eq!(names(&with([1, 1, 1, 1])), ["a", "b", "c", "z"]);
        assert_eq!(names(&with([11, 0, 11, 0])), ["b", "z", "c", "a"]);
        assert_eq!(names(&with([100, 70, 10, 0])), ["c", "b", "a", "z"]);
    }

    #[test]
    fn weights_are_shares_of_many_draws() {
        let mut state = 1u64;
        let mut chance = |most: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % (most + 1)
        };
        let mut first = [0u32; 2];
        for _ in 0..10_000 {
            let ordered = order(vec![server(1, 1, "one"), server(1, 3, "three")], &mut chance);
            first[usize::from(ordered[0].target == "three")] += 1;
        }
        // Draws run from 0 to 4: two of five choose the first, three the second.
        assert!((3_800..4_200).contains(&first[0]), "{first:?}");
    }
}
