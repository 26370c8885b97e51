package dev.myelin.wire.asoc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.tensor.DType;
import dev.myelin.wire.Limits;
import dev.myelin.wire.pack.PackCodec;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A program that has none of the libraries for compression.
class AbsentLibrariesTest {
  private final URLClassLoader bare =
      new URLClassLoader(
          new URL[] {home(AsocFeature.class), home(DType.class)},
          ClassLoader.getPlatformClassLoader());

  @AfterEach
  void close() throws Exception {
    bare.close();
  }

  @Test
  void knowsThatOnlyRawChunksCanBeMade() throws Exception {
    Class<?> codec = there(PackCodec.class);
    Method isAvailable = codec.getMethod("isAvailable");
    Map<String, Object> available = new LinkedHashMap<>();
    for (Object each : codec.getEnumConstants()) {
      available.put(each.toString(), isAvailable.invoke(each));
    }
    assertThat(available)
        .containsExactly(Map.entry("RAW", true), Map.entry("LZ4", false), Map.entry("ZSTD", false));
  }

  @Test
  void offersEverythingButPackedStreams() throws Exception {
    Object limits = there(Limits.class).getMethod("defaults").invoke(null);
    Method offered = there(AsocFeature.class).getDeclaredMethod("offered", limits.getClass());
    offered.setAccessible(true);
    int here = AsocFeature.offered(Limits.defaults());
    assertThat(here & AsocFeature.PACKED.mask()).isNotZero();
    assertThat(offered.invoke(null, limits)).isEqualTo(here & ~AsocFeature.PACKED.mask());
  }

  private Class<?> there(Class<?> here) throws ClassNotFoundException {
    return Class.forName(here.getName(), true, bare);
  }

  private static URL home(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation();
  }
}
