package dev.myelin.bench.endtoend;

import dev.myelin.net.Messaging;
import dev.myelin.net.pattern.Puller;
import dev.myelin.net.pattern.Pusher;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.wire.parts.Outlet;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// Our pattern sockets, PUSH to PULL in ZMTP: one pair each way.
final class MyelinPush extends JavaDesign {
  private static final int MARK = 10_000;

  private final @Nullable Manner manner;

  /// @param manner of the nodes at which the sockets find each other; null for sockets without
  private MyelinPush(String name, String what, @Nullable Manner manner) {
    super(name, what);
    this.manner = manner;
  }

  static MyelinPush tcp() {
    return new MyelinPush(
        "myelin-push", "Myelin, PUSH and PULL over TCP in ZMTP, not encrypted", null);
  }

  static MyelinPush near() {
    return new MyelinPush(
        "myelin-push-near",
        "Myelin, PUSH and PULL found by service, over shared memory",
        Manner.DEFAULT);
  }

  static MyelinPush apart() {
    return new MyelinPush(
        "myelin-push-tls", "the same, over TLS on the loopback socket", Manner.TLS);
  }

  @Override
  Side serve() throws IOException {
    return new Half(Meetings.serve(manner), null);
  }

  @Override
  Side drive(String address) throws IOException {
    return new Half(Meetings.drive(manner, address), address);
  }

  private static final class Half implements Side {
    private final Meetings meetings;
    private final Messaging messaging;
    private final Pusher pusher;
    private final Puller puller;
    private final String address;
    private final Deque<Parts> held = new ArrayDeque<>();
    private byte[][] small = {};
    private @Nullable Tensor large;
    private @Nullable Memory landing; // small messages are copied there, as those of other designs

    /// @param other the endpoints of the half that serves; null for that one
    Half(Meetings meetings, @Nullable String other) throws IOException {
      this.meetings = meetings;
      messaging = meetings.messaging();
      SocketOptions options = SocketOptions.defaults().highWater(MARK, MARK);
      pusher = messaging.pusher(options);
      puller = messaging.puller(options);
      if (other == null) {
        String at = puller.bind(meetings.place("there"));
        address = meetings.address(at, pusher.bind(meetings.place("back")));
      } else {
        pusher.connect(Meetings.place(other, 0));
        puller.connect(Meetings.place(other, 1));
        meetings.awaitMedium(pusher, puller);
        address = "";
      }
    }

    @Override
    public String address() {
      return address;
    }

    private boolean driving() {
      return address.isEmpty();
    }

    @Override
    public boolean ownMemory() {
      return true;
    }

    @Override
    public void prepare(Task task, Memory memory) {
      if (!driving()) {
        landing = task.piece() <= Outlet.COPIED_BYTES ? new Memory(task.span()) : null;
        return;
      }
      int count = (int) (task.span() / task.piece());
      if (task.piece() <= Outlet.COPIED_BYTES) {
        small = new byte[count][task.piece()];
      } else {
        large = messaging.pool().allocate(DType.U8, Shape.of(count, task.piece()));
        large.segment().fill((byte) 7);
      }
    }

    private Parts next(long index) {
      if (large == null) {
        return Parts.of(small[(int) (index % small.length)]);
      }
      long row = index % large.shape().dim(0);
      return Parts.of(large.rows(row, row + 1));
    }

    @Override
    public void flow(Task task, Memory memory) throws Exception {
      if (driving()) {
        for (long i = 0; i < task.pieces(); i++) {
          pusher.push(next(i));
        }
        puller.pull().close();
        return;
      }
      long room = task.span() / task.piece();
      for (long i = 0; i < task.pieces(); i++) {
        if (landing != null) {
          land(puller.pull(), landing);
          continue;
        }
        if (held.size() >= room) {
          held.removeFirst().close();
        }
        held.addLast(puller.pull());
      }
      pusher.push(new byte[1]);
    }

    private static void land(Parts message, Memory landing) {
      try (message) {
        byte[] bytes = message.bytes();
        MemorySegment to = landing.next(bytes.length);
        MemorySegment.copy(bytes, 0, to, ValueLayout.JAVA_BYTE, 0, bytes.length);
      }
    }

    @Override
    public void trip(Task task, Memory memory, Histogram nanos) throws Exception {
      for (long i = 0; i < task.count(); i++) {
        if (driving()) {
          long start = System.nanoTime();
          pusher.push(next(0));
          puller.pull().close();
          nanos.recordValue(System.nanoTime() - start);
        } else {
          pusher.push(puller.pull());
        }
      }
    }

    @Override
    public void release() {
      held.forEach(Parts::close);
      held.clear();
      small = new byte[0][];
      if (landing != null) {
        landing.close();
        landing = null;
      }
      if (large != null) {
        large.close();
        large = null;
      }
    }

    @Override
    public void close() {
      pusher.close();
      puller.close();
      meetings.close();
    }
  }
}
