package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class SegmentViewTest {
  @Test
  void makesOneViewForAllFramesOfATensor() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment tensor = arena.allocate(1 << 20);
      SegmentView view = new SegmentView();
      Object first = view.of(tensor, 0, 1000);
      assertThat(view.of(tensor, 4096, 1000)).isSameAs(first);
      assertThat(view.of(tensor, 4096, 1000).remaining()).isEqualTo(1000);
    }
  }

  @Test
  @SuppressWarnings("restricted") // the same address twice on purpose
  void doesNotMistakeNewMemoryAtAnOldAddressForTheOld() {
    SegmentView view = new SegmentView();
    MemorySegment old;
    try (Arena arena = Arena.ofShared()) {
      old = MemorySegment.ofAddress(4096).reinterpret(64, arena, null);
      view.of(old, 0, 64);
    }
    try (Arena arena = Arena.ofShared()) {
      MemorySegment again = MemorySegment.ofAddress(4096).reinterpret(64, arena, null);
      assertThat(again).isEqualTo(old);
      assertThat(MemorySegment.ofBuffer(view.of(again, 0, 64)).scope()).isEqualTo(again.scope());
    }
  }
}
