package dev.myelin.wire.asoc;

import dev.myelin.wire.ByteSink;
import dev.myelin.wire.ByteSource;
import dev.myelin.wire.Credentials;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Prefix;
import dev.myelin.wire.Session;
import dev.myelin.wire.TensorDialect;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;

/// The ASoc dialect: 14-byte frames, a shared-key handshake, streams of tensor bytes.
public final class AsocDialect implements TensorDialect {
  /// The one instance; it holds no state.
  public static final AsocDialect INSTANCE = new AsocDialect();

  private static final Prefix PREFIX = Prefix.of(0x01, 0x04);

  private AsocDialect() {}

  @Override
  public String name() {
    return "asoc";
  }

  @Override
  public Prefix prefix() {
    return PREFIX;
  }

  @Override
  public Set<Trait> traits() {
    return EnumSet.of(Trait.SELF_DESCRIBING, Trait.CHUNKED, Trait.MULTIPLEXED, Trait.AUTHENTICATED);
  }

  @Override
  public Session accept(ByteSource in, ByteSink out, Credentials mine, Limits limits)
      throws IOException {
    return new AsocHandshake(in, out, mine, limits, AsocFeature.offered(limits)).accept();
  }

  @Override
  public Session dial(ByteSource in, ByteSink out, Credentials mine, Limits limits)
      throws IOException {
    return new AsocHandshake(in, out, mine, limits, AsocFeature.offered(limits)).dial();
  }
}
