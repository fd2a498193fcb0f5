use super::*;
use proptest::prelude::*;

/// A guard on a clock that the test moves.
struct Scene {
    guard: Guard,
    now: Instant,
}

impl Scene {
    fn new(change: impl FnOnce(&mut GuardPolicy)) -> Self {
        let mut policy = GuardPolicy { sources: 64, ..GuardPolicy::new() };
        change(&mut policy);
        Self { guard: Guard::new(policy), now: Instant::now() }
    }

    fn pass(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
    }

    fn admit(&mut self, address: &str) -> Decision {
        self.guard.admit(self.now, ip(address))
    }

    fn note(&mut self, address: &str, offence: Offence, times: usize) {
        (0..times).for_each(|_| self.guard.note(self.now, ip(address), offence));
    }

    fn is_banned(&mut self, address: &str) -> bool {
        self.admit(address) == Decision::Refuse
    }

    /// How many of so many messages at once are read.
    fn served(&mut self, address: &str, messages: usize) -> usize {
        (0..messages).filter(|_| matches!(self.admit(address), Decision::Serve(_))).count()
    }

    fn score(&mut self, address: &str) -> f32 {
        let source = Source::of(ip(address));
        self.guard.sources(self.now).iter().find(|status| status.source == source).map_or(0.0, |s| s.score)
    }

    fn events(&mut self) -> Vec<GuardEvent> {
        std::iter::from_fn(|| self.guard.poll_event()).collect()
    }

    /// How long the ban lasts that wrong passwords earn now.
    fn earned_ban(&mut self, address: &str) -> Duration {
        self.note(address, Offence::FailedLogin, 10);
        let bans = self.guard.bans(self.now);
        bans.first().and_then(|ban| ban.banned_for).expect("ten are too many")
    }
}

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

const ATTACKER: &str = "203.0.113.9";
const PHONE: &str = "192.0.2.1";

#[test]
fn ten_wrong_passwords_ban_and_nine_do_not() {
    let mut scene = Scene::new(|_| {});
    scene.note(ATTACKER, Offence::FailedLogin, 9);
    assert!(!scene.is_banned(ATTACKER));
    scene.note(ATTACKER, Offence::FailedLogin, 1);
    assert!(scene.is_banned(ATTACKER));
    assert!(!scene.is_banned(PHONE), "the others are served");
    scene.pass(599);
    assert!(scene.is_banned(ATTACKER));
    scene.pass(2);
    assert!(!scene.is_banned(ATTACKER), "a ban ends by itself");
}

#[test]
fn a_wrong_name_weighs_what_a_wrong_password_weighs() {
    let policy = GuardPolicy::new();
    assert_eq!(policy.weight(Offence::FailedLogin), policy.weight(Offence::UnknownAccount));
}

#[test]
fn half_the_score_is_forgotten_in_each_half_life() {
    let mut scene = Scene::new(|_| {});
    scene.note(ATTACKER, Offence::FailedLogin, 8);
    scene.pass(600);
    assert!((scene.score(ATTACKER) - 40.0).abs() < 0.1);
    scene.pass(600);
    assert!((scene.score(ATTACKER) - 20.0).abs() < 0.1);
    scene.pass(600 * 20);
    assert_eq!(scene.score(ATTACKER), 0.0);
    // One wrong password a quarter of an hour is somebody with a bad memory.
    for _ in 0..100 {
        scene.note(PHONE, Offence::FailedLogin, 1);
        scene.pass(900);
        assert!(!scene.is_banned(PHONE));
    }
}

#[test]
fn each_ban_is_twice_as_long_up_to_a_day() {
    let mut scene = Scene::new(|_| {});
    let mut minutes = vec![];
    for _ in 0..10 {
        let ban = scene.earned_ban(ATTACKER);
        minutes.push(ban.as_secs() / 60);
        scene.now += ban + Duration::from_secs(1);
    }
    assert_eq!(minutes, [10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]);
    // Quiet for longer than the longest ban: it begins anew.
    scene.pass(86_401);
    assert_eq!(scene.earned_ban(ATTACKER).as_secs(), 600);
}

#[test]
fn a_source_is_slowed_before_it_is_banned() {
    let mut scene = Scene::new(|_| {});
    scene.note(ATTACKER, Offence::FailedLogin, 4);
    assert_eq!(scene.served(ATTACKER, 10), 10);
    scene.note(ATTACKER, Offence::FailedLogin, 1);
    assert_eq!(scene.served(ATTACKER, 10), 3, "three seconds' worth at once");
    scene.pass(1);
    assert_eq!(scene.served(ATTACKER, 10), 1, "then one a second");
    let events = scene.events();
    assert!(matches!(events[..], [GuardEvent::Slowed { .. }]), "{events:?}");
    assert_eq!(scene.served(PHONE, 10), 10);
}

#[test]
fn challenges_are_taken_back_by_those_who_answer_them() {
    let mut scene = Scene::new(|_| {});
    // Phones that log in, many behind one address.
    for _ in 0..1_000 {
        scene.note(PHONE, Offence::Challenge, 1);
        scene.guard.note_success(scene.now, ip(PHONE));
    }
    assert_eq!(scene.score(PHONE), 0.0);
    // A program that tries names never answers.
    scene.note(ATTACKER, Offence::Challenge, 100);
    assert!(scene.is_banned(ATTACKER));
    // Answering those of nobody does not buy a better score than none.
    (0..50).for_each(|_| scene.guard.note_success(scene.now, ip(PHONE)));
    scene.note(PHONE, Offence::FailedLogin, 10);
    assert!(scene.is_banned(PHONE));
}

#[test]
fn a_phone_is_not_banned_by_traffic_in_its_name() {
    let mut scene = Scene::new(|_| {});
    scene.guard.welcome(scene.now, ip(PHONE), Duration::from_secs(3600));
    for offence in Offence::ALL.into_iter().filter(|offence| offence.is_traffic()) {
        scene.note(PHONE, offence, 10_000);
    }
    assert_eq!(scene.admit(PHONE), Decision::Serve(Standing::Known));
    // Wrong passwords are borne four times as long.
    scene.note(PHONE, Offence::FailedLogin, 39);
    assert!(!scene.is_banned(PHONE));
    scene.note(PHONE, Offence::FailedLogin, 1);
    assert!(scene.is_banned(PHONE));
    // Once the registration is over it is a stranger.
    let other = "192.0.2.2";
    scene.guard.welcome(scene.now, ip(other), Duration::from_secs(60));
    scene.pass(61);
    scene.note(other, Offence::Malformed, 50);
    assert!(scene.is_banned(other));
}

#[test]
fn what_is_trusted_is_never_counted() {
    let mut scene = Scene::new(|policy| policy.trusted = vec![Network::parse("192.0.2.0/24").unwrap()]);
    scene.note(PHONE, Offence::FailedLogin, 1_000);
    assert_eq!(scene.served(PHONE, 100_000), 100_000);
    assert!(!scene.guard.ban(scene.now, ip(PHONE), None));
    // Trust that comes later ends a ban, trust that goes is gone.
    scene.note(ATTACKER, Offence::FailedLogin, 10);
    scene
        .guard
        .set_policy(GuardPolicy { trusted: vec![Network::parse(ATTACKER).unwrap()], ..GuardPolicy::new() });
    assert_eq!(scene.admit(ATTACKER), Decision::Serve(Standing::Trusted));
    assert_eq!(scene.admit(PHONE), Decision::Serve(Standing::Stranger));
}

#[test]
fn a_stranger_is_read_at_his_rate_and_too_much_of_it_bans() {
    let mut scene = Scene::new(|_| {});
    assert_eq!(scene.served(ATTACKER, 400), 300);
    scene.pass(1);
    assert_eq!(scene.served(ATTACKER, 200), 100);
    assert!(!scene.is_banned(ATTACKER));
    scene.served(ATTACKER, 2_000);
    assert!(scene.is_banned(ATTACKER), "thousands above the rate");
}

#[test]
fn strangers_share_one_rate_and_phones_do_not() {
    let mut scene = Scene::new(|policy| policy.sources = 100_000);
    scene.guard.welcome(scene.now, ip(PHONE), Duration::from_secs(60));
    let strangers = (0..20_000_u32).map(|n| IpAddr::V4((0x0a00_0000 + n).into()));
    let served = strangers.filter(|a| matches!(scene.guard.admit(scene.now, *a), Decision::Serve(_))).count();
    assert_eq!(served, 6_000, "three seconds' worth");
    assert_eq!(scene.served(PHONE, 1_000), 300, "its bucket fills at the rate of phones");
    scene.pass(1);
    assert_eq!(scene.served(PHONE, 10_000), 10_000);
}

#[test]
fn strangers_wait_while_it_is_crowded() {
    let mut scene = Scene::new(|_| {});
    scene.guard.welcome(scene.now, ip(PHONE), Duration::from_secs(60));
    scene.guard.set_crowded(true);
    assert_eq!((scene.served(ATTACKER, 10), scene.served(PHONE, 10)), (0, 10));
    scene.guard.set_crowded(false);
    assert_eq!(scene.served(ATTACKER, 10), 10);
    assert_eq!(scene.score(ATTACKER), 0.0, "it is not his fault");
}

#[test]
fn a_person_bans_and_releases() {
    let mut scene = Scene::new(|_| {});
    assert!(scene.guard.ban(scene.now, ip("2001:db8::1"), Some(Duration::from_secs(5))));
    assert!(scene.is_banned("2001:db8::ffff"), "its whole network");
    assert!(scene.guard.release(scene.now, ip("2001:db8::2")));
    assert!(!scene.is_banned("2001:db8::1"));
    assert!(!scene.guard.release(scene.now, ip("198.51.100.7")), "never seen");
    scene.guard.ban(scene.now, ip(ATTACKER), None);
    scene.guard.ban(scene.now, ip(PHONE), None);
    assert_eq!(scene.guard.release_all(scene.now), 2);
    assert!(scene.guard.bans(scene.now).is_empty());
    let kinds = scene.events();
    assert_eq!(
        kinds.iter().filter(|event| matches!(event, GuardEvent::Banned { by_hand: true, .. })).count(),
        3
    );
    assert_eq!(kinds.iter().filter(|event| matches!(event, GuardEvent::Released { .. })).count(), 3);
}

#[test]
fn a_million_sources_take_the_room_of_a_few_and_bans_outlive_them() {
    let mut scene = Scene::new(|policy| policy.request_rate_strangers = 1e9);
    scene.note(ATTACKER, Offence::FailedLogin, 10);
    scene.guard.welcome(scene.now, ip(PHONE), Duration::from_secs(3600));
    for n in 0..1_000_000_u32 {
        scene.guard.admit(scene.now, IpAddr::V4((0x0b00_0000 + n).into()));
    }
    assert!(scene.guard.sources(scene.now).len() <= 64);
    assert!(scene.is_banned(ATTACKER));
    assert_eq!(scene.admit(PHONE), Decision::Serve(Standing::Known));
}

/// Something that happens to a guard.
#[derive(Clone, Debug)]
enum Step {
    Admit(IpAddr),
    Note(IpAddr, usize),
    Succeed(IpAddr),
    Welcome(IpAddr),
    Ban(IpAddr, u64),
    Release(IpAddr),
    Pass(u64),
    Crowd(bool),
}

fn addresses() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        (0..40_u32).prop_map(|n| IpAddr::V4((0xc000_0200 + n).into())),
        any::<u32>().prop_map(|n| IpAddr::V4(n.into())),
        any::<u128>().prop_map(|n| IpAddr::V6(n.into())),
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => addresses().prop_map(Step::Admit),
        4 => (addresses(), 0..Offence::ALL.len()).prop_map(|(address, n)| Step::Note(address, n)),
        1 => addresses().prop_map(Step::Succeed),
        1 => addresses().prop_map(Step::Welcome),
        1 => (addresses(), 0..100_000_u64).prop_map(|(address, n)| Step::Ban(address, n)),
        1 => addresses().prop_map(Step::Release),
        1 => (0..2_000_000_u64).prop_map(Step::Pass),
        1 => any::<bool>().prop_map(Step::Crowd),
    ]
}

proptest! {
    /// Whatever comes from wherever: the table keeps its size, bans their bound, scores their sign, and who is banned
    /// is not served.
    #[test]
    fn nothing_grows_and_nobody_is_banned_for_longer_than_the_bound(
        steps in proptest::collection::vec(steps(), 0..400),
    ) {
        let mut scene = Scene::new(|policy| policy.sources = 16);
        for step in steps {
            match step {
                Step::Admit(address) => {
                    let source = Source::of(address);
                    let banned = scene.guard.bans(scene.now).iter().any(|ban| ban.source == source);
                    let refused = scene.guard.admit(scene.now, address) == Decision::Refuse;
                    prop_assert_eq!(banned, refused);
                }
                Step::Note(address, n) => scene.guard.note(scene.now, address, Offence::ALL[n]),
                Step::Succeed(address) => scene.guard.note_success(scene.now, address),
                Step::Welcome(address) => scene.guard.welcome(scene.now, address, Duration::from_secs(60)),
                Step::Ban(address, seconds) => {
                    scene.guard.ban(scene.now, address, Some(Duration::from_secs(seconds)));
                }
                Step::Release(address) => {
                    scene.guard.release(scene.now, address);
                    let source = Source::of(address);
                    prop_assert!(scene.guard.bans(scene.now).iter().all(|ban| ban.source != source));
                }
                Step::Pass(millis) => scene.now += Duration::from_millis(millis),
                Step::Crowd(crowded) => scene.guard.set_crowded(crowded),
            }
            let sources = scene.guard.sources(scene.now);
            prop_assert!(sources.len() <= 16);
            for status in sources {
                prop_assert!(status.score >= 0.0 && status.score < 4.0 * 100.0, "{status:?}");
                let bound = Duration::from_secs(100_000);
                prop_assert!(status.banned_for.is_none_or(|left| left <= bound), "{status:?}");
            }
            prop_assert!(scene.guard.events.len() <= EVENTS);
        }
    }
}
