package dev.myelin.wire.asoc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.testkit.Property;
import dev.myelin.wire.Message;
import dev.myelin.wire.Progress;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Whatever is sent, settled and lost in whichever order, both sides count alike.
@Timeout(20)
class AsocCreditProperties {
  private record Sent(AsocOutflow.Stream credit, long bytes) {}

  private static final class NoRoom extends IOException {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void theSenderNeverGoesBeyondWhatTheReceiverAllowsAndNeverStandsStill() {
    Property.check(
        200,
        random -> {
          AsocOutflow out = new AsocOutflow();
          AsocInflow in = new AsocInflow();
          Deque<Sent> unsettled = new ArrayDeque<>();
          for (int id = 1; id <= 100; id++) {
            long size = size(random);
            AsocOutflow.Stream stream = null;
            while (stream == null) {
              stream = tryOpen(out, id, size);
              if (stream == null) {
                assertThat(unsettled).as("something to settle").isNotEmpty();
                settle(in, out, unsettled.poll());
              }
            }
            long sent = random.nextInt(4) == 0 ? size / 2 : size;
            stream.sent(sent);
            stream.close();
            in.count(AsocCredit.cost(sent), 0); // throws if the receiver did not allow it
            unsettled.add(new Sent(stream, sent));
            if (random.nextInt(3) == 0) {
              settle(in, out, unsettled.poll());
            }
          }
        });
  }

  private static long size(RandomGenerator random) {
    return switch (random.nextInt(4)) {
      case 0 -> 0;
      case 1 -> random.nextInt(10_000);
      case 2 -> random.nextInt(2 << 20);
      default -> random.nextLong(1L << 40);
    };
  }

  private static AsocOutflow.@Nullable Stream tryOpen(AsocOutflow out, int id, long size)
      throws IOException {
    try {
      return out.open(
          id,
          new TensorHeader("w", DType.U8, Shape.of(size), TensorHeader.Digest.NONE),
          0,
          new Progress() {
            @Override
            public void sent(long sentBytes, long totalBytes) {}

            @Override
            public long starved(boolean begun) throws IOException {
              throw new NoRoom();
            }
          });
    } catch (NoRoom e) {
      return null;
    }
  }

  private static void settle(AsocInflow in, AsocOutflow out, Sent sent) {
    Message.Credit credit = in.settle(AsocCredit.cost(sent.bytes()));
    if (credit != null) {
      out.credit(credit.stream(), credit.bytes());
    }
  }
}
