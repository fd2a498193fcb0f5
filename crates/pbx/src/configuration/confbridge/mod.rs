//! `confbridge.conf`: profiles of rooms and of those who enter them, and what their keys do.
//!
//! A profile is made of keys one by one, by the file as by `Set(CONFBRIDGE(type,key)=value)`: each says itself what is wrong with
//! a value, and what is right but has no effect yet.

mod bridge;
mod menu;
mod user;

use std::collections::BTreeMap;
use std::sync::Arc;

use asterisk_conf::{Config, Diagnostic, Section, boolean};

pub use bridge::BridgeProfile;
pub(crate) use menu::Typed;
pub use menu::{MenuAction, MenuProfile};
pub use user::{CountForAll, UserProfile};

/// The profiles by their names.
#[derive(Clone, Debug, Default)]
pub struct ConfbridgeConfiguration {
    /// `type=user`.
    pub users: BTreeMap<String, Arc<UserProfile>>,
    /// `type=bridge`.
    pub bridges: BTreeMap<String, Arc<BridgeProfile>>,
    /// `type=menu`.
    pub menus: BTreeMap<String, Arc<MenuProfile>>,
}

/// Why a key of a profile has not the effect that was meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileProblem {
    /// There is no such key.
    #[error("'{0}' is no key of this profile; it has no effect")]
    UnknownKey(String),
    /// It cannot have this value.
    #[error("{key}: '{value}' is not {wanted}; it is left out")]
    BadValue {
        /// The key.
        key: String,
        /// What it was given.
        value: String,
        /// What would be right.
        wanted: &'static str,
    },
    /// It is right, and the exchange cannot do it yet.
    #[error("{key} has no effect yet: {waits}")]
    Pending {
        /// The key.
        key: String,
        /// What it waits for.
        waits: &'static str,
    },
}

/// A profile that is made of keys.
pub(crate) trait Profile: Clone + Default {
    /// Takes over a key; what has no effect is a problem as well as what is wrong.
    fn set(&mut self, key: &str, value: &str) -> Result<(), ProfileProblem>;
}

/// What a profile has under this name, the built-in one for the default's name.
fn named<P: Default>(profiles: &BTreeMap<String, Arc<P>>, name: &str, default: &str) -> Option<Arc<P>> {
    profiles.get(name).cloned().or_else(|| (name == default).then(|| Arc::new(P::default())))
}

impl ConfbridgeConfiguration {
    /// The name of the user profile where none is given.
    pub const DEFAULT_USER: &'static str = "default_user";
    /// The name of the bridge profile where none is given.
    pub const DEFAULT_BRIDGE: &'static str = "default_bridge";
    /// The name of the menu where none is given.
    pub const DEFAULT_MENU: &'static str = "default_menu";

    /// The user profile of that name.
    pub fn user(&self, name: &str) -> Option<Arc<UserProfile>> {
        named(&self.users, name, Self::DEFAULT_USER)
    }

    /// The bridge profile of that name.
    pub fn bridge(&self, name: &str) -> Option<Arc<BridgeProfile>> {
        named(&self.bridges, name, Self::DEFAULT_BRIDGE)
    }

    /// The menu of that name.
    pub fn menu(&self, name: &str) -> Option<Arc<MenuProfile>> {
        named(&self.menus, name, Self::DEFAULT_MENU)
    }

    /// Reads the sections.
    pub(super) fn read(config: &Config, found: &mut Vec<Diagnostic>) -> Self {
        let mut profiles = Self::default();
        for section in config.objects().filter(|section| !section.name.value.eq_ignore_ascii_case("general"))
        {
            let name = section.name.value.clone();
            match section.value("type").map(|kind| kind.trim().to_ascii_lowercase()).as_deref() {
                Some("user") => {
                    let profile = read_profile(section, &profiles.users, found);
                    profiles.users.insert(name, profile);
                }
                Some("bridge") => {
                    let profile = read_profile(section, &profiles.bridges, found);
                    profiles.bridges.insert(name, profile);
                }
                Some("menu") => {
                    let profile = read_profile(section, &profiles.menus, found);
                    profiles.menus.insert(name, profile);
                }
                other => {
                    let has = other.map_or("no type".to_owned(), |kind| {
                        format!("the type '{kind}', which there is not")
                    });
                    let message = format!("[{name}] of confbridge.conf has {has}; it is left out");
                    let finding = Diagnostic::warning("bad-value", message).at(section.name.span);
                    found.push(finding.help("write type=user, type=bridge or type=menu"));
                }
            }
        }
        profiles
    }
}

fn read_profile<P: Profile>(
    section: &Section,
    known: &BTreeMap<String, Arc<P>>,
    found: &mut Vec<Diagnostic>,
) -> Arc<P> {
    let mut profile = P::default();
    for entry in section.entries.iter().filter(|entry| !entry.is("type")) {
        let value = entry.value.value.trim();
        if entry.is("template") {
            match known.get(value) {
                Some(template) => profile = P::clone(template),
                None => found.push(
                    Diagnostic::warning(
                        "bad-value",
                        format!("template: no profile '{value}' of this type stands before"),
                    )
                    .at(entry.value.span),
                ),
            }
            continue;
        }
        if let Err(problem) = profile.set(&entry.key.value, value) {
            let code = match problem {
                ProfileProblem::UnknownKey(_) => "unknown-key",
                ProfileProblem::BadValue { .. } => "bad-value",
                ProfileProblem::Pending { .. } => "no-effect",
            };
            found.push(Diagnostic::warning(code, problem.to_string()).at(entry.key.span));
        }
    }
    Arc::new(profile)
}

fn bad(key: &str, value: &str, wanted: &'static str) -> ProfileProblem {
    ProfileProblem::BadValue { key: key.to_owned(), value: value.to_owned(), wanted }
}

fn flag(key: &str, value: &str) -> Result<bool, ProfileProblem> {
    boolean(value).ok_or_else(|| bad(key, value, "yes or no"))
}

fn number<N: std::str::FromStr>(key: &str, value: &str) -> Result<N, ProfileProblem> {
    value.parse().map_err(|_| bad(key, value, "a number that fits"))
}

/// A key that does nothing yet, where it asks for something.
fn pending(key: &str, asked: bool, waits: &'static str) -> Result<(), ProfileProblem> {
    if asked { Err(ProfileProblem::Pending { key: key.to_owned(), waits }) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
