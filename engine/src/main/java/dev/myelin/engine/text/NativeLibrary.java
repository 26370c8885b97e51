package dev.myelin.engine.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/// The native library that cuts text into tokens, loaded once for a process.
///
/// It comes out of the jar that brought it and stands in `~/.cache/myelin` afterwards; where that
/// cannot be written, in a folder of this process alone, which is left empty. Nothing is fetched.
final class NativeLibrary {
  private static final String FOLDER = "native/lib/";
  private static final NativeLibrary INSTANCE = new NativeLibrary();

  private boolean loaded;

  private NativeLibrary() {}

  /// Loads the library if it was not yet.
  ///
  /// @throws IOException if there is none for this machine, or it cannot be written anywhere
  static void load() throws IOException {
    INSTANCE.loadOnce();
  }

  // A virtual thread that waits here pins nothing: nobody calls back.
  private synchronized void loadOnce() throws IOException {
    if (loaded) {
      return;
    }
    String machine = machine();
    List<String> names = names(machine);
    Optional<Path> cache = cache(System.getProperty("user.home"));
    boolean found = cache.isPresent() && loadFromCache(cache.get(), machine, names);
    if (!found) {
      loadFromNowhere(machine, names);
    }
    loaded = true;
  }

  /// Returns where the library stays; nowhere if the system does not know where this user is at
  /// home, of which Java tells by `?`.
  static Optional<Path> cache(@Nullable String home) {
    try {
      Path folder = Path.of(home == null ? "" : home);
      return folder.isAbsolute() ? Optional.of(folder.resolve(".cache/myelin")) : Optional.empty();
    } catch (InvalidPathException _) {
      return Optional.empty();
    }
  }

  private static boolean loadFromCache(Path cache, String machine, List<String> names) {
    try {
      Path folder = cache.resolve("tokenizers-" + version() + "-" + machine);
      Files.createDirectories(folder);
      for (String each : names) {
        loadFrom(stowed(folder, machine, each));
      }
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  // Written under another name first: whoever finds the file finds it whole.
  private static Path stowed(Path folder, String machine, String name) throws IOException {
    Path file = folder.resolve(name);
    if (Files.isRegularFile(file)) {
      return file;
    }
    Path part = Files.createTempFile(folder, name, ".part");
    try {
      copy(machine, name, part);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw e;
    } catch (IOException e) {
      // Another process may hold the file that it put there a moment ago.
      if (!Files.isRegularFile(file)) {
        throw e;
      }
    } finally {
      Files.deleteIfExists(part);
    }
    return file;
  }

  // The folder is new, and this user's alone.
  private static void loadFromNowhere(String machine, List<String> names) throws IOException {
    Path folder = own();
    List<Path> files = new ArrayList<>();
    try {
      for (String each : names) {
        Path file = folder.resolve(each);
        files.add(file);
        copy(machine, each, file);
        loadFrom(file);
      }
    } finally {
      files.add(folder);
      for (Path each : files) {
        // Where a loaded file cannot be deleted it stays until the system clears its folder.
        boolean _ = each.toFile().delete();
      }
    }
  }

  private static Path own() throws IOException {
    try {
      return Files.createTempDirectory("myelin");
    } catch (IOException e) {
      throw new IOException(
          "place for the native library: none in user.home, which is "
              + (System.getProperty("user.home") + ", nor in java.io.tmpdir, which is ")
              + (System.getProperty("java.io.tmpdir") + " (expected: one that can be written)"),
          e);
    }
  }

  // The one library that this module brings; whoever starts the JVM allows it by a switch.
  @SuppressWarnings("restricted")
  private static void loadFrom(Path file) throws IOException {
    try {
      System.load(file.toAbsolutePath().toString());
    } catch (UnsatisfiedLinkError e) {
      throw new IOException(file + ": not a library for this machine (" + e.getMessage() + ")", e);
    }
  }

  private static void copy(String machine, String name, Path to) throws IOException {
    String resource = FOLDER + machine + "/cpu/" + name;
    try (InputStream in = resource(resource)) {
      if (in == null) {
        throw new IOException(
            resource + ": none (expected: linux-x86_64, linux-aarch64, osx-aarch64 or win-x86_64)");
      }
      Files.copy(in, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static String version() throws IOException {
    Properties properties = new Properties();
    try (InputStream in = resource(FOLDER + "tokenizers.properties")) {
      properties.load(Objects.requireNonNull(in, "tokenizers.properties"));
    }
    return properties.getProperty("version", "unknown");
  }

  private static @Nullable InputStream resource(String name) {
    ClassLoader loader = NativeLibrary.class.getClassLoader();
    return loader == null ? null : loader.getResourceAsStream(name);
  }

  private static List<String> names(String machine) {
    return switch (machine.substring(0, 3)) {
      case "win" ->
          List.of("libwinpthread-1.dll", "libgcc_s_seh-1.dll", "libstdc++-6.dll", "tokenizers.dll");
      case "osx" -> List.of("libtokenizers.dylib");
      default -> List.of("libtokenizers.so");
    };
  }

  private static String machine() {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    String prefix = system.startsWith("win") ? "win" : system.startsWith("mac") ? "osx" : "linux";
    return prefix + "-" + (arch.equals("amd64") ? "x86_64" : arch);
  }
}
