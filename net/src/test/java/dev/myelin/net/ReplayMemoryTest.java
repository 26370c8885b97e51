package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ReplayMemoryTest {
  @TempDir Path folder;

  private ReplayMemory open() throws IOException {
    return ReplayMemory.open(Optional.of(folder));
  }

  private Path file() {
    return folder.resolve(ReplayMemory.FILE_NAME);
  }

  @Test
  void knowsAGreetingAgain() throws Exception {
    try (ReplayMemory memory = ReplayMemory.open(Optional.empty())) {
      assertThat(memory.firstSeen(7)).isTrue();
      assertThat(memory.firstSeen(7)).isFalse();
      assertThat(memory.firstSeen(0)).isTrue();
      assertThat(memory.firstSeen(0)).isFalse();
    }
  }

  @Test
  void survivesARestart() throws Exception {
    try (ReplayMemory memory = open()) {
      assertThat(memory.firstSeen(7)).isTrue();
    }
    try (ReplayMemory memory = open()) {
      assertThat(memory.firstSeen(7)).isFalse();
      assertThat(memory.firstSeen(8)).isTrue();
    }
  }

  @Test
  void forgetsTheOldestWhenTheRingIsFull() throws Exception {
    try (ReplayMemory memory = open()) {
      for (long greeting = 1; greeting <= ReplayMemory.CAPACITY + 2; greeting++) {
        assertThat(memory.firstSeen(greeting)).isTrue();
      }
      assertThat(memory.firstSeen(3)).isFalse();
      assertThat(memory.firstSeen(ReplayMemory.CAPACITY + 2)).isFalse();
      assertThat(memory.firstSeen(1)).as("pushed out").isTrue();
    }
    assertThat(Files.size(file())).isEqualTo(16 + 8L * ReplayMemory.CAPACITY);
    try (ReplayMemory memory = open()) {
      assertThat(memory.firstSeen(1)).isFalse();
      assertThat(memory.firstSeen(4)).isFalse();
      assertThat(memory.firstSeen(3)).as("pushed out by the return of 1").isTrue();
    }
  }

  @Test
  void keepsItsFileToItself() throws Exception {
    open().close();
    assertThat(Files.getPosixFilePermissions(file()))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void refusesADamagedFileAndSaysWhatToDo() throws Exception {
    open().close();
    byte[] bytes = Files.readAllBytes(file());
    bytes[0] ^= 1;
    Files.write(file(), bytes);
    assertThatThrownBy(this::open)
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file().toString())
        .hasMessageContaining("move the file away");
    Files.write(file(), new byte[100]);
    assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("size 100");
  }

  @Test
  void beginsAnewWithAFileThatWasMadeButNeverWritten() throws Exception {
    Files.write(file(), new byte[16 + 8 * ReplayMemory.CAPACITY]);
    try (ReplayMemory memory = open()) {
      assertThat(memory.firstSeen(7)).isTrue();
    }
    try (ReplayMemory memory = open()) {
      assertThat(memory.firstSeen(7)).isFalse();
    }
  }

  @Test
  void belongsToOneNodeAtATime() throws Exception {
    try (ReplayMemory memory = open()) {
      assertThatThrownBy(this::open)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("in use by another node");
      assertThat(memory.firstSeen(1)).isTrue();
    }
    open().close();
  }

  @Test
  void takesNothingForNewOnceClosed() throws Exception {
    ReplayMemory memory = open();
    memory.close();
    memory.close();
    assertThat(memory.firstSeen(1)).isFalse();
  }
}
