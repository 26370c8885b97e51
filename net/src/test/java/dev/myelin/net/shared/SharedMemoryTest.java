package dev.myelin.net.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.testkit.LeakCheck;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Timeout(30)
@ExtendWith(LeakCheck.class)
class SharedMemoryTest {
  private static final int GOES_WITH_EXEC = 1;
  private static final int SEALABLE = 2;

  @Test
  void isTheSameMemoryForWhoeverFindsIt() throws IOException {
    try (SharedMemory made = SharedMemory.make(10_000);
        SharedMemory found = SharedMemory.find(made.place(), Host.uid())) {
      made.segment().set(ValueLayout.JAVA_LONG, 9_992, 42);
      assertThat(found.segment().get(ValueLayout.JAVA_LONG, 9_992)).isEqualTo(42);
      found.segment().set(ValueLayout.JAVA_LONG, 0, 43);
      assertThat(made.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(43);
    }
  }

  @Test
  void isRoundedUpToWholePages() throws IOException {
    try (SharedMemory made = SharedMemory.make(1)) {
      assertThat(made.bytes()).isEqualTo(4096);
      assertThat(made.segment().byteSize()).isEqualTo(4096);
    }
  }

  @Test
  void nobodyCanShrinkIt() throws IOException {
    try (SharedMemory made = SharedMemory.make(8192);
        FileChannel file =
            FileChannel.open(
                Path.of("/proc/self/fd/" + made.place().descriptor()), StandardOpenOption.WRITE)) {
      assertThatThrownBy(() -> file.truncate(4096)).isInstanceOf(IOException.class);
      assertThat(file.size()).isEqualTo(8192);
    }
  }

  @Test
  void outlivesItsMaker() throws IOException {
    SharedMemory made = SharedMemory.make(4096);
    made.segment().set(ValueLayout.JAVA_INT, 0, 7);
    try (SharedMemory found = SharedMemory.find(made.place(), Host.uid())) {
      made.close();
      assertThat(found.segment().get(ValueLayout.JAVA_INT, 0)).isEqualTo(7);
    }
  }

  @Test
  void cannotBeFoundOnceItsMakerClosedIt() throws IOException {
    SharedMemory made = SharedMemory.make(4096);
    made.close();
    made.close();
    assertThatThrownBy(() -> SharedMemory.find(made.place(), Host.uid()))
        .isInstanceOf(IOException.class);
  }

  @Test
  void refusesAnotherSizeThanPromised() throws IOException {
    try (SharedMemory made = SharedMemory.make(4096)) {
      SharedMemory.Place at = made.place();
      refused(new SharedMemory.Place(at.pid(), at.descriptor(), at.inode(), 8192), "that size");
    }
  }

  @Test
  void refusesOtherMemoryThanMeant() throws IOException {
    try (SharedMemory made = SharedMemory.make(4096)) {
      SharedMemory.Place at = made.place();
      refused(new SharedMemory.Place(at.pid(), at.descriptor(), at.inode() + 1, 4096), "meant");
    }
  }

  @Test
  void refusesMemoryThatCouldShrink() throws IOException {
    Linux linux = Linux.calls();
    int descriptor = linux.memfdCreate("myelin", GOES_WITH_EXEC | SEALABLE);
    try {
      linux.truncate(descriptor, 4096);
      Object inode = Files.getAttribute(Path.of("/proc/self/fd/" + descriptor), "unix:ino");
      refused(new SharedMemory.Place(Host.pid(), descriptor, (Long) inode, 4096), "sealed");
    } finally {
      linux.close(descriptor);
    }
  }

  @Test
  void refusesWhatIsNoSharedMemory() throws IOException {
    Path file = Files.createTempFile("share", ".bin");
    Linux linux = Linux.calls();
    int descriptor = linux.open(file.toString(), 2);
    try {
      Files.write(file, new byte[4096]);
      Object inode = Files.getAttribute(file, "unix:ino");
      refused(new SharedMemory.Place(Host.pid(), descriptor, (Long) inode, 4096), "this program");
    } finally {
      linux.close(descriptor);
      Files.delete(file);
    }
  }

  @Test
  void refusesAProcessOfAnotherUser() throws IOException {
    try (SharedMemory made = SharedMemory.make(4096)) {
      assertThatThrownBy(() -> SharedMemory.find(made.place(), Host.uid() + 1))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("a process of user " + (Host.uid() + 1));
    }
  }

  @Test
  void refusesAProcessThatIsNotThere() {
    assertThatThrownBy(() -> SharedMemory.find(new SharedMemory.Place(-5, 3, 1, 4096), Host.uid()))
        .isInstanceOf(IOException.class);
  }

  @Test
  void theMarkOfThisStartOfTheMachineIsNotItsId() throws IOException {
    assertThat(Host.boot()).isEqualTo(Host.boot()).isNotZero();
  }

  private static void refused(SharedMemory.Place place, String expected) {
    assertThatThrownBy(() -> SharedMemory.find(place, Host.uid()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(expected);
  }
}
