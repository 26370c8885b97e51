package dev.myelin.net.log;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Everything that goes wrong with a [TopicStore] besides plain input and output.
///
/// ```
///              retry?
/// ├─ InUse     when the other process has ended
/// ├─ Corrupt   no; pass over it
/// ├─ Failed    after the log was opened again
/// └─ TooLarge  no
/// ```
public abstract sealed class LogException extends IOException {
  private static final long serialVersionUID = 1L;

  private LogException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /// Somebody else has the log open.
  public static final class InUse extends LogException {
    private static final long serialVersionUID = 1L;

    InUse(Path lock) {
      super(lock + ": held by another log (expected: one process per log)", null);
    }
  }

  /// Bytes of a file are not those that were written.
  public static final class Corrupt extends LogException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final long position;

    Corrupt(Path file, long position, String problem) {
      super(file + ": " + problem + " at byte " + position, null);
      this.file = file.toString();
      this.position = position;
    }

    Corrupt(String stream, long position, String problem) {
      super(stream + ": " + problem + " at offset " + position, null);
      this.file = stream;
      this.position = position;
    }

    /// Returns the path of the file, or the name of the stream.
    public String file() {
      return file;
    }

    /// Returns the byte in the file at which the damaged record begins, or the offset in the
    /// stream.
    public long position() {
      return position;
    }
  }

  /// The device failed the log at some earlier time, so that nobody knows what it holds: the log
  /// takes no more until it is opened again.
  public static final class Failed extends LogException {
    private static final long serialVersionUID = 1L;

    Failed(String log, Throwable cause) {
      super("log " + log + ": failed earlier, open it again: " + cause.getMessage(), cause);
    }
  }

  /// The store takes no message of that size.
  public static final class TooLarge extends LogException {
    private static final long serialVersionUID = 1L;

    TooLarge(String store, long bytes, long most) {
      super(store + ": message of " + bytes + " bytes (expected: <= " + most + ")", null);
    }
  }
}
