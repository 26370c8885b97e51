package dev.myelin.net;

import dev.myelin.wire.TensorHeader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/// A tensor that a node with [Reception.Folder] has put into a file.
///
/// @param file where it is; the name the sender gave, made plain and perhaps numbered
/// @param from the sender
/// @param header what the sender said of it; U8 of rank one, `PEER-stream-N`, where it said nothing
/// @param resumedBytes how many of its bytes were in the folder already, from an earlier attempt
/// @param time from its description, or its first byte, to its end
public record Stored(
    Path file, PeerId from, TensorHeader header, long resumedBytes, Duration time) {
  public Stored {
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(header, "header");
    Objects.requireNonNull(time, "time");
  }

  /// Returns the name it travelled under.
  public String name() {
    return header.name();
  }

  /// Returns the bytes of the tensor; its file may have more.
  public long bytes() {
    return header.byteSize();
  }
}
