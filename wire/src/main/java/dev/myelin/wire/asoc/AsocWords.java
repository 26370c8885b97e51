package dev.myelin.wire.asoc;

import dev.myelin.wire.Message;
import java.lang.foreign.MemorySegment;

/// The words of a connection as messages.
final class AsocWords {
  private AsocWords() {}

  /// Returns what the peer said; as it is where that is of no known kind.
  static Message message(AsocExtension extension, MemorySegment payload) {
    return switch (extension) {
      case AsocExtension.Ping(long token) -> new Message.Ping(token);
      case AsocExtension.Pong(long token) -> new Message.Pong(token);
      case AsocExtension.Goodbye(int code, String text) -> new Message.Goodbye(code, text);
      case AsocExtension.Fault(int code, String text) -> new Message.Fault(code, text);
      case AsocExtension.Contacts(var contacts) -> new Message.Contacts(contacts);
      case AsocExtension.Serves() -> new Message.Serves();
      case AsocExtension.Meet(Message.Meet words) -> words;
      case AsocExtension.Met(Message.Met words) -> words;
      case AsocExtension.Move() -> new Message.Move();
      case AsocExtension.Free(var ids) -> new Message.Free(ids);
      default -> new Message.Opaque(AsocHeader.CONTROL, payload);
    };
  }
}
