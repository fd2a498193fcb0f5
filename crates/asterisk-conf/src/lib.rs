//! The `.conf` dialect of Asterisk, with the place of every value.
//!
//! The crate reads a file and all that it includes, resolves templates and additions, and answers with the
//! sections in order. It opens nothing itself: files come through the [`Files`] trait, so that a test, a
//! fuzzer or an embedder can bring them from memory.
//!
//! Meet first:
//!
//! - [`load`] turns a path into a [`Config`] and a list of [`Diagnostic`]s.
//! - [`Config`] holds [`Section`]s, each with its [`Entry`]s; every key and value is [`Spanned`].
//! - [`SourceMap`] keeps the texts that were read and turns a [`Span`] into path, line and column.
//!
//! ```
//! use asterisk_conf::{LoadOptions, MemoryFiles, SourceMap, load};
//! use std::path::Path;
//!
//! let files = MemoryFiles::from([(
//!     "/etc/asterisk/pjsip.conf",
//!     "[phone](!)\ntype = endpoint\ncontext = internal\n\n[alice](phone)\nauth = alice ; her own\n",
//! )]);
//! let mut sources = SourceMap::new();
//! let (config, diagnostics) =
//!     load(Path::new("/etc/asterisk/pjsip.conf"), &files, &mut sources, &LoadOptions::default());
//!
//! assert!(diagnostics.is_empty());
//! let alice = config.section("alice").unwrap();
//! assert_eq!(alice.value("context").as_deref(), Some("internal")); // inherited from the template
//! let auth = alice.last("auth").unwrap();
//! assert_eq!(sources.place(auth.value.span).unwrap().to_string(), "/etc/asterisk/pjsip.conf:6:8");
//! ```
//!
//! # The dialect
//!
//! `[name]` opens a section; `[name](!)` is only a template; `[name](a,b)` inherits from `a`, then from `b`;
//! `[name](+)` adds to the first section of that name. `key = value` and `key => value` mean the same,
//! `key += value` appends. `;` begins a comment, `\;` is a semicolon, `;--` to `--;` is a comment that may
//! span lines and nest. `#include`, `#tryinclude` and `#exec` stand at the start of a line.
//! A line that fits none of these is an error with its place: it is never skipped in silence.
#![forbid(unsafe_code)]

mod files;
pub use files::{Files, MemoryFiles};

mod source_map;
pub use source_map::{FileId, Place, SourceMap, Span, Spanned};

mod model;
pub use model::{Config, Entry, Operator, Section};

mod load;
pub use load::{LoadOptions, load};

mod diagnostic;
pub use diagnostic::{Diagnostic, Severity};

mod value;
pub use value::boolean;

pub mod suggest;

mod include;
mod lines;
mod section_header;

#[doc(hidden)]
pub mod fuzzing;
