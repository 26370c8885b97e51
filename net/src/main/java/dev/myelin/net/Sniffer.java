package dev.myelin.net;

import dev.myelin.wire.ByteSource;
import dev.myelin.wire.Dialect;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.Prefix;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/// Finds out from the first bytes which dialect a stranger speaks, without consuming one.
///
/// Asks for no more bytes than some candidate's first flight: libzmq sends ten and then waits for
/// ours.
final class Sniffer {
  /// A protocol that is known but not spoken here.
  private record Foreign(String name, Prefix prefix) {}

  private static final Prefix TLS = Prefix.of(0x16, 0x03);
  private static final List<Foreign> FOREIGN = foreign();

  private final List<Dialect> dialects;

  /// @throws IllegalArgumentException if bytes cannot tell two of the dialects apart
  Sniffer(List<Dialect> dialects) {
    this.dialects = List.copyOf(dialects);
    for (int i = 0; i < dialects.size(); i++) {
      for (int j = i + 1; j < dialects.size(); j++) {
        requireDisjoint(dialects.get(i), dialects.get(j));
      }
    }
  }

  private static void requireDisjoint(Dialect one, Dialect other) {
    if (one.prefix().overlaps(other.prefix())) {
      throw new IllegalArgumentException(
          "dialects "
              + one.name()
              + " ("
              + one.prefix()
              + ") and "
              + other.name()
              + " ("
              + other.prefix()
              + "): prefixes overlap (expected: bytes that tell them apart)");
    }
  }

  /// Returns whether the first bytes are those of TLS; they stay in the source.
  ///
  /// @throws PeerException.Closed if the input ended before a byte came
  boolean isTls(ByteSource in) throws IOException {
    MemorySegment seen = in.peek(1);
    if (TLS.match(seen) == Prefix.Match.MORE) {
      seen = in.peek(TLS.length());
    }
    if (seen.byteSize() == 0) {
      throw ended(seen);
    }
    return TLS.match(seen) == Prefix.Match.YES;
  }

  private static PeerException.Closed ended(MemorySegment seen) {
    return new PeerException.Closed(
        "ended after " + seen.byteSize() + " bytes (expected: the first bytes of a dialect)",
        false,
        null);
  }

  /// Returns the dialect of the first bytes; they stay in the source.
  ///
  /// @throws NotServed if they belong to a protocol not spoken here, or to none that is known
  /// @throws PeerException.Closed if the input ended before it was clear
  Dialect sniff(ByteSource in) throws IOException {
    int asked = 1;
    while (true) {
      MemorySegment seen = in.peek(asked);
      if (seen.byteSize() < asked) {
        throw ended(seen);
      }
      boolean more = false;
      for (Dialect dialect : dialects) {
        switch (dialect.prefix().match(seen)) {
          case YES -> {
            return dialect;
          }
          case MORE -> more = true;
          case NO -> {
            // another dialect, or none
          }
        }
      }
      if (!more && !mayBeForeign(seen)) {
        throw notServed(seen);
      }
      asked = (int) seen.byteSize() + 1;
    }
  }

  /// Says that the first bytes are not for us; [#http] tells whether a browser or the like should
  /// be told so.
  static final class NotServed extends IOException {
    private static final long serialVersionUID = 1L;
    private final boolean http;

    private NotServed(String message, boolean http) {
      super(message);
      this.http = http;
    }

    boolean http() {
      return http;
    }
  }

  /// Returns what to say of a dialect that is known here and that nobody here speaks now.
  NotServed unwanted(Dialect dialect, ByteSource in) throws IOException {
    String name = dialect.name().toUpperCase(Locale.ROOT);
    return new NotServed(
        name
            + " is not served on this port: no socket is bound here (first bytes "
            + hex(in.peek(1))
            + ")",
        false);
  }

  private static boolean mayBeForeign(MemorySegment seen) {
    return FOREIGN.stream().anyMatch(f -> f.prefix().match(seen) == Prefix.Match.MORE);
  }

  private static NotServed notServed(MemorySegment seen) {
    String hex = hex(seen);
    return FOREIGN.stream()
        .filter(f -> f.prefix().match(seen) == Prefix.Match.YES)
        .findFirst()
        .map(
            f ->
                new NotServed(
                    f.name() + " is not served on this port (first bytes " + hex + ")",
                    f.name().equals("HTTP")))
        .orElseGet(
            () -> new NotServed("first bytes " + hex + " belong to no known dialect", false));
  }

  private static String hex(MemorySegment seen) {
    byte[] first = seen.asSlice(0, Math.min(16, seen.byteSize())).toArray(ValueLayout.JAVA_BYTE);
    return HexFormat.of().formatHex(first);
  }

  private static List<Foreign> foreign() {
    List<Foreign> known = new ArrayList<>();
    for (String method :
        List.of("GET ", "POST", "PUT ", "HEAD", "DELE", "OPTI", "PATC", "CONN", "TRAC", "PRI ")) {
      known.add(new Foreign("HTTP", ascii(method)));
    }
    known.add(new Foreign("TLS", TLS));
    known.add(new Foreign("EXO", Prefix.of('E', 'X', 'O', 1)));
    known.add(new Foreign("NNP", Prefix.of('N', 'N', 'P', 0)));
    known.add(new Foreign("ZMTP 1.0", Prefix.of(0x01, 0x00)));
    known.add(new Foreign("libp2p", Prefix.of(0x13, '/', 'm', 'u')));
    return List.copyOf(known);
  }

  private static Prefix ascii(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    int[] unsigned = new int[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      unsigned[i] = bytes[i];
    }
    return Prefix.of(unsigned);
  }
}
