/// The command `myelin`. Alone may read arguments, environment and standard streams, and end the
/// process.
///
/// Read [Main] first, then one command, such as `SendCommand`. Every command is handed a `Shell`
/// instead of the process's own streams, so that a test can run it.
package dev.myelin.cli;
