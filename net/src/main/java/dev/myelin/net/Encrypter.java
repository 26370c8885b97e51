package dev.myelin.net;

import dev.myelin.net.NodeConfig.Encryption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/// Encrypts connections, as the configuration asks: holds the node's key, and what it trusts.
///
/// Files of an authority are read again when they change, at the next connection; those that are
/// open stay as they are.
final class Encrypter implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Encrypter.class.getName());

  /// Half of the cores: strangers can ask for handshakes, and peers have work under way.
  private static final int STEPS = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

  private final Encryption.Tls mode;
  private final Optional<Path> folder;
  private final TlsLibrary library;
  private final TlsBuffers buffers;
  private final Semaphore steps = new Semaphore(STEPS, true);
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable SSLContext context; // guarded by lock
  private @Nullable TlsIdentity identity; // guarded by lock
  private List<FileTime> read = List.of(); // guarded by lock

  /// Opens it; files of an authority are read now, an own key when it is first needed.
  ///
  /// @param folder where the node keeps the key it makes for itself
  /// @throws IOException if files of an authority cannot be used
  static Encrypter open(Encryption.Tls mode, Optional<Path> folder, TlsLibrary library)
      throws IOException {
    Encrypter encrypter = new Encrypter(mode, folder, library);
    if (mode.authority().isPresent()) {
      encrypter.context();
    }
    return encrypter;
  }

  private Encrypter(Encryption.Tls mode, Optional<Path> folder, TlsLibrary library) {
    this.mode = mode;
    this.folder = folder;
    this.library = library;
    this.buffers = new TlsBuffers(library == TlsLibrary.CONSCRYPT);
  }

  /// Encrypts a connection that somebody dialled, whose first bytes were read already.
  TlsDuplex accept(Duplex wire, byte[] first) throws IOException {
    SSLEngine engine = context().createSSLEngine();
    engine.setUseClientMode(false);
    library.narrow(engine, isMutual(), false);
    return shake(wire, engine, first);
  }

  /// Encrypts a connection that we dialled; under an authority the certificate must be for that
  /// host.
  TlsDuplex dial(Duplex wire, Endpoint to) throws IOException {
    SSLEngine engine = context().createSSLEngine(to.host(), to.port());
    engine.setUseClientMode(true);
    library.narrow(engine, isMutual(), mode.authority().isPresent());
    return shake(wire, engine, new byte[0]);
  }

  private TlsDuplex shake(Duplex wire, SSLEngine engine, byte[] first) throws IOException {
    TlsHandshake handshake = new TlsHandshake(wire, engine, steps, first);
    return new TlsDuplex(wire, engine, library, buffers, handshake.shake());
  }

  /// Certificates of peers say something only where some are refused.
  private boolean isMutual() {
    return mode.authority().isPresent() || !mode.pins().isEmpty();
  }

  /// Returns the pin of this node's own key.
  String pin() throws IOException {
    context();
    lock.lock();
    try {
      return identity == null ? "" : identity.pin();
    } finally {
      lock.unlock();
    }
  }

  /// Returns what both directions are made from.
  ///
  /// @throws IOException if keys or certificates cannot be used, and never could
  SSLContext context() throws IOException {
    lock.lock();
    try {
      List<FileTime> now = times();
      if (context == null) {
        context = load();
        read = now;
      } else if (!now.equals(read)) {
        context = reloaded(context);
        read = now;
      }
      return context;
    } finally {
      lock.unlock();
    }
  }

  private SSLContext reloaded(SSLContext present) {
    try {
      SSLContext fresh = load();
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

  private SSLContext load() throws IOException {
    Optional<Encryption.Authority> authority = mode.authority();
    TlsIdentity own;
    TlsTrust trust;
    if (authority.isPresent()) {
      own = TlsIdentity.read(authority.get().certificate(), authority.get().key());
      trust = TlsTrust.in(authority.get().roots(), mode.pins());
    } else {
      own = TlsIdentity.own(folder);
      trust = TlsTrust.inAny(mode.pins());
    }
    try {
      SSLContext made = library.context(own, trust);
      identity = own;
      return made;
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS cannot be used: " + e.getMessage(), e);
    }
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

  TlsBuffers buffers() {
    return buffers;
  }

  /// Frees the buffers; connections that are still open get none any more.
  @Override
  public void close() {
    buffers.close();
  }
}
