package dev.myelin.wire;

import dev.myelin.tensor.Tensor;
import java.util.List;

/// An incoming stream whose tensor has no memory yet; what comes of it is kept in a stash until a
/// [Landing] gives it some. Any thread may call any of it.
///
/// A stream that is not whole dies with its session, which tells the landing so. One that is whole
/// outlives the session: the landing must then place or drop it.
public interface Parked {
  /// Returns the stream's number.
  int stream();

  /// Returns what the sender said of the tensor.
  TensorHeader header();

  /// Returns the bytes that its stash takes now.
  long stashedBytes();

  /// Gives the stream its memory, of exactly the described size, and takes the tensor over in any
  /// case: if the stream is no more, the tensor is closed.
  ///
  /// Copies what was stashed. Returns what is to be handled as if the session had received it:
  /// credit for the sender, and the tensor if it is whole already. Does no I/O and does not wait.
  List<Message> place(Tensor tensor);

  /// Gives the stash of a stream back that is whole and not wanted any more. One that is not whole
  /// is left to its session.
  void drop();
}
