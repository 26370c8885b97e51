package dev.myelin.wire.asoc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.testkit.Golden;
import dev.myelin.wire.ApiKey;
import dev.myelin.wire.Dissection;
import dev.myelin.wire.Introduction;
import dev.myelin.wire.Limits;
import dev.myelin.wire.MemoryPipe;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.Progress;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Our bytes are the bytes of the stock implementation, both ways, for each of its vectors.
class AsocGoldenTest {
  private static final Limits LIMITS = Limits.defaults();
  private static final JsonNode ALL = Golden.json("golden/asoc/vectors.json");

  /// One vector, shown by its name.
  record Vector(JsonNode json) {
    String text(String field) {
      return json.required(field).asText();
    }

    byte[] hex(String field) {
      return Golden.bytes(text(field));
    }

    ApiKey key() {
      return ApiKey.of(text("api_key_utf8"));
    }

    boolean valid() {
      return text("expect").equals("valid");
    }

    @Override
    public String toString() {
      return text("name");
    }
  }

  static Stream<Vector> all() {
    return StreamSupport.stream(ALL.required("vectors").spliterator(), false).map(Vector::new);
  }

  private static Stream<Vector> of(String kind, boolean valid) {
    return all()
        .filter(vector -> vector.text("kind").equals(kind))
        .filter(vector -> vector.valid() == valid);
  }

  static Stream<Vector> validFrames() {
    return of("frame", true);
  }

  static Stream<Vector> validHellos() {
    return of("hello", true);
  }

  static Stream<Vector> validAccepts() {
    return of("accept", true);
  }

  static Stream<Vector> validBeacons() {
    return of("discovery", true);
  }

  static Stream<Vector> streams() {
    return of("stream", true);
  }

  static Stream<Vector> sessions() {
    return of("session", true);
  }

  static Stream<Vector> rejected() {
    return all().filter(vector -> !vector.valid());
  }

  @Test
  void everyVectorIsOfAKindThatSomeTestReads() {
    assertThat(all()).hasSize(ALL.required("vectors").size()).hasSizeGreaterThan(30);
    long read =
        Stream.of(
                validFrames(),
                validHellos(),
                validAccepts(),
                validBeacons(),
                streams(),
                sessions(),
                rejected(),
                of("frame-header", true))
            .flatMap(vectors -> vectors)
            .count();
    assertThat(read).isEqualTo(all().count());
  }

  @ParameterizedTest
  @MethodSource("validFrames")
  void framesAreReadAndWrittenAsStockDoes(Vector vector) throws PeerException {
    AsocFrame frame = decode(vector.hex("hex"));

    assertThat(AsocCodec.encode(frame)).isEqualTo(vector.hex("hex"));
    assertFields(dissect(vector.hex("hex")).getFirst(), vector.json().required("frame"));
    assertThat(payload(frame).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(vector.hex("payload_hex"));
  }

  @ParameterizedTest
  @MethodSource("validHellos")
  void hellosAreReadAndWrittenAsStockDoes(Vector vector) throws PeerException {
    UUID node = UUID.fromString(vector.text("node_id"));
    int challenge = (int) vector.json().required("challenge").asLong();

    AsocFrame.Hello hello = AsocProofs.hello(node, challenge, vector.key());
    assertThat(AsocCodec.encode(hello)).isEqualTo(vector.hex("hex"));
    assertThat(hello.proof().hex()).isEqualTo(vector.text("hmac_hex"));

    AsocFrame.Hello read = (AsocFrame.Hello) decode(vector.hex("hex"));
    assertThat(read).isEqualTo(hello);
    assertThat(AsocProofs.holds(read, vector.key())).isTrue();
  }

  @ParameterizedTest
  @MethodSource("validAccepts")
  void acceptsAreReadAndWrittenAsStockDoes(Vector vector) throws PeerException {
    AsocBytes token = AsocBytes.of(vector.hex("session_token_hex"));

    AsocFrame.Accept accept = AsocProofs.accept(token, vector.key());
    assertThat(AsocCodec.encode(accept)).isEqualTo(vector.hex("hex"));
    assertThat(accept.signature().hex()).isEqualTo(vector.text("signature_hex"));

    AsocFrame.Accept read = (AsocFrame.Accept) decode(vector.hex("hex"));
    assertThat(read).isEqualTo(accept);
    assertThat(AsocProofs.holds(read, vector.key())).isTrue();
  }

  @ParameterizedTest
  @MethodSource("validBeacons")
  void beaconsAreReadAndWrittenAsStockDoes(Vector vector) throws PeerException {
    long hash = AsocBeacon.communityHash(vector.text("community"));
    AsocBeacon beacon =
        new AsocBeacon(
            hash,
            UUID.fromString(vector.text("node_id")),
            vector.json().required("port").asInt(),
            vector.json().required("timestamp").asLong(),
            (int) vector.json().required("challenge").asLong());

    assertThat(hash).isEqualTo(HexFormat.fromHexDigitsToLong(vector.text("community_hash_hex")));
    assertThat(beacon.encode(vector.key())).isEqualTo(vector.hex("hex"));
    MemorySegment datagram = MemorySegment.ofArray(vector.hex("hex"));
    assertThat(AsocBeacon.decode(datagram, hash, vector.key())).isEqualTo(beacon);
  }

  @ParameterizedTest
  @MethodSource("streams")
  void streamsAreCutAsStockCutsThem(Vector vector) throws IOException {
    int chunk = vector.json().required("chunk_size").asInt();
    int stream = (int) vector.json().required("frames").get(0).required("stream_id").asLong();

    byte[] sent = sendToStock(stream, chunk, vector.hex("data_hex"));

    assertThat(sent).isEqualTo(vector.hex("hex"));
    assertFrames(vector);
  }

  @ParameterizedTest
  @MethodSource("sessions")
  void wholeConversationsAreReadAsTheirFrames(Vector vector) {
    assertFrames(vector);
  }

  @Test
  void aDataFrameOfAMebibyteIsWrittenAsStockDoes() throws IOException {
    Vector vector = named("frame-data-1mib");
    byte[] data = new byte[1 << 20];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (7 * (i % 256) + 3);
    }

    byte[] sent = sendToStock(1, 1 << 20, data);

    byte[] frame = Arrays.copyOf(sent, vector.json().required("frame_length").asInt());
    assertThat(frame).startsWith(vector.hex("hex"));
    assertThat(HexFormat.of().formatHex(AsocHash.sha256(frame)))
        .isEqualTo(vector.text("frame_sha256"));
  }

  @ParameterizedTest
  @MethodSource("rejected")
  void whatMustBeRejectedIsRejected(Vector vector) {
    MemorySegment bytes = MemorySegment.ofArray(vector.hex("hex"));
    assertThatThrownBy(
            () -> {
              switch (vector.text("kind")) {
                case "discovery" -> {
                  String ours =
                      vector.json().has("receiver_community")
                          ? vector.text("receiver_community")
                          : vector.text("community");
                  AsocBeacon.decode(bytes, AsocBeacon.communityHash(ours), vector.key());
                }
                case "hello" -> requireHolds((AsocFrame.Hello) decode(vector.hex("hex")), vector);
                case "accept" -> requireHolds((AsocFrame.Accept) decode(vector.hex("hex")), vector);
                default -> decode(vector.hex("hex"));
              }
            })
        .isInstanceOf(PeerException.class);
  }

  @Test
  void aBeaconFromAnotherCommunityOrAnotherKeyIsRefused() {
    Vector vector = named("discovery-basic");
    MemorySegment datagram = MemorySegment.ofArray(vector.hex("hex"));
    long ours = AsocBeacon.communityHash("test-cluster");

    assertThatThrownBy(() -> AsocBeacon.decode(datagram, ours + 1, vector.key()))
        .isInstanceOf(PeerException.Refused.class)
        .hasMessageContaining("another community");
    assertThatThrownBy(() -> AsocBeacon.decode(datagram, ours, ApiKey.of("other")))
        .isInstanceOf(PeerException.Refused.class)
        .hasMessageContaining("signature");
  }

  private static void requireHolds(AsocFrame.Hello hello, Vector vector) throws PeerException {
    if (!AsocProofs.holds(hello, vector.key())) {
      throw new PeerException.Refused("HELLO");
    }
  }

  private static void requireHolds(AsocFrame.Accept accept, Vector vector) throws PeerException {
    if (!AsocProofs.holds(accept, vector.key())) {
      throw new PeerException.Refused("ACCEPT");
    }
  }

  private static Vector named(String name) {
    return all().filter(vector -> vector.toString().equals(name)).findFirst().orElseThrow();
  }

  private static AsocFrame decode(byte[] bytes) throws PeerException {
    return AsocCodec.decode(MemorySegment.ofArray(bytes), LIMITS.frames(), 0);
  }

  private static List<Dissection> dissect(byte[] bytes) {
    return AsocDissector.of(LIMITS).dissect(MemorySegment.ofArray(bytes));
  }

  private static MemorySegment payload(AsocFrame frame) {
    return switch (frame) {
      case AsocFrame.Data data -> data.chunk();
      case AsocFrame.End end -> end.ignored();
      case AsocFrame.Control control -> control.payload();
      case AsocFrame.Unknown other -> other.body();
      case AsocFrame.Hello _, AsocFrame.Accept _ -> throw new AssertionError(frame);
    };
  }

  private static void assertFrames(Vector vector) {
    List<Dissection> frames = dissect(vector.hex("hex"));
    JsonNode expected = vector.json().required("frames");
    assertThat(frames).hasSize(expected.size()).allMatch(Dissection::ok);
    for (int i = 0; i < frames.size(); i++) {
      assertFields(frames.get(i), expected.get(i));
    }
  }

  private static void assertFields(Dissection frame, JsonNode expected) {
    assertThat(frame.error()).isEmpty();
    assertThat(frame.type()).isEqualTo(AsocHeader.typeName(expected.required("type").asInt()));
    assertThat(frame.length()).isEqualTo(expected.required("length").asLong());
    for (String field : List.of("version", "stream_id", "seq")) {
      assertThat(frame.fields()).containsEntry(field, expected.required(field).asLong());
    }
  }

  private static byte[] sendToStock(int stream, int chunk, byte[] data) throws IOException {
    Limits limits =
        new Limits(
            new Limits.Frames(64 << 20, 64 << 10, chunk),
            LIMITS.streams(),
            LIMITS.strangers(),
            LIMITS.waits());
    MemoryPipe pipe = MemoryPipe.open();
    Introduction stock = new Introduction("", Introduction.Proof.STOCK, 0, Set.of());
    try (Arena arena = Arena.ofConfined();
        var session = AsocSession.open(pipe, pipe, limits, stock, Set.of(), 0)) {
      MemorySegment memory = arena.allocate(data.length);
      memory.copyFrom(MemorySegment.ofArray(data));
      Shape shape = Shape.of(data.length);
      TensorHeader header = new TensorHeader("", DType.U8, shape, TensorHeader.Digest.SHA256);
      Tensor tensor = Tensor.wrap(DType.U8, shape, memory);
      session.send(new Message.Transfer(stream, header, tensor), Progress.NONE);
    }
    return pipe.drain();
  }
}
