package dev.myelin.net;

import dev.myelin.net.NodeConfig.Encryption;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.List;

/// A certificate authority of one test, made by the JDK's own keytool.
final class TestAuthority {
  private static final char[] PASSWORD = "changeit".toCharArray();

  private final Path folder;
  private final Path store;

  private TestAuthority(Path folder) {
    this.folder = folder;
    this.store = folder.resolve("store.p12");
  }

  static TestAuthority in(Path folder) throws Exception {
    TestAuthority authority = new TestAuthority(Files.createDirectories(folder));
    authority.keytool("-alias", "ca", "-dname", "CN=test authority", "-ext", "bc:c=ca:true");
    Files.writeString(folder.resolve("ca.pem"), authority.certificates("ca").getLast());
    return authority;
  }

  /// Returns the files of a node whose certificate is for that name: `ip:127.0.0.1`, `dns:a`.
  Encryption.Authority issue(String alias, String name) throws Exception {
    keytool("-alias", alias, "-signer", "ca", "-dname", "CN=" + alias, "-ext", "san=" + name);
    Path certificate = folder.resolve(alias + ".pem");
    Path key = folder.resolve(alias + "-key.pem");
    Files.writeString(certificate, String.join("", certificates(alias)));
    Files.writeString(key, Pem.text("PRIVATE KEY", key(alias).getEncoded()));
    return new Encryption.Authority(folder.resolve("ca.pem"), certificate, key);
  }

  private void keytool(String... more) throws Exception {
    String tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    List<String> command = new ArrayList<>(List.of(tool, "-genkeypair", "-keyalg", "EC"));
    command.addAll(List.of("-groupname", "secp256r1", "-validity", "2", "-storetype", "PKCS12"));
    command.addAll(List.of("-keystore", store.toString(), "-storepass", new String(PASSWORD)));
    command.addAll(List.of(more));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("keytool: " + said);
    }
  }

  private KeyStore load() throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    return keys;
  }

  private Key key(String alias) throws IOException, GeneralSecurityException {
    return load().getKey(alias, PASSWORD);
  }

  private List<String> certificates(String alias) throws IOException, GeneralSecurityException {
    List<String> texts = new ArrayList<>();
    for (Certificate each : load().getCertificateChain(alias)) {
      texts.add(Pem.text("CERTIFICATE", each.getEncoded()));
    }
    return texts;
  }
}
