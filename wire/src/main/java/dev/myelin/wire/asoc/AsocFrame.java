package dev.myelin.wire.asoc;

import java.lang.foreign.MemorySegment;
import java.util.UUID;

/// What stands on the wire: one record per frame type, segments borrowed from where they were read.
sealed interface AsocFrame {
  record Data(int stream, int sequence, MemorySegment chunk) implements AsocFrame {}

  /// `ignored` is empty from every sender known; receivers read it and drop it.
  record End(int stream, int sequence, MemorySegment ignored) implements AsocFrame {}

  record Control(int stream, int sequence, MemorySegment payload) implements AsocFrame {}

  record Hello(UUID node, AsocBytes proof, int challenge) implements AsocFrame {
    static final int PAYLOAD = 36;
    static final int PROOF = 16;
  }

  record Accept(AsocBytes token, AsocBytes signature) implements AsocFrame {
    static final int PAYLOAD = 16;
    static final int TOKEN = 8;
    static final int SIGNATURE = 8;
  }

  record Unknown(int type, int stream, int sequence, MemorySegment body) implements AsocFrame {}
}
