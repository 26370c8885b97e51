package dev.myelin.it;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Bursts of frames no decent peer sends, drawn from a seed.
final class Mutants {
  private final List<byte[]> recorded;
  private final Random random;

  Mutants(List<byte[]> recorded, Random random) {
    this.recorded = recorded;
    this.random = random;
  }

  /// Returns frames of which the first are merely odd and the last few broken.
  List<byte[]> burst() {
    List<byte[]> frames = new ArrayList<>();
    int odd = 8 + random.nextInt(32);
    while (frames.size() < odd) {
      odd(frames);
    }
    for (int i = 0; i < 4; i++) {
      frames.add(broken());
    }
    return frames;
  }

  /// Frames that a tolerant reader survives: types nobody defined, streams begun, ended and left
  /// open.
  private void odd(List<byte[]> frames) {
    int stream = random.nextInt();
    switch (random.nextInt(4)) {
      case 0 ->
          frames.add(Stranger.frame(6 + random.nextInt(250), stream, random.nextInt(), some(64)));
      case 1 -> {
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
          frames.add(Stranger.frame(1, stream, i, some(200)));
        }
        frames.add(Stranger.frame(2, stream, count, new byte[0]));
      }
      case 2 -> frames.add(Stranger.frame(1, stream, 0, some(100)));
      default -> frames.add(Stranger.frame(3, 0, 0, new byte[0]));
    }
  }

  /// A recorded frame with something wrong, or noise.
  private byte[] broken() {
    byte[] frame = recorded.get(random.nextInt(recorded.size())).clone();
    switch (random.nextInt(6)) {
      case 0 -> {
        for (int i = random.nextInt(4); i >= 0; i--) {
          frame[random.nextInt(frame.length)] ^= (byte) (1 << random.nextInt(8));
        }
      }
      case 1 -> ByteBuffer.wrap(frame).putInt(10, random.nextInt());
      case 2 -> ByteBuffer.wrap(frame).putInt(10, random.nextInt(frame.length + 20));
      case 3 -> frame[1] = (byte) random.nextInt(256);
      case 4 -> random.nextBytes(frame);
      default -> {
        // As it was, where it does not belong.
      }
    }
    return frame;
  }

  private byte[] some(int most) {
    byte[] bytes = new byte[random.nextInt(most)];
    random.nextBytes(bytes);
    return bytes;
  }
}
