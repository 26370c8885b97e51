package dev.myelin.tensor;

import dev.myelin.tensor.TensorFileException.Rule;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The text of a `.npy` header: a Python dictionary with `descr`, `fortran_order` and `shape`.
///
/// ```
///  0      6     7     8            8+n            8+n+length, a multiple of 64
///  +------+-----+-----+------------+---------------+----------
///  | magic|major|minor| length n=2 | dictionary,   | elements
///  | 6    | 1   | 1   |  or n=4 LE | spaces, \n    |
///  +------+-----+-----+------------+---------------+----------
/// ```
///
/// `n` is two in version 1, four in versions 2 and 3; version 3 is UTF-8, the others Latin-1.
final class NpyHeader {
  static final int LARGEST = 1 << 16;
  static final int MAGIC_BYTES = 8;

  private static final int ALIGNMENT = 64;
  private static final int LARGEST_RANK = 64;

  final DType dtype;
  final Shape shape;
  final long dataBytes;

  private NpyHeader(DType dtype, Shape shape, long dataBytes) {
    this.dtype = dtype;
    this.shape = shape;
    this.dataBytes = dataBytes;
  }

  static NpyHeader parse(Path file, String text, long at) throws TensorFileException {
    return new Parser(file, text, at).parse();
  }

  /// Returns the whole beginning of a file, from the magic to where the elements start.
  static byte[] bytesFor(DType dtype, Shape shape) {
    String text =
        ("{'descr': '" + descr(dtype) + "', 'fortran_order': False, 'shape': ")
            + (tuple(shape) + ", }");
    int prefix = MAGIC_BYTES + Short.BYTES;
    int version = 1;
    if (padded(prefix + text.length() + 1) - prefix > 0xffff) {
      prefix = MAGIC_BYTES + Integer.BYTES;
      version = 2;
    }
    int end = padded(prefix + text.length() + 1);
    byte[] bytes = new byte[end];
    Arrays.fill(bytes, (byte) ' ');
    System.arraycopy(
        new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0}, 0, bytes, 0, 8);
    for (int i = MAGIC_BYTES; i < prefix; i++) {
      bytes[i] = (byte) ((end - prefix) >>> (8 * (i - MAGIC_BYTES)));
    }
    byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(ascii, 0, bytes, prefix, ascii.length);
    bytes[end - 1] = '\n';
    return bytes;
  }

  private static int padded(int bytes) {
    return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
  }

  private static String tuple(Shape shape) {
    StringBuilder text = new StringBuilder("(");
    for (int axis = 0; axis < shape.rank(); axis++) {
      text.append(axis == 0 ? "" : " ").append(shape.dim(axis)).append(',');
    }
    if (shape.rank() > 1) {
      text.setLength(text.length() - 1);
    }
    return text.append(')').toString();
  }

  static String descr(DType dtype) {
    return switch (dtype) {
      case F64 -> "<f8";
      case F32 -> "<f4";
      case F16 -> "<f2";
      // NumPy has no such type; this is what it writes for the one of ml_dtypes.
      case BF16 -> "<V2";
      case I64 -> "<i8";
      case I32 -> "<i4";
      case I16 -> "<i2";
      case I8 -> "|i1";
      case U64 -> "<u8";
      case U32 -> "<u4";
      case U16 -> "<u2";
      case U8 -> "|u1";
      case BOOL -> "|b1";
      case Q8_0, Q4_0 ->
          throw new IllegalArgumentException(
              "dtype: " + dtype + " (expected: a plain type; .npy has no block types)");
    };
  }

  private static @Nullable DType dtype(String descr) {
    if (descr.length() < 2) {
      return null;
    }
    return switch (descr.substring(1)) {
      case "f8" -> DType.F64;
      case "f4" -> DType.F32;
      case "f2" -> DType.F16;
      case "V2" -> DType.BF16;
      case "i8" -> DType.I64;
      case "i4" -> DType.I32;
      case "i2" -> DType.I16;
      case "i1" -> DType.I8;
      case "u8" -> DType.U64;
      case "u4" -> DType.U32;
      case "u2" -> DType.U16;
      case "u1" -> DType.U8;
      case "b1" -> DType.BOOL;
      default -> null;
    };
  }

  /// Reads the dictionary from left to right, with no recursion.
  private static final class Parser {
    private final Path file;
    private final String text;
    private final long start;
    private final Set<String> seen = new HashSet<>();
    private int at;
    private @Nullable DType dtype;
    private @Nullable Shape shape;
    private boolean fortran;

    Parser(Path file, String text, long start) {
      this.file = file;
      this.text = text;
      this.start = start;
    }

    NpyHeader parse() throws TensorFileException {
      expect('{');
      while (!accept('}')) {
        entry();
        if (!accept(',')) {
          expect('}');
          break;
        }
      }
      skipBlanks();
      if (at != text.length()) {
        throw bad("text after the dictionary (expected: none)");
      }
      return finished();
    }

    private NpyHeader finished() throws TensorFileException {
      if (dtype == null || shape == null || !seen.contains("fortran_order")) {
        throw bad("keys: " + seen + " (expected: descr, fortran_order, shape)");
      }
      if (fortran && dimsAboveOne(shape) > 1) {
        throw error(
            Rule.ORDER,
            ("fortran_order: True with shape " + shape + " (expected: False;")
                + " save numpy.ascontiguousarray(a) instead)");
      }
      try {
        return new NpyHeader(dtype, shape, dtype.bytesFor(shape.elements()));
      } catch (IllegalArgumentException e) {
        throw error(Rule.SHAPE, String.valueOf(e.getMessage()));
      }
    }

    private void entry() throws TensorFileException {
      String key = string();
      if (!seen.add(key)) {
        throw error(Rule.DUPLICATE, "key: " + quoted(key) + " twice (expected: once)");
      }
      expect(':');
      switch (key) {
        case "descr" -> dtype = descr();
        case "fortran_order" -> fortran = bool();
        case "shape" -> shape = tuple();
        default -> throw bad("key: " + quoted(key) + " (expected: descr, fortran_order or shape)");
      }
    }

    private DType descr() throws TensorFileException {
      skipBlanks();
      if (at < text.length() && text.charAt(at) == '[') {
        throw error(Rule.DTYPE, "descr: a structured type (expected: a plain type)");
      }
      String descr = string();
      DType found = dtype(descr);
      if (found == null || "<>|=".indexOf(descr.charAt(0)) < 0) {
        throw error(
            Rule.DTYPE, "descr: " + quoted(descr) + " (expected: f2 f4 f8, i1-i8, u1-u8, b1, V2)");
      }
      if (descr.charAt(0) == '>' && found.bytesPerBlock() > 1) {
        throw error(
            Rule.ORDER,
            ("descr: " + quoted(descr) + " (expected: little-endian;")
                + " save a.astype(a.dtype.newbyteorder('<')) instead)");
      }
      return found;
    }

    private boolean bool() throws TensorFileException {
      skipBlanks();
      for (String word : List.of("True", "False")) {
        if (text.startsWith(word, at)) {
          at += word.length();
          return word.equals("True");
        }
      }
      throw bad("fortran_order: other (expected: True or False)");
    }

    private Shape tuple() throws TensorFileException {
      expect('(');
      List<Long> dims = new ArrayList<>();
      boolean comma = true;
      while (!accept(')')) {
        if (!comma || dims.size() == LARGEST_RANK) {
          throw error(
              Rule.SHAPE,
              "shape: other (expected: a tuple of at most " + LARGEST_RANK + " numbers)");
        }
        dims.add(number());
        comma = accept(',');
      }
      if (dims.size() == 1 && !comma) {
        throw error(Rule.SHAPE, "shape: a number in parentheses (expected: a tuple)");
      }
      try {
        return Shape.of(dims.stream().mapToLong(Long::longValue).toArray());
      } catch (IllegalArgumentException e) {
        throw error(Rule.SHAPE, String.valueOf(e.getMessage()));
      }
    }

    private long number() throws TensorFileException {
      skipBlanks();
      int from = at;
      while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
        at++;
      }
      int to = at;
      // Python 2 wrote long numbers so.
      accept('L');
      try {
        return Long.parseLong(text.substring(from, to));
      } catch (NumberFormatException e) {
        String found = text.substring(from, Math.min(to + 1, text.length()));
        throw error(Rule.SHAPE, "shape: " + quoted(found) + " (expected: a whole number)");
      }
    }

    private String string() throws TensorFileException {
      skipBlanks();
      char quote = at < text.length() ? text.charAt(at) : 0;
      int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
      if (end < 0) {
        throw bad("no quoted text (expected: one)");
      }
      String found = text.substring(at + 1, end);
      at = end + 1;
      return found;
    }

    private void expect(char wanted) throws TensorFileException {
      if (!accept(wanted)) {
        throw bad("no '" + wanted + "' (expected: one)");
      }
    }

    private boolean accept(char wanted) {
      skipBlanks();
      if (at < text.length() && text.charAt(at) == wanted) {
        at++;
        return true;
      }
      return false;
    }

    private void skipBlanks() {
      while (at < text.length() && " \t\r\n\f".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
    }

    private TensorFileException bad(String problem) {
      return error(Rule.SYNTAX, problem);
    }

    private TensorFileException error(Rule rule, String problem) {
      return new TensorFileException(file, rule, start + at, "header: " + problem);
    }

    private static String quoted(String text) {
      String shown = text.length() > 40 ? text.substring(0, 40) + "…" : text;
      return "'" + shown.replaceAll("\\p{Cntrl}", "?") + "'";
    }

    private static int dimsAboveOne(Shape shape) {
      int count = 0;
      for (long dim : shape.toArray()) {
        count += dim > 1 ? 1 : 0;
      }
      return shape.elements() == 0 ? 0 : count;
    }
  }
}
