/// The ASoc dialect: 14-byte frames, a shared-key handshake, streams of tensor bytes.
///
/// Read [AsocDialect] first. This package must not know another dialect.
package dev.myelin.wire.asoc;
