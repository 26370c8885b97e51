/// The ZMTP dialect, versions 3.0 and 3.1: what ZeroMQ sockets say to each other, in clear (NULL,
/// PLAIN) and encrypted (CURVE).
///
/// Read [ZmtpDialect] first, then `ZmtpHandshake` and `ZmtpReceiver`. This package must not know
/// another dialect.
package dev.myelin.wire.zmtp;
