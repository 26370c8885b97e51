package dev.myelin.wire.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CurveKeyTest {
  /// The pair that the manual of libzmq shows, whose public half libzmq 4.3.5 computes too.
  private static final String SECRET = "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6";

  private static final String PUBLIC = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";

  @Test
  void thePublicHalfIsThatOfLibzmq() {
    assertThat(CurveKey.Pair.of(CurveKey.parse(SECRET)).publicKey().toZ85()).isEqualTo(PUBLIC);
  }

  @Test
  void twoPairsAgree() {
    CurveKey.Pair alice = CurveKey.Pair.of(CurveKey.parse(SECRET));
    CurveKey.Pair bob = CurveKey.Pair.random();
    assertThat(alice.secretKey().agree(bob.publicKey()))
        .isEqualTo(bob.secretKey().agree(alice.publicKey()))
        .hasSize(CurveKey.BYTES);
  }

  @Test
  void aKeyOfSmallOrderAgreesWithNobody() {
    CurveKey zero = CurveKey.of(new byte[CurveKey.BYTES]);
    assertThatThrownBy(() -> CurveKey.Pair.random().secretKey().agree(zero))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("small order");
  }

  @Test
  void aSecretIsNeverPrinted() {
    CurveKey.Pair pair = CurveKey.Pair.of(CurveKey.parse(SECRET));
    assertThat(pair.toString()).contains(PUBLIC).doesNotContain(SECRET);
    assertThat(pair.secretKey()).hasToString("CurveKey");
  }
}
