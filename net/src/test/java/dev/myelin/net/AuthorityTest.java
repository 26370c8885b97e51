package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.net.NodeConfig.Encryption;
import dev.myelin.net.NodeConfig.Security;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Certificates that an authority gave.
@Timeout(60)
@ExtendWith(LeakCheck.class)
class AuthorityTest {
  @TempDir static Path folder;

  private static TestAuthority ours;
  private static Encryption.Authority one;
  private static Encryption.Authority two;
  private static Encryption.Authority elsewhere;
  private static Encryption.Authority foreign;

  @BeforeAll
  static void issue() throws Exception {
    ours = TestAuthority.in(folder.resolve("ours"));
    one = ours.issue("one", "ip:127.0.0.1");
    two = ours.issue("two", "ip:127.0.0.1");
    elsewhere = ours.issue("elsewhere", "dns:elsewhere.example");
    foreign = TestAuthority.in(folder.resolve("foreign")).issue("foreign", "ip:127.0.0.1");
  }

  private static Encrypter encrypter(Encryption.Authority authority, TlsLibrary library)
      throws IOException {
    return Encrypter.open(
        new Encryption.Tls(Optional.of(authority), Set.of()), Optional.empty(), library);
  }

  @ParameterizedTest
  @EnumSource
  void takesThoseOfTheSameAuthority(TlsLibrary library) throws Exception {
    for (TlsLibrary other : TlsLibrary.values()) {
      try (TlsPair pair = TlsPair.open(encrypter(one, library), encrypter(two, other))) {
        pair.dialler().write(new ByteBuffer[] {ByteBuffer.wrap(new byte[] {1})});
        assertThat(pair.acceptor().read(ByteBuffer.allocate(4))).isEqualTo(1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void refusesThoseOfAnother(TlsLibrary library) {
    assertThatThrownBy(() -> TlsPair.open(encrypter(one, library), encrypter(foreign, library)))
        .isInstanceOf(PeerException.Mistrusted.class);
  }

  @ParameterizedTest
  @EnumSource
  void refusesACertificateForAnotherHost(TlsLibrary library) {
    assertThatThrownBy(() -> TlsPair.open(encrypter(one, library), encrypter(elsewhere, library)))
        .isInstanceOf(PeerException.Mistrusted.class);
  }

  @Test
  void wantsTheCertificateOfADiallerToo() throws Exception {
    try (Node node = Node.start(under(one));
        Transport friend = Transport.open(under(elsewhere));
        Transport stranger = Transport.open(Lab.encrypted());
        Transport outsider = Transport.open(under(foreign))) {
      friend.dial(node.endpoint()).close();
      assertThatThrownBy(() -> stranger.dial(node.endpoint())).isInstanceOf(PeerException.class);
      assertThatThrownBy(() -> outsider.dial(node.endpoint()))
          .isInstanceOf(PeerException.Mistrusted.class);
    }
  }

  @Test
  void readsFilesAgainWhenTheyChange(@TempDir Path own) throws Exception {
    Encryption.Authority files =
        new Encryption.Authority(
            one.roots(),
            Files.copy(one.certificate(), own.resolve("node.pem")),
            Files.copy(one.key(), own.resolve("key.pem")));
    try (Node node = Node.start(under(files));
        Transport friend = Transport.open(under(two))) {
      String before = node.pin().orElseThrow();
      try (Connection open = friend.dial(node.endpoint())) {
        Files.writeString(files.key(), "half a key");
        Files.setLastModifiedTime(files.key(), FileTime.fromMillis(1_000));
        assertThat(node.pin()).as("the former one stays").contains(before);
        replace(files, two);
        assertThat(node.pin().orElseThrow()).isNotEqualTo(before);
        friend.dial(node.endpoint()).close();
        assertThat(open.state()).isNotEqualTo(Connection.State.CLOSED);
      }
    }
  }

  private static void replace(Encryption.Authority files, Encryption.Authority by)
      throws IOException {
    Files.writeString(files.certificate(), Files.readString(by.certificate()));
    Files.writeString(files.key(), Files.readString(by.key()));
    Files.setLastModifiedTime(files.key(), FileTime.fromMillis(2_000));
  }

  @Test
  void startsOnlyWithFilesThatCanBeUsed(@TempDir Path empty) {
    Encryption.Authority none =
        new Encryption.Authority(one.roots(), one.certificate(), empty.resolve("missing.pem"));
    assertThatThrownBy(() -> Node.start(under(none)).close()).isInstanceOf(IOException.class);
    Encryption.Authority mixed =
        new Encryption.Authority(one.roots(), one.certificate(), two.key());
    assertThatThrownBy(() -> Node.start(under(mixed)).close())
        .hasMessageContaining("not that of the certificate");
  }

  private static NodeConfig under(Encryption.Authority authority) {
    return Lab.encrypted().security(Security.secure().encryption(Encryption.under(authority)));
  }
}
