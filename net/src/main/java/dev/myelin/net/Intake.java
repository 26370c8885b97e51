package dev.myelin.net;

import dev.myelin.wire.Landing;
import dev.myelin.wire.Message;
import java.io.IOException;

/// Where the tensors of one connection go: chooses their memory while they arrive, and passes them
/// on when they are whole. Used by the reader of that connection alone.
interface Intake extends Landing, AutoCloseable {
  /// Passes on a whole tensor; takes it over. May wait until there is room: that is the
  /// back-pressure.
  void complete(PeerId from, Message.Transfer transfer) throws IOException, InterruptedException;

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
