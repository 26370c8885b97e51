package dev.myelin.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/// The file descriptors that were open at one moment, where the system shows them in `/proc`.
///
/// Descriptors that the virtual machine opens for itself do not count: class files, libraries,
/// devices, and a few event descriptors behind its virtual threads.
final class DescriptorWatch {
  private static final Path OPEN = Path.of("/proc/self/fd");
  private static final long PAUSE_NANOS = Duration.ofMillis(5).toNanos();
  private static final int SPARE_EVENTS = 4;
  private static final Pattern NOT_OURS =
      Pattern.compile("/proc/.*|/dev/.*|/sys/.*|.*\\.(jar|so|jsa|class|zip)|.*/lib/modules");
  private static final Pattern EVENT = Pattern.compile("anon_inode:.*(eventpoll|eventfd).*");

  private static boolean warm;

  private final Set<String> before;

  private DescriptorWatch(Set<String> before) {
    this.before = before;
  }

  static DescriptorWatch start() {
    if (Files.isDirectory(OPEN)) {
      warmUp();
    }
    return new DescriptorWatch(open());
  }

  /// Waits until no new descriptor is open, at most to the deadline.
  void requireGone(long deadlineNanos) {
    List<String> left = left();
    while (!left.isEmpty() && deadlineNanos - System.nanoTime() > 0) {
      LockSupport.parkNanos(PAUSE_NANOS);
      left = left();
    }
    if (!left.isEmpty()) {
      throw new AssertionError("descriptors still open: " + left + " (expected: none)");
    }
  }

  private List<String> left() {
    Set<String> now = open();
    now.removeAll(before);
    List<String> events = now.stream().filter(one -> EVENT.matcher(one).find()).toList();
    if (events.size() <= SPARE_EVENTS) {
      events.forEach(now::remove);
    }
    return new ArrayList<>(now);
  }

  private static Set<String> open() {
    Set<String> found = new HashSet<>();
    if (!Files.isDirectory(OPEN)) {
      return found;
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(OPEN)) {
      for (Path each : all) {
        add(each, found);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  private static void add(Path descriptor, Set<String> found) {
    try {
      String target = Files.readSymbolicLink(descriptor).toString();
      if (!NOT_OURS.matcher(target).matches()) {
        found.add(descriptor.getFileName() + " -> " + target);
      }
    } catch (IOException e) {
      // Closed since it was listed, as the one that lists.
      return;
    }
  }

  // Makes the virtual machine open what it keeps for sockets on either kind of thread. Not in a
  // static initialiser: the threads started here need this class initialised.
  private static synchronized void warmUp() {
    if (warm) {
      return;
    }
    try {
      crossSocket(Thread.ofVirtual());
      crossSocket(Thread.ofPlatform());
      warm = true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void crossSocket(Thread.Builder kind) throws IOException, InterruptedException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (ServerSocketChannel server = ServerSocketChannel.open().bind(any);
        SocketChannel near = SocketChannel.open(server.getLocalAddress());
        SocketChannel far = server.accept()) {
      Thread reader = kind.start(() -> readByte(far));
      near.write(ByteBuffer.allocate(1));
      reader.join(LeakCheck.PATIENCE);
    }
  }

  private static void readByte(SocketChannel channel) {
    try {
      channel.read(ByteBuffer.allocate(1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
