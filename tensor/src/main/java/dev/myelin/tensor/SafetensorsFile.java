package dev.myelin.tensor;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.myelin.tensor.TensorFileException.Rule;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A safetensors file as mapped tensors with names.
///
/// ```
///  0            8                 8+length
///  +------------+-----------------+---------------------------------
///  | length, LE | JSON, spaces    | the tensors, without holes
///  +------------+-----------------+---------------------------------
/// ```
///
/// The file owns the memory: closing it ends its tensors and their views, and using one later is an
/// [IllegalStateException]. If another program shortens the file while it is open, touching what is
/// gone is an `InternalError` in Java code and an `IOException` in input and output; nothing worse.
public final class SafetensorsFile implements AutoCloseable {
  private static final int ALIGNMENT = 64;
  private static final int READ_AT_ONCE = 1 << 16;

  private final Path path;
  private final MappedFile mapped;
  private final List<Entry> entries;
  private final Map<String, Entry> byName;
  private final Map<String, String> metadata;

  private SafetensorsFile(
      Path path, MappedFile mapped, List<Entry> entries, Map<String, String> metadata) {
    this.path = path;
    this.mapped = mapped;
    this.entries = entries;
    this.metadata = metadata;
    Map<String, Entry> names = new LinkedHashMap<>();
    entries.forEach(entry -> names.put(entry.name(), entry));
    this.byName = names;
  }

  /// Opens a file to read; nothing but its header is read until a tensor is touched.
  ///
  /// @throws TensorFileException if it is not a sound file of this format, or holds what a tensor
  ///   cannot
  public static SafetensorsFile open(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = channel.size();
      long length = headerLength(path, channel, size);
      long dataOffset = SafetensorsHeader.LENGTH_BYTES + length;
      SafetensorsHeader header;
      try (Reader text = text(channel, dataOffset)) {
        header = SafetensorsHeader.parse(path, text, dataOffset, size);
      }
      MappedFile mapped = MappedFile.map(channel, MapMode.READ_ONLY, size);
      return new SafetensorsFile(path, mapped, header.entries, header.metadata);
    }
  }

  /// Makes a file of the final size and opens it to be written through its tensors, which are zero
  /// at first. A file that was there before is replaced. Wider types come first in the file, so
  /// that every tensor is aligned.
  ///
  /// @throws IllegalArgumentException if a name stands twice or is reserved, or a type is a block
  ///   type, which the format does not have
  public static SafetensorsFile create(Path path, List<Spec> specs, Map<String, String> metadata)
      throws IOException {
    Plan plan = Plan.of(specs, metadata);
    MappedFile mapped = MappedFile.create(path, plan.header(), plan.fileBytes());
    return new SafetensorsFile(path, mapped, plan.entries(), Map.copyOf(metadata));
  }

  /// Opens a file that [#create] made of the same parts, to be written on; what stands in it stays.
  ///
  /// @throws TensorFileException if it has another size
  public static SafetensorsFile reopen(Path path, List<Spec> specs, Map<String, String> metadata)
      throws IOException {
    Plan plan = Plan.of(specs, metadata);
    MappedFile mapped = MappedFile.reopen(path, plan.header(), plan.fileBytes());
    return new SafetensorsFile(path, mapped, plan.entries(), Map.copyOf(metadata));
  }

  /// Writes named tensors to a file, which appears under its name when it is whole. Wider types
  /// come first in the file, so that every tensor is aligned.
  ///
  /// @throws IllegalArgumentException if a name is reserved, or a type is a block type, which the
  ///   format does not have
  public static void write(Path path, Map<String, Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    List<Spec> specs = new ArrayList<>();
    tensors.forEach((name, tensor) -> specs.add(new Spec(name, tensor.dtype(), tensor.shape())));
    Plan plan = Plan.of(specs, metadata);
    MappedFile.replace(
        path,
        channel -> {
          MappedFile.writeFully(channel, ByteBuffer.wrap(plan.header()));
          for (Entry entry : plan.entries()) {
            Tensor tensor = tensors.get(entry.name());
            if (tensor != null) {
              MappedFile.write(channel, tensor.segment());
            }
          }
        });
  }

  /// Returns the path of the file.
  public Path path() {
    return path;
  }

  /// Returns what the file holds, in the order of the bytes.
  public List<Entry> entries() {
    return entries;
  }

  /// Returns the entry of that name.
  public Optional<Entry> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /// Returns the texts that the writer of the file left in it.
  public Map<String, String> metadata() {
    return metadata;
  }

  /// Returns the tensor of that name, borrowed until the file is closed.
  ///
  /// @throws IllegalArgumentException if there is none
  /// @throws IllegalStateException if the file was closed
  public Tensor tensor(String name) {
    Entry entry = byName.get(name);
    if (entry == null) {
      throw new IllegalArgumentException("tensor: " + name + " (expected: one of " + path + ")");
    }
    return tensor(entry);
  }

  /// Returns the tensor of an entry of this file, borrowed until the file is closed.
  public Tensor tensor(Entry entry) {
    return Tensor.wrap(
        entry.dtype(), entry.shape(), mapped.slice(entry.offset(), entry.byteSize()));
  }

  /// Waits until everything written stands on the storage device.
  public void force() {
    mapped.force();
  }

  /// Ends all tensors. Twice is harmless.
  ///
  /// @throws IllegalStateException if another thread uses the memory in a system call right now
  @Override
  public void close() {
    mapped.close();
  }

  private static long headerLength(Path path, FileChannel channel, long size) throws IOException {
    ByteBuffer field =
        ByteBuffer.allocate(SafetensorsHeader.LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    if (!MappedFile.readFully(channel, field, 0)) {
      throw new TensorFileException(
          path, Rule.LENGTH, 0, "file: " + size + " bytes (expected: >= 8)");
    }
    long length = field.getLong();
    long most = Math.min(SafetensorsHeader.LARGEST, size - SafetensorsHeader.LENGTH_BYTES);
    if (length < 2 || length > most) {
      throw new TensorFileException(
          path,
          Rule.LENGTH,
          0,
          "header: " + Long.toUnsignedString(length) + " bytes (expected: 2.." + most + ")");
    }
    return length;
  }

  private static Reader text(FileChannel channel, long end) {
    InputStream bytes = new HeaderStream(channel, SafetensorsHeader.LENGTH_BYTES, end);
    return new InputStreamReader(
        bytes,
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT));
  }

  /// What to put into a file: a name, an element type and extents.
  public record Spec(String name, DType dtype, Shape shape) {}

  /// Where one tensor stands in a file: its bytes are `offset` up to and without `offset +
  /// byteSize`, counted from the beginning of the file.
  public record Entry(String name, DType dtype, Shape shape, long offset, long byteSize) {}

  /// A header to write and where the tensors will stand behind it.
  private static final class Plan {
    private final byte[] header;
    private final List<Entry> entries;
    private final long fileBytes;

    private Plan(byte[] header, List<Entry> entries, long fileBytes) {
      this.header = header;
      this.entries = entries;
      this.fileBytes = fileBytes;
    }

    static Plan of(List<Spec> specs, Map<String, String> metadata) throws IOException {
      List<Entry> relative = relativeEntries(specs);
      byte[] header = headerBytes(relative, metadata);
      List<Entry> absolute = new ArrayList<>();
      long end = header.length;
      for (Entry each : relative) {
        absolute.add(new Entry(each.name(), each.dtype(), each.shape(), end, each.byteSize()));
        end = Math.addExact(end, each.byteSize());
      }
      return new Plan(header, List.copyOf(absolute), end);
    }

    byte[] header() {
      return header;
    }

    List<Entry> entries() {
      return entries;
    }

    long fileBytes() {
      return fileBytes;
    }

    private static List<Entry> relativeEntries(List<Spec> specs) {
      List<Spec> ordered = new ArrayList<>(specs);
      ordered.sort(Comparator.comparingInt((Spec spec) -> spec.dtype().bytesPerBlock()).reversed());
      Map<String, Entry> found = new LinkedHashMap<>();
      long end = 0;
      for (Spec spec : ordered) {
        long bytes = spec.dtype().bytesFor(spec.shape().elements());
        Entry entry = new Entry(spec.name(), spec.dtype(), spec.shape(), end, bytes);
        if (spec.name().equals(SafetensorsHeader.METADATA)
            || found.put(spec.name(), entry) != null) {
          throw new IllegalArgumentException(
              "name: " + spec.name() + " (expected: once, and not reserved)");
        }
        if (spec.dtype().elementsPerBlock() > 1) {
          throw new IllegalArgumentException(
              ("dtype: " + spec.dtype() + " of " + spec.name())
                  + " (expected: a plain type; safetensors has no block types)");
        }
        end = Math.addExact(end, bytes);
      }
      return List.copyOf(found.values());
    }

    private static byte[] headerBytes(List<Entry> entries, Map<String, String> metadata)
        throws IOException {
      ByteArrayOutputStream json = new ByteArrayOutputStream();
      try (JsonGenerator out = SafetensorsHeader.json().createGenerator(json)) {
        SafetensorsHeader.write(out, entries, metadata);
      }
      if (json.size() > SafetensorsHeader.LARGEST - ALIGNMENT) {
        throw new IllegalArgumentException(
            "header: " + json.size() + " bytes (expected: <= " + SafetensorsHeader.LARGEST + ")");
      }
      int prefix = SafetensorsHeader.LENGTH_BYTES;
      int end = (prefix + json.size() + ALIGNMENT - 1) & -ALIGNMENT;
      byte[] bytes = new byte[end];
      Arrays.fill(bytes, (byte) ' ');
      ByteBuffer.wrap(bytes)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putLong(end - prefix)
          .put(json.toByteArray());
      return bytes;
    }
  }

  /// The bytes of a file from one place to another.
  private static final class HeaderStream extends InputStream {
    private final FileChannel channel;
    private final long end;
    private long at;

    HeaderStream(FileChannel channel, long from, long end) {
      this.channel = channel;
      this.at = from;
      this.end = end;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (at == end) {
        return -1;
      }
      int most = (int) Math.min(Math.min(length, READ_AT_ONCE), end - at);
      int count = channel.read(ByteBuffer.wrap(target, offset, most), at);
      at += Math.max(0, count);
      return count;
    }
  }
}
