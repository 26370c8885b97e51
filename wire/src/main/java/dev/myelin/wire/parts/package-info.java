/// Messages of several parts, as messaging patterns exchange them, and how a dialect carries them.
///
/// Read [Parts] first, then [PartsSession]. This package knows no sockets, no threads and no
/// dialect.
package dev.myelin.wire.parts;
