package dev.myelin.net.pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TensorPartsTest {
  private static Parts message(String description, int bytes) {
    return Parts.of(description.getBytes(StandardCharsets.UTF_8), new byte[bytes]);
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void bringsEveryTypeBack(DType dtype) throws Exception {
    try (TensorPool pool = TensorPool.open("test", 1 << 20)) {
      Tensor tensor = pool.allocate(dtype, Shape.of(3, 2L * dtype.elementsPerBlock()));
      tensor.segment().fill((byte) 1);
      Parts message = TensorParts.of("w", tensor, TensorParts.Checksum.CRC32C);
      assertThat(TensorParts.isAt(message, 0)).isTrue();
      try (TensorParts.Named named = TensorParts.open(message, pool)) {
        assertThat(named.name()).isEqualTo("w");
        assertThat(named.tensor().dtype()).isEqualTo(dtype);
        assertThat(named.tensor().shape()).isEqualTo(tensor.shape());
        assertThat(named.tensor().segment().address()).isEqualTo(tensor.segment().address());
      }
      assertThat(pool.outstanding()).isZero();
    }
  }

  @Test
  void describesATensorForNumPy() {
    try (TensorPool pool = TensorPool.open("test", 1 << 20);
        Parts message = TensorParts.of("x", pool.allocate(DType.F32, Shape.of(2, 3)))) {
      assertThat(message.text(0))
          .isEqualTo(
              "{\"myelin\":1,\"name\":\"x\",\"dtype\":\"F32\",\"descr\":\"<f4\","
                  + "\"shape\":[2,3],\"bytes\":24}");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      value = {
        "{'descr':'<f4','shape':[2,3]} # F32",
        "{'dtype':'float32','shape':[2,3]} # F32",
        "{'dtype':'torch.int32','shape':[6]} # I32",
        "{'dtype':'<u4','shape':[1,6,1]} # U32",
        "{'dtype':'|b1','shape':[24]} # BOOL"
      })
  void takesWhatAPythonPeerWrites(String description, DType expected) throws Exception {
    try (TensorPool pool = TensorPool.open("test", 1 << 20);
        TensorParts.Named named =
            TensorParts.open(message(description.replace('\'', '"'), 24), pool)) {
      assertThat(named.tensor().dtype()).isEqualTo(expected);
      assertThat(named.name()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      value = {
        "nonsense # json",
        "[] # dtype",
        "{} # dtype",
        "{'descr':'>f4','shape':[2,3]} # little-endian",
        "{'descr':'<f3','shape':[2,3]} # dtype",
        "{'descr':'<f4'} # shape",
        "{'descr':'<f4','shape':[2,4]} # data: 24 bytes (expected: 32",
        "{'descr':'<f4','shape':[-2,-3]} # shape",
        "{'descr':'<f4','shape':[2.5]} # shape",
        "{'descr':'<f4','shape':[9223372036854775807,9223372036854775807]} # shape",
        "{'descr':'<f4','shape':[2,3],'bytes':25} # bytes",
        "{'descr':'<f4','shape':[2,3],'crc32c':1} # crc32c",
        "{'descr':'<f4','shape':[2,3],'myelin':2} # myelin",
        "{'descr':'<f4','shape':[2,3],'shape':[2,3]} # json"
      })
  void refusesWhatDoesNotFit(String description, String word) {
    try (TensorPool pool = TensorPool.open("test", 1 << 20)) {
      Parts message = message(description.replace('\'', '"'), 24);
      assertThatThrownBy(() -> TensorParts.open(message, pool))
          .isInstanceOf(PeerException.Malformed.class)
          .hasMessageContaining(word);
    }
  }

  @Test
  void givesTheMemoryBackOfWhatDoesNotFit() {
    try (TensorPool pool = TensorPool.open("test", 1 << 20)) {
      Parts message = Parts.of("{}").plus(pool.allocate(DType.U8, Shape.of(100)));
      assertThatThrownBy(() -> TensorParts.open(message, pool))
          .isInstanceOf(PeerException.Malformed.class);
      Parts many = Parts.of("{}", "x").plus(pool.allocate(DType.U8, Shape.of(100)));
      assertThatThrownBy(() -> TensorParts.open(many, pool)).hasMessageContaining("parts: 3");
      assertThat(pool.outstanding()).isZero();
    }
  }
}
