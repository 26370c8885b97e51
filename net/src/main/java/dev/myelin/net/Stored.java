package dev.myelin.net;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/// A tensor that a node with [Reception.Folder] has put into a file.
///
/// @param file where it is; the name the sender gave, made plain and perhaps numbered
/// @param from the sender
/// @param name the name it travelled under; `PEER-stream-N` where the sender gave none
/// @param bytes the bytes of the tensor; a file may have more
/// @param resumedBytes how many of them were in the folder already, from an earlier attempt
/// @param time from its description, or its first byte, to its end
public record Stored(
    Path file, PeerId from, String name, long bytes, long resumedBytes, Duration time) {
  public Stored {
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(time, "time");
  }
}
