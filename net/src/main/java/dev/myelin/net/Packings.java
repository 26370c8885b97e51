package dev.myelin.net;

import dev.myelin.tensor.DType;
import dev.myelin.wire.TensorHeader;
import dev.myelin.wire.pack.PackCodec;
import dev.myelin.wire.pack.Packaging;
import dev.myelin.wire.pack.Packing;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/// How the tensors of one connection are packed, and what is known of its link.
final class Packings {
  /// A smaller tensor is gone before anything is known of it.
  private static final long LEAST_BYTES = 1 << 20;

  private final LinkGauge gauge = new LinkGauge();
  private final Compression configured;
  private final AdaptivePacking.Packs packs;
  private final boolean understood;
  private final boolean nearby;

  /// @param understood whether the peer unpacks
  /// @param nearby whether the bytes never leave this machine
  Packings(
      Compression configured, AdaptivePacking.Packs packs, boolean understood, boolean nearby) {
    this.configured = configured;
    this.packs = packs;
    this.understood = understood;
    this.nearby = nearby;
  }

  static Packings of(Connection connection, AdaptivePacking.Packs packs) {
    Link link = connection.link();
    return new Packings(
        link.transport().config().links().compression(),
        packs,
        connection.introduction().features().contains("packed"),
        isNearby(link.address()));
  }

  /// Returns whether that is an address of this machine.
  private static boolean isNearby(InetAddress address) {
    try {
      return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException e) {
      return false; // then it is measured like any other
    }
  }

  /// Returns how a tensor is packed; null if it travels as it is.
  @Nullable Packing packing(TensorHeader header, Form form) {
    if (!understood || header.byteSize() == 0) {
      return null;
    }
    DType held = header.dtype();
    DType wire = form.wire().filter(narrow -> isPossible(header, narrow)).orElse(held);
    Compression compression = form.compression().orElse(configured);
    return switch (compression) {
      case OFF -> wire == held ? null : packing(wire, PackCodec.RAW);
      case LZ4 -> packing(wire, PackCodec.LZ4);
      case ZSTD -> packing(wire, PackCodec.ZSTD);
      case AUTO -> {
        if (!nearby && header.byteSize() >= LEAST_BYTES) {
          yield new AdaptivePacking(gauge, packs, wire, System::nanoTime);
        }
        yield wire == held ? null : packing(wire, PackCodec.RAW);
      }
    };
  }

  private static boolean isPossible(TensorHeader header, DType wire) {
    return Packaging.isPossible(header.dtype(), wire)
        && header.byteSize() % Packaging.of(header.dtype(), wire).unit() == 0;
  }

  private Packing packing(DType wire, PackCodec codec) {
    return new FixedPacking(wire, codec, gauge, packs);
  }

  /// Learns from the time that passed until a receiver confirmed a tensor.
  void confirmed(@Nullable Packing packing) {
    if (packing instanceof AdaptivePacking adaptive) {
      adaptive.confirmed();
    }
  }

  /// Returns how the last chunk was compressed.
  Compression present() {
    return switch (gauge.codec()) {
      case RAW -> Compression.OFF;
      case LZ4 -> Compression.LZ4;
      case ZSTD -> Compression.ZSTD;
    };
  }
}
