//! `-U` and `-G`: the exchange runs as another user than the one who starts it.

use nix::unistd::{Gid, Group, Uid, User, setgid, setgroups, setuid};

/// Why the user cannot be changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PrivilegesError {
    #[error("there is no {kind} '{name}' on this machine")]
    Unknown { kind: &'static str, name: String },
    #[error("cannot become {kind} '{name}': {source}; only root can")]
    Refused { kind: &'static str, name: String, source: nix::errno::Errno },
}

/// Becomes the user and the group, for good. Called before any thread is started.
pub(crate) fn become_user(user: Option<&str>, group: Option<&str>) -> Result<(), PrivilegesError> {
    let user = user.map(find_user).transpose()?;
    let group = match (group, &user) {
        (Some(group), _) => Some((group.to_owned(), find_group(group)?)),
        (None, Some(user)) => Some((user.name.clone(), user.gid)),
        (None, None) => None,
    };
    if let Some((name, gid)) = group.filter(|(_, gid)| *gid != Gid::effective()) {
        let refused = |source| PrivilegesError::Refused { kind: "group", name: name.clone(), source };
        setgroups(&[gid]).and_then(|()| setgid(gid)).map_err(refused)?;
    }
    if let Some(user) = user.filter(|user| user.uid != Uid::effective()) {
        setuid(user.uid).map_err(|source| PrivilegesError::Refused {
            kind: "user",
            name: user.name,
            source,
        })?;
    }
    Ok(())
}

fn find_user(name: &str) -> Result<User, PrivilegesError> {
    let found = User::from_name(name).ok().flatten();
    found.ok_or_else(|| PrivilegesError::Unknown { kind: "user", name: name.to_owned() })
}

fn find_group(name: &str) -> Result<Gid, PrivilegesError> {
    let found = Group::from_name(name).ok().flatten();
    let found = found.ok_or_else(|| PrivilegesError::Unknown { kind: "group", name: name.to_owned() });
    Ok(found?.gid)
}
