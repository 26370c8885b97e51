package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.net.NodeConfig.Encryption;
import dev.myelin.net.NodeConfig.Security;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.FaultProxy;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.PeerException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a node encrypts, and whom it refuses for that.
@Timeout(60)
@ExtendWith(LeakCheck.class)
class EncryptionTest {
  private static final Security PLAIN = Security.secure().encryption(Encryption.plain());

  @Test
  void encryptsUnlessToldOtherwise(TensorPool pool) throws Exception {
    try (Node one = Node.start(Lab.encrypted());
        Node two = Node.start(Lab.encrypted());
        Tensor tensor = Lab.counted(pool, 3 << 20)) {
      Peer peer = one.connect(two.endpoint(), Lab.SOON);
      assertThat(peer.deliver("secret", tensor, SendOptions.defaults()).confirmed()).isTrue();
      try (Delivery delivery = two.receive(Lab.SOON)) {
        Lab.assertSame(delivery.tensor(), tensor);
      }
      assertThat(peer.protection().orElse("")).startsWith("TLSv1.3 TLS_");
    }
  }

  @Test
  void putsNothingReadableOnTheWire(TensorPool pool) throws Exception {
    try (Node one = Node.start(Lab.encrypted());
        Tap tap = Tap.open(one.endpoint());
        Node two = Node.start(Lab.encrypted());
        Tensor tensor = Lab.counted(pool, 1 << 16)) {
      Peer peer = two.connect(tap.endpoint(), Lab.SOON);
      tensor.segment().fill((byte) 'A');
      peer.deliver("a name to be seen", tensor, SendOptions.defaults());
      one.receive(Lab.SOON).close();
      String seen = tap.seen();
      assertThat(seen).startsWith("\u0016\u0003");
      assertThat(seen.length()).isGreaterThan(1 << 16);
      assertThat(seen).doesNotContain("a name", "AAAAAAAA", "MYX", two.id().text());
    }
  }

  @Test
  void hearsNobodyInClear() throws Exception {
    try (Node node = Node.start(Lab.encrypted());
        Transport plain = Transport.open(Lab.config())) {
      assertThatThrownBy(() -> plain.dial(node.endpoint()))
          .isInstanceOf(PeerException.Refused.class)
          .hasMessageContaining("TLS");
      Lab.eventually(node, "refused-handshake", 1);
    }
  }

  @Test
  void dialsNobodyInClear() throws Exception {
    try (Node plain = Node.start(Lab.config());
        Transport transport = Transport.open(Lab.encrypted())) {
      assertThatThrownBy(() -> transport.dial(plain.endpoint()))
          .isInstanceOf(PeerException.Refused.class)
          .hasMessageContaining("TLS");
      Lab.eventually(plain, "refused-unrecognised", 1);
    }
  }

  @Test
  void refusesWhoEndsTlsInBetween() throws Exception {
    try (Node node = Node.start(Lab.encrypted());
        Interloper man = Interloper.open(node.endpoint(), true);
        Transport victim = Transport.open(Lab.encrypted())) {
      assertThatThrownBy(() -> victim.dial(man.endpoint()))
          .isInstanceOf(PeerException.Refused.class)
          .hasMessageContaining("in between");
      assertThat(man.seen.get()).as("bytes of the handshake").isGreaterThan(100);
      Lab.eventually(node, "refused-handshake", 1);
      assertThat(node.peers()).isEmpty();
    }
  }

  @Test
  void refusesWhoTakesTlsAwayOnOneSide() throws Exception {
    try (Node node = Node.start(Lab.encrypted().security(Security.compat()));
        Interloper man = Interloper.open(node.endpoint(), false);
        Transport victim = Transport.open(Lab.encrypted().security(Security.compat()))) {
      assertThatThrownBy(() -> victim.dial(man.endpoint()))
          .isInstanceOf(PeerException.Refused.class);
      Lab.eventually(node, "refused-handshake", 1);
      assertThat(node.peers()).isEmpty();
    }
  }

  @Test
  void refusesAPeerThatCouldEncryptButDoesNot() throws Exception {
    // Somebody in between cuts TLS, so that the dialler takes the node for a stock one.
    try (Node node = Node.start(Lab.encrypted().security(Security.compat()));
        TlsCutter cutter = TlsCutter.open(node.endpoint());
        Transport victim = Transport.open(Lab.encrypted().security(Security.compat()))) {
      assertThatThrownBy(() -> victim.dial(cutter.endpoint()))
          .isInstanceOf(PeerException.Refused.class)
          .hasMessageContaining("in between");
      assertThat(cutter.cuts()).isPositive();
      assertThat(node.peers()).isEmpty();
    }
  }

  /// Records that are moved between sessions, sent again or left out end the session they reach;
  /// what they said is never delivered.
  @ParameterizedTest
  @EnumSource
  void deliversNothingOfASessionThatSomebodyTouched(Splicer.Harm harm, TensorPool pool)
      throws Exception {
    SendOptions once = SendOptions.defaults().limit(Lab.SOON);
    try (Node target = Node.start(Lab.encrypted());
        Splicer man = Splicer.open(target.endpoint());
        Node other = Node.start(Lab.encrypted());
        Node victim = Node.start(Lab.encrypted());
        Tensor tensor = Lab.counted(pool, 1 << 12)) {
      other.connect(man.endpoint(), Lab.SOON);
      Peer peer = victim.connect(man.endpoint(), Lab.SOON);
      man.harmNext(harm);
      assertThatThrownBy(
              () -> {
                peer.deliver("touched", tensor, once);
                peer.deliver("after", tensor, once);
              })
          .isInstanceOf(PeerException.class);
      assertThat(man.isDone()).isTrue();
      victim.awaitPeer(target.id(), Lab.SOON).deliver("marker", tensor, once);
      List<String> names = new ArrayList<>();
      while (!names.contains("marker")) {
        try (Delivery delivery = target.receive(Lab.SOON)) {
          names.add(delivery.name());
        }
      }
      // What somebody copied may have been whole before the copy came.
      boolean whole = harm == Splicer.Harm.TWICE && names.remove("touched");
      assertThat(names).as("whole before the copy: %s", whole).containsExactly("marker");
    }
  }

  @Test
  void meetsStockPeersInClearUnderCompat() throws Exception {
    try (Node node = Node.start(Lab.encrypted().security(Security.compat("127.0.0.1")));
        ServerSocketChannel stock = StockPeer.listen()) {
      FutureTask<Peer> connect = Lab.aside(() -> node.connect(StockPeer.endpoint(stock), Lab.SOON));
      stock.accept().close(); // it does not know TLS
      try (SocketChannel open = StockPeer.accept(stock)) {
        assertThat(connect.get().proven()).isFalse();
        assertThat(open.isOpen()).isTrue();
      }
      try (SocketChannel dialled =
          StockPeer.dial(node.endpoint(), UUID.randomUUID(), "127.0.0.1")) {
        Lab.eventually("both", () -> node.peers().size() == 2);
        assertThat(dialled.isOpen()).isTrue();
      }
    }
  }

  @Test
  void takesNoStockPeerFromElsewhere() throws Exception {
    try (Node node = Node.start(Lab.encrypted().security(Security.compat("127.0.0.9")));
        SocketChannel stranger = RawPeer.socket(node.endpoint())) {
      RawPeer.write(stranger, StockPeer.hello(UUID.randomUUID(), Lab.KEY));
      assertThat(RawPeer.rest(stranger, Lab.SOON)).isEmpty();
    }
  }

  @Test
  void keepsItsKeyWhereOnlyItsOwnerReads(@TempDir Path folder) throws Exception {
    NodeConfig config =
        Lab.encrypted().identity(Lab.identity(UUID.randomUUID(), Optional.of(folder)));
    String pin;
    try (Node node = Node.start(config)) {
      pin = node.pin().orElseThrow();
    }
    Path file = folder.resolve(TlsIdentity.FILE_NAME);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(Files.readString(file, StandardCharsets.US_ASCII)).contains("BEGIN PRIVATE KEY");
    try (Node node = Node.start(config)) {
      assertThat(node.pin()).contains(pin);
    }
  }

  @Test
  void connectsToPinnedPeersAlone() throws Exception {
    try (Node node = Node.start(Lab.encrypted());
        Transport other = Transport.open(Lab.encrypted())) {
      String good = node.pin().orElseThrow();
      String bad = other.pin().orElseThrow();
      try (Transport right = Transport.open(pinning(good))) {
        right.dial(node.endpoint()).close();
      }
      try (Transport wrong = Transport.open(pinning(bad))) {
        assertThatThrownBy(() -> wrong.dial(node.endpoint()))
            .isInstanceOf(PeerException.Mistrusted.class)
            .hasMessageContaining(good)
            .satisfies(e -> assertThat(Retry.after((PeerException) e)).isEqualTo(Retry.NO));
      }
    }
  }

  @Test
  void letsPinnedPeersInAlone() throws Exception {
    try (Transport friend = Transport.open(Lab.encrypted());
        Node node = Node.start(pinning(friend.pin().orElseThrow()));
        Transport stranger = Transport.open(Lab.encrypted())) {
      friend.dial(node.endpoint()).close();
      assertThatThrownBy(() -> stranger.dial(node.endpoint())).isInstanceOf(PeerException.class);
      Lab.eventually(node, "refused-certificate", 1);
    }
  }

  private static NodeConfig pinning(String pin) {
    return Lab.encrypted().security(Security.secure().encryption(Encryption.pinned(pin)));
  }

  @Test
  void sendsNothingTwiceOverACutConnection(TensorPool pool) throws Exception {
    try (Node one = Node.start(Lab.encrypted());
        FaultProxy proxy = FaultProxy.open(Lab.address(one.endpoint()), 1);
        Node two = Node.start(Lab.encrypted());
        Tensor tensor = Lab.counted(pool, 1 << 16)) {
      Peer peer = two.connect(Lab.at(proxy.port()), Lab.SOON);
      peer.deliver("first", tensor, SendOptions.defaults());
      proxy.cutAll();
      Lab.eventually("again", () -> Lab.count(two, "connections-dialled") >= 2);
      Lab.eventually("connected", () -> peer.state() == Peer.State.CONNECTED);
      peer.deliver("second", tensor, SendOptions.defaults());
      one.receive(Lab.SOON).close();
      one.receive(Lab.SOON).close();
      assertThat(Lab.count(one, "tensors-received")).isEqualTo(2);
    }
  }

  @Test
  void isPlainWhereThatIsAskedFor(TensorPool pool) throws Exception {
    try (Node one = Node.start(Lab.encrypted().security(PLAIN));
        Node two = Node.start(Lab.encrypted().security(PLAIN))) {
      Peer peer = one.connect(two.endpoint(), Duration.ofSeconds(10));
      assertThat(peer.protection()).contains("plain");
      assertThat(one.pin()).isEmpty();
    }
  }
}
