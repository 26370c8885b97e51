package dev.myelin.net;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// Which certificates of peers count: those of an authority, or any; and of those, the pinned ones.
///
/// Where any counts, nothing is lost: the proof of the shared key is bound to the session, and who
/// sits in between cannot give it.
final class TlsTrust extends X509ExtendedTrustManager {
  /// Says that a certificate does not count.
  static final class Mistrust extends CertificateException {
    private static final long serialVersionUID = 1L;

    private Mistrust(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  // TLS 1.3 names no key exchange; the JDK's check wants this word for it.
  private static final String ANY_EXCHANGE = "UNKNOWN";

  private final @Nullable X509ExtendedTrustManager authority;
  private final Set<String> pins;

  private TlsTrust(@Nullable X509ExtendedTrustManager authority, Set<String> pins) {
    this.authority = authority;
    this.pins = pins;
  }

  /// Takes every certificate, or the pinned ones.
  static TlsTrust inAny(Set<String> pins) {
    return new TlsTrust(null, pins);
  }

  /// Takes the certificates of these authorities, or the pinned ones of them.
  static TlsTrust in(Path roots, Set<String> pins) throws IOException {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int count = 0;
      for (X509Certificate root : Pem.certificates(roots)) {
        store.setCertificateEntry("root-" + count, root);
        count++;
      }
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(store);
      for (TrustManager each : factory.getTrustManagers()) {
        if (each instanceof X509ExtendedTrustManager authority) {
          return new TlsTrust(authority, pins);
        }
      }
      throw new IllegalStateException("every JDK checks chains of certificates");
    } catch (GeneralSecurityException e) {
      throw new IOException(roots + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String exchange, SSLEngine engine)
      throws CertificateException {
    if (authority != null) {
      try {
        authority.checkServerTrusted(chain, ANY_EXCHANGE, engine);
      } catch (CertificateException e) {
        throw mistrust(chain, e);
      }
    }
    checkPins(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String exchange, SSLEngine engine)
      throws CertificateException {
    if (authority != null) {
      try {
        authority.checkClientTrusted(chain, ANY_EXCHANGE, engine);
      } catch (CertificateException e) {
        throw mistrust(chain, e);
      }
    }
    checkPins(chain);
  }

  private static Mistrust mistrust(X509Certificate[] chain, CertificateException cause) {
    return new Mistrust(
        "certificate of "
            + printable(chain[0])
            + ": "
            + cause.getMessage()
            + " (expected: one of our authority, for the host that was dialled)",
        cause);
  }

  /// Names come from strangers and go to terminals.
  private static String printable(X509Certificate certificate) {
    String name = certificate.getSubjectX500Principal().getName();
    return name.substring(0, Math.min(200, name.length())).replaceAll("[^\\x20-\\x7e]", "?");
  }

  /// Under an authority any certificate of the chain may be the pinned one; where a node makes its
  /// own, only the key it has proven to hold.
  private void checkPins(X509Certificate[] chain) throws Mistrust {
    if (pins.isEmpty()) {
      return;
    }
    List<String> shown =
        Stream.of(chain).limit(authority == null ? 1 : chain.length).map(Pins::of).toList();
    if (shown.stream().noneMatch(pins::contains)) {
      throw new Mistrust(
          "certificate mismatch: " + shown.getFirst() + " (expected: one of the pins)", null);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String exchange, Socket socket) {
    throw new UnsupportedOperationException("only engines are used");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String exchange, Socket socket) {
    throw new UnsupportedOperationException("only engines are used");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String exchange) {
    throw new UnsupportedOperationException("only engines are used");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String exchange) {
    throw new UnsupportedOperationException("only engines are used");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return authority == null ? new X509Certificate[0] : authority.getAcceptedIssuers();
  }
}
