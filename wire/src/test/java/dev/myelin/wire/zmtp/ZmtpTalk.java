package dev.myelin.wire.zmtp;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.MemoryPipe;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.CurveKey;
import dev.myelin.wire.parts.Outlet;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.PartsInlet;
import dev.myelin.wire.parts.PartsLimits;
import dev.myelin.wire.parts.PartsPeer;
import dev.myelin.wire.parts.PartsSecurity;
import dev.myelin.wire.parts.PartsSession;
import dev.myelin.wire.parts.PartsTerms;
import dev.myelin.wire.parts.RoutingId;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Two sides in one process, and what one of them receives.
final class ZmtpTalk {
  static final CurveKey.Pair SERVER = pair("0102030405060708090a0b0c0d0e0f10", "11");
  static final CurveKey.Pair CLIENT = pair("2122232425262728292a2b2c2d2e2f30", "31");

  final PartsSession dialler;
  final PartsSession acceptor;

  /// What the dialler writes, and the acceptor reads.
  final MemoryPipe up;

  final MemoryPipe down;

  private ZmtpTalk(PartsSession dialler, PartsSession acceptor, MemoryPipe up, MemoryPipe down) {
    this.dialler = dialler;
    this.acceptor = acceptor;
    this.up = up;
    this.down = down;
  }

  private static CurveKey.Pair pair(String begin, String last) {
    byte[] secret = HexFormat.of().parseHex(begin + begin.substring(0, 30) + last);
    return CurveKey.Pair.of(CurveKey.of(secret));
  }

  /// Returns terms of these roles, in clear.
  static PartsTerms terms(SocketRole... roles) {
    return terms(new PartsSecurity.Open(), roles);
  }

  static PartsTerms terms(PartsSecurity security, SocketRole... roles) {
    return terms(security, PartsLimits.defaults(), roles);
  }

  static PartsTerms terms(PartsSecurity security, PartsLimits limits, SocketRole... roles) {
    Set<SocketRole> all = new LinkedHashSet<>();
    Collections.addAll(all, roles);
    return new PartsTerms(all, RoutingId.NONE, Map.of(), security, limits);
  }

  static PartsSecurity curveClient() {
    return new PartsSecurity.CurveClient(SERVER.publicKey(), CLIENT);
  }

  static PartsSecurity curveServer() {
    return new PartsSecurity.CurveServer(SERVER, _ -> "anybody");
  }

  /// Shakes hands.
  ///
  /// @throws java.util.concurrent.CompletionException with what one of them failed of, the other's
  ///   failure suppressed
  static ZmtpTalk open(PartsTerms dialler, PartsTerms acceptor) {
    MemoryPipe up = MemoryPipe.open();
    MemoryPipe down = MemoryPipe.open();
    CompletableFuture<PartsSession> dialled =
        run(() -> ZmtpDialect.INSTANCE.dial(down, up, dialler), up);
    CompletableFuture<PartsSession> accepted =
        run(() -> ZmtpDialect.INSTANCE.accept(up, down, acceptor), down);
    await(accepted, dialled);
    if (accepted.isCompletedExceptionally() && dialled.isCompletedExceptionally()) {
      accepted.exceptionNow().addSuppressed(dialled.exceptionNow());
    }
    PartsSession acceptorSide = accepted.join();
    return new ZmtpTalk(dialled.join(), acceptorSide, up, down);
  }

  /// A step of a test that may throw.
  interface Step<T> {
    T run() throws Exception;
  }

  /// Waits until all have ended, well or badly.
  static void await(CompletableFuture<?>... sides) {
    for (CompletableFuture<?> side : sides) {
      try {
        side.exceptionally(_ -> null).get(20, TimeUnit.SECONDS);
      } catch (InterruptedException | ExecutionException | TimeoutException e) {
        throw new AssertionError("a side does not end", e);
      }
    }
  }

  /// Runs one side on a thread of its own; its output ends if it fails, as a socket would.
  static <T> CompletableFuture<T> run(Step<T> step, MemoryPipe output) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                result.complete(step.run());
              } catch (Throwable e) {
                output.end();
                result.completeExceptionally(e);
              }
            });
    return result;
  }

  /// Returns a session in clear that reads these bytes and then the end.
  static PartsSession reading(SocketRole role, PartsLimits limits, byte[] bytes) {
    return reading(role, limits, MemoryPipe.of(bytes));
  }

  static PartsSession reading(SocketRole role, PartsLimits limits, MemoryPipe in) {
    return session(role, limits, in, null, null, true);
  }

  /// Returns a session with a member of the community that reads these bytes and then the end.
  static PartsSession member(SocketRole role, byte[] bytes) {
    return member(role, PartsLimits.defaults(), bytes);
  }

  static PartsSession member(SocketRole role, PartsLimits limits, byte[] bytes) {
    return new ZmtpSession(
        new PartsPeer(
            role.partners().iterator().next(), RoutingId.NONE, "3.1", "MYELIN", "", Map.of()),
        role,
        new ZmtpReceiver(MemoryPipe.of(bytes), 0, role, limits, true, null),
        new ZmtpSender(true, null));
  }

  static PartsSession session(
      SocketRole role,
      PartsLimits limits,
      MemoryPipe in,
      @Nullable ZmtpSealer sealer,
      @Nullable ZmtpOpener opener,
      boolean speaks31) {
    return new ZmtpSession(
        new PartsPeer(
            role.partners().iterator().next(), RoutingId.NONE, "3.1", "NULL", "", Map.of()),
        role,
        new ZmtpReceiver(in, 0, role, limits, false, opener),
        new ZmtpSender(speaks31, sealer));
  }

  /// Returns the bytes of a message.
  static byte[] encode(PartsSession session, Parts message) {
    Outlet out = new Outlet();
    session.encode(message, out);
    byte[] bytes = out.toBytes();
    out.clear();
    return bytes;
  }

  /// Receives to the end and returns what came.
  static Received drain(PartsSession session) throws IOException {
    Received received = new Received();
    while (session.receive(received)) {
      // More may come.
    }
    return received;
  }

  /// What came, as texts: hex digits of each part, or what else it was.
  static final class Received implements PartsInlet, AutoCloseable {
    final List<String> all = new ArrayList<>();
    final TensorPool pool = TensorPool.open("received", 64 << 20);

    @Override
    public void message(Parts message) {
      all.add(describe(message));
      message.close();
    }

    @Override
    public void subscription(byte[] prefix, boolean wanted) {
      all.add((wanted ? "+" : "-") + HexFormat.of().formatHex(prefix));
    }

    @Override
    public void ping(byte[] context, Duration patience) {
      all.add("ping " + patience.toMillis() + " " + HexFormat.of().formatHex(context));
    }

    @Override
    public Tensor room(long bytes) throws PeerException {
      if (bytes > 64 << 20) {
        throw new PeerException.Overloaded("no room for " + bytes, null);
      }
      return pool.allocate(DType.U8, Shape.of(bytes));
    }

    @Override
    public void close() {
      pool.close();
    }
  }

  /// Returns a message as text.
  static String describe(Parts message) {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < message.count(); i++) {
      parts.add(HexFormat.of().formatHex(message.bytes(i)));
    }
    return parts.toString();
  }
}
