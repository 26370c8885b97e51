package dev.myelin.wire.asoc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.Introduction;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Message;
import dev.myelin.wire.TensorHeader;
import dev.myelin.wire.TensorHeader.Digest;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(20)
class AsocSessionTest {
  @Test
  void bothSidesProveThemselves() {
    AsocTalk talk = AsocTalk.open();

    assertThat(talk.dialler().introduction().id()).isEqualTo(AsocTalk.BOB.toString());
    assertThat(talk.acceptor().introduction().id()).isEqualTo(AsocTalk.ALICE.toString());
    assertThat(talk.dialler().introduction().proof()).isEqualTo(Introduction.Proof.MUTUAL);
    assertThat(talk.acceptor().introduction().proof()).isEqualTo(Introduction.Proof.MUTUAL);
    assertThat(talk.acceptor().introduction().listenPort()).isEqualTo(9000);
    assertThat(talk.acceptor().introduction().features())
        .containsExactlyInAnyOrder(
            "tensors",
            "receipts",
            "alive",
            "farewell",
            "contacts",
            "windows",
            "whole",
            "packed",
            "resume",
            "shared");
  }

  @ParameterizedTest
  @EnumSource(Digest.class)
  void aTensorArrivesWithItsHeaderAndItsDigest(Digest digest) throws IOException {
    Limits all = Limits.defaults();
    AsocTalk talk = AsocTalk.open(all.flow(all.flow().windowBytes(0)));
    try (TensorPool pool = TensorPool.open("test", 64 << 20);
        Tensor tensor = pool.allocate(DType.F32, Shape.of(700, 1000))) {
      for (int i = 0; i < 700_000; i++) {
        tensor.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, i);
      }
      TensorHeader header = new TensorHeader("weights/ä", DType.F32, tensor.shape(), digest);
      talk.dialler().send(new Message.Transfer(7, header, tensor));

      Message.Transfer transfer =
          AsocTalk.receive(talk.acceptor(), Landing.in(pool), Message.Transfer.class);

      assertThat(transfer.header()).isEqualTo(header);
      assertThat(transfer.stream()).isEqualTo(7);
      assertThat(transfer.digestHex()).hasSize(2 * bytes(digest));
      assertThat(transfer.tensor().segment().mismatch(tensor.segment())).isEqualTo(-1);
      transfer.tensor().close();
    }
  }

  private static int bytes(Digest digest) {
    return switch (digest) {
      case NONE -> 0;
      case CRC32C -> 4;
      case SHA256 -> 32;
    };
  }
}
