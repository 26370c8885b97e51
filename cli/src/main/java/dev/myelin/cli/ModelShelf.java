package dev.myelin.cli;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The folders in which models are looked for, and how one is found there by its name.
final class ModelShelf {
  /// What names further folders, as `PATH` does.
  static final String VARIABLE = "MYELIN_MODELS";

  private static final String GGUF = ".gguf";
  private static final byte[] MAGIC = "GGUF".getBytes(StandardCharsets.US_ASCII);
  private static final int DEPTH = 3;

  private final List<Path> folders;

  private ModelShelf(List<Path> folders) {
    this.folders = folders;
  }

  /// Returns the folders that the environment names, then that of the installation, then the
  /// user's.
  static ModelShelf of(Shell shell) {
    List<Path> folders = new ArrayList<>();
    shell
        .variable(VARIABLE)
        .ifPresent(
            names -> {
              for (String name : names.split(Pattern.quote(File.pathSeparator), -1)) {
                if (!name.isBlank()) {
                  folders.add(Path.of(name));
                }
              }
            });
    Optional.ofNullable(System.getProperty("myelin.home"))
        .ifPresent(home -> folders.add(Path.of(home, "models")));
    shell
        .variable("XDG_DATA_HOME")
        .map(Path::of)
        .or(() -> shell.variable("HOME").map(home -> Path.of(home, ".local", "share")))
        .ifPresent(data -> folders.add(data.resolve("myelin").resolve("models")));
    return new ModelShelf(folders);
  }

  static ModelShelf of(List<Path> folders) {
    return new ModelShelf(List.copyOf(folders));
  }

  List<Path> folders() {
    return folders;
  }

  /// Returns every model that stands there, by path; what may not be read is passed over.
  List<Path> models() throws IOException {
    LinkedHashSet<Path> found = new LinkedHashSet<>();
    for (Path folder : folders) {
      if (Files.isDirectory(folder)) {
        Walk walk = new Walk();
        Files.walkFileTree(folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), DEPTH, walk);
        found.addAll(walk.found);
      }
    }
    return List.copyOf(found);
  }

  /// Returns the file or folder of a model.
  ///
  /// A path goes before a name, unless what is there is no model and a model has that name.
  ///
  /// @param model a path, or the name of a model in one of the folders
  /// @throws CommandException if there is none, with what was looked at
  Path find(String model) throws IOException {
    if (model.isBlank()) {
      throw new CommandException(
          ExitCodes.USAGE, "MODEL: none (expected: a file, a folder or a name)");
    }
    Path path = Path.of(model);
    if (isModel(path) || beginsAsModel(path)) {
      return path;
    }
    boolean folder = Files.isDirectory(path);
    List<Path> inside = folder ? of(List.of(path)).models() : List.of();
    if (inside.size() == 1) {
      return inside.getFirst();
    }
    List<Path> all = models();
    Optional<Path> named = all.stream().filter(each -> isNamed(each, model)).findFirst();
    if (named.isPresent()) {
      return named.get();
    }
    if (Files.isRegularFile(path)) {
      return path;
    }
    throw missing(folder ? undecided(model, inside) : unknown(model, all));
  }

  private static String undecided(String folder, List<Path> inside) {
    String names = String.join(", ", inside.stream().map(Path::toString).toList());
    return folder
        + (": a folder with " + Words.count(inside.size(), "model"))
        + (inside.isEmpty() ? "" : " (" + names + ")")
        + " (expected: a .gguf file, or a folder with config.json and safetensors)";
  }

  private String unknown(String model, List<Path> all) {
    String known =
        all.isEmpty()
            ? "no model in " + String.join(", ", folders.stream().map(Path::toString).toList())
            : "known: " + String.join(", ", all.stream().map(ModelShelf::name).distinct().toList());
    return model
        + (": no such file, and no model of that name (" + known + ")")
        + "; give the path of a .gguf file or of a folder with config.json and safetensors, or set "
        + VARIABLE;
  }

  /// Returns what a model is called: its file without the ending, or its folder.
  static String name(Path model) {
    String name = String.valueOf(model.toAbsolutePath().normalize().getFileName());
    return name.endsWith(GGUF) ? name.substring(0, name.length() - GGUF.length()) : name;
  }

  private static boolean isNamed(Path model, String name) {
    return name(model).equals(name) || String.valueOf(model.getFileName()).equals(name);
  }

  private static boolean isModel(Path path) {
    if (Files.isDirectory(path)) {
      return Files.isRegularFile(path.resolve("config.json"))
          && (Files.isRegularFile(path.resolve("model.safetensors"))
              || Files.isRegularFile(path.resolve("model.safetensors.index.json")));
    }
    return String.valueOf(path.getFileName()).endsWith(GGUF) && Files.isRegularFile(path);
  }

  // A file of GGUF without the ending.
  private static boolean beginsAsModel(Path path) throws IOException {
    if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(path)) {
      return Arrays.equals(in.readNBytes(MAGIC.length), MAGIC);
    }
  }

  /// Goes through a folder and those in it.
  private static final class Walk extends SimpleFileVisitor<Path> {
    private final TreeSet<Path> found = new TreeSet<>();

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      return visitFile(folder, attributes);
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (isModel(file)) {
        found.add(file);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) {
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) {
      return FileVisitResult.CONTINUE;
    }
  }

  private static CommandException missing(String problem) {
    return new CommandException(ExitCodes.NO_INPUT, problem);
  }
}
