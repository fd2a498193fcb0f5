//! Where the servers of a URI are (RFC 3263), with the order of SRV records by RFC 2782.
//!
//! Meet [`Locator`] first: it takes a [`Destination`] and the [`Reach`] of our transports, and gives the
//! [`Server`]s to try, in order. [`Search`] is what it does, without network and clock. The [`Resolver`] is
//! the seam to the domain name system: [`DnsResolver`] asks it, and a test or a network of one's own brings
//! another.
//!
//! ```
//! use std::time::Duration;
//! use sip_parser::Uri;
//! use sip_ua::location::{Answer, Destination, Family, LookupError, Reach, Record, Search, Srv};
//! use sip_ua::transport::Protocol;
//!
//! let destination = Destination::of(&Uri::parse("sip:alice@example.com;transport=tcp")?)?;
//! let reach = Reach::from_iter([(Protocol::Tcp, Family::V4)]);
//! let mut search = Search::new(destination, reach, Box::new(|most| most));
//! while let Some(question) = search.poll_question() {
//!     let record = match question.to_string().as_str() {
//!         "SRV _sip._tcp.example.com" => {
//!             Record::Srv(Srv { priority: 1, weight: 0, port: 5070, target: "one.example.com".into() })
//!         }
//!         "A one.example.com" => Record::A([192, 0, 2, 7].into()),
//!         other => panic!("{other} is not asked"),
//!     };
//!     search.handle_answer(&question, Ok(Answer { records: vec![record], ttl: Duration::from_secs(60) }));
//! }
//! let servers = search.poll_outcome().ok_or("all is answered")??;
//! assert_eq!(servers[0].address, ([192, 0, 2, 7], 5070).into());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

// What is asked for, and what it takes.
mod destination;
mod error;
mod question;
mod reach;
mod search;
mod services;
mod weights;
// Who answers, and what is remembered.
mod cache;
mod dns;
mod inquiries;
mod locator;
mod resolver;

pub use cache::Cache;
pub use destination::Destination;
pub use dns::{DnsConfig, DnsConfigError, DnsResolver, HostsFile, NameServers};
pub use error::{LocationError, Trail};
pub use locator::Locator;
pub use question::{Answer, LookupError, Naptr, Question, Record, RecordKind, Srv};
pub use reach::{Family, Reach};
pub use resolver::{Lookup, Resolver};
pub use search::{Chance, Search, Server};
