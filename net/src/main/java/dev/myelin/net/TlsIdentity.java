package dev.myelin.net;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// What a node shows of itself in TLS: a private key, and certificates that lead from it to an
/// authority, or the one it made for itself.
///
/// The key a node made stands in its state folder, readable by its owner alone, so that peers can
/// pin it.
final class TlsIdentity extends X509ExtendedKeyManager {
  /// The file of the key and the certificate that a node made for itself.
  static final String FILE_NAME = "tls-identity.pem";

  private static final String ALIAS = "node";
  private static final String PRIVATE = "rw-------";

  private final PrivateKey key;
  private final List<X509Certificate> chain;

  private TlsIdentity(PrivateKey key, List<X509Certificate> chain) {
    this.key = key;
    this.chain = List.copyOf(chain);
  }

  /// Returns the identity kept in that folder, made on the first use; without a folder a fresh one.
  ///
  /// @throws IOException if the file cannot be read or written
  static TlsIdentity own(Optional<Path> folder) throws IOException {
    try {
      if (folder.isEmpty()) {
        return fresh();
      }
      Path file = folder.get().resolve(FILE_NAME);
      if (Files.exists(file)) {
        return read(file, file);
      }
      TlsIdentity made = fresh();
      made.write(file);
      return made;
    } catch (GeneralSecurityException e) {
      throw new IOException("no key for TLS could be made: " + e.getMessage(), e);
    }
  }

  /// Returns the identity in two PEM files.
  ///
  /// @throws IOException if they cannot be read, or do not belong together
  static TlsIdentity read(Path certificates, Path key) throws IOException {
    List<X509Certificate> chain = Pem.certificates(certificates);
    return new TlsIdentity(Pem.privateKey(key, chain.getFirst()), chain);
  }

  private static TlsIdentity fresh() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    return new TlsIdentity(pair.getPrivate(), List.of(SelfSigned.of(pair)));
  }

  /// Writes a whole file or none: a node that is killed meanwhile must find no half key.
  private void write(Path file) throws IOException, GeneralSecurityException {
    String text =
        Pem.text("PRIVATE KEY", key.getEncoded())
            + Pem.text("CERTIFICATE", chain.getFirst().getEncoded());
    Path draft = file.resolveSibling(FILE_NAME + ".new");
    Files.deleteIfExists(draft);
    if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createFile(
          draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(PRIVATE)));
    }
    Files.writeString(draft, text, StandardCharsets.US_ASCII);
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /// Returns the pin of its public key.
  String pin() {
    return Pins.of(chain.getFirst());
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
    return fits(keyType) ? ALIAS : null;
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, SSLEngine engine) {
    for (String keyType : keyTypes) {
      if (fits(keyType)) {
        return ALIAS;
      }
    }
    return null;
  }

  private boolean fits(String keyType) {
    // Also EC_EC and the like.
    return keyType.startsWith(key.getAlgorithm());
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return fits(keyType) ? ALIAS : null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return ALIAS;
  }

  @Override
  public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return new String[] {ALIAS};
  }

  @Override
  public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return new String[] {ALIAS};
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return chain.toArray(X509Certificate[]::new);
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return key;
  }
}
