package dev.myelin.net.shared;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.OptionalLong;

/// What tells this process and this running system from others.
public final class Host {
  private static final int STARTED = 19; // behind the name of the program in /proc/PID/stat

  private Host() {}

  /// Returns the number of this process.
  public static long pid() {
    return ProcessHandle.current().pid();
  }

  /// Returns the user that owns this process.
  ///
  /// @throws IOException if the system does not tell
  public static long uid() throws IOException {
    return Files.getAttribute(Path.of("/proc/self"), "unix:uid") instanceof Number uid
        ? uid.longValue()
        : -1;
  }

  /// Returns a number that all processes on this machine see until it starts again, and that tells
  /// nobody else which machine it is.
  ///
  /// @throws IOException if the system does not tell
  public static long boot() throws IOException {
    byte[] id = Files.readAllBytes(Path.of("/proc/sys/kernel/random/boot_id"));
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update("myelin/boot".getBytes(StandardCharsets.US_ASCII));
      byte[] hash = sha.digest(id);
      long first = 0;
      for (int i = 0; i < Long.BYTES; i++) {
        first = first << 8 | Byte.toUnsignedLong(hash[i]);
      }
      return first;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 (expected: in every JDK)", e);
    }
  }

  /// Returns when a process started, in ticks since the machine did; empty if there is no such
  /// process, or it has ended and only its parent has not noticed.
  public static OptionalLong started(long pid) {
    try {
      Path path = Path.of("/proc/" + pid + "/stat");
      String stat = Files.readString(path, StandardCharsets.ISO_8859_1);
      // The name stands in parentheses and may hold any character.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      boolean ended = fields[0].equals("Z") || fields[0].equals("X");
      return ended ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(fields[STARTED]));
    } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
