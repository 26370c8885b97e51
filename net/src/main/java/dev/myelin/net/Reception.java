package dev.myelin.net;

import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Consumer;

/// Where tensors go that arrive at a node.
public sealed interface Reception {
  /// Into a bounded inbox, taken out with [Node#receive]; a full one makes the peers wait.
  record Inbox() implements Reception {}

  /// To a handler, one at a time and in a thread of its own; it owns what it is given. A slow one
  /// makes the peers wait.
  record Receiver(Consumer<Delivery> handler) implements Reception {
    public Receiver {
      Objects.requireNonNull(handler, "handler");
    }
  }

  /// Straight into files of a folder: `NAME.npy`, `NAME.safetensors` for types NumPy lacks,
  /// `PEER-stream-N.bin` for streams nobody described. A file has its final name only when it is
  /// whole and checked. A tensor may be larger than memory. Nothing is ever overwritten: a taken
  /// name gets a number.
  record Folder(Path folder, Consumer<Stored> stored) implements Reception {
    public Folder {
      Objects.requireNonNull(folder, "folder");
      Objects.requireNonNull(stored, "stored");
    }
  }

  /// Returns the inbox.
  static Reception inbox() {
    return new Inbox();
  }

  /// Returns a handler.
  static Reception handler(Consumer<Delivery> handler) {
    return new Receiver(handler);
  }

  /// Returns a folder; `stored` is told each finished file, from the threads that read the
  /// connections, and what it throws is logged.
  static Reception folder(Path folder, Consumer<Stored> stored) {
    return new Folder(folder, stored);
  }
}
