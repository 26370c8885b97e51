package dev.myelin.net;

import dev.myelin.wire.Dialect;
import dev.myelin.wire.TensorDialect;
import dev.myelin.wire.asoc.AsocDialect;
import dev.myelin.wire.parts.PartsDialect;
import dev.myelin.wire.zmtp.ZmtpDialect;
import java.util.List;

/// The dialects of a node: the one place that lists them.
final class Dialects {
  /// Every dialect that a listener serves.
  static final List<Dialect> ALL = List.of(AsocDialect.INSTANCE, ZmtpDialect.INSTANCE);

  private Dialects() {}

  /// Returns the dialect in which a node dials another.
  static TensorDialect preferred() {
    return AsocDialect.INSTANCE;
  }

  /// Returns the dialect in which sockets of messaging patterns talk over sockets of their own.
  static PartsDialect patterns() {
    return ZmtpDialect.INSTANCE;
  }
}
