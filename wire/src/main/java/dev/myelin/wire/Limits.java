package dev.myelin.wire;

import java.time.Duration;
import java.util.Objects;

/// Everything a peer may make us do before we say no. Every field has a test.
public record Limits(
    Frames frames, Streams streams, Strangers strangers, Waits waits, Flow flow, Sharing sharing) {
  /// Limits with the usual flow and the usual sharing.
  public Limits(Frames frames, Streams streams, Strangers strangers, Waits waits) {
    this(frames, streams, strangers, waits, Flow.defaults(), Sharing.defaults());
  }

  public Limits {
    Objects.requireNonNull(sharing, "sharing");
    Objects.requireNonNull(frames, "frames");
    Objects.requireNonNull(streams, "streams");
    Objects.requireNonNull(strangers, "strangers");
    Objects.requireNonNull(waits, "waits");
    Objects.requireNonNull(flow, "flow");
  }

  /// Returns the limits of a node that nobody configured.
  public static Limits defaults() {
    return new Limits(
        Frames.defaults(),
        Streams.defaults(),
        Strangers.defaults(),
        Waits.defaults(),
        Flow.defaults(),
        Sharing.defaults());
  }

  /// Returns a copy with another flow.
  public Limits flow(Flow other) {
    return new Limits(frames, streams, strangers, waits, other, sharing);
  }

  /// Returns what a folder keeps of interrupted transfers; a part of the flow.
  public Partials partials() {
    return flow.partials();
  }

  /// Returns a copy with other partials.
  public Limits partials(Partials other) {
    return flow(flow.partials(other));
  }

  /// Returns a copy with other limits of shared memory.
  public Limits sharing(Sharing other) {
    return new Limits(frames, streams, strangers, waits, flow, other);
  }

  /// The memory shared with processes of the same machine.
  ///
  /// @param poolBytes the memory of ours that tensors for neighbours lie in, of all together
  /// @param mappedBytes the memory of neighbours that is mapped here, of all together
  /// @param segments in how many pieces
  /// @param rings how many connections may have memory for frames at once, a mebibyte each way;
  ///   further ones stay on their sockets
  public record Sharing(long poolBytes, long mappedBytes, int segments, int rings) {
    public Sharing {
      atLeast("poolBytes", poolBytes, 0);
      atLeast("mappedBytes", mappedBytes, 0);
      atLeast("segments", segments, 0);
      atLeast("rings", rings, 0);
    }

    /// Returns 2 GiB, 16 GiB in 4096 pieces, and rings for 128 connections.
    public static Sharing defaults() {
      return new Sharing(2L << 30, 16L << 30, 4096, 128);
    }

    /// Returns a copy with another number of rings.
    public Sharing rings(int other) {
      return new Sharing(poolBytes, mappedBytes, segments, other);
    }
  }

  /// The size of single frames.
  ///
  /// @param frameBytes the largest payload of a data frame we read; stock ASoc senders use up to 10
  ///   MiB
  /// @param controlBytes the largest payload of any other frame we read
  /// @param chunkBytes the payload of the data frames we send
  public record Frames(int frameBytes, int controlBytes, int chunkBytes) {
    public Frames {
      atLeast("frameBytes", frameBytes, 1);
      atLeast("controlBytes", controlBytes, 1024);
      atLeast("chunkBytes", chunkBytes, 1);
    }

    /// Returns 16 MiB, 64 KiB and 1 MiB.
    public static Frames defaults() {
      return new Frames(16 << 20, 64 << 10, 1 << 20);
    }
  }

  /// What one connection may have under way.
  ///
  /// @param open how many incoming streams at once
  /// @param tensorBytes the largest tensor we let in
  /// @param nameBytes the longest name of a tensor in UTF-8
  /// @param rank the most axes of a tensor
  /// @param queuedMessages how many messages wait for the application before the peer is made to
  ///   wait
  /// @param memoryBytes the memory of tensors on their way in, of all connections together
  public record Streams(
      int open, long tensorBytes, int nameBytes, int rank, int queuedMessages, long memoryBytes) {
    public Streams {
      atLeast("open", open, 1);
      atLeast("tensorBytes", tensorBytes, 0);
      atLeast("nameBytes", nameBytes, 0);
      atLeast("rank", rank, 0);
      atLeast("queuedMessages", queuedMessages, 1);
      atLeast("memoryBytes", memoryBytes, 0);
    }

    /// Returns 1024 streams, tensors to 1 TiB, names to 1 KiB, rank 32, 64 messages, 2 GiB of
    /// memory.
    public static Streams defaults() {
      return new Streams(1024, 1L << 40, 1024, 32, 64, 2L << 30);
    }
  }

  /// What those may do who have not proven themselves.
  ///
  /// @param connections all connections at once, proven or not
  /// @param unproven connections in their handshake at once; the oldest makes room for a new one
  /// @param unprovenPerAddress the same for one address
  /// @param failures failed handshakes of one address before it has to pause
  /// @param pause how long that address is turned away
  public record Strangers(
      int connections, int unproven, int unprovenPerAddress, int failures, Duration pause) {
    public Strangers {
      atLeast("connections", connections, 1);
      atLeast("unproven", unproven, 1);
      atLeast("unprovenPerAddress", unprovenPerAddress, 1);
      atLeast("failures", failures, 1);
      positive("pause", pause);
    }

    /// Returns 16384, 1024, 256, 5 and ten seconds.
    public static Strangers defaults() {
      return new Strangers(16_384, 1024, 256, 5, Duration.ofSeconds(10));
    }
  }

  /// What streams may hold and how much of them may be on its way.
  ///
  /// @param stashBytes the memory, of all connections together and beside [Streams#memoryBytes],
  ///   for what comes of streams that wait for room
  /// @param connectionBytes the memory that tensors of one connection may hold, whole ones that
  ///   nobody closed included
  /// @param windowBytes the most bytes of one stream on their way at once; 0 where credit must not
  ///   be used, because nobody reads the connection while it sends
  /// @param stall how long a stream that holds memory may bring nothing, though it may send
  /// @param partials what is kept of streams that were interrupted
  public record Flow(
      long stashBytes, long connectionBytes, long windowBytes, Duration stall, Partials partials) {
    /// A flow with the usual partials.
    public Flow(long stashBytes, long connectionBytes, long windowBytes, Duration stall) {
      this(stashBytes, connectionBytes, windowBytes, stall, Partials.defaults());
    }

    public Flow {
      Objects.requireNonNull(partials, "partials");
      atLeast("stashBytes", stashBytes, 0);
      atLeast("connectionBytes", connectionBytes, 0);
      atLeast("windowBytes", windowBytes, 0);
      positive("stall", stall);
    }

    /// Returns 256 MiB, no bound for one connection but the one for all, 64 MiB and 30 s.
    public static Flow defaults() {
      return new Flow(256L << 20, Long.MAX_VALUE, 64L << 20, Duration.ofSeconds(30));
    }

    /// Returns a copy with another window.
    public Flow windowBytes(long other) {
      return new Flow(stashBytes, connectionBytes, other, stall, partials);
    }

    /// Returns a copy with other partials.
    public Flow partials(Partials other) {
      return new Flow(stashBytes, connectionBytes, windowBytes, stall, other);
    }
  }

  /// How long we wait for a peer.
  ///
  /// @param connect for a TCP connection
  /// @param sniff for the first bytes
  /// @param handshake from the first byte to the last of the handshake
  /// @param alive between two signs of life that we send
  /// @param silence without any sign of life before a peer that promised them is declared dead
  /// @param drain for streams under way when we close
  public record Waits(
      Duration connect,
      Duration sniff,
      Duration handshake,
      Duration alive,
      Duration silence,
      Duration drain) {
    public Waits {
      positive("connect", connect);
      positive("sniff", sniff);
      positive("handshake", handshake);
      positive("alive", alive);
      positive("silence", silence);
      positive("drain", drain);
    }

    /// Returns 5 s, 5 s, 10 s, 0.5 s, 2.5 s and 5 s.
    public static Waits defaults() {
      return new Waits(
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          Duration.ofSeconds(10),
          Duration.ofMillis(500),
          Duration.ofMillis(2500),
          Duration.ofSeconds(5));
    }
  }

  /// What a folder keeps of tensors whose transfer was interrupted.
  ///
  /// @param files how many; the one kept longest goes first. With none, the node does not take part
  ///   in taking up again, as sender neither
  /// @param bytes of all together
  /// @param age how long one waits to be taken up again
  /// @param chunkBytes how often the receiver notes how far it is: what is taken up again is a
  ///   multiple of this
  public record Partials(int files, long bytes, Duration age, int chunkBytes) {
    public Partials {
      atLeast("files", files, 0);
      atLeast("bytes", bytes, 0);
      positive("age", age);
      atLeast("chunkBytes", chunkBytes, 1);
    }

    /// Returns 64 files, 1 TiB, seven days and 16 MiB.
    public static Partials defaults() {
      return new Partials(64, 1L << 40, Duration.ofDays(7), 16 << 20);
    }

    /// Returns a copy for that many files; with none, nothing is taken up again either way.
    public Partials files(int other) {
      return new Partials(other, bytes, age, chunkBytes);
    }
  }

  private static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= " + least + ")");
    }
  }

  private static void positive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
    }
  }
}
