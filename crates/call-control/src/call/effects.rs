//! What is done with the sound of a party, and keys that change it.

use media_bridge::{Side, SoundEffects};

use super::Call;

/// The most that keys make a party louder by, or softer.
const LOUDEST: f32 = 16.0;

impl Call {
    /// What is done with one side of its sound. [`Side::Read`] is what the party says, [`Side::Write`] what it hears.
    pub fn sound_effects(&self, side: Side) -> SoundEffects {
        self.details().effects[place(side)]
    }

    /// Does this with one side of its sound from now on. Its audio stays here while there is anything to do.
    pub fn set_sound_effects(&self, side: Side, effects: SoundEffects) {
        let here = self.keep_media();
        let mut details = self.details();
        details.effects[place(side)] = effects;
        let former = if details.effects.iter().all(SoundEffects::is_nothing) {
            details.shaped.take()
        } else {
            details.shaped.replace(here)
        };
        drop(details);
        drop(former);
        if let Some(leg) = self.leg() {
            leg.shape(side, effects);
        }
    }

    /// Lets the party change the volume of these sides by its keys from now on: `*` makes them louder, `#` softer, a step each
    /// time. None: no more. Whoever waits for keys gets them as well.
    pub fn turn_volume_by_keys(&self, sides: [bool; 2]) {
        let here = sides.contains(&true).then(|| self.keep_media());
        let mut details = self.details();
        details.volume_keys = sides;
        let former = std::mem::replace(&mut details.listens_for_volume, here);
        drop(details);
        drop(former);
    }

    /// The sides, what the party says and what it hears, whose volume its keys change.
    pub fn volume_keys(&self) -> [bool; 2] {
        self.details().volume_keys
    }

    /// The party has pressed a key, which may be one for the volume.
    pub(super) fn turn_volume(&self, key: char) {
        let up = match key {
            '*' => true,
            '#' => false,
            _ => return,
        };
        let sides = [Side::Read, Side::Write].into_iter().zip(self.volume_keys());
        for (side, _) in sides.filter(|(_, turns)| *turns) {
            let effects = self.sound_effects(side);
            self.set_sound_effects(side, SoundEffects { volume: turned(effects.volume, up), ..effects });
        }
    }
}

/// Where the facts of a side are among those of both.
pub(super) fn place(side: Side) -> usize {
    usize::from(side == Side::Write)
}

/// The next step: twice, three times … as loud, or half, a third ….
fn turned(volume: f32, up: bool) -> f32 {
    let step = if volume >= 1.0 { volume.round() - 1.0 } else { 1.0 - (1.0 / volume.max(0.01)).round() };
    let step = step + if up { 1.0 } else { -1.0 };
    let volume = if step >= 0.0 { 1.0 + step } else { 1.0 / (1.0 - step) };
    volume.clamp(1.0 / LOUDEST, LOUDEST)
}

#[cfg(test)]
mod tests {
    use super::turned;

    #[test]
    fn steps_lead_up_and_back_again() {
        let up: Vec<f32> =
            std::iter::successors(Some(1.0), |volume| Some(turned(*volume, true))).take(4).collect();
        assert_eq!(up, [1.0, 2.0, 3.0, 4.0]);
        let down: Vec<f32> =
            std::iter::successors(Some(2.0), |volume| Some(turned(*volume, false))).take(4).collect();
        assert_eq!(down, [2.0, 1.0, 0.5, 1.0 / 3.0]);
        assert_eq!((turned(0.25, true), turned(16.0, true)), (1.0 / 3.0, 16.0));
    }
}
