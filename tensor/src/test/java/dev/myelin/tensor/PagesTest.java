package dev.myelin.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PagesTest {
  private static final long GIBIBYTE = 1L << 30;

  private final Pages pages = Pages.ofSystem().orElseThrow();

  @Test
  void costNothingBeforeTheyAreTouched() throws IOException {
    long before = residentBytes();
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = pages.take(GIBIBYTE, arena);
      assertThat(memory.byteSize()).isEqualTo(GIBIBYTE);
      assertThat(memory.get(ValueLayout.JAVA_BYTE, GIBIBYTE - 1)).isZero();
      memory.set(ValueLayout.JAVA_LONG, GIBIBYTE / 2, 7);
      assertThat(memory.get(ValueLayout.JAVA_LONG, GIBIBYTE / 2)).isEqualTo(7);
      assertThat(residentBytes()).isLessThan(before + GIBIBYTE / 8);
    }
  }

  @Test
  void endWithTheirArena() {
    Arena arena = Arena.ofShared();
    MemorySegment memory = pages.take(1 << 20, arena);
    arena.close();
    assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void areRefusedWhereThereAreNotSoMany() {
    try (Arena arena = Arena.ofShared()) {
      assertThatThrownBy(() -> pages.take(Long.MAX_VALUE - 4096, arena))
          .isInstanceOf(PoolExhaustedException.class)
          .hasMessageContaining("the system has none");
    }
  }

  private static long residentBytes() throws IOException {
    String line =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(each -> each.startsWith("VmRSS:"))
            .findFirst()
            .orElseThrow();
    return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
  }
}
