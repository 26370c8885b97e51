package dev.myelin.wire.pack;

import dev.myelin.tensor.DType;
import java.lang.foreign.MemorySegment;

/// Says how the chunks of one tensor are packed, and hears what came of it; called by the thread
/// that sends the tensor.
public interface Packing {
  /// Returns what the elements are on the way; the tensor's own type, so that it arrives bit for
  /// bit, or another, see [Packaging].
  DType wire();

  /// Returns how the next chunk is packed.
  ///
  /// @param packer packs it, and tells what samples would come to
  /// @param at where the chunk begins in the tensor
  /// @param length its bytes
  PackCodec next(Packer packer, MemorySegment tensor, long at, int length);

  /// Called when a chunk is packed and will be written.
  ///
  /// @param plainBytes its bytes in the wire type
  /// @param sentBytes those that will be sent for them
  default void packed(int plainBytes, int sentBytes) {}

  /// Called when the sink has taken it.
  default void written() {}

  /// Returns a packing that does the same with every chunk.
  static Packing always(PackCodec codec, DType wire) {
    return new Packing() {
      @Override
      public DType wire() {
        return wire;
      }

      @Override
      public PackCodec next(Packer packer, MemorySegment tensor, long at, int length) {
        return codec;
      }
    };
  }
}
