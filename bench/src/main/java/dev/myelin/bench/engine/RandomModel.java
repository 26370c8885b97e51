package dev.myelin.bench.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/// Writes a Llama of random weights as GGUF in F16, with a vocabulary that nobody would want to
/// read: fast and slow as a trained one, and the same bytes everywhere.
///
/// Needs nothing but a JDK:
///
/// ```
/// java bench/src/main/java/dev/myelin/bench/engine/RandomModel.java 100m 100m-f16.gguf
/// ```
public final class RandomModel {
  private static final int ALIGNMENT = 32;
  private static final int VOCABULARY = 32_000;
  private static final int SPECIAL = 3;
  private static final int BYTES = 256;
  private static final int UINT32 = 4;
  private static final int INT32 = 5;
  private static final int FLOAT32 = 6;
  private static final int STRING = 8;
  private static final int ARRAY = 9;
  private static final int TYPE_F32 = 0;
  private static final int TYPE_F16 = 1;

  private final Size size;
  private final List<Weight> weights = new ArrayList<>();
  private final SplittableRandom random = new SplittableRandom(1);

  private RandomModel(Size size) {
    this.size = size;
    weights.add(new Weight("token_embd.weight", size.hidden, VOCABULARY, 0.05));
    for (int i = 0; i < size.layers; i++) {
      addLayer("blk." + i + ".");
    }
    weights.add(new Weight("output_norm.weight", size.hidden, 1, 0));
    if (!size.tied) {
      weights.add(new Weight("output.weight", size.hidden, VOCABULARY, 0.05));
    }
  }

  /// How large a model is.
  ///
  /// @param tied whether the embedding is the head too
  private record Size(
      String name, int hidden, int layers, int heads, int feedForward, boolean tied) {
    private static final int KEY_HEADS = 4;

    static Size parse(String name) {
      return switch (name) {
        case "100m" -> new Size(name, 768, 12, 12, 2048, true);
        case "1b" -> new Size(name, 2048, 22, 32, 5632, false);
        case "tiny" -> new Size(name, 64, 2, 4, 96, true);
        default ->
            throw new IllegalArgumentException("size: '" + name + "' (expected: 100m, 1b or tiny)");
      };
    }

    int keyWidth() {
      return hidden / heads * KEY_HEADS;
    }
  }

  /// A matrix, or a norm if it has one row.
  ///
  /// @param deviation of its numbers; a norm is about one
  private record Weight(String name, int columns, int rows, double deviation) {
    boolean isNorm() {
      return rows == 1;
    }

    long bytes() {
      return (long) columns * rows * (isNorm() ? Float.BYTES : Short.BYTES);
    }
  }

  /// Writes a model of the size `100m`, `1b` or `tiny` to a file.
  public static void main(String[] args) throws IOException {
    if (args.length != 2) {
      System.err.println("usage: RandomModel 100m|1b|tiny FILE");
      System.exit(2);
    }
    new RandomModel(Size.parse(args[0])).write(Path.of(args[1]));
  }

  private void addLayer(String prefix) {
    int hidden = size.hidden;
    double deviation = 1 / Math.sqrt(hidden);
    weights.add(new Weight(prefix + "attn_norm.weight", hidden, 1, 0));
    weights.add(new Weight(prefix + "attn_q.weight", hidden, hidden, deviation));
    weights.add(new Weight(prefix + "attn_k.weight", hidden, size.keyWidth(), deviation));
    weights.add(new Weight(prefix + "attn_v.weight", hidden, size.keyWidth(), deviation));
    weights.add(new Weight(prefix + "attn_output.weight", hidden, hidden, deviation));
    weights.add(new Weight(prefix + "ffn_norm.weight", hidden, 1, 0));
    weights.add(new Weight(prefix + "ffn_gate.weight", hidden, size.feedForward, deviation));
    weights.add(new Weight(prefix + "ffn_up.weight", hidden, size.feedForward, deviation));
    double narrow = 1 / Math.sqrt(size.feedForward);
    weights.add(new Weight(prefix + "ffn_down.weight", size.feedForward, hidden, narrow));
  }

  private void write(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(header()));
      for (Weight each : weights) {
        pad(channel);
        write(channel, each);
      }
      pad(channel);
    }
  }

  private void write(FileChannel channel, Weight weight) throws IOException {
    ByteBuffer row =
        ByteBuffer.allocate((int) (weight.bytes() / weight.rows)).order(ByteOrder.LITTLE_ENDIAN);
    // Evenly spread numbers of that deviation lie within so much.
    double reach = Math.sqrt(3) * weight.deviation;
    for (int i = 0; i < weight.rows; i++) {
      row.clear();
      for (int k = 0; k < weight.columns; k++) {
        double number = random.nextInt() * 0x1p-31;
        if (weight.isNorm()) {
          row.putFloat((float) (1 + 0.1 * number));
        } else {
          row.putShort(Float.floatToFloat16((float) (number * reach)));
        }
      }
      channel.write(row.flip());
    }
  }

  private static void pad(FileChannel channel) throws IOException {
    int missing = (int) (-channel.position() & (ALIGNMENT - 1));
    channel.write(ByteBuffer.allocate(missing));
  }

  private byte[] header() {
    Bytes keys = new Bytes();
    int count = shape(keys) + vocabulary(keys);
    Bytes all = new Bytes();
    all.bytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    all.whole(3, Integer.BYTES);
    all.whole(weights.size(), Long.BYTES);
    all.whole(count, Long.BYTES);
    all.bytes(keys.toByteArray());
    long offset = 0;
    for (Weight each : weights) {
      all.text(each.name);
      all.whole(each.isNorm() ? 1 : 2, Integer.BYTES);
      all.whole(each.columns, Long.BYTES);
      if (!each.isNorm()) {
        all.whole(each.rows, Long.BYTES);
      }
      all.whole(each.isNorm() ? TYPE_F32 : TYPE_F16, Integer.BYTES);
      all.whole(offset, Long.BYTES);
      offset += each.bytes() + (-each.bytes() & (ALIGNMENT - 1));
    }
    return all.toByteArray();
  }

  // Returns how many keys were written.
  private int shape(Bytes keys) {
    keys.text("general.architecture", "llama");
    keys.text("general.name", "random " + size.name);
    keys.number("general.alignment", ALIGNMENT);
    keys.number("general.file_type", 1);
    keys.number("llama.block_count", size.layers);
    keys.number("llama.context_length", 4096);
    keys.number("llama.embedding_length", size.hidden);
    keys.number("llama.feed_forward_length", size.feedForward);
    keys.number("llama.attention.head_count", size.heads);
    keys.number("llama.attention.head_count_kv", Size.KEY_HEADS);
    keys.number("llama.rope.dimension_count", size.hidden / size.heads);
    keys.number("llama.vocab_size", VOCABULARY);
    keys.real("llama.attention.layer_norm_rms_epsilon", 1e-5f);
    keys.real("llama.rope.freq_base", 10_000);
    return 14;
  }

  private static int vocabulary(Bytes keys) {
    keys.text("tokenizer.ggml.model", "llama");
    keys.array("tokenizer.ggml.tokens", STRING);
    for (int i = 0; i < VOCABULARY; i++) {
      keys.text(token(i));
    }
    keys.array("tokenizer.ggml.scores", FLOAT32);
    for (int i = 0; i < VOCABULARY; i++) {
      keys.whole(Float.floatToIntBits(-Math.max(0, i - SPECIAL - BYTES)), Float.BYTES);
    }
    keys.array("tokenizer.ggml.token_type", INT32);
    for (int i = 0; i < VOCABULARY; i++) {
      int unknown = 2;
      int control = 3;
      int ofBytes = i < SPECIAL + BYTES ? 6 : 1;
      keys.whole(i == 0 ? unknown : i < SPECIAL ? control : ofBytes, Integer.BYTES);
    }
    keys.number("tokenizer.ggml.bos_token_id", 1);
    keys.number("tokenizer.ggml.eos_token_id", 2);
    keys.number("tokenizer.ggml.unknown_token_id", 0);
    return 7;
  }

  private static String token(int id) {
    if (id < SPECIAL) {
      return List.of("<unk>", "<s>", "</s>").get(id);
    }
    return id < SPECIAL + BYTES
        ? String.format(Locale.ROOT, "<0x%02X>", id - SPECIAL)
        : "\u2581t" + (id - SPECIAL - BYTES);
  }

  /// What stands before the weights, little-endian.
  private static final class Bytes extends ByteArrayOutputStream {
    void bytes(byte[] bytes) {
      write(bytes, 0, bytes.length);
    }

    void whole(long value, int size) {
      for (int i = 0; i < size; i++) {
        write((int) (value >>> (8 * i)));
      }
    }

    void text(String text) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      whole(utf8.length, Long.BYTES);
      bytes(utf8);
    }

    void text(String key, String value) {
      key(key, STRING);
      text(value);
    }

    void number(String key, int value) {
      key(key, UINT32);
      whole(value, Integer.BYTES);
    }

    void real(String key, float value) {
      key(key, FLOAT32);
      whole(Float.floatToIntBits(value), Float.BYTES);
    }

    void array(String key, int type) {
      key(key, ARRAY);
      whole(type, Integer.BYTES);
      whole(VOCABULARY, Long.BYTES);
    }

    private void key(String key, int type) {
      text(key);
      whole(type, Integer.BYTES);
    }
  }
}
