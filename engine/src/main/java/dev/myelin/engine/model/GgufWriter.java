package dev.myelin.engine.model;

import dev.myelin.engine.WeightType;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;

/// Writes a GGUF file of version 3: the header that [Gguf] draws, then each weight, row by row.
final class GgufWriter {
  private static final int VERSION = 3;
  private static final int PIECE = 1 << 18;

  private final Model model;
  private final GgufFields fields;
  private final List<Conversion.Part> parts;

  GgufWriter(Model model, GgufFields fields, List<Conversion.Part> parts) {
    this.model = model;
    this.fields = fields;
    this.parts = parts;
  }

  void write(Path file, LongConsumer progress) throws IOException {
    try (FileOutputStream out = new FileOutputStream(file.toFile())) {
      append(out, header());
      long written = 0;
      for (Conversion.Part part : parts) {
        write(out, part, written, progress);
        append(out, little(padding(part.bytes())));
        written += part.bytes();
      }
      progress.accept(written);
      out.getFD().sync();
    }
  }

  private ByteBuffer header() {
    int most = 64 + parts.stream().mapToInt(each -> 4 * each.name().length() + 64).sum();
    byte[] values = fields.bytes();
    ByteBuffer header = little(24 + values.length + most);
    header.putInt(Gguf.MAGIC).putInt(VERSION).putLong(parts.size()).putLong(fields.count());
    header.put(values);
    long offset = 0;
    for (Conversion.Part part : parts) {
      header.put(GgufFields.bytes(part.name())).putInt(part.shape().rank());
      for (int i = part.shape().rank() - 1; i >= 0; i--) {
        header.putLong(part.shape().dim(i));
      }
      header.putInt(part.type().number()).putLong(offset);
      offset += Math.ceilDiv(part.bytes(), Conversion.ALIGNMENT) * Conversion.ALIGNMENT;
    }
    int end = header.position();
    return header.position(padded(end)).flip();
  }

  private void write(OutputStream out, Conversion.Part part, long before, LongConsumer progress)
      throws IOException {
    Weight source = part.source();
    float[] factors = part.factors();
    if (source == null) {
      writeNumbers(out, part.type(), factors == null ? new float[0] : factors);
    } else if (source.shape().rank() == 1 && Conversion.isPlain(source.type())) {
      int length = Math.toIntExact(source.shape().elements());
      writeNumbers(out, part.type(), inOrder(source, model.numbers(source.name(), length)));
    } else {
      writeRows(out, part, source, written -> progress.accept(before + written));
    }
  }

  private void writeNumbers(OutputStream out, WeightType type, float[] numbers) throws IOException {
    ByteBuffer blocks = little(Math.toIntExact(type.bytesFor(numbers.length)));
    new BlockWriter(blocks).write(type, numbers, numbers.length);
    append(out, blocks.flip());
  }

  private float[] inOrder(Weight source, float[] numbers) {
    float[] ordered = numbers.clone();
    for (int i = 0; i < numbers.length; i++) {
      ordered[i] = numbers[Math.toIntExact(row(source.name(), i, numbers.length))];
    }
    return ordered;
  }

  private void writeRows(
      OutputStream out, Conversion.Part part, Weight source, LongConsumer progress)
      throws IOException {
    long columns = source.shape().dim(source.shape().rank() - 1);
    long rows = source.shape().elements() / columns;
    long rowBytes = source.type().bytesFor(columns);
    int piece = (int) Math.clamp(PIECE / columns, 1, rows);
    ByteBuffer made = little(Math.toIntExact(part.type().bytesFor(piece * columns)));
    float[] numbers = new float[Math.toIntExact(columns)];
    for (long row = 0; row < rows; row++) {
      long from = row(source.name(), row, rows) * rowBytes;
      MemorySegment blocks = source.data().asSlice(from, rowBytes);
      if (part.type() == source.type()) {
        made.put(blocks.asByteBuffer());
      } else {
        BlockReader.read(source.type(), blocks, numbers);
        new BlockWriter(made).write(part.type(), numbers, numbers.length);
      }
      if (!made.hasRemaining() || row == rows - 1) {
        append(out, made.flip());
        made.clear();
        progress.accept((row + 1) * part.type().bytesFor(columns));
      }
    }
  }

  // Where a row of the new file stands in the old one. Files of GGUF have elements that turn
  // together side by side in some families; safetensors have the first halves before the second.
  private long row(String name, long row, long rows) {
    boolean turned = name.contains(".attn_q.") || name.contains(".attn_k.");
    Design design = model.design();
    if (!model.isFolder()
        || !turned
        || design.family().pairing() != Family.Pairing.NEIGHBOURS
        || rows % design.widths().head() != 0) {
      return row;
    }
    int head = design.widths().head();
    long within = row % head;
    return row - within + within % 2 * (head / 2) + within / 2;
  }

  private static int padding(long bytes) {
    return (int) (Math.ceilDiv(bytes, Conversion.ALIGNMENT) * Conversion.ALIGNMENT - bytes);
  }

  private static int padded(int bytes) {
    return Math.ceilDiv(bytes, Conversion.ALIGNMENT) * Conversion.ALIGNMENT;
  }

  private static void append(OutputStream out, ByteBuffer bytes) throws IOException {
    out.write(bytes.array(), bytes.arrayOffset(), bytes.limit());
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
