package dev.myelin.net;

import dev.myelin.tensor.DType;
import dev.myelin.wire.pack.PackCodec;
import dev.myelin.wire.pack.Packer;
import dev.myelin.wire.pack.Packing;
import java.lang.foreign.MemorySegment;

/// Packs every chunk alike, as somebody asked.
record FixedPacking(DType wire, PackCodec codec, LinkGauge gauge, AdaptivePacking.Packs packs)
    implements Packing {
  @Override
  public PackCodec next(Packer packer, MemorySegment tensor, long at, int length) {
    gauge.chose(codec);
    return codec;
  }

  @Override
  public void packed(int plainBytes, int sentBytes) {
    if (sentBytes < plainBytes) {
      packs.packed(plainBytes, sentBytes);
    }
  }
}
