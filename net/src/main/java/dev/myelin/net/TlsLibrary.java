package dev.myelin.net;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import org.conscrypt.Conscrypt;

/// The two libraries that speak TLS for us: the JDK's, which is always there, and Conscrypt, which
/// is faster and used where it is on the path and made for this machine.
enum TlsLibrary {
  /// That of the JDK.
  JDK {
    @Override
    SSLContext context() throws GeneralSecurityException {
      return SSLContext.getInstance(VERSION);
    }

    @Override
    void prepare(SSLParameters parameters) {
      parameters.setCipherSuites(SUITES.toArray(String[]::new));
      parameters.setUseCipherSuitesOrder(true);
      parameters.setNamedGroups(available(parameters.getNamedGroups()));
    }

    @Override
    byte[] export(SSLEngine engine) throws SSLException {
      ExtendedSSLSession session = (ExtendedSSLSession) engine.getSession();
      return session.exportKeyingMaterialData(LABEL, new byte[0], BINDING_BYTES);
    }
  },

  /// Google's, on BoringSSL; it chooses suites and groups itself, among the same.
  CONSCRYPT {
    @Override
    SSLContext context() throws GeneralSecurityException {
      return SSLContext.getInstance(VERSION, Conscrypt.newProvider());
    }

    @Override
    void prepare(SSLParameters parameters) {
      // Suites of TLS 1.3 cannot be chosen, and without those of TLS 1.2 it looks for no
      // certificate.
    }

    @Override
    byte[] export(SSLEngine engine) throws SSLException {
      return Conscrypt.exportKeyingMaterial(engine, LABEL, new byte[0], BINDING_BYTES);
    }
  };

  static final String VERSION = "TLSv1.3";

  /// AES-128 last: the one that every peer must have (RFC 8446, section 9.1).
  private static final List<String> SUITES =
      List.of("TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256");

  /// In order of preference; a JDK leaves out what it does not have yet.
  private static final List<String> GROUPS = List.of("X25519MLKEM768", "x25519", "secp256r1");

  // RFC 9266, section 4.2: the label of the binding that is made from exported keys.
  private static final String LABEL = "EXPORTER-Channel-Binding";
  private static final int BINDING_BYTES = 32;

  /// Longer than a ticket may live, so that the JDK makes none.
  private static final int NO_TICKETS_SECONDS = 8 * 24 * 3600;

  /// Returns whether it touches native memory only by ways that notice when that is freed.
  boolean isGuarded() {
    return this == JDK;
  }

  /// Returns how many descriptors a connection takes beside its socket's: Conscrypt opens a pipe
  /// for each, also where an engine is all that is used.
  int descriptors() {
    return this == JDK ? 0 : 2;
  }

  /// Returns the name to show to people.
  String label() {
    return this == JDK ? "the JDK" : "Conscrypt";
  }

  abstract SSLContext context() throws GeneralSecurityException;

  abstract void prepare(SSLParameters parameters);

  abstract byte[] export(SSLEngine engine) throws SSLException;

  /// Returns the fastest that works here.
  static TlsLibrary best() {
    return Conscrypted.WORKS ? CONSCRYPT : JDK;
  }

  /// Asked for only when encryption is: looking loads native code.
  private static final class Conscrypted {
    private static final boolean WORKS = works();

    private static boolean works() {
      try {
        return Conscrypt.isAvailable();
      } catch (LinkageError e) {
        return false; // not on the path, or not for this machine
      }
    }
  }

  /// Returns a context for both directions. Sessions are not resumed: connections live long, and a
  /// ticket would be one more thing to keep.
  SSLContext context(KeyManager keys, TrustManager trust) throws GeneralSecurityException {
    SSLContext context = context();
    context.init(new KeyManager[] {keys}, new TrustManager[] {trust}, null);
    context.getServerSessionContext().setSessionTimeout(NO_TICKETS_SECONDS);
    return context;
  }

  /// Narrows an engine to TLS 1.3 and our suites.
  void narrow(SSLEngine engine, boolean mutual, boolean hostChecked) {
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(new String[] {VERSION});
    prepare(parameters);
    if (engine.getUseClientMode()) {
      if (hostChecked) {
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
      }
    } else {
      parameters.setNeedClientAuth(mutual);
    }
    engine.setSSLParameters(parameters);
  }

  private static String[] available(String[] known) {
    List<String> all = Arrays.asList(known);
    String[] ours = GROUPS.stream().filter(all::contains).toArray(String[]::new);
    return ours.length == 0 ? known : ours;
  }
}
