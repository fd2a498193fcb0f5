//! Request methods.

use core::fmt;

use smol_str::SmolStr;

macro_rules! methods {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)*) => {
        /// A request method. Case matters (RFC 3261 §7.1); an unknown one is kept as it came.
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Method {
            $($(#[$doc])* $variant,)*
            /// A method that has no name here.
            Other(SmolStr),
        }

        impl Method {
            /// The method as it stands in a message.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(name) => name,
                }
            }
        }

        /// The named methods by number.
        static NAMED: &[Method] = &[$(Method::$variant,)*];

        impl Method {
            /// Its place among the named methods; beyond them for another one.
            pub(crate) fn number(&self) -> u8 {
                match self {
                    $(Self::$variant => Named::$variant as u8,)*
                    Self::Other(_) => u8::MAX,
                }
            }

            /// The named method of a number.
            pub(crate) fn by_number(number: u8) -> Option<Self> {
                NAMED.get(usize::from(number)).cloned()
            }
        }

        /// The named methods by number.
        #[repr(u8)]
        enum Named {
            $($variant,)*
        }

        impl From<&str> for Method {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    other => Self::Other(SmolStr::new(other)),
                }
            }
        }
    };
}

methods! {
    /// RFC 3261 §13.
    Invite = "INVITE",
    /// RFC 3261 §13.
    Ack = "ACK",
    /// RFC 3261 §15.
    Bye = "BYE",
    /// RFC 3261 §9.
    Cancel = "CANCEL",
    /// RFC 3261 §10.
    Register = "REGISTER",
    /// RFC 3261 §11.
    Options = "OPTIONS",
    /// RFC 6086.
    Info = "INFO",
    /// RFC 3262.
    Prack = "PRACK",
    /// RFC 3311.
    Update = "UPDATE",
    /// RFC 6665.
    Subscribe = "SUBSCRIBE",
    /// RFC 6665.
    Notify = "NOTIFY",
    /// RFC 3515.
    Refer = "REFER",
    /// RFC 3428.
    Message = "MESSAGE",
    /// RFC 3903.
    Publish = "PUBLISH",
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_have_numbers() {
        for (number, method) in NAMED.iter().enumerate() {
            assert_eq!(Method::by_number(method.number()).as_ref(), Some(method));
            assert_eq!(usize::from(method.number()), number);
        }
        assert_eq!(Method::by_number(Method::from("X").number()), None);
    }

    #[test]
    fn case_matters_and_unknown_methods_are_kept() {
        assert_eq!(Method::from("INVITE"), Method::Invite);
        assert_eq!(Method::from("invite").as_str(), "invite");
        assert_ne!(Method::from("invite"), Method::Invite);
        assert_eq!(Method::from("!interesting-Method0123456789_*+`.%indeed'~").to_string().len(), 43);
    }
}
