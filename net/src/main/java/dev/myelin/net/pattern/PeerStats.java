package dev.myelin.net.pattern;

import dev.myelin.wire.parts.SocketRole;

/// What stands between a socket and one of its peers now.
///
/// @param remote where the peer is, for people
/// @param role what the peer is in its pattern
/// @param queuedOut messages that wait to leave to it
/// @param queuedIn messages of it that wait for the application
/// @param dropped messages to it that fell because it had no room
/// @param medium what carries messages to it: `plain` (a socket), the protocol, suite and library
///   of TLS, `shared memory`, or `inproc`
public record PeerStats(
    String remote, SocketRole role, int queuedOut, int queuedIn, long dropped, String medium) {}
