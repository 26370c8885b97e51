package dev.myelin.wire.zmtp;

import dev.myelin.wire.parts.SocketRole;

/// What both sides are to each other.
///
/// @param role ours
/// @param peer theirs
record ZmtpAgreement(SocketRole role, SocketRole peer, ZmtpMetadata theirs) {}
