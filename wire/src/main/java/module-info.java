import org.jspecify.annotations.NullMarked;

/// Bytes: what two nodes say to each other in each dialect. Knows no sockets, no threads, no clock.
@NullMarked
module dev.myelin.wire {
  requires transitive dev.myelin.tensor;
  requires static com.github.luben.zstd_jni;
  requires static org.bouncycastle.provider;
  requires static org.lz4.java;

  exports dev.myelin.wire;
  exports dev.myelin.wire.asoc;
  exports dev.myelin.wire.pack;
  exports dev.myelin.wire.parts;
  exports dev.myelin.wire.zmtp;
}
