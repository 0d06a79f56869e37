//! The MLIR bytecode container: generic MLIR, nothing of Core AI.
