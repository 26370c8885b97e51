package dev.myelin.net.shared;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/// The other process of a test: answers every byte of one ring with the same byte in another.
final class RingChild {
  private RingChild() {}

  static Process start(SharedMemory in, SharedMemory out) throws IOException {
    List<String> command =
        List.of(
            ProcessHandle.current().info().command().orElse("java"),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            classes(RingChild.class) + ":" + classes(RingReader.class) + ":" + wire(),
            RingChild.class.getName(),
            text(in.place()),
            text(out.place()));
    return new ProcessBuilder(command).inheritIO().start();
  }

  private static String wire() {
    return classes(dev.myelin.wire.PeerException.class);
  }

  private static String classes(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation().getPath();
  }

  private static String text(SharedMemory.Place at) {
    return at.pid() + "," + at.descriptor() + "," + at.inode() + "," + at.bytes();
  }

  private static MemorySegment found(String text) throws IOException {
    long[] part = Arrays.stream(text.split(",")).mapToLong(Long::parseLong).toArray();
    SharedMemory.Place at = new SharedMemory.Place(part[0], (int) part[1], part[2], part[3]);
    return SharedMemory.find(at, Host.uid()).segment();
  }

  public static void main(String[] args) throws IOException {
    Gate gate = new Gate();
    RingReader reader = RingReader.over(found(args[0]), gate, SpinBudget.cautious());
    RingWriter writer = RingWriter.over(found(args[1]), gate, () -> {}, SpinBudget.cautious());
    ByteBuffer bytes = ByteBuffer.allocateDirect(10_000);
    while (reader.read(bytes, -1) >= 0) {
      writer.write(bytes.flip());
      writer.publish();
      bytes.clear();
    }
    writer.end();
  }
}
