package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.net.NodeConfig.Encryption;
import dev.myelin.testkit.LeakCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// A library that takes more descriptors than a socket gets only so many connections.
@Timeout(60)
@ExtendWith(LeakCheck.class)
class TlsKitTest {
  private static final Encryption.Tls ANY = new Encryption.Tls(Optional.empty(), Set.of());
  private static final String FIRST = "by Conscrypt";
  private static final String FURTHER = "by the JDK";

  @Test
  void encryptsByTheJdkWhatIsBeyondTheMostOfTheFirst() throws Exception {
    try (Encrypter one = limited(1);
        Encrypter two = limited(1)) {
      TlsPair first = TlsPair.open(one, two);
      TlsPair second = TlsPair.open(one, two);
      assertThat(first.dialler().protection()).endsWith(FIRST);
      assertThat(first.acceptor().protection()).endsWith(FIRST);
      assertThat(second.dialler().protection()).endsWith(FURTHER);
      assertThat(second.acceptor().protection()).endsWith(FURTHER);
      talk(first);
      talk(second);
      first.dialler().close();
      first.acceptor().close();
      TlsPair third = TlsPair.open(one, two);
      assertThat(third.dialler().protection()).endsWith(FIRST);
      talk(third);
      third.close();
      second.close();
    }
  }

  @Test
  void aFailedHandshakeTakesNoPlace() throws Exception {
    try (Encrypter encrypter = limited(1);
        Encrypter other = limited(1)) {
      try (ServerSocketChannel server = ServerSocketChannel.open().bind(Lab.free("127.0.0.1"));
          SocketChannel near = SocketChannel.open(server.getLocalAddress())) {
        server.accept().close();
        Endpoint at = Lab.at(server.socket().getLocalPort());
        assertThatThrownBy(() -> encrypter.dial(new SocketDuplex(near), at))
            .isInstanceOf(IOException.class);
      }
      try (TlsPair pair = TlsPair.open(encrypter, other)) {
        assertThat(pair.dialler().protection()).endsWith(FIRST);
      }
    }
  }

  @Test
  void readsTheSoftLimit() {
    String line = "Max open files            1024                 524288               files     ";
    assertThat(Descriptors.most(List.of("Limit  Soft Limit", line))).isEqualTo(1024);
    assertThat(Descriptors.most(List.of(line.replace("1024", "unlimited"))))
        .isEqualTo(Integer.MAX_VALUE);
    assertThat(Descriptors.most(List.of())).isEqualTo(Integer.MAX_VALUE);
    assertThat(Descriptors.most()).isGreaterThan(100);
  }

  private static Encrypter limited(int most) throws IOException {
    return Encrypter.open(ANY, Optional.empty(), new TlsKit(TlsLibrary.CONSCRYPT, most));
  }

  private static void talk(TlsPair pair) throws IOException {
    pair.dialler().write(new ByteBuffer[] {ByteBuffer.wrap(new byte[] {1, 2, 3})});
    assertThat(pair.acceptor().read(ByteBuffer.allocate(16))).isEqualTo(3);
    pair.acceptor().write(new ByteBuffer[] {ByteBuffer.wrap(new byte[] {4, 5})});
    assertThat(pair.dialler().read(ByteBuffer.allocate(16))).isEqualTo(2);
  }
}
