package dev.myelin.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Bytes made by a foreign implementation, read from the test resources.
///
/// A hex file starts with header lines `# key: value` that say which program made it, in which
/// version, by which command; the other lines are hex digits, spaced and broken at will. Text after
/// a `#` on such a line is a comment.
public final class Golden {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String name;
  private final Map<String, String> headers;
  private final byte[] bytes;

  private Golden(String name, Map<String, String> headers, byte[] bytes) {
    this.name = name;
    this.headers = headers;
    this.bytes = bytes;
  }

  /// Returns the hex file of this resource name, such as `golden/asoc/01-hello.hex`.
  public static Golden hex(String resource) {
    return parse(resource, new String(read(resource), StandardCharsets.UTF_8));
  }

  /// Returns all hex files of a resource folder, ordered by name.
  ///
  /// @throws IllegalArgumentException if there is none
  public static List<Golden> all(String folder) {
    try (Stream<Path> files = Files.list(Path.of(uri(folder)))) {
      List<Golden> found =
          files
              .map(file -> file.getFileName().toString())
              .filter(file -> file.endsWith(".hex"))
              .sorted()
              .map(file -> hex(folder + "/" + file))
              .toList();
      if (found.isEmpty()) {
        throw new IllegalArgumentException("folder " + folder + ": no .hex file (expected: some)");
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Returns the tree of a JSON resource, such as a file of vectors.
  public static JsonNode json(String resource) {
    try {
      return JSON.readTree(read(resource));
    } catch (IOException e) {
      throw new UncheckedIOException(resource, e);
    }
  }

  /// Returns the content of any resource.
  public static byte[] read(String resource) {
    try (InputStream in = url(resource).openStream()) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(resource, e);
    }
  }

  /// Returns the bytes that hex digits stand for; blanks between them do not count.
  public static byte[] bytes(String hexDigits) {
    return HexFormat.of().parseHex(hexDigits.replaceAll("\\s+", ""));
  }

  /// Returns the resource name.
  public String name() {
    return name;
  }

  /// Returns what a header line says.
  ///
  /// @throws IllegalArgumentException if there is no such line
  public String header(String key) {
    String value = headers.get(key);
    if (value == null) {
      throw new IllegalArgumentException(name + ": no header " + key + " in " + headers.keySet());
    }
    return value;
  }

  /// Returns all header lines in their order.
  public Map<String, String> headers() {
    return Map.copyOf(headers);
  }

  /// Returns a copy of the bytes.
  public byte[] bytes() {
    return bytes.clone();
  }

  /// Returns the bytes as a segment on the heap.
  public MemorySegment segment() {
    return MemorySegment.ofArray(bytes.clone());
  }

  @Override
  public String toString() {
    return name;
  }

  static Golden parse(String name, String text) {
    Map<String, String> headers = new LinkedHashMap<>();
    StringBuilder digits = new StringBuilder();
    for (String line : text.lines().toList()) {
      int hash = line.indexOf('#');
      String before = hash < 0 ? line : line.substring(0, hash);
      digits.append(before);
      String after = hash < 0 ? "" : line.substring(hash + 1);
      int colon = after.indexOf(':');
      if (before.isBlank() && colon > 0) {
        headers.put(after.substring(0, colon).strip(), after.substring(colon + 1).strip());
      }
    }
    return new Golden(name, headers, bytes(digits.toString()));
  }

  private static URI uri(String resource) {
    try {
      return url(resource).toURI();
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(resource, e);
    }
  }

  private static URL url(String resource) {
    URL url = Thread.currentThread().getContextClassLoader().getResource(resource);
    if (url == null) {
      throw new IllegalArgumentException("resource " + resource + " is not on the class path");
    }
    return url;
  }
}
