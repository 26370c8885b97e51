package dev.myelin.net.shared;

import java.lang.foreign.MemorySegment;

/// One word of shared memory by which a side says how it waits, so that the other wakes it.
///
/// The one that waits sets the word, then looks once more whether it need wait at all; the one that
/// changed something looks at the word after its change. So one of the two sees the other.
final class Doorbell {
  /// Nobody waits.
  static final int AWAKE = 0;

  /// Somebody sleeps on the word itself.
  static final int ASLEEP = 1;

  /// Somebody listens for a byte on the socket, because a virtual thread that slept here would keep
  /// its carrier from others.
  static final int LISTENING = 2;

  private final MemorySegment memory;
  private final long offset;
  private final MemorySegment word;

  Doorbell(MemorySegment memory, long offset) {
    this.memory = memory;
    this.offset = offset;
    this.word = memory.asSlice(offset, Integer.BYTES);
  }

  /// Says how this side is going to wait.
  void await(int how) {
    RingLayout.INT.setVolatile(memory, offset, how);
  }

  /// Returns how the other side said it waits, any number if it lies.
  int waiting() {
    return (int) RingLayout.INT.getVolatile(memory, offset);
  }

  /// Sleeps until the word changes, and at times without a reason.
  void sleep(MemorySegment timespec) {
    Linux.calls().futexWait(word, ASLEEP, timespec);
  }

  /// Wakes whoever sleeps on the word.
  void ring() {
    RingLayout.INT.setVolatile(memory, offset, AWAKE);
    Linux.calls().futexWake(word);
  }
}
