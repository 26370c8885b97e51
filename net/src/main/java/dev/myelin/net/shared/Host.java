package dev.myelin.net.shared;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// What tells this process and this running system from others.
public final class Host {
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
}
