package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.TensorPool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class InboxRoomTest {
  private static final int ROOM = 4;
  private static final int PUTTERS = 8;
  private static final int EACH = 2000;

  @Test
  void manyWhoWaitForTheSameRoomDoNotAllGetIt() throws Exception {
    try (TensorPool pool = TensorPool.open("inbox", 1 << 20);
        Inbox inbox = new Inbox(pool, pool, Lab.memory(ROOM, 1 << 20))) {
      List<FutureTask<Integer>> putters = new ArrayList<>();
      for (int i = 0; i < PUTTERS; i++) {
        putters.add(Lab.aside(() -> put(inbox, pool)));
      }
      for (int i = 0; i < PUTTERS * EACH; i++) {
        assertThat(inbox.hasRoom(-1)).as("at most %d are in", ROOM).isTrue();
        inbox.take().close();
      }
      for (FutureTask<Integer> each : putters) {
        assertThat(each.get()).isEqualTo(EACH);
      }
    }
  }

  private static int put(Inbox inbox, TensorPool pool) throws InterruptedException {
    PeerId from = new PeerId("peer");
    for (int i = 0; i < EACH; i++) {
      inbox.put(new Delivery(from, "x", pool.allocate(DType.U8, Shape.of(1)), true, "", DType.U8));
    }
    return EACH;
  }
}
