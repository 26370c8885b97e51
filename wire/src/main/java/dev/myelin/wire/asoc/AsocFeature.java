package dev.myelin.wire.asoc;

import dev.myelin.wire.Carrier;
import dev.myelin.wire.Limits;
import dev.myelin.wire.pack.PackCodec;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// What a node can do beyond the stock protocol; each is one bit of the handshake.
enum AsocFeature {
  /// Streams are described (OPEN), checked (DIGEST) and stopped (ABORT, CANCEL).
  TENSORS(0),
  /// The receiver confirms streams (RECEIPT).
  RECEIPTS(1),
  /// The node gives signs of life, and answers PING.
  ALIVE(2),
  /// Ends are announced (GOODBYE) and explained (FAULT).
  FAREWELL(3),
  /// Addresses of other nodes are passed on (CONTACTS), and that there is news of services
  /// (SERVES).
  CONTACTS(4),
  /// Streams wait for the receiver's credit (CREDIT), so that its reader waits for nobody.
  WINDOWS(5),
  /// Small tensors come in one frame (WHOLE).
  WHOLE(6),
  /// Streams may be compressed, or travel in a narrower type (PACKED).
  PACKED(7),
  /// Interrupted streams are taken up again (RESUME).
  RESUME(8),
  /// Nodes of one machine share memory (MEET, MET, MOVE), and tensors in it (REFERENCE, FREE).
  SHARED(9),
  /// The node can encrypt: two that both can leave a connection in clear.
  TLS(10);

  private final int bit;

  AsocFeature(int bit) {
    this.bit = bit;
  }

  int mask() {
    return 1 << bit;
  }

  /// Returns the bits of everything this side can do within those limits.
  static int offered(Limits limits) {
    int bits = 0;
    for (AsocFeature feature : values()) {
      if (feature.isWithin(limits)) {
        bits |= feature.mask();
      }
    }
    return bits;
  }

  private boolean isWithin(Limits limits) {
    return switch (this) {
      case WINDOWS -> limits.flow().windowBytes() > 0;
      case RESUME -> limits.partials().files() > 0;
      case WHOLE -> limits.frames().controlBytes() >= AsocExtension.Whole.PAYLOAD;
      case PACKED -> PackCodec.LZ4.isAvailable() && PackCodec.ZSTD.isAvailable();
      case TENSORS, RECEIPTS, ALIVE, FAREWELL, CONTACTS, SHARED, TLS -> true;
    };
  }

  /// Returns those bits with what the node can do on that carrier.
  static int on(Carrier carrier, int bits) {
    return carrier.canEncrypt() ? bits | TLS.mask() : bits & ~TLS.mask();
  }

  /// Returns the features whose bits are set; bits nobody has defined yet are passed over.
  static Set<AsocFeature> of(int bits) {
    EnumSet<AsocFeature> features = EnumSet.noneOf(AsocFeature.class);
    for (AsocFeature feature : values()) {
      if ((bits & feature.mask()) != 0) {
        features.add(feature);
      }
    }
    return features;
  }

  static Set<String> names(Set<AsocFeature> features) {
    return features.stream()
        .map(feature -> feature.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.toUnmodifiableSet());
  }
}
