package dev.myelin.net;

import dev.myelin.net.NodeConfig.Encryption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/// Encrypts connections, as the configuration asks: holds the node's key, and what it trusts.
///
/// Files of an authority are read again when they change, at the next connection; those that are
/// open stay as they are. Connections beyond what a library that needs descriptors of its own may
/// take of them are encrypted by the JDK's.
final class Encrypter implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Encrypter.class.getName());

  /// Half of the cores: strangers can ask for handshakes, and peers have work under way.
  private static final int STEPS = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

  private final Encryption.Tls mode;
  private final Optional<Path> folder;
  private final TlsKit first;
  private final TlsKit further;
  private final Semaphore steps = new Semaphore(STEPS, true);
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Keys keys; // guarded by lock
  private List<FileTime> read = List.of(); // guarded by lock

  /// What both directions of every connection are made from.
  private record Keys(TlsIdentity own, TlsTrust trust, Map<TlsLibrary, SSLContext> contexts) {
    Keys(TlsIdentity own, TlsTrust trust) {
      this(own, trust, new EnumMap<>(TlsLibrary.class));
    }

    /// Returns the context of a library; making one takes time, so only when it is needed.
    SSLContext context(TlsLibrary library) throws IOException {
      SSLContext known = contexts.get(library);
      if (known != null) {
        return known;
      }
      try {
        SSLContext made = library.context(own, trust);
        contexts.put(library, made);
        return made;
      } catch (GeneralSecurityException e) {
        throw new IOException("TLS cannot be used: " + e.getMessage(), e);
      }
    }
  }

  /// Opens it; files of an authority are read now, an own key when it is first needed.
  ///
  /// @param folder where the node keeps the key it makes for itself
  /// @throws IOException if files of an authority cannot be used
  static Encrypter open(Encryption.Tls mode, Optional<Path> folder, TlsLibrary library)
      throws IOException {
    return open(mode, folder, TlsKit.of(library));
  }

  /// Opens it likewise.
  ///
  /// @param first what encrypts as many connections as it may
  static Encrypter open(Encryption.Tls mode, Optional<Path> folder, TlsKit first)
      throws IOException {
    Encrypter encrypter = new Encrypter(mode, folder, first);
    if (mode.authority().isPresent()) {
      encrypter.context(first.library());
    }
    return encrypter;
  }

  private Encrypter(Encryption.Tls mode, Optional<Path> folder, TlsKit first) {
    this.mode = mode;
    this.folder = folder;
    this.first = first;
    this.further = TlsKit.of(TlsLibrary.JDK);
  }

  /// Encrypts a connection that somebody dialled, whose first bytes were read already.
  TlsDuplex accept(Duplex wire, byte[] bytes) throws IOException {
    return encrypted(
        kit -> {
          SSLEngine engine = context(kit.library()).createSSLEngine();
          engine.setUseClientMode(false);
          kit.library().narrow(engine, isMutual(), false);
          return shake(wire, engine, kit, bytes);
        });
  }

  /// Encrypts a connection that we dialled; under an authority the certificate must be for that
  /// host.
  TlsDuplex dial(Duplex wire, Endpoint to) throws IOException {
    return encrypted(
        kit -> {
          SSLEngine engine = context(kit.library()).createSSLEngine(to.host(), to.port());
          engine.setUseClientMode(true);
          kit.library().narrow(engine, isMutual(), mode.authority().isPresent());
          return shake(wire, engine, kit, new byte[0]);
        });
  }

  /// A handshake by one of the libraries.
  @FunctionalInterface
  private interface Shaking {
    TlsDuplex shake(TlsKit kit) throws IOException;
  }

  /// Shakes hands by the first library that has room.
  private TlsDuplex encrypted(Shaking shaking) throws IOException {
    TlsKit kit = first.enter() ? first : further;
    if (kit.equals(further)) {
      further.enter();
    }
    try {
      return shaking.shake(kit);
    } catch (IOException | RuntimeException | Error e) {
      kit.leave();
      throw e;
    }
  }

  private TlsDuplex shake(Duplex wire, SSLEngine engine, TlsKit kit, byte[] bytes)
      throws IOException {
    TlsHandshake handshake = new TlsHandshake(wire, engine, steps, bytes);
    return new TlsDuplex(wire, engine, kit, handshake.shake());
  }

  /// Certificates of peers say something only where some are refused.
  private boolean isMutual() {
    return mode.authority().isPresent() || !mode.pins().isEmpty();
  }

  /// Returns the pin of this node's own key.
  String pin() throws IOException {
    lock.lock();
    try {
      return keys().own().pin();
    } finally {
      lock.unlock();
    }
  }

  /// Returns what both directions are made from.
  ///
  /// @throws IOException if keys or certificates cannot be used, and never could
  SSLContext context(TlsLibrary library) throws IOException {
    lock.lock();
    try {
      return keys().context(library);
    } finally {
      lock.unlock();
    }
  }

  private Keys keys() throws IOException {
    List<FileTime> now = times();
    Keys present = keys;
    if (present == null) {
      present = load();
      read = now;
    } else if (!now.equals(read)) {
      present = reloaded(present);
      read = now;
    }
    keys = present;
    return present;
  }

  private Keys reloaded(Keys present) {
    try {
      Keys fresh = load();
      fresh.context(first.library());
      LOG.log(System.Logger.Level.INFO, "certificates were read again: {0}", mode.authority());
      return fresh;
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "certificates changed and cannot be used; the former ones stay: {0}",
          e.getMessage());
      return present;
    }
  }

  private Keys load() throws IOException {
    Optional<Encryption.Authority> authority = mode.authority();
    if (authority.isEmpty()) {
      return new Keys(TlsIdentity.own(folder), TlsTrust.inAny(mode.pins()));
    }
    Encryption.Authority files = authority.get();
    return new Keys(
        TlsIdentity.read(files.certificate(), files.key()),
        TlsTrust.in(files.roots(), mode.pins()));
  }

  private List<FileTime> times() {
    List<FileTime> times = new ArrayList<>();
    mode.authority()
        .ifPresent(
            files -> {
              for (Path file : List.of(files.roots(), files.certificate(), files.key())) {
                times.add(time(file));
              }
            });
    return times;
  }

  private static FileTime time(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      return FileTime.fromMillis(0); // reading it will say what is wrong
    }
  }

  /// Returns the buffers of the library that is taken first.
  TlsBuffers buffers() {
    return first.buffers();
  }

  /// Frees the buffers; connections that are still open get none any more.
  @Override
  public void close() {
    first.close();
    further.close();
  }
}
