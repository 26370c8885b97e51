package dev.myelin.net;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Tensor;
import java.util.Objects;

/// A tensor that arrived, whole and checked; the holder owns it and closes it.
///
/// @param from the sender
/// @param name the name it travelled under; `stream-N` where the sender gave none
/// @param tensor the tensor; U8 of rank one where the sender described nothing
/// @param described whether the sender gave name, type and shape
/// @param digestHex the digest that was checked, in hex; empty where none was sent
/// @param travelledAs what its elements were on the way; another type than the tensor's own where
///   the sender chose to round them, see [Form]
public record Delivery(
    PeerId from, String name, Tensor tensor, boolean described, String digestHex, DType travelledAs)
    implements AutoCloseable {
  public Delivery {
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(tensor, "tensor");
    Objects.requireNonNull(digestHex, "digestHex");
    Objects.requireNonNull(travelledAs, "travelledAs");
  }

  /// Gives the tensor's memory back.
  @Override
  public void close() {
    tensor.close();
  }
}
