package dev.myelin.wire.zmtp;

import dev.myelin.wire.ByteSink;
import dev.myelin.wire.ByteSource;
import dev.myelin.wire.Prefix;
import dev.myelin.wire.parts.PartsDialect;
import dev.myelin.wire.parts.PartsHost;
import dev.myelin.wire.parts.PartsSession;
import dev.myelin.wire.parts.PartsTerms;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.Set;

/// The ZMTP dialect, versions 3.0 and 3.1: what ZeroMQ sockets say to each other, in clear or
/// encrypted.
///
/// Whether a session proves or encrypts anything is for [PartsTerms#security] to say, so that the
/// dialect as such has none of the traits.
public final class ZmtpDialect implements PartsDialect {
  /// The one instance; it holds no state.
  public static final ZmtpDialect INSTANCE = new ZmtpDialect();

  // What follows up to the tenth byte means nothing, and an eager check of it would help nobody.
  private static final Prefix PREFIX = Prefix.of(0xFF);

  private ZmtpDialect() {}

  @Override
  public String name() {
    return ZmtpCodec.DIALECT;
  }

  @Override
  public Prefix prefix() {
    return PREFIX;
  }

  @Override
  public Set<Trait> traits() {
    return EnumSet.noneOf(Trait.class);
  }

  @Override
  public PartsSession accept(ByteSource in, ByteSink out, PartsTerms terms) throws IOException {
    return new ZmtpHandshake(in, out, terms, new SecureRandom()).accept();
  }

  @Override
  public PartsSession accept(ByteSource in, ByteSink out, PartsHost host) throws IOException {
    return new ZmtpHandshake(in, out, host, new SecureRandom()).accept();
  }

  @Override
  public PartsSession dial(ByteSource in, ByteSink out, PartsTerms terms) throws IOException {
    return new ZmtpHandshake(in, out, terms, new SecureRandom()).dial();
  }
}
