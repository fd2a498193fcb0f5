//! Calls: channels, dialling, bridging, and the technologies behind one trait.
