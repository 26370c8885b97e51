package dev.myelin.bench.endtoend;

import dev.myelin.net.NodeConfig;
import dev.myelin.net.NodeConfig.Profile;
import dev.myelin.net.NodeConfig.Threads;
import dev.myelin.wire.Limits;
import java.util.Locale;

/// What can be set of a link, one thing at a time: the default shall be about as good as the best.
///
/// Not encrypted and over the socket, since that is where chunks and threads count. The page in
/// which small messages gather sizes itself and cannot be set.
enum Tuned {
  SET_AS_IT_COMES(1 << 10, false, false),
  SET_CHUNKS_OF_64K(64, false, false),
  SET_CHUNKS_OF_256K(256, false, false),
  SET_CHUNKS_OF_512K(512, false, false),
  SET_CHUNKS_OF_2M(2 << 10, false, false),
  SET_CHUNKS_OF_8M(8 << 10, false, false),
  SET_VIRTUAL_THREADS(1 << 10, true, false),
  SET_LATENCY_PROFILE(1 << 10, false, true);

  /// What the others are compared with.
  static final String DEFAULT = "set-as-it-comes";

  private final int chunkKib;
  private final boolean virtual;
  private final boolean latency;

  Tuned(int chunkKib, boolean virtual, boolean latency) {
    this.chunkKib = chunkKib;
    this.virtual = virtual;
    this.latency = latency;
  }

  String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  String about() {
    return "Myelin nodes, not encrypted, "
        + (this == SET_AS_IT_COMES
            ? "chunks of 1 MiB, platform threads, balanced profile"
            : text().substring("set-".length()).replace('-', ' '));
  }

  NodeConfig config() {
    NodeConfig config = Manner.CLEAR.config();
    NodeConfig.Links links = config.links();
    if (virtual) {
      links = links.threads(Threads.VIRTUAL);
    }
    if (latency) {
      links = links.profile(Profile.LATENCY);
    }
    return config.links(links).limits(limits(config.limits()));
  }

  private Limits limits(Limits limits) {
    Limits.Frames frames = limits.frames();
    return new Limits(
        new Limits.Frames(frames.frameBytes(), frames.controlBytes(), chunkKib << 10),
        limits.streams(),
        limits.strangers(),
        limits.waits(),
        limits.flow(),
        limits.sharing());
  }
}
