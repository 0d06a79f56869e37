//! The patch manager against real repositories, real processes and git itself.

mod faults;
