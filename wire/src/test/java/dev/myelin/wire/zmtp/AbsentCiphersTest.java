package dev.myelin.wire.zmtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.DType;
import dev.myelin.wire.parts.PartsSecurity;
import dev.myelin.wire.parts.PartsTerms;
import dev.myelin.wire.parts.SocketRole;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A program that has no library with the ciphers of CURVE.
@Timeout(60)
class AbsentCiphersTest {
  private final URLClassLoader bare =
      new URLClassLoader(
          new URL[] {home(ZmtpDialect.class), home(ZmtpTalk.class), home(DType.class)},
          ClassLoader.getPlatformClassLoader());

  @AfterEach
  void close() throws Exception {
    bare.close();
  }

  @Test
  void speaksInClear() throws Exception {
    assertThat(open(null, null)).isNotNull();
  }

  @Test
  void saysWhatCurveNeedsBeforeAnythingIsSent() {
    assertThatThrownBy(() -> open("curveClient", "curveServer"))
        .isInstanceOf(InvocationTargetException.class)
        .cause()
        .cause()
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("org.bouncycastle:bcprov-jdk18on");
  }

  /// Shakes hands among classes that know nothing of the library.
  private Object open(@Nullable String dialler, @Nullable String acceptor) throws Exception {
    Class<?> terms = there(PartsTerms.class);
    Method open = there(ZmtpTalk.class).getDeclaredMethod("open", terms, terms);
    open.setAccessible(true);
    return open.invoke(null, terms(dialler, "REQ"), terms(acceptor, "REP"));
  }

  private Object terms(@Nullable String security, String role) throws Exception {
    Class<?> roles = there(SocketRole.class);
    Object all = Array.newInstance(roles, 1);
    for (Object each : roles.getEnumConstants()) {
      if (each.toString().equals(role)) {
        Array.set(all, 0, each);
      }
    }
    Class<?> talk = there(ZmtpTalk.class);
    if (security == null) {
      Method terms = talk.getDeclaredMethod("terms", all.getClass());
      terms.setAccessible(true);
      return terms.invoke(null, all);
    }
    Method make = talk.getDeclaredMethod(security);
    make.setAccessible(true);
    Method terms = talk.getDeclaredMethod("terms", there(PartsSecurity.class), all.getClass());
    terms.setAccessible(true);
    return terms.invoke(null, make.invoke(null), all);
  }

  private Class<?> there(Class<?> here) throws ClassNotFoundException {
    return Class.forName(here.getName(), true, bare);
  }

  private static URL home(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation();
  }
}
