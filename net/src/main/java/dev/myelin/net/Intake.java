package dev.myelin.net;

import dev.myelin.wire.Landing;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.RunningDigest;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Where the tensors of one connection go: chooses their memory while they arrive, and passes them
/// on when they are whole. Used by the reader of that connection alone, but for [#complete] of what
/// had waited for memory.
interface Intake extends Landing, AutoCloseable {
  /// Learns that the peer of its connection knows credit, so that the reader need not wait; called
  /// once, before anything lands. Returns what looks after stalled streams; null if nothing does.
  default @Nullable Lodging lodge(Lodging.Host host) {
    return null;
  }

  /// Returns whether a whole tensor has to wait before [#complete]; it is taken over then, and its
  /// turn comes by [Lodging.Host#handle].
  ///
  /// @throws PeerException.Overloaded if too many wait
  default boolean putsOff(Message.Transfer transfer) throws PeerException.Overloaded {
    return false;
  }

  /// Passes on a whole tensor; takes it over. May wait until there is room: that is the
  /// back-pressure.
  void complete(PeerId from, Message.Transfer transfer) throws IOException, InterruptedException;

  /// Wakes whoever waits for what was passed on. Called before the reader waits for more, so that
  /// what came together is announced together.
  default void announce() {}

  /// Finds how much there is of a tensor from an earlier attempt, and has the sender told. Returns
  /// at once.
  default void ask(Message.Ask ask, Consumer<Message> answer) {
    RunningDigest nothing = RunningDigest.of(ask.header().digest(), MemorySegment.NULL);
    answer.accept(new Message.Held(ask.stream(), 0, nothing == null ? "" : nothing.hex()));
  }

  /// Takes over one chunk of a stream that nobody described.
  void chunk(PeerId from, Message.TensorData data) throws IOException, InterruptedException;

  /// Passes on what the chunks of a stream add up to; returns their bytes.
  long end(PeerId from, Message.End end) throws IOException, InterruptedException;

  /// Drops what came of a stream that its sender gave up.
  void drop(int stream);

  /// Drops what is incomplete.
  @Override
  void close();
}
