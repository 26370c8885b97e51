package dev.myelin.wire.asoc;

import dev.myelin.wire.Message;
import dev.myelin.wire.Message.Contact;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What travels in the payload of a CONTROL frame between two nodes that know more than stock.
///
/// Every payload begins with the four bytes `MYX` 01 and one byte of kind.
sealed interface AsocExtension {
  /// The kinds, as on the wire.
  int OFFER = 0x01;

  int PROVE = 0x02;
  int PROVED = 0x03;
  int OPEN = 0x10;
  int DIGEST = 0x11;
  int ABORT = 0x12;
  int CANCEL = 0x13;
  int RECEIPT = 0x14;
  int CREDIT = 0x15;
  int WHOLE = 0x16;
  int PACKED = 0x17;
  int RESUME = 0x18;
  int REFERENCE = 0x19;
  int PING = 0x20;
  int PONG = 0x21;
  int GOODBYE = 0x22;
  int FAULT = 0x23;
  int CONTACTS = 0x24;
  int MEET = 0x25;
  int MET = 0x26;
  int MOVE = 0x27;
  int FREE = 0x28;
  int SERVES = 0x29;

  /// The bytes of a nonce and of a proof.
  int NONCE = 32;

  /// Acceptor to dialler, right behind ACCEPT: who I am and what I can do.
  record Offer(Versions versions, int features, UUID acceptor, AsocBytes nonce, Place place)
      implements AsocExtension {
    static final int BODY = 64;
  }

  /// The lowest and the highest version of the extensions that a node speaks.
  record Versions(int lowest, int highest) {}

  /// Where a node listens, and the hash of its community.
  record Place(int listenPort, long communityHash) {}

  /// Dialler to acceptor: I hold the key, and it is you I talk to.
  record Prove(int version, int features, AsocBytes nonce, int listenPort, AsocBytes proof)
      implements AsocExtension {
    static final int BODY = 71;

    /// The bytes before the proof, which the proof covers.
    static final int COVERED = 39;

    Prove proven(AsocBytes by) {
      return new Prove(version, features, nonce, listenPort, by);
    }
  }

  /// Acceptor to dialler: so do I.
  record Proved(AsocBytes proof) implements AsocExtension {
    static final int BODY = 32;
  }

  /// Describes the tensor whose bytes follow on this stream. Codes are as in [AsocTypes].
  record Open(int dtype, int digest, List<Long> dims, long byteLength, String name)
      implements AsocExtension {
    public Open {
      dims = List.copyOf(dims);
    }
  }

  /// A whole small stream in one frame: what OPEN says, the digest if one is announced, the bytes.
  ///
  /// @param content borrowed from where it was read
  record Whole(Open open, AsocBytes digest, MemorySegment content) implements AsocExtension {
    /// The largest tensor that is sent so.
    static final int CONTENT = 32 << 10;

    /// The largest payload that is sent so; who offers the feature takes it.
    static final int PAYLOAD = 36 << 10;

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Whole whole
          && open.equals(whole.open)
          && digest.equals(whole.digest)
          && content.mismatch(whole.content) < 0;
    }

    @Override
    public int hashCode() {
      return Objects.hash(open, digest);
    }
  }

  /// The digest of all bytes of this stream, behind the last of them and before END.
  record Digest(AsocBytes value) implements AsocExtension {}

  /// The sender gives this stream of its own up.
  record Abort(int code, String text) implements AsocExtension {}

  /// The receiver does not want this stream of the other side.
  record Cancel(int code, String text) implements AsocExtension {}

  /// The receiver has this stream of the other side, or says why not.
  record Receipt(int code, long bytes, String text) implements AsocExtension {}

  /// The receiver lets this stream of the other side, or for stream 0 all of them together, go so
  /// far.
  record Credit(long bytes) implements AsocExtension {}

  /// The DATA of this stream is packed; behind OPEN and before the first DATA. Each payload is a
  /// chunk as [dev.myelin.wire.pack.Packer] makes them.
  ///
  /// @param shuffle the bytes of the elements that were taken apart
  /// @param wire the code of what the elements are on the way
  record Packed(int shuffle, int wire) implements AsocExtension {}

  /// One of the three steps by which a stream is taken up again: [Ask], [Held], [From].
  sealed interface Resume extends AsocExtension {
    int ASK = 0;
    int HELD = 1;
    int FROM = 2;
  }

  /// Takes the place of OPEN: how much of this content does the receiver have?
  record Ask(AsocBytes identity, Open open) implements Resume {
    /// The bytes of an identity.
    static final int IDENTITY = 16;
  }

  /// The receiver has so many bytes of this stream of the other side, with that digest.
  record Held(long bytes, AsocBytes digest) implements Resume {}

  /// The DATA that follows begins with this byte of the tensor.
  record From(long bytes) implements Resume {}

  record Ping(long token) implements AsocExtension {}

  record Pong(long token) implements AsocExtension {}

  record Goodbye(int code, String text) implements AsocExtension {}

  record Fault(int code, String text) implements AsocExtension {}

  record Contacts(List<Contact> contacts) implements AsocExtension {
    /// The most contacts in one frame.
    static final int MOST = 64;

    public Contacts {
      contacts = List.copyOf(contacts);
    }
  }

  record Serves() implements AsocExtension {}

  /// A whole tensor that lies in memory of the sender which both can map.
  record Reference(Open open, long id, Message.Place at, long offset) implements AsocExtension {}

  /// Here is memory of mine; who reads the secret in it is on the same machine.
  record Meet(Message.Meet words) implements AsocExtension {}

  /// I read it, or do not want to.
  record Met(Message.Met words) implements AsocExtension {}

  record Move() implements AsocExtension {}

  record Free(List<Long> ids) implements AsocExtension {
    /// The most tensors in one frame.
    static final int MOST = 64;

    public Free {
      ids = List.copyOf(ids);
    }
  }

  /// A kind that a later version may have defined.
  record Unknown(int kind) implements AsocExtension {}
}
