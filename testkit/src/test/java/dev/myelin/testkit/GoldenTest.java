package dev.myelin.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class GoldenTest {
  @Test
  void readsHeadersAndBytes() {
    Golden golden =
        Golden.parse("x.hex", "# program: netcat 1\n# no colon\n\n0a 0B # first: two\nff\n");
    assertThat(golden.header("program")).isEqualTo("netcat 1");
    assertThat(golden.headers()).hasSize(1);
    assertThat(golden.bytes()).containsExactly(0x0a, 0x0b, 0xff);
    assertThat(golden.segment().byteSize()).isEqualTo(3);
  }

  @Test
  void findsEveryFileOfAFolder() {
    assertThat(Golden.all("golden/sample"))
        .extracting(Golden::name)
        .containsExactly("golden/sample/01-one.hex", "golden/sample/02-two.hex");
    assertThat(Golden.json("golden/sample/vectors.json").path("answer").asInt()).isEqualTo(42);
  }

  @Test
  void saysWhatIsMissing() {
    assertThatThrownBy(() -> Golden.hex("golden/none.hex")).hasMessageContaining("golden/none.hex");
    assertThatThrownBy(() -> Golden.parse("x", "00").header("program"))
        .hasMessageContaining("program");
  }
}
