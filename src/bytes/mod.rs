//! A byte source with a length and ranged reads; never the whole file.
