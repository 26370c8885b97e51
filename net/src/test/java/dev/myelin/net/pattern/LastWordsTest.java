package dev.myelin.net.pattern;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.pipe.Conveyor;
import dev.myelin.net.pipe.Load;
import dev.myelin.net.pipe.Pipe;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.SocketRole;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LastWordsTest {
  private static final int MOST = 10_000;
  private final Hub hub =
      new Hub(
          SocketRole.PULL,
          SocketOptions.defaults().queues(new SocketOptions.Queues(0, 0, MOST, 0, 0)),
          new Nowhere(),
          new Hub.Rules() {});

  /// One that sends messages of one byte of its own and some of nothing.
  private final class Peer {
    private final Conveyor in = new Conveyor(0, MOST);
    private final Pipe pipe = Nowhere.pipe(SocketRole.PUSH, in, new Conveyor(1, 1));
    private final byte name;

    Peer(int name) {
      this.name = (byte) name;
      assertThat(hub.attached(pipe)).isTrue();
    }

    Peer says(int size) {
      byte[] bytes = new byte[size];
      bytes[0] = name;
      Load load = in.load();
      load.add(Parts.of(bytes));
      assertThat(in.putLast(load)).isEqualTo(size);
      hub.readable(pipe);
      return this;
    }

    Peer leaves() {
      hub.detached(pipe, List.of(), new PeerException.Closed("gone", false, null));
      return this;
    }
  }

  private List<Integer> received() {
    List<Integer> names = new ArrayList<>();
    for (Intake.Arrival each = hub.intake().tryReceive();
        each != null;
        each = hub.intake().tryReceive()) {
      names.add((int) each.message().bytes(0)[0]);
    }
    return names;
  }

  @Test
  void areDroppedOfWhoLeftFirstWhereAllAreTooMany() {
    new Peer(1).says(3000).says(3000).leaves();
    assertThat(hub.stats().dropped()).isZero();
    new Peer(2).says(6000).leaves();
    assertThat(hub.stats().dropped()).isEqualTo(2);
    new Peer(3).says(1000).leaves();
    assertThat(hub.stats().dropped()).isEqualTo(2);
    assertThat(received()).containsExactly(2, 3);
    assertThat(hub.intake().received()).isEqualTo(2);
  }

  @Test
  void areKeptOfTheOnlyOneHoweverMany() {
    new Peer(1).says(6000).says(6000).leaves().says(6000);
    assertThat(hub.stats().dropped()).isZero();
    assertThat(received()).containsExactly(1, 1, 1);
  }

  @Test
  void countWhenTheyComeBehindTheEnd() {
    Peer first = new Peer(1).leaves();
    new Peer(2).says(6000).leaves();
    first.says(6000);
    assertThat(hub.stats().dropped()).isEqualTo(1);
    assertThat(received()).containsExactly(1);
  }

  @Test
  void countThoughTheyAreEmpty() {
    for (int i = 0; i < 100; i++) {
      new Peer(i).says(1).leaves();
    }
    assertThat(hub.stats().dropped()).isGreaterThan(80);
    assertThat(received()).endsWith(98, 99);
  }

  @Test
  void areNoMatterOfThoseWhoStay() {
    Peer staying = new Peer(1).says(6000);
    new Peer(2).says(6000).leaves();
    assertThat(hub.stats().dropped()).isZero();
    assertThat(received()).containsExactlyInAnyOrder(1, 2);
    staying.says(6000).leaves();
    assertThat(received()).containsExactly(1);
  }

  @Test
  void giveWayAgainOnceTheyAreReceived() {
    for (int i = 0; i < 10; i++) {
      new Peer(i).says(9000).leaves();
      assertThat(received()).containsExactly(i);
    }
    assertThat(hub.stats().dropped()).isZero();
  }
}
