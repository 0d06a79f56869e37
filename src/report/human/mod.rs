//! Pages for a terminal.
