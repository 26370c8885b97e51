package dev.myelin.net;

import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// What is encrypted inside another duplex, by TLS 1.3.
///
/// Encrypted bytes are read and written many records at a time, through buffers that are borrowed
/// while bytes move. Plain bytes are decrypted straight into the reader's target where it has room
/// for a record, and plain ones encrypted from where they are. A library that would touch memory
/// without the guard that native memory has gets it held by [MemoryHold], or a copy: whoever frees
/// memory too early must get an exception, never a crash. A reader never writes: what TLS owes
/// after the handshake (the answer to a change of keys) leaves with the next write.
///
/// The end of output is that of the socket, without the alert that TLS has for it: one of the
/// libraries stops writing when it reads that alert, while our connections end one direction at a
/// time. A cut cannot pass for more than that, since the dialects say inside what is whole and when
/// they part.
final class TlsDuplex implements Duplex {
  private static final int SMALL_BYTES = 2 << 10;
  private static final long NO_DEADLINE = Long.MIN_VALUE;
  private static final TlsBuffers.Loan NONE = TlsBuffers.small(0);

  static {
    NONE.bytes.limit(0);
  }

  private final Duplex wire;
  private final SSLEngine engine;
  private final TlsKit kit;
  private final TlsLibrary library;
  private final TlsBuffers buffers;
  private final String protection;

  /// Keeps tensors in place for a library that does not; null if nothing can.
  private final @Nullable MemoryHold hold;

  /// One per direction; held across I/O, and nothing else is.
  private final ReentrantLock reading = new ReentrantLock();

  private final ReentrantLock writing = new ReentrantLock();

  /// Encrypted bytes that came, ready to be read.
  private TlsBuffers.Loan in; // guarded by reading

  /// Decrypted bytes that nobody has taken yet, ready to be read.
  private TlsBuffers.Loan plain = NONE; // guarded by reading

  private TlsBuffers.Loan small = TlsBuffers.small(SMALL_BYTES); // guarded by reading
  private int lastRead; // guarded by reading
  private SSLEngineResult.@Nullable Status lastStatus; // guarded by reading
  private boolean heldBack; // guarded by reading: the engine has more decrypted bytes
  private boolean ended; // guarded by reading
  private final ByteBuffer[] alone = new ByteBuffer[1]; // guarded by writing
  private volatile boolean trusted;

  /// Who may touch the engine: those inside, and the owner until it closes; the last one out frees
  /// what it holds.
  private final AtomicInteger holders = new AtomicInteger(1);

  private final AtomicBoolean closed = new AtomicBoolean();

  /// @param engine after its handshake
  /// @param kit what it is of; left when this is closed
  /// @param rest what the peer has sent behind it
  TlsDuplex(Duplex wire, SSLEngine engine, TlsKit kit, ByteBuffer rest) {
    this.wire = wire;
    this.engine = engine;
    this.kit = kit;
    this.library = kit.library();
    this.buffers = kit.buffers();
    this.hold = library.isGuarded() ? null : MemoryHold.ofSystem().orElse(null);
    this.in = TlsBuffers.small(Math.max(SMALL_BYTES, rest.remaining()));
    this.in.bytes.put(rest).flip();
    this.protection =
        "%s %s by %s"
            .formatted(
                engine.getSession().getProtocol(),
                engine.getSession().getCipherSuite(),
                library.label());
  }

  /// Returns bytes that both ends of this session share, and nobody else.
  byte[] binding() throws IOException {
    return library.export(engine);
  }

  @Override
  public String protection() {
    return protection;
  }

  @Override
  public void widen() {
    trusted = true;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    return read(target, NO_DEADLINE);
  }

  @Override
  public int read(ByteBuffer target, Duration limit) throws IOException {
    return read(target, System.nanoTime() + limit.toNanos());
  }

  private int read(ByteBuffer target, long deadline) throws IOException {
    enter();
    reading.lock();
    try {
      int got = takePlain(target);
      while (got == 0) {
        got = decrypt(target);
        if (got == 0 && (ended || refill(deadline) < 0)) {
          ended = true;
          return -1;
        }
      }
      return got;
    } catch (SSLException e) {
      throw TlsHandshake.explained(e);
    } finally {
      reading.unlock();
      leave();
    }
  }

  private int takePlain(ByteBuffer target) {
    int count = Math.min(plain.bytes.remaining(), target.remaining());
    if (count > 0) {
      target.put(target.position(), plain.bytes, plain.bytes.position(), count);
      target.position(target.position() + count);
      plain.bytes.position(plain.bytes.position() + count);
    }
    if (!plain.bytes.hasRemaining()) {
      buffers.give(plain);
      plain = NONE;
    }
    return count;
  }

  /// Decrypts whole records while there are any and the target has room for them.
  private int decrypt(ByteBuffer target) throws IOException {
    int got;
    if (library.isGuarded() || !target.isDirect()) {
      got = unwrap(target);
    } else if (hold != null && holdsRecord() && isLarge(target)) {
      int before = target.position();
      hold.during(target, () -> unwrap(target));
      got = target.position() - before;
    } else {
      return decryptAside(target);
    }
    boolean tooSmall = got == 0 && lastStatus == SSLEngineResult.Status.BUFFER_OVERFLOW;
    return tooSmall ? decryptAside(target) : got;
  }

  private boolean holdsRecord() {
    return in.bytes.hasRemaining() || heldBack;
  }

  /// Decrypts into a buffer of our own first: one record if it is larger than the target, all that
  /// there are if the target is memory that only guarded code may touch.
  private int decryptAside(ByteBuffer target) throws IOException {
    plain = trusted ? buffers.wide() : TlsBuffers.small(TlsBuffers.RECORD_BYTES);
    try {
      unwrap(plain.bytes);
    } finally {
      plain.bytes.flip();
    }
    return takePlain(target);
  }

  private int unwrap(ByteBuffer target) throws IOException {
    int got = 0;
    while (target.hasRemaining() && holdsRecord()) {
      SSLEngineResult result = engine.unwrap(in.bytes, target);
      got += result.bytesProduced();
      lastStatus = result.getStatus();
      heldBack = lastStatus == SSLEngineResult.Status.BUFFER_OVERFLOW && result.bytesProduced() > 0;
      ended = lastStatus == SSLEngineResult.Status.CLOSED;
      if (lastStatus != SSLEngineResult.Status.OK) {
        return got;
      }
      finishHandshake(result);
    }
    return got;
  }

  /// Some messages of the handshake come late: changes of keys, tickets.
  private void finishHandshake(SSLEngineResult result) {
    if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
      TlsHandshake.runTasks(engine);
    }
  }

  private int refill(long deadline) throws IOException {
    requireOpen();
    ByteBuffer target = makeRoom();
    int got;
    try {
      got = deadline == NO_DEADLINE ? wire.read(target) : wire.read(target, left(deadline));
    } finally {
      target.flip();
    }
    lastRead = got;
    return got;
  }

  private static Duration left(long deadline) throws IOException {
    long left = deadline - System.nanoTime();
    if (left <= 0) {
      throw new SocketTimeoutException("nothing came in time");
    }
    return Duration.ofNanos(left);
  }

  /// Returns the buffer for the next encrypted bytes, behind those that are there: a wide one while
  /// much comes from a peer that has proven itself, else a small one.
  private ByteBuffer makeRoom() throws IOException {
    ByteBuffer bytes = in.bytes;
    if (!bytes.hasRemaining() && lastRead < SMALL_BYTES) {
      buffers.give(in);
      in = small;
      return in.bytes.clear();
    }
    if (bytes.remaining() < bytes.capacity()) {
      return bytes.compact();
    }
    if (bytes.capacity() >= TlsBuffers.RECORD_BYTES) {
      throw new PeerException.Malformed(
          "tls", 0, "record: above " + TlsBuffers.RECORD_BYTES + " bytes (expected: at most that)");
    }
    TlsBuffers.Loan larger = trusted ? buffers.wide() : TlsBuffers.small(TlsBuffers.RECORD_BYTES);
    larger.bytes.put(bytes);
    in = larger;
    return larger.bytes;
  }

  @Override
  public void write(ByteBuffer[] parts) throws IOException {
    enter();
    writing.lock();
    try {
      requireOpen();
      TlsBuffers.Loan out = buffers.wide();
      try {
        while (hasRemaining(parts)) {
          encryptSome(parts, out.bytes);
          alone[0] = out.bytes.flip();
          wire.write(alone);
          out.bytes.clear();
        }
      } finally {
        buffers.give(out);
      }
    } catch (SSLException e) {
      throw TlsHandshake.explained(e);
    } finally {
      writing.unlock();
      leave();
    }
  }

  /// Encrypts what fits into one write, from where it is if the library may touch that.
  private void encryptSome(ByteBuffer[] parts, ByteBuffer out) throws IOException {
    if (library.isGuarded()) {
      encrypt(parts, out);
      return;
    }
    ByteBuffer first = firstOf(parts);
    if (hold != null && isLarge(first)) {
      alone[0] = first;
      hold.during(first, () -> encryptRecords(first, out));
      return;
    }
    TlsBuffers.Loan copy = buffers.wide();
    try {
      encrypt(copied(parts, copy.bytes), out);
    } finally {
      buffers.give(copy);
    }
  }

  /// Copies as many bytes as fit into the records of one write; before a large part no more than
  /// fill a record, of which that part then begins one.
  private ByteBuffer[] copied(ByteBuffer[] parts, ByteBuffer copy) {
    boolean large = hold != null && isLarge(parts[parts.length - 1]);
    copy.clear().limit(large ? TlsBuffers.PLAIN_BYTES : TlsBuffers.WIDE_PLAIN_BYTES);
    for (ByteBuffer part : parts) {
      int count = Math.min(part.remaining(), copy.remaining());
      copy.put(copy.position(), part, part.position(), count).position(copy.position() + count);
      part.position(part.position() + count);
    }
    alone[0] = copy.flip();
    return alone;
  }

  /// Returns whether it pays to leave bytes where they are.
  private static boolean isLarge(ByteBuffer part) {
    return part.remaining() >= 2 * TlsBuffers.PLAIN_BYTES && MemoryHold.isSafeFor(part);
  }

  private static ByteBuffer firstOf(ByteBuffer[] parts) {
    for (ByteBuffer part : parts) {
      if (part.hasRemaining()) {
        return part;
      }
    }
    throw new IllegalArgumentException("parts: empty (expected: bytes)");
  }

  /// Encrypts as many full records as fit; what is less waits for what comes behind it.
  private void encryptRecords(ByteBuffer large, ByteBuffer out) throws IOException {
    int limit = large.limit();
    int fitting = out.remaining() / TlsBuffers.RECORD_BYTES;
    int records = Math.min(large.remaining() / TlsBuffers.PLAIN_BYTES, fitting);
    large.limit(large.position() + records * TlsBuffers.PLAIN_BYTES);
    try {
      encrypt(alone, out);
    } finally {
      large.limit(limit);
    }
  }

  /// Encrypts as many records as fit.
  private void encrypt(ByteBuffer[] parts, ByteBuffer out) throws IOException {
    while (hasRemaining(parts) && out.remaining() >= TlsBuffers.RECORD_BYTES) {
      SSLEngineResult result = engine.wrap(parts, out);
      finishHandshake(result);
      if (result.getStatus() != SSLEngineResult.Status.OK
          || (result.bytesConsumed() == 0 && result.bytesProduced() == 0)) {
        throw new PeerException.Closed("TLS takes nothing more: " + result.getStatus(), true, null);
      }
    }
  }

  private static boolean hasRemaining(ByteBuffer[] parts) {
    for (ByteBuffer part : parts) {
      if (part.hasRemaining()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void endOutput() throws IOException {
    wire.endOutput();
  }

  @Override
  public void close() throws IOException {
    close(wire::close);
  }

  @Override
  public void abort() throws IOException {
    close(wire::abort);
  }

  private void close(Ending ending) throws IOException {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      ending.end();
    } finally {
      leave();
    }
  }

  /// How the bytes below are ended.
  @FunctionalInterface
  private interface Ending {
    void end() throws IOException;
  }

  private void requireOpen() throws ClosedChannelException {
    if (closed.get()) {
      throw new ClosedChannelException();
    }
  }

  private void enter() throws ClosedChannelException {
    if (holders.getAndUpdate(now -> now == 0 ? 0 : now + 1) == 0) {
      throw new ClosedChannelException();
    }
  }

  private void leave() {
    if (holders.decrementAndGet() == 0) {
      release();
    }
  }

  /// Gives the buffers and the engine's memory back.
  private void release() {
    buffers.give(in);
    buffers.give(plain);
    in = NONE;
    plain = NONE;
    small = NONE;
    TlsHandshake.dispose(engine);
    kit.leave();
  }
}
