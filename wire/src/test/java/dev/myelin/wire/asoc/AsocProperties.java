package dev.myelin.wire.asoc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.Property;
import dev.myelin.wire.Introduction;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Limits;
import dev.myelin.wire.MemoryPipe;
import dev.myelin.wire.MemoryTrust;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.Session;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AsocProperties {
  private static final Limits SMALL = AsocWire.small();
  private static final List<Introduction.Proof> PROOFS = List.of(Introduction.Proof.values());
  private static final List<DType> DTYPES = List.of(DType.values());
  private static final List<TensorHeader.Digest> DIGESTS = List.of(TensorHeader.Digest.values());

  @Test
  void whatIsWrittenIsRead() {
    Property.check(
        300,
        random -> {
          List<Message> sent = messages(random);
          List<String> expected = new ArrayList<>();
          MemoryPipe pipe = MemoryPipe.open();
          Session session = AsocWire.over(pipe, SMALL, Introduction.Proof.MUTUAL);
          for (Message message : sent) {
            session.send(message);
            expected.add(describe(message));
          }
          pipe.end();
          assertThat(read(session)).isEqualTo(expected);
        });
  }

  @Test
  void everySplitOfTheInputGivesTheSameMessages() {
    Property.check(
        100,
        random -> {
          byte[] bytes = written(random);
          MemoryPipe pipe = MemoryPipe.open();
          Session session = AsocWire.over(pipe, SMALL, Introduction.Proof.MUTUAL);
          CompletableFuture<List<String>> reading = AsocTalk.run(() -> read(session), pipe);
          for (int at = 0; at < bytes.length; ) {
            int part = 1 + random.nextInt(Math.min(20, bytes.length - at));
            pipe.write(Arrays.copyOfRange(bytes, at, at + part));
            at += part;
          }
          pipe.end();
          AsocTalk.await(reading);
          assertThat(reading.join())
              .isEqualTo(read(AsocWire.read(bytes, SMALL, Introduction.Proof.MUTUAL)));
        });
  }

  @Test
  void anyBytesGiveMessagesOrAPeerException() {
    Property.check(
        3000,
        random -> {
          byte[] bytes = random.nextBoolean() ? noise(random) : mutated(random);
          consume(bytes, PROOFS.get(random.nextInt(PROOFS.size())));
        });
  }

  @Test
  void anyBytesInAHandshakeGiveASessionOrAPeerException() {
    byte[] hello = AsocCodec.encode(AsocProofs.hello(AsocTalk.ALICE, 7, AsocTalk.KEY));
    Property.check(
        1000,
        random -> {
          byte[] behind = random.nextBoolean() ? noise(random) : mutated(random);
          byte[] bytes = Arrays.copyOf(hello, hello.length + behind.length);
          System.arraycopy(behind, 0, bytes, hello.length, behind.length);
          if (random.nextInt(3) == 0) {
            bytes[random.nextInt(hello.length)] ^= (byte) (1 << random.nextInt(8));
          }
          shake(MemoryPipe.of(bytes));
        });
  }

  @Test
  void beaconsSurviveTheWireAndNothingElseDoes() {
    Property.check(
        500,
        random -> {
          AsocBeacon beacon =
              new AsocBeacon(
                  random.nextLong(),
                  new UUID(random.nextLong(), random.nextLong()),
                  random.nextInt(65536),
                  random.nextLong(1L << 32),
                  random.nextInt());
          byte[] bytes = beacon.encode(AsocTalk.KEY);
          MemorySegment datagram = MemorySegment.ofArray(bytes);
          assertThat(AsocBeacon.decode(datagram, beacon.communityHash(), AsocTalk.KEY))
              .isEqualTo(beacon);
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
          try {
            AsocBeacon.decode(datagram, beacon.communityHash(), AsocTalk.KEY);
            throw new AssertionError("a flipped bit went unnoticed");
          } catch (PeerException expected) {
            assertThat(expected).isInstanceOf(PeerException.Refused.class);
          }
        });
  }

  /// Reads bytes to the end; whatever they are, nothing leaks and no limit is passed.
  static void consume(byte[] bytes, Introduction.Proof proof) throws IOException {
    // What all open streams may claim at once, and one chunk.
    long most =
        SMALL.streams().open() * SMALL.streams().tensorBytes() + SMALL.frames().frameBytes();
    try (TensorPool pool = TensorPool.open("any", most);
        Session session = AsocWire.read(bytes, SMALL, proof)) {
      Landing landing = Landing.in(pool);
      for (Message next = session.receive(landing); next != null; next = session.receive(landing)) {
        close(next);
      }
    } catch (PeerException expected) {
      assertThat(expected).hasMessageNotContaining("null");
    }
  }

  private static void shake(MemoryPipe in) throws IOException {
    try {
      AsocDialect.INSTANCE
          .accept(
              in,
              MemoryPipe.open(),
              AsocTalk.credentials(AsocTalk.BOB, MemoryTrust.of(MemoryTrust.Stock.ALLOWED)),
              SMALL)
          .close();
    } catch (PeerException expected) {
      assertThat(expected).hasMessageNotContaining("null");
    }
  }

  private static byte[] noise(RandomGenerator random) {
    byte[] bytes = new byte[random.nextInt(200)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] mutated(RandomGenerator random) throws IOException {
    byte[] bytes = written(random);
    for (int i = random.nextInt(4); i >= 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length));
  }

  private static byte[] written(RandomGenerator random) throws IOException {
    MemoryPipe pipe = MemoryPipe.open();
    Session session = AsocWire.over(pipe, SMALL, Introduction.Proof.MUTUAL);
    session.send(new Message.Ping(random.nextLong()));
    for (Message message : messages(random)) {
      session.send(message);
    }
    return pipe.drain();
  }

  private static List<Message> messages(RandomGenerator random) {
    List<Message> messages = new ArrayList<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      messages.add(message(random));
    }
    return messages;
  }

  private static Message message(RandomGenerator random) {
    int stream = 1 + random.nextInt(Integer.MAX_VALUE);
    return switch (random.nextInt(7)) {
      case 0, 1 -> transfer(stream, random);
      case 2 -> new Message.Receipt(stream, random.nextInt(11), random.nextLong(1L << 50), "r");
      case 3 -> new Message.Goodbye(random.nextInt(11), "g" + random.nextInt());
      case 4 -> new Message.Cancel(stream, random.nextInt(11), "");
      case 5 -> new Message.Pong(random.nextLong());
      default -> new Message.End(stream);
    };
  }

  private static Message transfer(int stream, RandomGenerator random) {
    DType dtype = DTYPES.get(random.nextInt(DTYPES.size()));
    Shape shape =
        dtype.elementsPerBlock() == 1
            ? Shape.of(random.nextInt(4), random.nextInt(4))
            : Shape.of(dtype.elementsPerBlock());
    TensorHeader header =
        new TensorHeader("n" + random.nextInt(999), dtype, shape, DIGESTS.get(random.nextInt(3)));
    byte[] content = new byte[(int) header.byteSize()];
    random.nextBytes(content);
    return new Message.Transfer(
        stream, header, Tensor.wrap(dtype, shape, MemorySegment.ofArray(content)));
  }

  private static List<String> read(Session session) throws IOException {
    List<String> all = new ArrayList<>();
    try (TensorPool pool = TensorPool.open("read", 1 << 20)) {
      Landing landing = Landing.in(pool);
      for (Message next = session.receive(landing); next != null; next = session.receive(landing)) {
        all.add(describe(next));
        close(next);
      }
    }
    return all;
  }

  private static String describe(Message message) {
    return message instanceof Message.Transfer t
        ? t.stream() + " " + t.header() + " " + hex(t.tensor())
        : message.toString();
  }

  private static String hex(Tensor tensor) {
    return HexFormat.of().formatHex(tensor.segment().toArray(ValueLayout.JAVA_BYTE));
  }

  private static void close(Message message) {
    switch (message) {
      case Message.Transfer transfer -> transfer.tensor().close();
      case Message.TensorData data -> data.tensor().close();
      default -> {}
    }
  }
}
