package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SelfSignedTest {
  private static KeyPair pair() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  @Test
  void isACertificateThatTheJdkVerifies() throws Exception {
    for (int i = 0; i < 50; i++) { // signatures differ in length
      KeyPair pair = pair();
      X509Certificate certificate = SelfSigned.of(pair);
      certificate.verify(pair.getPublic());
      certificate.checkValidity(Date.from(Instant.parse("9000-01-01T00:00:00Z")));
      assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=myelin");
      assertThat(certificate.getVersion()).isEqualTo(3);
    }
  }

  @Test
  void isKnownByTheDigestOfItsKey() throws Exception {
    KeyPair pair = pair();
    String pin = Pins.of(SelfSigned.of(pair));
    assertThat(Pins.of(SelfSigned.of(pair))).isEqualTo(pin).startsWith("sha256/").hasSize(51);
    assertThat(Pins.of(SelfSigned.of(pair()))).isNotEqualTo(pin);
    Pins.requireValid(pin);
    assertThatThrownBy(() -> Pins.requireValid("sha256/short"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void isReadBackFromPem(@TempDir Path folder) throws Exception {
    KeyPair pair = pair();
    X509Certificate certificate = SelfSigned.of(pair);
    Path file = folder.resolve("both.pem");
    Files.writeString(
        file,
        "a comment\n"
            + Pem.text("CERTIFICATE", certificate.getEncoded())
            + Pem.text("PRIVATE KEY", pair.getPrivate().getEncoded()));
    assertThat(Pem.certificates(file)).containsExactly(certificate);
    assertThat(Pem.privateKey(file, certificate)).isEqualTo(pair.getPrivate());
    X509Certificate other = SelfSigned.of(pair());
    assertThatThrownBy(() -> Pem.privateKey(file, other)).hasMessageContaining("not that of");
    Path empty = Files.writeString(folder.resolve("empty.pem"), "nothing");
    assertThatThrownBy(() -> Pem.certificates(empty)).hasMessageContaining("no certificate");
    assertThatThrownBy(() -> Pem.privateKey(empty, other)).hasMessageContaining("PKCS #8");
  }
}
