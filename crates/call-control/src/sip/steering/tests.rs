//! One session's offers, one after the other.

use super::*;

fn place(port: u16) -> MediaPlace {
    MediaPlace {
        rtp: ([192, 0, 2, 1], port).into(),
        rtcp: None,
        codec: Codec::Pcmu,
        payload_type: 0,
        telephone_event: None,
        ptime: 20,
        streams: Vec::new(),
    }
}

fn steering(change: impl Fn(&mut DirectMedia)) -> Steering {
    let mut options = DirectMedia::default();
    change(&mut options);
    Steering::new(&options, Direction::Outbound)
}

const HERE: MediaRoute = MediaRoute::Here { prefer: None };

/// The method and the port of the next offer, 0 for our own.
fn next(steering: &mut Steering, told: Option<MediaPlace>) -> Option<(Method, u16)> {
    let offer = steering.next(told.as_ref())?;
    Some((offer.method, offer.to.map_or(0, |place| place.rtp.port())))
}

#[test]
fn one_offer_at_a_time_and_then_what_was_wished_meanwhile() {
    let mut steering = steering(|_| ());
    assert_eq!(next(&mut steering, None), None);
    steering.want(MediaRoute::Direct(place(1)));
    assert_eq!(next(&mut steering, None), Some((Method::Invite, 1)));
    steering.want(MediaRoute::Direct(place(2)));
    assert_eq!(next(&mut steering, None), None);
    assert_eq!(steering.accepted(true), Outcome::GoOn);
    assert_eq!(next(&mut steering, Some(place(1))), Some((Method::Invite, 2)));
    steering.accepted(true);
    assert_eq!(next(&mut steering, Some(place(2))), None);
    steering.want(HERE);
    assert_eq!(next(&mut steering, Some(place(2))), Some((Method::Invite, 0)));
}

#[test]
fn a_refusal_is_final() {
    let mut steering = steering(|_| ());
    steering.want(MediaRoute::Direct(place(1)));
    next(&mut steering, None);
    assert_eq!(steering.failed(488), Outcome::Refused);
    assert!(!steering.is_willing());
    assert_eq!(next(&mut steering, None), None);
    steering.want(MediaRoute::Direct(place(2)));
    assert_eq!((next(&mut steering, None), steering.destination()), (None, None));
}

#[test]
fn one_who_does_not_come_back_is_asked_once() {
    let mut steering = steering(|_| ());
    steering.begin_at(place(1));
    steering.want(HERE);
    assert_eq!(next(&mut steering, Some(place(1))), Some((Method::Invite, 0)));
    assert_eq!(steering.failed(500), Outcome::Stuck);
    assert!(steering.is_willing());
}

#[test]
fn offers_that_crossed_are_made_again() {
    let mut steering = steering(|_| ());
    steering.want(MediaRoute::Direct(place(1)));
    next(&mut steering, None);
    assert_eq!(steering.failed(491), Outcome::GoOn);
    assert_eq!(next(&mut steering, None), Some((Method::Invite, 1)));
}

#[test]
fn update_gives_way_to_invite() {
    let mut steering = steering(|options| options.by_update = true);
    steering.want(MediaRoute::Direct(place(1)));
    assert_eq!(next(&mut steering, None), Some((Method::Update, 1)));
    assert_eq!(steering.failed(405), Outcome::GoOn);
    assert_eq!(next(&mut steering, None), Some((Method::Invite, 1)));
}

#[test]
fn an_answer_that_cannot_be_read_is_followed_by_our_own_offer() {
    let mut steering = steering(|_| ());
    steering.want(MediaRoute::Direct(place(1)));
    next(&mut steering, None);
    assert_eq!(steering.accepted(false), Outcome::Refused);
    assert_eq!(next(&mut steering, None), Some((Method::Invite, 0)));
    assert_eq!(steering.accepted(false), Outcome::Stuck);
}

#[test]
fn glare_mitigation_leaves_the_first_move_to_the_phone() {
    let mut steering = steering(|options| options.glare = GlareMitigation::Outgoing);
    steering.want(MediaRoute::Direct(place(1)));
    assert_eq!(next(&mut steering, None), None);
    assert_eq!(steering.destination(), Some(&place(1)), "an offer of the phone is answered with it");
    steering.owe(vec![("Subject".to_owned(), "x".to_owned())]);
    assert_eq!(next(&mut steering, None), Some((Method::Invite, 0)), "what is owed goes out as it is");
    steering.accepted(true);
    steering.want(MediaRoute::Direct(place(2)));
    assert_eq!(next(&mut steering, None), Some((Method::Invite, 2)), "later ones are not held back");
    let mut other = Steering::new(
        &DirectMedia { glare: GlareMitigation::Incoming, ..DirectMedia::default() },
        Direction::Outbound,
    );
    other.want(MediaRoute::Direct(place(1)));
    assert_eq!(next(&mut other, None), Some((Method::Invite, 1)));
}

#[test]
fn who_may_not_leave_stays() {
    let mut steering = steering(|options| options.allowed = false);
    assert!(!steering.is_willing());
    steering.want(MediaRoute::Direct(place(1)));
    assert_eq!(next(&mut steering, None), None);
}

/// Whatever is wished and answered in whatever order: one offer at a time, never elsewhere after a refusal, and an end.
#[test]
fn it_comes_to_rest() {
    let mut state = 0x9E37_79B9_u32;
    let mut draw = |below: u32| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state % below
    };
    for round in 0..500 {
        let mut steering = steering(|options| options.by_update = round % 2 == 0);
        let (mut told, mut flying): (_, Option<NextOffer>) = (None, None);
        for step in 0..60 {
            // The last steps are answers alone.
            match if step < 40 { draw(5) } else { 4 } {
                0 => steering.want(HERE),
                1 => steering.want(MediaRoute::Direct(place(1 + u16::try_from(draw(3)).unwrap()))),
                2 => steering.owe(Vec::new()),
                _ => {
                    if let Some(offer) = flying.take() {
                        assert!(steering.is_flying(offer.method));
                        if step >= 40 || draw(3) > 0 {
                            told = offer.to;
                            steering.accepted(true);
                        } else {
                            steering.failed([488, 491, 405, 500][draw(4) as usize]);
                        }
                    }
                }
            }
            if let Some(offer) = steering.next(told.as_ref()) {
                assert!(flying.is_none(), "two at a time");
                assert!(offer.to.is_none() || steering.is_willing());
                flying = Some(offer);
            }
        }
        assert_eq!((flying, told.as_ref()), (None, steering.destination()));
    }
}

#[test]
fn a_session_is_offered_anew_by_the_method_that_is_asked_for() {
    let mut steering = steering(|options| options.by_update = true);
    steering.refresh(Method::Update);
    assert_eq!(next(&mut steering, None), Some((Method::Update, 0)));
    assert_eq!(next(&mut steering, None), None);
    steering.refresh(Method::Invite);
    assert_eq!(next(&mut steering, None), None, "one at a time");
    steering.accepted(true);
    assert_eq!(next(&mut steering, None), Some((Method::Invite, 0)));
    steering.accepted(true);
    steering.refresh(Method::Invite);
    steering.forget_refresh();
    assert_eq!(next(&mut steering, None), None);
}

#[test]
fn a_refresh_by_update_becomes_a_reinvite_where_the_phone_takes_none() {
    let mut steering = steering(|_| ());
    steering.refresh(Method::Update);
    assert_eq!(next(&mut steering, None), Some((Method::Update, 0)));
    assert_eq!(steering.failed(501), Outcome::GoOn);
    assert_eq!(next(&mut steering, None), Some((Method::Invite, 0)));
    assert_eq!(steering.accepted(true), Outcome::GoOn);
    assert_eq!(next(&mut steering, None), None);
}
