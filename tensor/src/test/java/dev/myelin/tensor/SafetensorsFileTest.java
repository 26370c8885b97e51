package dev.myelin.tensor;

import static dev.myelin.tensor.ConversionTest.resource;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.myelin.tensor.SafetensorsFile.Spec;
import dev.myelin.tensor.TensorFileException.Rule;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsFileTest {
  private static final String A = "'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}";

  @TempDir private Path folder;

  @Test
  void readsEveryTypeOfTheReference() throws Exception {
    try (SafetensorsFile file = SafetensorsFile.open(resource("safetensors/all.safetensors"))) {
      assertThat(file.entries()).hasSize(13);
      assertThat(file.metadata()).containsEntry("ü", "ö\"\\");
      for (SafetensorsFile.Entry entry : file.entries()) {
        assertThat(entry.name()).isEqualTo(entry.dtype().name().toLowerCase(Locale.ROOT));
        Tensor tensor = file.tensor(entry);
        assertThat(tensor.shape()).isEqualTo(Shape.of(2, 3));
        assertThat(tensor.doubleAt(4)).isEqualTo(entry.dtype() == DType.BOOL ? 1 : 100);
      }
      assertThat(file.find("nothing")).isEmpty();
      assertThatThrownBy(() -> file.tensor("nothing")).hasMessageContaining("nothing");
    }
  }

  @Test
  void readsEmptyTensorsScalarsAndEmptyFiles() throws Exception {
    try (SafetensorsFile file = SafetensorsFile.open(resource("safetensors/edge.safetensors"));
        SafetensorsFile none = SafetensorsFile.open(resource("safetensors/none.safetensors"))) {
      assertThat(file.tensor("a").shape()).isEqualTo(Shape.of(0, 4));
      assertThat(file.tensor("b").longAt(0)).isEqualTo(7);
      assertThat(none.entries()).isEmpty();
    }
  }

  @Test
  void readsBackWhatItWrites() throws Exception {
    Path path = folder.resolve("written.safetensors");
    try (SafetensorsFile file = SafetensorsFile.open(resource("safetensors/all.safetensors"))) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      file.entries().reversed().forEach(entry -> tensors.put(entry.name(), file.tensor(entry)));
      SafetensorsFile.write(path, tensors, file.metadata());
      try (SafetensorsFile copy = SafetensorsFile.open(path)) {
        assertThat(copy.metadata()).isEqualTo(file.metadata());
        assertThat(copy.entries()).hasSize(13);
        for (SafetensorsFile.Entry entry : copy.entries()) {
          assertThat(entry.offset() % entry.dtype().bytesPerBlock()).isZero();
          assertThat(copy.tensor(entry).contentEquals(file.tensor(entry.name()))).isTrue();
        }
      }
    }
    assertThat(folder.toFile().list()).containsExactly("written.safetensors");
  }

  @Test
  void writesThroughTheTensorsOfAFileItCreates() throws IOException {
    Path path = folder.resolve("made.safetensors");
    List<Spec> specs =
        List.of(new Spec("x", DType.U8, Shape.of(3)), new Spec("y", DType.F64, Shape.of(2)));
    Tensor left;
    try (SafetensorsFile file = SafetensorsFile.create(path, specs, Map.of("k", "v"))) {
      file.tensor("x").set(2, 9L);
      file.tensor("y").set(1, 2.5);
      left = file.tensor("y");
      file.force();
    }
    assertThatThrownBy(left::segment).isInstanceOf(IllegalStateException.class);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.tensor("x").longAt(2)).isEqualTo(9);
      assertThat(file.tensor("y").doubleAt(1)).isEqualTo(2.5);
      assertThat(file.metadata()).containsOnly(Map.entry("k", "v"));
    }
  }

  @Test
  void reachesBeyondFourGibibytes() throws IOException {
    Path path = folder.resolve("large.safetensors");
    Shape shape = Shape.of(3, 1L << 30);
    List<Spec> specs = List.of(new Spec("a", DType.U8, shape), new Spec("b", DType.U8, shape));
    try (SafetensorsFile file = SafetensorsFile.create(path, specs, Map.of())) {
      file.tensor("b").set(shape.elements() - 1, 77L);
    }
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.tensor("b").row(2).longAt((1L << 30) - 1)).isEqualTo(77);
      assertThat(file.tensor("a").longAt(0)).isZero();
    } finally {
      Files.delete(path);
    }
  }

  @Test
  void refusesToWriteWhatTheFormatDoesNotHave() {
    Path path = folder.resolve("none");
    Spec packed = new Spec("q", DType.Q4_0, Shape.of(32));
    Spec reserved = new Spec("__metadata__", DType.U8, Shape.of(1));
    Spec plain = new Spec("p", DType.U8, Shape.of(1));
    assertThatThrownBy(() -> SafetensorsFile.create(path, List.of(packed), Map.of()))
        .hasMessageContaining("block types");
    assertThatThrownBy(() -> SafetensorsFile.create(path, List.of(reserved), Map.of()))
        .hasMessageContaining("reserved");
    assertThatThrownBy(() -> SafetensorsFile.create(path, List.of(plain, plain), Map.of()))
        .hasMessageContaining("once");
    assertThat(path).doesNotExist();
  }

  @Test
  void acceptsAHandMadeFile() throws IOException {
    Path path = Files.write(folder.resolve("hand"), bytes("{" + A + "}  ", 8));
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.tensor("a").shape()).isEqualTo(Shape.of(2));
    }
  }

  @Test
  void refusesHostileLayouts() throws IOException {
    String b = A.replace("'a'", "'b'");
    assertThat(rule("{" + A + "}", 9)).isEqualTo(Rule.LAYOUT);
    assertThat(rule("{" + A + "}", 7)).isEqualTo(Rule.LAYOUT);
    assertThat(rule("{" + A + "," + b + "}", 8)).isEqualTo(Rule.LAYOUT);
    assertThat(rule("{" + A + "," + b.replace("0,8", "4,12") + "}", 12)).isEqualTo(Rule.LAYOUT);
    assertThat(rule("{" + A + "," + b.replace("0,8", "9,17") + "}", 17)).isEqualTo(Rule.LAYOUT);
    assertThat(rule("{" + A.replace("0,8", "8,0") + "}", 8)).isEqualTo(Rule.LAYOUT);
    assertThat(rule("{" + A.replace("0,8", "1,9") + "}", 9)).isEqualTo(Rule.LAYOUT);
    assertThat(rule("{" + A.replace("0,8", "0,9223372036854775807") + "}", 8))
        .isEqualTo(Rule.LAYOUT);
    assertThat(rule("{" + A.replace("0,8", "0,4") + "}", 4)).isEqualTo(Rule.LENGTH);
    assertThat(rule("{" + A + "," + A.replace("0,8", "8,16") + "}", 16)).isEqualTo(Rule.DUPLICATE);
  }

  @Test
  void refusesHostileHeaders() throws IOException {
    assertThat(rule("{" + A.replace("[2]", "[-2]") + "}", 8)).isEqualTo(Rule.SHAPE);
    assertThat(rule("{" + A.replace("[2]", "[2.0]") + "}", 8)).isEqualTo(Rule.SHAPE);
    assertThat(rule("{" + A.replace("[2]", "[[2]]") + "}", 8)).isEqualTo(Rule.SHAPE);
    assertThat(rule("{" + A.replace("[2]", "[99999999999999999999]") + "}", 8))
        .isEqualTo(Rule.SHAPE);
    assertThat(rule("{" + A.replace("[2]", "[4294967296,4294967296]") + "}", 8))
        .isEqualTo(Rule.SHAPE);
    assertThat(rule("{" + A.replace("[2]", "[4611686018427387904]") + "}", 8))
        .isEqualTo(Rule.SHAPE);
    assertThat(rule("{" + A.replace("[2]", "[" + "1,".repeat(64) + "2]") + "}", 8))
        .isEqualTo(Rule.SHAPE);
    assertThat(rule("{" + A.replace("F32", "F8_E4M3") + "}", 8)).isEqualTo(Rule.DTYPE);
    assertThat(rule("{" + A.replace("'shape':[2],", "") + "}", 8)).isEqualTo(Rule.SYNTAX);
    assertThat(rule("{" + A.replace("'shape'", "'dtype'") + "}", 8)).isNotNull();
    assertThat(rule("{" + A + "}{}", 8)).isEqualTo(Rule.SYNTAX);
    assertThat(rule("[1]", 0)).isEqualTo(Rule.SYNTAX);
    assertThat(rule("{'__metadata__':{'a':1}}", 0)).isEqualTo(Rule.SYNTAX);
    assertThat(rule("{'__metadata__':{'a':'1','a':'2'}}", 0)).isEqualTo(Rule.DUPLICATE);
    assertThat(rule("[".repeat(100_000), 0)).isEqualTo(Rule.SYNTAX);
    assertThat(rule("{'a':" + "[".repeat(100_000), 0)).isEqualTo(Rule.SYNTAX);
    assertThat(rule("{'" + "x".repeat(100_000) + "':1}", 0)).isEqualTo(Rule.SYNTAX);
    assertThat(rule("{", 0)).isEqualTo(Rule.LENGTH);
  }

  @Test
  void refusesHostileLengthsAndBytes() throws IOException {
    assertThat(raw(new byte[7])).isEqualTo(Rule.LENGTH);
    for (long length : new long[] {0, 3, 100_000_001, Long.MAX_VALUE, -1}) {
      byte[] content = bytes("{}", 0);
      ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
      assertThat(raw(content)).isEqualTo(Rule.LENGTH);
    }
    byte[] notText = bytes("{'?':1}", 0);
    notText[10] = (byte) 0xff;
    assertThat(raw(notText)).isEqualTo(Rule.SYNTAX);
  }

  private Rule rule(String header, int dataBytes) throws IOException {
    return raw(bytes(header, dataBytes));
  }

  private Rule raw(byte[] content) throws IOException {
    Path path = Files.write(folder.resolve("hostile"), content);
    TensorFileException failure =
        catchThrowableOfType(TensorFileException.class, () -> SafetensorsFile.open(path).close());
    assertThat(failure).hasMessageContaining(path.toString()).hasMessageContaining("expected");
    assertThat(String.valueOf(failure.getMessage())).hasSizeLessThan(1000);
    return failure.rule();
  }

  private static byte[] bytes(String header, int dataBytes) {
    byte[] text = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + text.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(text.length)
        .put(text)
        .array();
  }
}
