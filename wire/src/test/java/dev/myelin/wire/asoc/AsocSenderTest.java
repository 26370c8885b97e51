package dev.myelin.wire.asoc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.Introduction;
import dev.myelin.wire.Landing;
import dev.myelin.wire.MemoryPipe;
import dev.myelin.wire.Message;
import dev.myelin.wire.Message.Contact;
import dev.myelin.wire.Session;
import dev.myelin.wire.TensorHeader;
import dev.myelin.wire.TensorHeader.Digest;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(20)
@ExtendWith(LeakCheck.class)
class AsocSenderTest {
  private final MemoryPipe pipe = MemoryPipe.open();
  private final Session session = AsocWire.over(pipe, AsocWire.small(), Introduction.Proof.MUTUAL);

  @Test
  void everyFrameIsOneWriteAndTheTensorEndsWithOneFlush(TensorPool pool) throws IOException {
    try (Tensor tensor = pool.allocate(DType.U8, Shape.of(10))) {
      session.send(new Message.Transfer(1, header(tensor, Digest.CRC32C), tensor));
    }

    // OPEN, three DATA of at most four bytes, DIGEST, END.
    assertThat(pipe.writes()).isEqualTo(6);
    assertThat(pipe.flushes()).isEqualTo(1);
  }

  @Test
  void anUndescribedStreamIsNumberedAcrossItsChunks(TensorPool pool) throws IOException {
    try (Tensor tensor = pool.allocate(DType.U8, Shape.of(5))) {
      tensor.segment().fill((byte) 1);
      session.send(new Message.TensorData(3, 0, tensor));
      session.send(new Message.TensorData(3, 0, tensor));
    }
    session.send(new Message.End(3));
    session.send(new Message.End(3));

    byte[] four = {1, 1, 1, 1};
    assertThat(pipe.drain())
        .isEqualTo(
            new AsocWire()
                .data(3, 0, four)
                .data(3, 1, (byte) 1)
                .data(3, 2, four)
                .data(3, 3, (byte) 1)
                .end(3, 4)
                .end(3, 0)
                .bytes());
  }

  @Test
  void whatIsPostedWaitsForSomebodyToFlush(TensorPool pool) throws IOException {
    try (Tensor tensor = pool.allocate(DType.U8, Shape.of(3))) {
      tensor.segment().fill((byte) 1);
      session.post(new Message.TensorData(3, 0, tensor));
      tensor.segment().fill((byte) 2);
      session.post(new Message.TensorData(3, 0, tensor));
      session.post(new Message.Receipt(5, 0, 1, ""));
    }
    session.post(new Message.End(3));

    assertThat(pipe.flushes()).isZero();
    assertThat(pipe.drain())
        .isEqualTo(
            new AsocWire()
                .data(3, 0, (byte) 1, (byte) 1, (byte) 1)
                .data(3, 1, (byte) 2, (byte) 2, (byte) 2)
                .control(5, new AsocExtension.Receipt(0, 1, ""))
                .end(3, 2)
                .bytes());
  }

  @Test
  void progressIsToldAndMayEndTheStream(TensorPool pool) throws IOException {
    List<Long> sent = new ArrayList<>();
    try (Tensor tensor = pool.allocate(DType.U8, Shape.of(10))) {
      Message transfer = new Message.Transfer(1, header(tensor, Digest.NONE), tensor);
      assertThatThrownBy(
              () ->
                  session.send(
                      transfer,
                      (now, total) -> {
                        sent.add(now);
                        assertThat(total).isEqualTo(10);
                        if (now == 8) {
                          throw new IOException("enough");
                        }
                      }))
          .isInstanceOf(IOException.class)
          .hasMessage("enough");
    }
    pipe.end();

    assertThat(sent).containsExactly(4L, 8L);
    assertThat(AsocTalk.receive(session, Landing.in(pool), Message.Abort.class))
        .isEqualTo(new Message.Abort(1, 1, "enough"));
    assertThat(session.receive(AsocTalk.NOWHERE)).isNull();
  }

  static List<Message> words() {
    return List.of(
        new Message.Abort(0x80000001, 1, "a"),
        new Message.Cancel(2, 3, ""),
        new Message.Receipt(5, 0, Long.MAX_VALUE, "ok"),
        new Message.Ping(Long.MIN_VALUE),
        new Message.Pong(-1),
        new Message.Alive(),
        new Message.Goodbye(8, "über"),
        new Message.Fault(65535, "🔑"),
        new Message.Contacts(List.of(new Contact("a", "::1", 65535), new Contact("", "b", 0))));
  }

  @ParameterizedTest
  @MethodSource("words")
  void wordsArriveAsTheyWereSent(Message message) throws IOException {
    session.send(message);

    assertThat(AsocTalk.receive(session, AsocTalk.NOWHERE, message.getClass())).isEqualTo(message);
    assertThat(pipe.available()).isZero();
  }

  @ParameterizedTest
  @MethodSource("words")
  void aStockPeerIsSentNothingButSignsOfLife(Message message) throws IOException {
    Session stock = AsocWire.over(pipe, AsocWire.small(), Introduction.Proof.STOCK);

    stock.send(message);

    String expected = message instanceof Message.Alive ? "0103000000000000000000000000" : "";
    assertThat(HexFormat.of().formatHex(pipe.drain())).isEqualTo(expected);
  }

  @Test
  void longTextsAreCutAtACharacter() throws IOException {
    session.send(new Message.Fault(1, "ü".repeat(1000)));

    assertThat(AsocTalk.receive(session, AsocTalk.NOWHERE, Message.Fault.class).text())
        .isEqualTo("ü".repeat(256));
  }

  @Test
  void manyContactsTravelInFramesThatEveryReceiverTakes() throws IOException {
    List<Contact> contacts =
        IntStream.range(0, 300)
            .mapToObj(i -> new Contact(AsocTalk.ALICE.toString(), "10.0.0." + i, i))
            .toList();
    session.send(new Message.Contacts(contacts));
    pipe.end();

    List<Contact> arrived = new ArrayList<>();
    for (Message next = session.receive(AsocTalk.NOWHERE);
        next instanceof Message.Contacts(var part);
        next = session.receive(AsocTalk.NOWHERE)) {
      arrived.addAll(part);
    }
    assertThat(arrived).isEqualTo(contacts);
  }

  @Test
  void misuseIsRefusedBeforeAByteLeaves(TensorPool pool) {
    try (Tensor tensor = pool.allocate(DType.U8, Shape.of(1))) {
      TensorHeader right = header(tensor, Digest.NONE);
      TensorHeader wrong = new TensorHeader("t", DType.U8, Shape.of(2), Digest.NONE);
      TensorHeader named = new TensorHeader("123456789", DType.U8, Shape.of(1), Digest.NONE);
      TensorHeader deep = new TensorHeader("t", DType.U8, Shape.of(1, 1, 1), Digest.NONE);
      for (Message bad :
          List.of(
              new Message.Transfer(0, right, tensor),
              new Message.Transfer(1, wrong, tensor),
              new Message.Transfer(1, named, tensor),
              new Message.Transfer(1, deep, tensor),
              new Message.TensorData(0, 0, tensor),
              new Message.End(0),
              new Message.Cancel(0, 1, ""),
              new Message.Declined(1, 1, ""),
              new Message.Opaque(1, tensor.segment()),
              new Message.Opaque(256, tensor.segment()))) {
        assertThatThrownBy(() -> session.send(bad))
            .as(bad.toString())
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
    assertThat(pipe.available()).isZero();
  }

  @Test
  @SuppressWarnings("restricted") // a size without memory behind it
  void aTensorOfTooManyFramesIsRefused() {
    long bytes = 64 * 0xFFFF_FFFFL + 1;
    MemorySegment nowhere = MemorySegment.NULL.reinterpret(bytes);
    Tensor tensor = Tensor.wrap(DType.U8, Shape.of(bytes), nowhere);

    assertThatThrownBy(
            () -> session.send(new Message.Transfer(1, header(tensor, Digest.NONE), tensor)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4294967295 frames of 64");
    assertThat(pipe.available()).isZero();
  }

  @Test
  void streamsOfManyThreadsInterleaveAndArriveWhole(TensorPool pool) throws IOException {
    AsocTalk talk = AsocTalk.open(AsocWire.small());
    int senders = 3;
    byte[][] contents = new byte[senders][];
    List<CompletableFuture<?>> sending = new ArrayList<>();
    for (int i = 0; i < senders; i++) {
      contents[i] = new byte[90];
      Arrays.fill(contents[i], (byte) i);
      Tensor tensor =
          Tensor.wrap(DType.U8, Shape.of(90), MemorySegment.ofArray(contents[i].clone()));
      int stream = i + 1;
      sending.add(
          AsocTalk.run(
              () -> {
                talk.dialler()
                    .send(new Message.Transfer(stream, header(tensor, Digest.SHA256), tensor));
                return stream;
              },
              talk.toAcceptor()));
    }
    for (int i = 0; i < senders; i++) {
      Message.Transfer transfer =
          AsocTalk.receive(talk.acceptor(), Landing.in(pool), Message.Transfer.class);
      assertThat(transfer.tensor().segment())
          .matches(s -> s.mismatch(MemorySegment.ofArray(contents[transfer.stream() - 1])) == -1);
      transfer.tensor().close();
    }
    AsocTalk.await(sending.toArray(CompletableFuture<?>[]::new));
  }

  private static TensorHeader header(Tensor tensor, Digest digest) {
    return new TensorHeader("t", tensor.dtype(), tensor.shape(), digest);
  }
}
