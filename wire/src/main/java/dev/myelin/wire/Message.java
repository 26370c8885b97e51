package dev.myelin.wire;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Tensor;
import dev.myelin.wire.pack.Packing;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What two peers say to each other, in whichever dialect.
public sealed interface Message {
  /// A whole tensor. Sent: the header travels where the peer understands it, the tensor is
  /// borrowed. Received: the header and the digest were checked, the receiver owns the tensor;
  /// `digestHex` is empty where none was sent.
  ///
  /// @param precedence how urgently it is sent; for a received one, what its size suggests
  /// @param packing how its bytes are made fewer, where the peer understands that; for a received
  ///   one, only its wire type means something. Null where it travels as it is
  record Transfer(
      int stream,
      TensorHeader header,
      Tensor tensor,
      String digestHex,
      Precedence precedence,
      @Nullable Packing packing)
      implements Message {
    /// A tensor to be sent, in the class of its size.
    public Transfer(int stream, TensorHeader header, Tensor tensor) {
      this(stream, header, tensor, "");
    }

    /// A tensor in the class of its size.
    public Transfer(int stream, TensorHeader header, Tensor tensor, String digestHex) {
      this(stream, header, tensor, digestHex, Precedence.of(header.byteSize()), null);
    }

    /// A tensor to be sent in that class.
    public Transfer(int stream, TensorHeader header, Tensor tensor, Precedence precedence) {
      this(stream, header, tensor, "", precedence, null);
    }

    /// Returns a copy that is packed so.
    public Transfer packed(@Nullable Packing other) {
      return new Transfer(stream, header, tensor, digestHex, precedence, other);
    }

    /// Returns what its elements are, or were, on the way.
    public DType travelledAs() {
      return packing == null ? header.dtype() : packing.wire();
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

  /// The sender of a stream asks how much of its content the receiver has from an earlier attempt;
  /// nothing follows on the stream until the receiver has answered with [Held]. The header has a
  /// digest.
  ///
  /// @param identity 32 hex digits that the sender chooses, the same ones for the same content
  record Ask(int stream, TensorHeader header, String identity) implements Message {}

  /// The receiver has the first `bytes` of a stream that was asked for. `stream` counts among the
  /// streams of the side that reads this.
  ///
  /// @param digestHex their digest, of the kind that the header names
  record Held(int stream, long bytes, String digestHex) implements Message {}

  /// Only sent: a tensor of whose content the receiver says it has a part. The session checks that
  /// part against the tensor and sends the rest; all of it if they differ.
  record Rest(Transfer transfer, Held held) implements Message {}

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

  /// The sender offers a service that it did not offer before: who looks for one asks again.
  record Serves() implements Message {}

  /// The sender is a process of the machine that started as `boot` tells, and holds this memory;
  /// who can read the secret in it sees the same memory.
  ///
  /// @param boot what tells one start of one machine from all others
  /// @param uid the user that the process runs as
  /// @param bytesToo whether this side wants frames to pass through memory as well
  /// @param at where to find the memory in which it will write its frames
  /// @param proofHex what only a holder of the key who knows the secret can compute of the rest
  record Meet(long boot, int uid, boolean bytesToo, Place at, String proofHex) implements Message {}

  /// Answers a [Meet]: the sender sees the memory, or why it does not want to; `code` is one of
  /// [FaultCode].
  ///
  /// @param proofHex what only a holder of the key who has read the secret can compute
  record Met(int code, String proofHex, String text) implements Message {}

  /// Nothing follows this frame here: the sender's next one stands in the memory both sides have
  /// met.
  record Move() implements Message {}

  /// These tensors, which the other side handed over, are closed: their memory is its own again.
  record Free(List<Long> ids) implements Message {
    public Free {
      ids = List.copyOf(ids);
    }
  }

  /// A whole tensor that stays where it is: in memory of the sender which the receiver can map. The
  /// receiver has it until it sends [Free].
  ///
  /// @param id what the sender calls it
  /// @param header as of a transfer; with a digest other than NONE the sender wants a receipt
  /// @param at the memory in which it lies
  /// @param offset where in there
  record Reference(int stream, long id, TensorHeader header, Place at, long offset)
      implements Message {}

  /// Where a process finds memory of another.
  ///
  /// @param pid the process that made it; zero where the [Meet] told it
  /// @param descriptor the number by which that process knows it
  /// @param inode what tells it from memory that has the same number later
  /// @param bytes its exact size
  record Place(int pid, int descriptor, long inode, long bytes) {}

  /// A frame this side does not know; never dropped silently. The body is borrowed until the next
  /// receive.
  record Opaque(int type, MemorySegment body) implements Message {}

  /// A node and where it listens.
  record Contact(String id, String host, int port) {}
}
