package dev.myelin.bench;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.Security;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.conscrypt.Conscrypt;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What the cipher of TLS costs without TLS: a full record of plain bytes sealed, or opened, by one
/// core, in the kind of memory that each library likes best. 16 384 bytes in N microseconds are
/// 16.4 / N GB/s; no encrypted link can be faster at one side than this together with the copies of
/// the kernel.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SealBench {
  private static final int RECORD_BYTES = 16 << 10;
  private static final int TAG_BYTES = 16;
  private static final int NONCE_BYTES = 12;

  /// Whose code: `conscrypt` or `jdk`.
  @Param({"conscrypt", "jdk"})
  public String library;

  /// The length of the key: of the suites, AES-128-GCM or AES-256-GCM.
  @Param({"128", "256"})
  public int bits;

  private Cipher cipher;
  private SecretKeySpec key;
  private ByteBuffer plain;
  private ByteBuffer sealed;
  private ByteBuffer scratch;
  private final byte[] nonce = new byte[NONCE_BYTES];
  private long records;

  /// Made by JMH.
  public SealBench() {}

  /// Seals one record, for [#open].
  @Setup
  public void prepare() throws GeneralSecurityException {
    boolean direct = library.equals("conscrypt");
    Provider provider = direct ? Conscrypt.newProvider() : Security.getProvider("SunJCE");
    cipher = Cipher.getInstance("AES/GCM/NoPadding", provider);
    key = new SecretKeySpec(new byte[bits / Byte.SIZE], "AES");
    plain = buffer(direct, RECORD_BYTES);
    sealed = buffer(direct, RECORD_BYTES + TAG_BYTES);
    scratch = buffer(direct, RECORD_BYTES + TAG_BYTES);
    run(Cipher.ENCRYPT_MODE, plain, sealed);
  }

  private static ByteBuffer buffer(boolean direct, int bytes) {
    return direct ? ByteBuffer.allocateDirect(bytes) : ByteBuffer.allocate(bytes);
  }

  private int run(int mode, ByteBuffer from, ByteBuffer to) throws GeneralSecurityException {
    cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
    return cipher.doFinal(from.clear(), to.clear());
  }

  /// Seals a record, each with a nonce of its own.
  @Benchmark
  public int seal() throws GeneralSecurityException {
    records++;
    byte[] own = nonce.clone();
    ByteBuffer.wrap(own).putLong(records);
    cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, own));
    return cipher.doFinal(plain.clear(), scratch.clear());
  }

  /// Opens a record again and again.
  @Benchmark
  public int open() throws GeneralSecurityException {
    return run(Cipher.DECRYPT_MODE, sealed, scratch);
  }
}
