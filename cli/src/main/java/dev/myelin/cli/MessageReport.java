package dev.myelin.cli;

import dev.myelin.net.pattern.TensorParts;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Prints messages that come, one line or one object each, and keeps them in a folder if told.
final class MessageReport {
  /// Longer parts are told by their size, also if they are text.
  private static final int LONGEST_TEXT = 16 << 20;

  private static final int WINDOW = 1 << 30;
  private static final int SHORT_DIGEST = 16;

  private final RootCommand root;
  private final TensorPool pool;
  private final Optional<MessageFolder> folder;

  MessageReport(RootCommand root, TensorPool pool, Optional<MessageFolder> folder) {
    this.root = root;
    this.pool = pool;
    this.folder = folder;
  }

  /// Tells a message, which stays the caller's.
  void tell(Parts message) throws IOException {
    tell(message, null, 0, Map.of());
  }

  /// Tells a message of a topic, which stays the caller's.
  ///
  /// @param begin the first part that is not the topic
  /// @param more what else an object tells
  void tell(Parts message, @Nullable String topic, int begin, Map<String, Object> more)
      throws IOException {
    Map<String, Object> told = Json.object("topic", topic);
    told.putAll(more);
    List<String> words = new ArrayList<>();
    if (topic != null && begin > 0) {
      words.add(topic);
    }
    told.put("parts", sizes(message));
    if (message.count() == begin + 2 && TensorParts.isAt(message, begin)) {
      tensor(message, begin, told, words);
    } else {
      texts(message, begin, told, words);
      keep(message, topic == null ? "message" : topic, begin, told, words);
    }
    if (root.json()) {
      root.print(told);
    } else {
      root.print(String.join("  ", words));
    }
  }

  private static List<Long> sizes(Parts message) {
    List<Long> sizes = new ArrayList<>();
    for (int i = 0; i < message.count(); i++) {
      sizes.add(message.size(i));
    }
    return sizes;
  }

  private void tensor(Parts message, int begin, Map<String, Object> told, List<String> words)
      throws IOException {
    Parts lent = message.lend(() -> {});
    try (TensorParts.Named named = TensorParts.open(lent, begin, pool)) {
      Tensor tensor = named.tensor();
      String dtype = tensor.dtype().name().toLowerCase(Locale.ROOT);
      String digest = sha256(tensor.segment());
      told.put(
          "tensor",
          Json.object(
              "name",
              named.name(),
              "dtype",
              dtype,
              "shape",
              Arrays.stream(tensor.shape().toArray()).boxed().toList(),
              "sha256",
              digest));
      words.add(named.name().isEmpty() ? "tensor" : named.name());
      words.add(dtype + tensor.shape());
      words.add(Words.bytes(tensor.byteSize()));
      words.add("sha256 " + digest.substring(0, SHORT_DIGEST));
      if (folder.isPresent()) {
        file(folder.get().keep(named).toString(), told, words);
      }
    } catch (PeerException.Malformed e) {
      told.put("error", String.valueOf(e.getMessage()));
      words.add("no tensor: " + e.getMessage());
    }
  }

  private static void texts(
      Parts message, int begin, Map<String, Object> told, List<String> words) {
    List<@Nullable Object> texts = new ArrayList<>();
    for (int i = begin; i < message.count(); i++) {
      String text = text(message, i);
      texts.add(text);
      words.add(text == null || text.isEmpty() ? sized(message.size(i)) : oneLine(text));
    }
    if (texts.size() > 1 && texts.stream().anyMatch(text -> text != null)) {
      told.put("text", texts);
    } else if (texts.size() == 1 && texts.getFirst() != null) {
      told.put("text", texts.getFirst());
    }
  }

  private void keep(
      Parts message, String stem, int begin, Map<String, Object> told, List<String> words)
      throws IOException {
    if (folder.isEmpty()) {
      return;
    }
    for (int i = begin; i < message.count(); i++) {
      String name = message.count() - begin == 1 ? stem : stem + ".part" + (i - begin);
      file(folder.get().keep(name, message, i).toString(), told, words);
    }
  }

  /// Adds the name of a file; `file` is a list where a message has several.
  private static void file(String file, Map<String, Object> told, List<String> words) {
    words.add("-> " + file);
    Object before = told.get("file");
    if (before instanceof List<?> several) {
      List<Object> more = new ArrayList<>(several);
      more.add(file);
      told.put("file", more);
    } else {
      told.put("file", before == null ? file : List.of(before, file));
    }
  }

  private static @Nullable String text(Parts message, int part) {
    if (message.size(part) > LONGEST_TEXT) {
      return null;
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(message.segment(part).asByteBuffer())
          .toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static String oneLine(String text) {
    return text.replace("\r", "\\r").replace("\n", "\\n");
  }

  private static String sized(long bytes) {
    return "[" + Words.bytes(bytes) + "]";
  }

  private static String sha256(MemorySegment bytes) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (long at = 0; at < bytes.byteSize(); at += WINDOW) {
        ByteBuffer window =
            bytes.asSlice(at, Math.min(WINDOW, bytes.byteSize() - at)).asByteBuffer();
        digest.update(window);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JVM lacks SHA-256", e);
    }
  }
}
