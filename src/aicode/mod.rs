//! Typed views of `aicode` (and the few `builtin`) dialect entries.
