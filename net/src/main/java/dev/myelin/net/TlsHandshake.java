package dev.myelin.net;

import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/// One TLS handshake over another duplex, in the caller's thread; its owner bounds the wait by
/// closing that duplex.
///
/// Strangers may do this, so what they send is bounded, and few handshakes compute at the same
/// time.
final class TlsHandshake {
  /// The most that a peer may send before it has shaken hands: chains of certificates fit.
  static final int MOST_BYTES = 128 << 10;

  private static final Pattern NAMED_REASON = Pattern.compile("OPENSSL_internal:([A-Z0-9_]+)");
  private static final int FIRST_BYTES = 2 << 10;
  private static final ByteBuffer[] NOTHING = {ByteBuffer.allocate(0)};

  private final Duplex wire;
  private final SSLEngine engine;
  private final Semaphore steps;
  private final ByteBuffer out = ByteBuffer.allocate(2 * TlsBuffers.RECORD_BYTES);
  private final ByteBuffer[] alone = new ByteBuffer[1];
  private ByteBuffer in;
  private int came;

  /// @param steps permits to compute
  /// @param first bytes of the peer that were read already
  TlsHandshake(Duplex wire, SSLEngine engine, Semaphore steps, byte[] first) {
    this.wire = wire;
    this.engine = engine;
    this.steps = steps;
    this.in = ByteBuffer.allocate(Math.max(FIRST_BYTES, first.length)).put(first).flip();
    this.came = first.length;
  }

  /// Shakes hands and returns what the peer has sent behind the handshake.
  ///
  /// @throws PeerException.Mistrusted if a certificate does not count on the other side
  /// @throws PeerException.Refused if the peer speaks no TLS, or none of ours
  ByteBuffer shake() throws IOException {
    try {
      engine.beginHandshake();
      HandshakeStatus status = engine.getHandshakeStatus();
      while (status != HandshakeStatus.NOT_HANDSHAKING && status != HandshakeStatus.FINISHED) {
        advance(status);
        status = engine.getHandshakeStatus();
      }
      send();
      return in;
    } catch (SSLException e) {
      sayWhy(e);
      dispose(engine);
      throw explained(e);
    } catch (IOException | RuntimeException | Error e) {
      dispose(engine);
      throw e;
    }
  }

  /// Frees what an engine holds outside the heap: one of the libraries does so once both directions
  /// have ended, the alert about it was fetched, and so was all that was decrypted.
  static void dispose(SSLEngine engine) {
    dropDecrypted(engine);
    try {
      engine.closeOutbound();
      ByteBuffer alert = ByteBuffer.allocate(TlsBuffers.RECORD_BYTES);
      while (!engine.isOutboundDone() && engine.wrap(NOTHING, alert).bytesProduced() > 0) {
        alert.clear();
      }
      engine.closeInbound();
    } catch (IOException e) {
      // It misses the other side's alert, which we do not wait for.
    }
  }

  private static void dropDecrypted(SSLEngine engine) {
    ByteBuffer nobodyReads = ByteBuffer.allocate(TlsBuffers.RECORD_BYTES);
    try {
      while (engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING
          && engine.unwrap(NOTHING[0], nobodyReads).bytesProduced() > 0) {
        nobodyReads.clear();
      }
    } catch (SSLException e) {
      // Then there is nothing to fetch.
    }
  }

  private void advance(HandshakeStatus status) throws IOException {
    switch (status) {
      case NEED_WRAP -> wrap();
      case NEED_TASK -> computeTasks();
      default -> {
        send();
        unwrap();
      }
    }
  }

  private void wrap() throws IOException {
    if (out.remaining() < TlsBuffers.RECORD_BYTES) {
      send();
    }
    steps.acquireUninterruptibly();
    try {
      if (engine.wrap(NOTHING, out).getStatus() == SSLEngineResult.Status.CLOSED) {
        throw new SSLHandshakeException("ended during the handshake");
      }
    } finally {
      steps.release();
    }
  }

  private void computeTasks() {
    steps.acquireUninterruptibly();
    try {
      runTasks(engine);
    } finally {
      steps.release();
    }
  }

  static void runTasks(SSLEngine engine) {
    Runnable task = engine.getDelegatedTask();
    while (task != null) {
      task.run();
      task = engine.getDelegatedTask();
    }
  }

  private void unwrap() throws IOException {
    SSLEngineResult.Status status = in.hasRemaining() ? decrypt() : null;
    if (status == null || status == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
      fill();
    } else if (status == SSLEngineResult.Status.CLOSED) {
      throw new SSLHandshakeException("the peer ended TLS during the handshake");
    }
  }

  private SSLEngineResult.@Nullable Status decrypt() throws SSLException {
    ByteBuffer none = ByteBuffer.allocate(TlsBuffers.RECORD_BYTES);
    steps.acquireUninterruptibly();
    try {
      SSLEngineResult result = engine.unwrap(in, none);
      if (none.position() > 0) {
        throw new SSLHandshakeException("data before the end of the handshake");
      }
      return result.getStatus();
    } finally {
      steps.release();
    }
  }

  private void fill() throws IOException {
    if (in.remaining() == in.capacity()) {
      requireRoom();
      in = ByteBuffer.allocate(in.capacity() + TlsBuffers.RECORD_BYTES).put(in);
    } else {
      in.compact();
    }
    int got = wire.read(in);
    in.flip();
    if (got < 0) {
      throw new PeerException.Closed(
          "ended during the TLS handshake (expected: the rest of it; stock nodes, which need policy"
              + " compat, and nodes that were told to be plain speak no TLS)",
          false,
          null);
    }
    came += got;
    requireRoom();
  }

  private void requireRoom() throws SSLException {
    if (came > MOST_BYTES) {
      throw new SSLHandshakeException(
          "handshake: more than " + came + " bytes (expected: <= " + MOST_BYTES + ")");
    }
  }

  private void send() throws IOException {
    if (out.position() > 0) {
      alone[0] = out.flip();
      wire.write(alone);
      out.clear();
    }
  }

  /// Sends the alert that the engine has for a failure, so that the people over there can read why.
  private void sayWhy(SSLException cause) {
    try {
      out.clear();
      while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP
          && engine.wrap(NOTHING, out).bytesProduced() > 0) {
        send();
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /// Says in our words what went wrong in TLS.
  static PeerException explained(SSLException cause) {
    for (Throwable at = cause; at != null; at = at.getCause()) {
      if (at instanceof TlsTrust.Mistrust) {
        return new PeerException.Mistrusted(String.valueOf(at.getMessage()), cause);
      }
    }
    String text = reason(cause);
    return isAboutOurCertificate(cause)
        ? new PeerException.Mistrusted("the peer does not take our certificate: " + text, cause)
        : new PeerException.Refused("TLS failed: " + text);
  }

  /// Returns the one line that says something: BoringSSL hides it behind an address of memory.
  private static String reason(SSLException cause) {
    String text = String.valueOf(cause.getMessage());
    Matcher named = NAMED_REASON.matcher(text);
    return named.find()
        ? named.group(1).toLowerCase(Locale.ROOT).replace('_', ' ')
        : text.lines().findFirst().orElse("");
  }

  private static boolean isAboutOurCertificate(SSLException cause) {
    String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    return text.contains("alert") && (text.contains("certificate") || text.contains("unknown_ca"));
  }
}
