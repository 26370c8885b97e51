package dev.myelin.net.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.testkit.Property;
import dev.myelin.wire.parts.Parts;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class PartsPayloadProperties {
  private static byte[][] parts(RandomGenerator random) {
    byte[][] parts = new byte[1 + random.nextInt(5)][];
    Arrays.setAll(
        parts, _ -> Scene.bytes(random, random.nextInt(random.nextBoolean() ? 20 : 20_000)));
    return parts;
  }

  @Test
  void aPayloadIsTheMessageItWasMadeOf(TensorPool pool) {
    Property.check(
        300,
        random -> {
          byte[][] parts = parts(random);
          byte[] payload = PartsPayload.encode(Parts.of(parts));
          assertThat((long) payload.length).isEqualTo(PartsPayload.bytes(Parts.of(parts)));
          try (Parts found =
              Objects.requireNonNull(PartsPayload.decode(payload, pool), "a message")) {
            for (int i = 0; i < parts.length; i++) {
              assertThat(found.bytes(i)).isEqualTo(parts[i]);
            }
          }
        });
  }

  @Test
  void anyOtherBytesAreNone(TensorPool pool) {
    Property.check(
        2000,
        random -> {
          byte[] payload = PartsPayload.encode(Parts.of(parts(random)));
          boolean cut = random.nextBoolean();
          byte[] other =
              cut
                  ? Arrays.copyOf(payload, random.nextInt(payload.length))
                  : flipped(payload, random);
          try (Parts found = PartsPayload.decode(other, pool)) {
            assertThat(found).isNull();
          }
        });
  }

  /// Returns the payload with one bit of its numbers changed. (Changed and then cut, it could be a
  /// message again.)
  private static byte[] flipped(byte[] payload, RandomGenerator random) {
    int numbers = Integer.BYTES + ByteBuffer.wrap(payload).getInt() * Long.BYTES;
    payload[random.nextInt(numbers)] ^= (byte) (1 << random.nextInt(8));
    return payload;
  }
}
