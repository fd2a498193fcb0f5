//! The benches stand in `benches/`; `README.md` says what each measures.
