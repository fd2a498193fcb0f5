//! The Asterisk .conf dialect, with the place of every value.
