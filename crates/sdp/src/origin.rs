//! `o=`: who made a description, and which version of it this is (RFC 8866 §5.2).

use core::fmt;
use core::net::IpAddr;

use wire_text::{Address, Decimal};

use crate::connection::family;
use crate::error::ValueError;

/// The value of an `o=` line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin<'a> {
    /// User name, `-` for none. Blanks in it are wrong but read.
    pub user: &'a str,
    /// Identifier of the session: digits, of any length.
    pub session_id: &'a str,
    /// Version of the description: digits, of any length. It grows by one with each change (RFC 3264 §8).
    pub version: &'a str,
    /// Address type and address, for example `IP4` and `192.0.2.1`.
    pub address_type: &'a str,
    /// The address as written; a host name is common here and of no consequence.
    pub address: &'a str,
}

impl<'a> Origin<'a> {
    /// Reads the value of an `o=` line, from its end, so that a user name with blanks does no harm.
    ///
    /// # Errors
    /// [`ValueError`] when there are less than six words.
    pub fn parse(value: &'a str) -> Result<Self, ValueError> {
        let error = ValueError { line: "o=", expected: "user, session, version, IN, IP4 or IP6, address" };
        let mut words = value.trim_ascii().rsplitn(6, ' ');
        let mut word = || words.next().filter(|word| !word.is_empty()).ok_or(error);
        let (address, address_type) = (word()?, word()?);
        let _network = word()?;
        let (version, session_id, user) = (word()?, word()?, word()?);
        Ok(Self { user, session_id, version, address_type, address })
    }
}

/// An `o=` line of our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnOrigin<'a> {
    /// User name; blanks and line ends in it are left out, an empty one becomes `-`.
    pub user: &'a str,
    /// Identifier of the session, unique for this user and address.
    pub session_id: u64,
    /// Version of the description.
    pub version: u64,
    /// The address of whoever writes it.
    pub address: IpAddr,
}

impl fmt::Display for OwnOrigin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces(|piece| f.write_str(piece))
    }
}

impl OwnOrigin<'_> {
    /// Hands over its text, piece by piece.
    pub(crate) fn pieces<E>(&self, mut put: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        let mut words =
            self.user.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty());
        put(words.next().unwrap_or("-"))?;
        words.try_for_each(&mut put)?;
        let (id, version) = (Decimal::of(self.session_id), Decimal::of(self.version));
        let address = Address::of(self.address);
        let words = [id.as_str(), version.as_str(), "IN", family(&self.address), address.as_str()];
        words.iter().try_for_each(|word| {
            put(" ")?;
            put(word)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn the_six_words_are_read() {
        let origin = Origin::parse("alice 2890844526 99999999999999999999999 IN IP4 pc.example.com").unwrap();
        assert_eq!(origin.user, "alice");
        assert_eq!(origin.version, "99999999999999999999999");
        assert_eq!((origin.address_type, origin.address), ("IP4", "pc.example.com"));
        assert!(Origin::parse("- 1 1 IN IP4").is_err());
        assert!(Origin::parse("").is_err());
    }

    #[test]
    fn a_user_with_a_blank_is_read() {
        assert_eq!(Origin::parse("John Doe 1 2 IN IP4 192.0.2.1").unwrap().user, "John Doe");
    }

    #[test]
    fn our_user_is_one_word() {
        let address = "2001:db8::1".parse().unwrap();
        let origin = OwnOrigin { user: "a b\r\nc", session_id: 7, version: 1, address };
        assert_eq!(origin.to_string(), "abc 7 1 IN IP6 2001:db8::1");
        assert_eq!(OwnOrigin { user: " ", ..origin }.to_string(), "- 7 1 IN IP6 2001:db8::1");
    }
}
