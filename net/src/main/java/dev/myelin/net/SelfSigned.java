package dev.myelin.net;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HexFormat;

/// The certificate that a node makes for itself, because TLS wants one: its public key under a name
/// that says nothing.
///
/// Only the key in it counts. It is valid for ever, for a clock that is wrong must not cut a node
/// off, and has no extensions. Everything but key and signature is constant:
///
/// ```
/// SEQUENCE { SEQUENCE { [0] v3, INTEGER 1, ecdsa-with-SHA256, name, validity, name, key },
///            ecdsa-with-SHA256, BIT STRING signature }
/// ```
final class SelfSigned {
  private static final int SEQUENCE = 0x30;
  private static final int SET = 0x31;
  private static final byte[] VERSION_3 = hex("a003020102");
  private static final byte[] SERIAL_1 = hex("020101");
  private static final byte[] ECDSA_WITH_SHA256 = hex("300a06082a8648ce3d040302");
  private static final byte[] COMMON_NAME = hex("0603550403");

  private SelfSigned() {}

  /// Returns the certificate of a pair of P-256 keys.
  static X509Certificate of(KeyPair keys) throws GeneralSecurityException {
    byte[] cn = der(0x0c, ascii("myelin"));
    byte[] name = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, cn)));
    // RFC 5280, section 4.1.2.5: the last moment stands for no end.
    byte[] validity =
        der(SEQUENCE, der(0x17, ascii("200101000000Z")), der(0x18, ascii("99991231235959Z")));
    byte[] key = keys.getPublic().getEncoded();
    byte[] body = der(SEQUENCE, VERSION_3, SERIAL_1, ECDSA_WITH_SHA256, name, validity, name, key);
    Signature signer = Signature.getInstance("SHA256withECDSA");
    signer.initSign(keys.getPrivate());
    signer.update(body);
    byte[] signature = der(0x03, new byte[1], signer.sign());
    return parse(der(SEQUENCE, body, ECDSA_WITH_SHA256, signature));
  }

  static X509Certificate parse(byte[] encoded) throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(encoded));
  }

  private static byte[] der(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    int length = content.size();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (length >= 0x100) {
      out.write(0x82);
      out.write(length >>> 8);
    } else if (length >= 0x80) {
      out.write(0x81);
    }
    out.write(length);
    out.writeBytes(content.toByteArray());
    return out.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }
}
