/// Messages between two nodes and the dialects that put them into bytes.
///
/// Read [Dialect] first, then [Session] and [Message]. This package knows no sockets, no threads
/// and no clock: every codec is replayed byte for byte in its tests.
package dev.myelin.wire;
