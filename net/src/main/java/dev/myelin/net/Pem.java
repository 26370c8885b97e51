package dev.myelin.net;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Keys and certificates in the text form that every tool writes (RFC 7468).
final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");
  private static final byte[] TRIAL = "do these belong together?".getBytes(StandardCharsets.UTF_8);

  private Pem() {}

  /// Returns the certificates in a file, at least one.
  static List<X509Certificate> certificates(Path file) throws IOException {
    List<X509Certificate> found = new ArrayList<>();
    try {
      for (byte[] block : blocks(file, "CERTIFICATE")) {
        found.add(SelfSigned.parse(block));
      }
    } catch (GeneralSecurityException e) {
      throw new IOException(file + ": not a certificate: " + e.getMessage(), e);
    }
    if (found.isEmpty()) {
      throw new IOException(file + ": no certificate (expected: BEGIN CERTIFICATE)");
    }
    return found;
  }

  /// Returns the private key in a file, which must be that of the certificate.
  static PrivateKey privateKey(Path file, X509Certificate certificate) throws IOException {
    List<byte[]> blocks = blocks(file, "PRIVATE KEY");
    if (blocks.size() != 1) {
      throw new IOException(
          file
              + ": "
              + blocks.size()
              + " private keys in PKCS #8 (expected: one, under BEGIN PRIVATE KEY; 'openssl pkcs8"
              + " -topk8 -nocrypt' makes it from other forms)");
    }
    String algorithm = certificate.getPublicKey().getAlgorithm();
    try {
      PrivateKey key =
          KeyFactory.getInstance(algorithm)
              .generatePrivate(new PKCS8EncodedKeySpec(blocks.getFirst()));
      if (!belongTogether(key, certificate)) {
        throw new IOException(file + ": the key is not that of the certificate");
      }
      return key;
    } catch (GeneralSecurityException e) {
      throw new IOException(file + ": no " + algorithm + " key: " + e.getMessage(), e);
    }
  }

  private static boolean belongTogether(PrivateKey key, X509Certificate certificate)
      throws GeneralSecurityException {
    String scheme =
        switch (key.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> key.getAlgorithm();
        };
    Signature signature = Signature.getInstance(scheme);
    signature.initSign(key);
    signature.update(TRIAL);
    byte[] signed = signature.sign();
    signature.initVerify(certificate.getPublicKey());
    signature.update(TRIAL);
    return signature.verify(signed);
  }

  static String text(String kind, byte[] encoded) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
    return "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n";
  }

  private static List<byte[]> blocks(Path file, String kind) throws IOException {
    // Comments beside the blocks may be in any encoding.
    String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    List<byte[]> found = new ArrayList<>();
    Matcher block = BLOCK.matcher(text);
    while (block.find()) {
      if (block.group(1).equals(kind)) {
        found.add(Base64.getMimeDecoder().decode(block.group(2)));
      }
    }
    return found;
  }
}
