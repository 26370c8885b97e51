package dev.myelin.net.pipe;

import dev.myelin.wire.parts.Outlet;
import dev.myelin.wire.parts.Parts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Messages on their way in one direction: bounded by number and by bytes, in order.
///
/// Any thread puts in. One thread at a time takes out; whoever owns that side guards it. What is in
/// here belongs to the conveyor, what was taken out to the taker.
///
/// Two arrays: producers fill one under the lock, the taker empties the other without it, and they
/// change places when the taker's is empty. So a busy conveyor costs the taker a lock per batch.
/// Brief messages of one part do not stand there as objects: a [Strip] has the bytes of many.
public final class Conveyor {
  /// The outcome of putting a message in.
  public enum Offer {
    /// It is in, behind others.
    TAKEN,
    /// It is in, and was the first: the taker may need to be told.
    FIRST,
    /// There was no room; it is the caller's still.
    FULL,
    /// Nobody takes any more; it is the caller's still.
    CLOSED
  }

  private static final int LEAST = 16;

  /// The taker says what it has left, and looks for producers to wake, once in so many messages and
  /// when its batch is empty.
  private static final int LOOK_MASK = 63;

  /// Strips that producers fill one by one grow up to that.
  private static final int MOST_OPEN_BYTES = 32 << 10;

  private final int mostMessages;
  private final long mostBytes;
  private final boolean gathers;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private @Nullable Object[] filling = new Object[LEAST]; // guarded by lock: Parts or Strip
  private int entries; // guarded by lock: how many of these there are
  private @Nullable Strip open; // guarded by lock: the last of them, if it is one
  private final Strips spare = new Strips(); // guarded by lock
  private int filled; // guarded by lock: messages
  private long fillingBytes; // guarded by lock
  private long takenBytes; // guarded by lock: of the batch that is being taken
  private long acceptedMessages; // guarded by lock
  private long acceptedBytes; // guarded by lock
  private boolean closed; // guarded by lock
  private volatile boolean starved; // somebody waits for room, or was refused
  private volatile boolean fed; // set once there was room again

  /// What the taker has not taken of its batch, at most; it says so only now and then.
  private volatile int left;

  private volatile boolean spares; // whether strips are kept for later; written under lock

  private final Taking taking = new Taking(LEAST); // of the taker alone

  /// @param mostMessages how many messages it holds, 0 for any number
  /// @param mostBytes how many bytes they may have together; one message is always taken
  public Conveyor(int mostMessages, long mostBytes) {
    this(mostMessages, mostBytes, false);
  }

  private Conveyor(int mostMessages, long mostBytes, boolean gathers) {
    this.mostMessages = mostMessages == 0 ? Integer.MAX_VALUE : mostMessages;
    this.mostBytes = mostBytes;
    this.gathers = gathers;
  }

  /// Returns one that copies brief messages that are offered, so that [#pour] can have them leave
  /// without an object for each; otherwise as [#Conveyor(int, long)].
  public static Conveyor gathering(int mostMessages, long mostBytes) {
    return new Conveyor(mostMessages, mostBytes, true);
  }

  /// Puts a message in if there is room; never waits.
  public Offer offer(Parts message) {
    lock.lock();
    try {
      if (closed) {
        return Offer.CLOSED;
      }
      if (isStarving()) {
        return Offer.FULL;
      }
      return append(message);
    } finally {
      lock.unlock();
    }
  }

  /// Returns an empty load for [#put].
  public Load load() {
    return new Load(this);
  }

  /// Returns an empty strip for a load.
  Strip strip(int least) {
    lock.lock();
    try {
      return takeSpare(least);
    } finally {
      lock.unlock();
    }
  }

  /// Puts a load in, in order, waiting for room as long as it takes; [#close] and an interrupt end
  /// that. What is not in when this says closed or throws is the load's still.
  ///
  /// @param first is run when the conveyor was empty, before any wait: the taker may need to be
  ///   told
  public Offer put(Load load, Runnable first) throws InterruptedException {
    while (!load.isEmpty()) {
      boolean wake;
      lock.lock();
      try {
        while (!closed && isStarving()) {
          room.await();
        }
        if (closed) {
          return Offer.CLOSED;
        }
        wake = isTakerIdle();
        while (!load.isEmpty() && !isFull()) {
          appendFirst(load, mostMessages - filled - left, mostBytes - fillingBytes - takenBytes);
        }
      } finally {
        lock.unlock();
      }
      if (wake) {
        first.run();
      }
    }
    return Offer.TAKEN;
  }

  /// Puts in what is left of a load, though there may be no room and though it may be closed: the
  /// last words of a peer that is gone. Returns how many bytes they have.
  public long putLast(Load load) {
    lock.lock();
    try {
      long before = acceptedBytes;
      while (!load.isEmpty()) {
        appendFirst(load, Integer.MAX_VALUE, Long.MAX_VALUE);
      }
      return acceptedBytes - before;
    } finally {
      lock.unlock();
    }
  }

  private Offer append(Parts message) {
    Offer outcome = isTakerIdle() ? Offer.FIRST : Offer.TAKEN;
    if (gathers && Strip.isBrief(message)) {
      byte[] body = message.bytes();
      openFor(Strip.sizeOf(body.length)).add(body);
      count(1, body.length);
    } else {
      enter(message);
      count(1, message.totalBytes());
    }
    return outcome;
  }

  private boolean isTakerIdle() {
    return filled == 0 && left == 0;
  }

  /// Takes over the first message of a load, or as many of its first strip as there is room for.
  private void appendFirst(Load load, int roomMessages, long roomBytes) {
    if (load.first() instanceof Strip strip) {
      int messages = strip.countWithin(roomMessages, roomBytes);
      int size = strip.sizeOfFirst(messages);
      count(messages, size - (long) messages * Strip.sizeOf(0));
      if (messages == strip.count() && size > strip.capacity() / 2) {
        load.removeFirst();
        enter(strip);
        return;
      }
      strip.move(messages, openFor(size));
      if (strip.count() == 0) {
        load.removeFirst();
        giveSpare(strip);
      }
    } else if (load.first() instanceof Parts message) {
      load.removeFirst();
      enter(message);
      count(1, message.totalBytes());
    }
  }

  private void count(int messages, long bytes) {
    filled += messages;
    fillingBytes += bytes;
    acceptedMessages += messages;
    acceptedBytes += bytes;
  }

  /// Returns the strip into which so many bytes can be put now.
  private Strip openFor(int size) {
    Strip last = open;
    if (last == null || last.room() < size) {
      int grown = last == null ? 0 : Math.min(2 * last.capacity(), MOST_OPEN_BYTES);
      last = takeSpare(Math.max(size, grown));
      last.warm();
      enter(last);
    }
    return last;
  }

  private void enter(Object entry) {
    if (entries == filling.length) {
      filling = Arrays.copyOf(filling, entries * 2);
    }
    filling[entries++] = entry;
    open = entry instanceof Strip strip ? strip : null;
  }

  private Strip takeSpare(int least) {
    Strip taken = spare.take(least);
    spares = spare.bytes() > 0;
    return taken;
  }

  private void giveSpare(Strip strip) {
    spare.give(strip);
    spares = true;
  }

  /// Lets go of memory that is kept for later and was not needed since the last call.
  public void rest() {
    if (!spares) {
      return;
    }
    lock.lock();
    try {
      spare.rest();
      spares = spare.bytes() > 0;
    } finally {
      lock.unlock();
    }
  }

  /// Returns how many bytes are kept for later.
  long spareBytes() {
    lock.lock();
    try {
      return spare.bytes();
    } finally {
      lock.unlock();
    }
  }

  /// Returns whether there is no room, having said so where there is none.
  ///
  /// Said first, and then looked again: the taker first says what it has left and then looks who is
  /// starved, so that one of the two sees the other.
  private boolean isStarving() {
    if (!isFull()) {
      return false;
    }
    starved = true;
    return isFull();
  }

  private boolean isFull() {
    int count = filled + left;
    return count >= mostMessages || (count > 0 && fillingBytes + takenBytes >= mostBytes);
  }

  /// Takes the next message; null if there is none.
  public @Nullable Parts poll() {
    Taking mine = taking;
    if (mine.rest == 0 && !swap()) {
      return null;
    }
    Strip strip = mine.strip;
    if (strip != null) {
      Parts message = strip.poll();
      if (strip.count() == 0) {
        mine.spend(strip);
      }
      taken(mine, 1);
      return message;
    }
    Object entry = mine.removeNext();
    if (entry instanceof Parts message) {
      taken(mine, 1);
      return message;
    }
    mine.strip = (Strip) entry;
    return poll();
  }

  /// Takes the next messages, as many as fit into an array, where these are brief and far more are
  /// behind them; returns whether it did. They count as if they were in for a while longer, so that
  /// it holds no more than it may.
  public boolean pollAhead(@Nullable Parts[] into) {
    Taking mine = taking;
    Strip strip = mine.strip;
    int count = into.length;
    if (strip == null || strip.count() <= count || mine.rest <= 2 * count + LOOK_MASK) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      into[i] = strip.poll();
    }
    int before = mine.rest;
    mine.rest -= count;
    if ((before & ~LOOK_MASK) != (mine.rest & ~LOOK_MASK)) {
      tell(before);
    }
    return true;
  }

  /// Takes brief messages from the next on, as they lie, up to that many bytes; returns how many.
  public int pour(Outlet to, long most) {
    Taking mine = taking;
    if (mine.rest == 0 && !swap()) {
      return 0;
    }
    Strip strip = mine.strip;
    if (strip == null && mine.batch[mine.next] instanceof Strip next) {
      Object _ = mine.removeNext();
      mine.strip = next;
      strip = next;
    }
    int messages = strip == null ? 0 : strip.pour(to, most);
    if (strip == null || messages == 0) {
      return 0;
    }
    if (strip.count() == 0) {
      mine.spend(strip);
    }
    mine.rest -= messages;
    tell(mine.rest);
    return messages;
  }

  private void taken(Taking mine, int messages) {
    mine.rest -= messages;
    if ((mine.rest & LOOK_MASK) == 0) {
      tell(mine.rest);
    }
  }

  private void tell(int rest) {
    left = rest;
    if (starved) {
      feed();
    }
  }

  private boolean swap() {
    lock.lock();
    try {
      takenBytes = fillingBytes;
      fillingBytes = 0;
      Taking mine = taking;
      mine.recycle(this::giveSpare);
      if (filled == 0) {
        return false;
      }
      @Nullable Object[] empty = mine.batch;
      mine.batch = filling;
      filling = empty;
      mine.next = 0;
      mine.rest = filled;
      entries = 0;
      open = null;
      filled = 0;
      left = mine.rest;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Wakes who waits for room, once half of it is free, so that it does not wake for every message.
  private void feed() {
    lock.lock();
    try {
      if (left == 0) {
        takenBytes = 0;
      }
      int count = filled + left;
      if (count <= mostMessages / 2 && (count == 0 || fillingBytes + takenBytes <= mostBytes / 2)) {
        starved = false;
        fed = true;
        room.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Returns, once, that there is room again after somebody was refused; called by the taker.
  public boolean isFedAgain() {
    if (!fed) {
      return false;
    }
    fed = false;
    return true;
  }

  /// Returns whether nothing is in; of a conveyor in use, true a moment ago.
  public boolean isEmpty() {
    if (left > 0) {
      return false;
    }
    lock.lock();
    try {
      return filled == 0 && left == 0;
    } finally {
      lock.unlock();
    }
  }

  /// Returns whether another message would be taken now.
  public boolean hasRoom() {
    lock.lock();
    try {
      return !closed && !isStarving();
    } finally {
      lock.unlock();
    }
  }

  /// Returns how many messages are in.
  public int size() {
    lock.lock();
    try {
      return filled + left;
    } finally {
      lock.unlock();
    }
  }

  /// Messages and their bytes.
  public record Tally(long messages, long bytes) {}

  /// Returns what was put in since it was made.
  public Tally accepted() {
    lock.lock();
    try {
      return new Tally(acceptedMessages, acceptedBytes);
    } finally {
      lock.unlock();
    }
  }

  /// Takes nothing more and ends every wait for room; what is in stays for the taker.
  public void close() {
    lock.lock();
    try {
      closed = true;
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Returns whether [#close] was called.
  public boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /// Takes out all that is in; called by the taker.
  public List<Parts> drain() {
    List<Parts> all = new ArrayList<>();
    for (Parts each = poll(); each != null; each = poll()) {
      all.add(each);
    }
    return all;
  }

  /// Room that keeps the fields of two cores off one cache line.
  @SuppressWarnings({"unused", "UnusedVariable"})
  private abstract static class Padding {
    private long p0;
    private long p1;
    private long p2;
    private long p3;
    private long p4;
    private long p5;
    private long p6;
    private long p7;
  }

  /// The batch that is being taken.
  private abstract static class Batch extends Padding {
    @Nullable Object[] batch; // Parts or Strip
    int next;
    int rest; // messages
    @Nullable Strip strip; // the one that is being taken
    final List<Strip> spent = new ArrayList<>();

    Batch(int capacity) {
      batch = new Object[capacity];
    }

    @Nullable Object removeNext() {
      Object entry = batch[next];
      batch[next++] = null;
      return entry;
    }

    void spend(Strip empty) {
      strip = null;
      if (spent.size() < Strips.MOST) {
        spent.add(empty);
      }
    }

    void recycle(Consumer<Strip> to) {
      if (!spent.isEmpty()) {
        spent.forEach(to);
        spent.clear();
      }
    }
  }

  /// What the taker works on, away from the cache lines of those who put in: between two cores,
  /// each shared line would cost more than the message.
  ///
  /// Superclasses come first in memory, so the padding stays around the fields.
  @SuppressWarnings({"unused", "UnusedVariable"})
  private static final class Taking extends Batch {
    private long p0;
    private long p1;
    private long p2;
    private long p3;
    private long p4;
    private long p5;
    private long p6;
    private long p7;

    Taking(int capacity) {
      super(capacity);
    }
  }
}
