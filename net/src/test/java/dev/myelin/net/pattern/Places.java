package dev.myelin.net.pattern;

import java.nio.file.Path;

/// Endpoints to bind at, by the name of a transport.
final class Places {
  private Places() {}

  static String at(String transport, Path folder) {
    return switch (transport) {
      case "tcp" -> "tcp://127.0.0.1:*";
      case "ipc" -> "ipc://" + folder.resolve("socket");
      default -> "inproc://place";
    };
  }
}
