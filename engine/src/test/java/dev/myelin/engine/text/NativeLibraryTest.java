package dev.myelin.engine.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibraryTest {
  @TempDir private Path home;

  @Test
  void staysInTheCacheOfTheUser() {
    assertThat(NativeLibrary.cache(home.toString())).hasValue(home.resolve(".cache/myelin"));
  }

  @Test
  void staysNowhereIfTheUserIsNowhereAtHome() {
    assertThat(NativeLibrary.cache("?")).isEmpty();
    assertThat(NativeLibrary.cache("")).isEmpty();
    assertThat(NativeLibrary.cache("\u0000")).isEmpty();
    assertThat(NativeLibrary.cache(null)).isEmpty();
  }
}
