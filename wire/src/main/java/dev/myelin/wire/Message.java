package dev.myelin.wire;

import dev.myelin.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// What two peers say to each other, in whichever dialect.
public sealed interface Message {
  /// A whole tensor. Sent: the header travels where the peer understands it, the tensor is
  /// borrowed. Received: the header and the digest were checked, the receiver owns the tensor;
  /// `digestHex` is empty where none was sent.
  ///
  /// @param precedence how urgently it is sent; for a received one, what its size suggests
  record Transfer(
      int stream, TensorHeader header, Tensor tensor, String digestHex, Precedence precedence)
      implements Message {
    /// A tensor to be sent, in the class of its size.
    public Transfer(int stream, TensorHeader header, Tensor tensor) {
      this(stream, header, tensor, "");
    }

    /// A tensor in the class of its size.
    public Transfer(int stream, TensorHeader header, Tensor tensor, String digestHex) {
      this(stream, header, tensor, digestHex, Precedence.of(header.byteSize()));
    }

    /// A tensor to be sent in that class.
    public Transfer(int stream, TensorHeader header, Tensor tensor, Precedence precedence) {
      this(stream, header, tensor, "", precedence);
    }
  }

  /// One chunk of a stream that nobody described; U8. Received chunks belong to the receiver.
  record TensorData(int stream, long sequence, Tensor tensor) implements Message {}

  /// The end of a stream that nobody described.
  record End(int stream) implements Message {}

  /// The side that sends a stream gives it up: no byte and no end of it follows. What had landed of
  /// it is closed already; `code` is one of [FaultCode].
  record Abort(int stream, int code, String text) implements Message {}

  /// The side that receives a stream does not want it, or no more of it: its sender should stop.
  /// `stream` counts among the streams of the side that reads this; `code` is one of [FaultCode].
  record Cancel(int stream, int code, String text) implements Message {}

  /// Never sent: the session dropped an incoming stream, and the peer should be told so with a
  /// [Cancel].
  record Declined(int stream, int code, String text) implements Message {}

  /// Never received from a peer: the session asks that this be sent, so that the peer may send on.
  /// The peer may have sent `bytes` of that stream of its own in all; for stream 0, of what it
  /// sends unasked on all streams together. A greater number makes a smaller one void.
  record Credit(int stream, long bytes) implements Message {}

  /// The receiver has this stream, whole and checked (code 0), or says why not.
  record Receipt(int stream, int code, long bytes, String text) implements Message {}

  /// Asks for a [Pong] with the same token.
  record Ping(long token) implements Message {}

  /// Answers a [Ping].
  record Pong(long token) implements Message {}

  /// Says only that the sender lives.
  record Alive() implements Message {}

  /// The sender will start nothing new and closes once its streams are done.
  record Goodbye(int code, String text) implements Message {}

  /// The sender met an error that ends the connection; `code` is one of [FaultCode].
  record Fault(int code, String text) implements Message {}

  /// Nodes the sender has proof of, and where they listen.
  record Contacts(List<Contact> contacts) implements Message {
    public Contacts {
      contacts = List.copyOf(contacts);
    }
  }

  /// A frame this side does not know; never dropped silently. The body is borrowed until the next
  /// receive.
  record Opaque(int type, MemorySegment body) implements Message {}

  /// A node and where it listens.
  record Contact(String id, String host, int port) {}
}
