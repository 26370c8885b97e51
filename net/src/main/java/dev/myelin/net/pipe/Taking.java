package dev.myelin.net.pipe;

import dev.myelin.wire.parts.Parts;
import org.jspecify.annotations.Nullable;

/// What the taker of a [Conveyor] works on, away from the cache lines of those who put in: between
/// the two cores, each shared line would cost more than the message.
///
/// Superclasses come first in memory, so the padding stays around the fields.
@SuppressWarnings({"unused", "UnusedVariable"}) // padding
final class Taking extends TakenBatch {
  private long p0;
  private long p1;
  private long p2;
  private long p3;
  private long p4;
  private long p5;
  private long p6;
  private long p7;

  Taking(int capacity) {
    super(capacity);
  }
}

@SuppressWarnings({"unused", "UnusedVariable"}) // padding
abstract class Padding {
  private long p0;
  private long p1;
  private long p2;
  private long p3;
  private long p4;
  private long p5;
  private long p6;
  private long p7;
}

/// The batch that is being taken.
abstract class TakenBatch extends Padding {
  @Nullable Parts[] batch;
  int next;
  int end;

  TakenBatch(int capacity) {
    batch = new Parts[capacity];
  }
}
