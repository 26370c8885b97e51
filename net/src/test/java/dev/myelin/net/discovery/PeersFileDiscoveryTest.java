package dev.myelin.net.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.testkit.LeakCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeakCheck.class)
@Timeout(60)
class PeersFileDiscoveryTest {
  private static final Duration OFTEN = Duration.ofMillis(20);
  private static final Duration NEVER = Duration.ofHours(1);

  private final BlockingQueue<String> problems = new LinkedBlockingQueue<>();
  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void nameTheFile() {
    file = folder.resolve("peers.conf");
  }

  private Watch watch(Path at, Duration poll) {
    return Watch.over(
        PeersFileDiscovery.of(at, Names.system(), OFTEN, poll, problems::add), problems);
  }

  private void write(String text) throws IOException {
    Path fresh = Files.writeString(folder.resolve("fresh"), text);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static Sighting awaitPort(Watch watch, int port) throws InterruptedException {
    return watch.await(each -> each.port() == port);
  }

  @Test
  void readsPeersCommentsAndBlankLines() throws Exception {
    write("# ours\n\n192.0.2.1:9001 # the first\n  [fd00::2]:9002\r\n");
    try (Watch watch = watch(file, NEVER)) {
      assertThat(awaitPort(watch, 9001)).isEqualTo(new Sighting("", "192.0.2.1", 9001, "file", 0));
      awaitPort(watch, 9002);
      assertThat(problems).isEmpty();
    }
  }

  @Test
  void tellsTheNumberOfABadLineAndTakesTheOthers() throws Exception {
    write("192.0.2.1:9001\nnonsense\n192.0.2.3:99999\n192.0.2.4:9004\n");
    try (Watch watch = watch(file, NEVER)) {
      awaitPort(watch, 9001);
      awaitPort(watch, 9004);
      assertThat(watch.awaitProblem("line 2")).contains(file.toString(), "nonsense");
      assertThat(watch.awaitProblem("line 3")).contains("99999", "expected: a port of 1..65535");
    }
  }

  @Test
  void noticesAChangeWithoutPolling() throws Exception {
    write("192.0.2.1:9001\n");
    try (Watch watch = watch(file, NEVER)) {
      awaitPort(watch, 9001);
      write("192.0.2.2:9002\n");
      awaitPort(watch, 9002);
      awaitPort(watch, 9002);
      watch.seen.clear();
      assertThat(watch.await(_ -> true).port()).isEqualTo(9002);
    }
  }

  @Test
  void noticesThatTheFileAppearsVanishesAndComesBack() throws Exception {
    try (Watch watch = watch(file, NEVER)) {
      watch.awaitProblem("is not there");
      write("192.0.2.1:9001\n");
      awaitPort(watch, 9001);
      Files.delete(file);
      watch.awaitProblem("is not there");
      write("192.0.2.3:9003\n");
      awaitPort(watch, 9003);
      awaitPort(watch, 9003);
      watch.seen.clear();
      assertThat(watch.await(_ -> true).port()).isEqualTo(9003);
    }
  }

  @Test
  void noticesByPollingWhatTheFolderDoesNotTell() throws Exception {
    Path target = Files.createDirectory(folder.resolve("elsewhere")).resolve("peers");
    Files.writeString(target, "192.0.2.1:9001\n");
    Path link = Files.createDirectory(folder.resolve("linked")).resolve("peers.conf");
    Files.createSymbolicLink(link, target);
    try (Watch watch = watch(link, OFTEN)) {
      awaitPort(watch, 9001);
      Files.writeString(target, "192.0.2.2:9002\n");
      awaitPort(watch, 9002);
    }
  }

  @Test
  void waitsForAFolderThatIsNotThereYet() throws Exception {
    Path later = folder.resolve("later").resolve("peers.conf");
    try (Watch watch = watch(later, OFTEN)) {
      watch.awaitProblem("is not there");
      Files.createDirectory(later.getParent());
      Files.writeString(later, "192.0.2.1:9001\n");
      awaitPort(watch, 9001);
    }
  }

  @Test
  void refusesAFileThatIsFarTooLarge() throws Exception {
    write("192.0.2.1:9001\n".repeat(100_000));
    try (Watch watch = watch(file, NEVER)) {
      assertThat(watch.awaitProblem("cannot read")).contains("larger than 1048576 bytes");
      write("192.0.2.2:9002\n");
      awaitPort(watch, 9002);
    }
  }
}
