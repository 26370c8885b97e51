package dev.myelin.wire.asoc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.testkit.Golden;
import dev.myelin.wire.Credentials;
import dev.myelin.wire.Introduction;
import dev.myelin.wire.Limits;
import dev.myelin.wire.MemoryPipe;
import dev.myelin.wire.Message;
import dev.myelin.wire.Message.Contact;
import dev.myelin.wire.Session;
import dev.myelin.wire.TensorHeader;
import dev.myelin.wire.TensorHeader.Digest;
import dev.myelin.wire.pack.PackCodec;
import dev.myelin.wire.pack.Packing;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Our extensions keep the bytes they were published with, here and on their page.
@Timeout(20)
class AsocExtensionGoldenTest {
  private static final String FOLDER = "golden/asoc-extensions/";

  /// The CRC-32C of 01 02 03 04.
  private static final String CRC_OF_FOUR = "29308cf4";

  /// A published message, by the name of its vector.
  record Published(String name, Message message) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Published> published() {
    byte[] content = {1, 2, 3, 4, 5, 6};
    Tensor tensor = Tensor.wrap(DType.U8, Shape.of(2, 3), MemorySegment.ofArray(content));
    TensorHeader plain = new TensorHeader("w", DType.U8, tensor.shape(), Digest.NONE);
    TensorHeader crc = new TensorHeader("w", DType.U8, tensor.shape(), Digest.CRC32C);
    TensorHeader sha = new TensorHeader("w", DType.U8, tensor.shape(), Digest.SHA256);
    return List.of(
        new Published("03-tensor-none", new Message.Transfer(1, plain, tensor)),
        new Published("04-tensor-crc32c", new Message.Transfer(3, crc, tensor)),
        new Published("05-tensor-sha256", new Message.Transfer(5, sha, tensor)),
        new Published("20-resume-ask", new Message.Ask(7, crc, "000102030405060708090a0b0c0d0e0f")),
        new Published("21-resume-held", new Message.Held(7, 4, CRC_OF_FOUR)),
        new Published(
            "22-resume-rest",
            new Message.Rest(
                new Message.Transfer(7, crc, tensor), new Message.Held(7, 4, CRC_OF_FOUR))),
        new Published("06-abort", new Message.Abort(1, 1, "cancelled")),
        new Published("07-cancel", new Message.Cancel(1, 3, "no room")),
        new Published("08-receipt", new Message.Receipt(1, 0, 6, "")),
        new Published("09-ping", new Message.Ping(0x0102030405060708L)),
        new Published("10-pong", new Message.Pong(0x0102030405060708L)),
        new Published("11-alive", new Message.Alive()),
        new Published("12-goodbye", new Message.Goodbye(8, "restart")),
        new Published("13-fault", new Message.Fault(7, "bad frame")),
        new Published("15-credit", new Message.Credit(1, 0x300000)),
        new Published("16-credit-all", new Message.Credit(0, 0x600000)),
        new Published("29-packed", packed(DType.F32, PackCodec.RAW)),
        new Published("30-packed-narrow", packed(DType.F16, PackCodec.RAW)),
        new Published("14-contacts", new Message.Contacts(List.of(CONTACT))),
        new Published("19-reference", new Message.Reference(1, 7, crc, PLACE, 64)),
        new Published(
            "25-meet",
            new Message.Meet(
                0x0102030405060708L, 1000, true, new Message.Place(4242, 9, 77, 1052672), PROOF)),
        new Published("26-met", new Message.Met(0, PROOF, "")),
        new Published("27-move", new Message.Move()),
        new Published("31-serves", new Message.Serves()),
        new Published("28-free", new Message.Free(List.of(7L, 8L))));
  }

  private static final Contact CONTACT = new Contact(AsocTalk.BOB.toString(), "192.0.2.7", 9001);
  private static final Message.Place PLACE = new Message.Place(0, 11, 78, 4096);
  private static final String PROOF = HexFormat.of().formatHex(proof());

  private static byte[] proof() {
    byte[] proof = new byte[32];
    for (int i = 0; i < proof.length; i++) {
      proof[i] = (byte) (0x40 + i);
    }
    return proof;
  }

  private static Message packed(DType wire, PackCodec codec) {
    byte[] content = HexFormat.of().parseHex("0000803f00000040");
    Tensor tensor = Tensor.wrap(DType.F32, Shape.of(2), MemorySegment.ofArray(content));
    TensorHeader header = new TensorHeader("w", DType.F32, tensor.shape(), Digest.CRC32C);
    return new Message.Transfer(7, header, tensor).packed(Packing.always(codec, wire));
  }

  @ParameterizedTest
  @MethodSource("published")
  void messagesKeepTheirBytes(Published published) throws IOException {
    MemoryPipe pipe = MemoryPipe.open();
    Limits all = Limits.defaults();
    Limits four =
        new Limits(new Limits.Frames(64, 1024, 4), all.streams(), all.strangers(), all.waits());
    try (Session session = AsocWire.over(pipe, four, Introduction.Proof.MUTUAL)) {
      session.send(published.message());
    }

    check(published.name(), pipe.drain());
  }

  @ParameterizedTest
  @EnumSource(Digest.class)
  void smallTensorsKeepTheirBytes(Digest digest) throws IOException {
    byte[] content = {1, 2, 3, 4, 5, 6};
    Tensor tensor = Tensor.wrap(DType.U8, Shape.of(2, 3), MemorySegment.ofArray(content));
    TensorHeader header = new TensorHeader("w", DType.U8, tensor.shape(), digest);
    MemoryPipe pipe = MemoryPipe.open();
    try (Session session = AsocWire.over(pipe, Limits.defaults(), Introduction.Proof.MUTUAL)) {
      session.send(new Message.Transfer(1, header, tensor));
    }

    String name =
        switch (digest) {
          case NONE -> "17-whole-none";
          case CRC32C -> "18-whole-crc32c";
          case SHA256 -> "19-whole-sha256";
        };
    check(name, pipe.drain());
  }

  @Test
  void theHandshakeKeepsItsBytes() throws IOException {
    byte[][] handshake = handshake();

    check("01-handshake-dialler", handshake[0]);
    check("02-handshake-acceptor", handshake[1]);
  }

  @Test
  void theProofsFollowFromTheirDefinitionAndKeepClearOfStockInputs() {
    byte[] up = Golden.hex(FOLDER + "01-handshake-dialler.hex").bytes();
    byte[] down = Golden.hex(FOLDER + "02-handshake-acceptor.hex").bytes();
    byte[] token =
        concat("myelin/asoc/1 accept token", slice(up, 14, 50), AsocHash.bytes(AsocTalk.BOB));
    byte[] community = AsocHash.sha256(AsocHash.utf8("test-cluster"));
    byte[] transcript =
        AsocHash.sha256(
            concat(
                "myelin/asoc/1 transcript",
                slice(up, 0, 50),
                slice(down, 0, 30),
                slice(down, 30 + 19, 30 + 19 + 64),
                slice(up, 50 + 19, 50 + 19 + 39),
                community));
    byte[] dialler = concat("myelin/asoc/1 dialler proof", transcript);
    byte[] acceptor = concat("myelin/asoc/1 acceptor proof", transcript);

    assertThat(slice(down, 14, 22)).isEqualTo(slice(AsocHash.hmac(AsocTalk.KEY, token), 0, 8));
    assertThat(slice(up, up.length - 32, up.length))
        .isEqualTo(AsocHash.hmac(AsocTalk.KEY, dialler));
    assertThat(slice(down, down.length - 32, down.length))
        .isEqualTo(AsocHash.hmac(AsocTalk.KEY, acceptor));
    for (byte[] input : List.of(token, dialler, acceptor)) {
      assertThat(input.length).isNotIn(8, 20, 34);
    }
  }

  private static void check(String name, byte[] bytes) throws IOException {
    Golden golden = Golden.hex(FOLDER + name + ".hex");
    assertThat(HexFormat.of().formatHex(bytes))
        .as(name)
        .isEqualTo(HexFormat.of().formatHex(golden.bytes()));
    assertThat(golden.header("made by")).isNotEmpty();
    String page = Files.readString(Path.of("..", "docs/reference/wire/asoc-extensions.md"));
    assertThat(page.replaceAll("\\s+", "")).as(name).contains(HexFormat.of().formatHex(bytes));
  }

  /// Returns what Alice, who dials, and Bob write when their randomness is fixed.
  private static byte[][] handshake() throws IOException {
    MemoryPipe up = MemoryPipe.open();
    MemoryPipe down = MemoryPipe.open();
    MemoryPipe toBob = MemoryPipe.open();
    MemoryPipe toAlice = MemoryPipe.open();
    Credentials alice = credentials(AsocTalk.ALICE, 9000, 0x20);
    Credentials bob = credentials(AsocTalk.BOB, 9001, 0x00);
    CompletableFuture<Session> dialling =
        AsocTalk.run(() -> handshake(toAlice, up, alice).dial(), up);
    CompletableFuture<Session> accepting =
        AsocTalk.run(() -> handshake(toBob, down, bob).accept(), down);
    byte[] hello = pass(up, toBob, 50);
    byte[] offer = pass(down, toAlice, 30 + 83);
    byte[] prove = pass(up, toBob, 90);
    byte[] proved = pass(down, toAlice, 51);
    AsocTalk.await(dialling, accepting);
    dialling.join().close();
    accepting.join().close();
    return new byte[][] {concat("", hello, prove), concat("", offer, proved)};
  }

  /// Both offer the five features the vectors were published with.
  private static AsocHandshake handshake(MemoryPipe in, MemoryPipe out, Credentials mine) {
    return new AsocHandshake(in, out, mine, Limits.defaults(), 0x1F);
  }

  private static byte[] pass(MemoryPipe from, MemoryPipe to, int length) throws IOException {
    byte[] bytes = new byte[length];
    from.readFully(MemorySegment.ofArray(bytes));
    to.write(bytes);
    return bytes;
  }

  private static Credentials credentials(UUID node, int port, int firstNonceByte) {
    RandomGenerator fixed =
        new RandomGenerator() {
          @Override
          public long nextLong() {
            return 0x12345678;
          }

          @Override
          public int nextInt() {
            return 0x12345678;
          }

          @Override
          public void nextBytes(byte[] bytes) {
            for (int i = 0; i < bytes.length; i++) {
              bytes[i] = (byte) (firstNonceByte + i);
            }
          }
        };
    return new Credentials(node, AsocTalk.KEY, AsocTalk.COMMUNITY, port, AsocTalk.secure(), fixed);
  }

  private static byte[] slice(byte[] bytes, int from, int to) {
    return Arrays.copyOfRange(bytes, from, to);
  }

  private static byte[] concat(String label, byte[]... parts) {
    byte[] all = AsocHash.utf8(label);
    for (byte[] part : parts) {
      byte[] longer = Arrays.copyOf(all, all.length + part.length);
      System.arraycopy(part, 0, longer, all.length, part.length);
      all = longer;
    }
    return all;
  }
}
