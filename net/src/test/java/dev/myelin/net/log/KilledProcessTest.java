package dev.myelin.net.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.parts.Parts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// A process that appends is killed in the middle of it, again and again, over the same log.
@Timeout(120)
@ExtendWith(LeakCheck.class)
class KilledProcessTest {
  private static final int ROUNDS = 4;

  @TempDir Path root;

  /// Appends messages that tell their own offset, and tells of each that was appended.
  static final class Appender {
    private Appender() {}

    public static void main(String[] args) throws IOException {
      LogOptions options = Scene.everyWrite().withSegmentBytes(100_000);
      try (TopicLog log = Scene.open(Path.of(args[0]), options)) {
        while (true) {
          long offset = log.append(message(log.next()));
          System.out.println(offset);
        }
      }
    }
  }

  private static Parts message(long offset) {
    byte[] body = new byte[new SplittableRandom(offset).nextInt(30_000)];
    Arrays.fill(body, (byte) offset);
    return Parts.of(Long.toString(offset).getBytes(StandardCharsets.UTF_8), body);
  }

  @Test
  void losesNothingThatAnAppendReturnedForAndMakesNothingUp(TensorPool pool) throws Exception {
    long told = -1;
    for (int i = 0; i < ROUNDS; i++) {
      told = Math.max(told, appendAndKill(40 + 25 * i));
      try (TopicLog log = Scene.open(root, Scene.everyWrite());
          LogReader reader = log.read(Start.oldest(), TopicFilter.all(), pool)) {
        assertThat(log.next()).isGreaterThan(told);
        for (long offset = 0; offset < log.next(); offset++) {
          require(Scene.kept(reader, Scene.NOW), offset);
        }
      }
    }
  }

  /// Holds a message to what the process appends at that offset.
  static void require(Reading.Kept kept, long offset) {
    Parts expected = message(offset);
    try (Parts parts = kept.parts()) {
      assertThat(parts.text(0)).isEqualTo(expected.text(0));
      assertThat(parts.bytes(1)).isEqualTo(expected.bytes(1));
    }
  }

  /// Returns the last offset that the process told of before it was killed.
  private long appendAndKill(int lines) throws Exception {
    Process process = start(root);
    List<String> told = new ArrayList<>();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      String line = out.readLine();
      while (line != null) {
        told.add(line);
        if (told.size() == lines) {
          assertThat(process.toHandle().destroyForcibly()).isTrue();
        }
        line = out.readLine();
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertThat(told).hasSizeGreaterThanOrEqualTo(lines);
    // The kill may tear the last line.
    return Long.parseLong(told.get(told.size() - 2));
  }

  /// Starts a process that appends until it is killed.
  static Process start(Path root) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            Appender.class.getName(),
            root.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
