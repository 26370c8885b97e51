package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The script that starts the program, with something else in the place of Java.
@Timeout(60)
final class LauncherTest {
  private static final Path SCRIPT = Path.of("..", "myelin");

  @TempDir private Path folder;

  @BeforeEach
  void somethingThatWasBuiltBefore() throws IOException {
    Files.copy(SCRIPT, folder.resolve("myelin"));
    Path app = Files.createDirectories(folder.resolve("cli/target/run/app"));
    Files.writeString(app.resolve("classpath"), "nothing.jar\n");
    Files.writeString(app.resolve("jdk"), folder.resolve("jdk") + " 25\n");
    Files.writeString(app.resolveSibling("current"), "app\n");
    Files.createDirectories(folder.resolve("jdk/bin"));
    Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"25\"\n");
  }

  @Test
  void aJavaThatDoesNotStartIsHeard() throws Exception {
    String said =
        run(
            """
            echo 'WARNING: Using incubator modules: jdk.incubator.vector' >&2
            echo 'Error: Could not create the Java Virtual Machine.' >&2
            exit 3
            """,
            "run",
            "tale");
    assertThat(said).contains("Error: Could not create the Java Virtual Machine.\n", "code 3\n");
    if (System.getProperty("os.name").equals("Linux")) {
      assertThat(said).doesNotContain("WARNING");
    }
    try (Stream<Path> left = Files.list(folder.resolve("cli/target/run"))) {
      assertThat(left)
          .extracting(Path::getFileName)
          .map(Path::toString)
          .containsOnly("app", "current");
    }
  }

  @Test
  void whatComputesGetsVectorsAndOthersDoNot() throws Exception {
    String vectors = "--add-modules=jdk.incubator.vector";
    assertThat(run("echo \"$@\"\n", "--json", "run", "tale")).contains(vectors, "run tale");
    assertThat(run("echo \"$@\"\n", "doctor")).doesNotContain(vectors);
  }

  private String run(String java, String... arguments) throws IOException, InterruptedException {
    for (String name : List.of("java", "javac")) {
      Path file = Files.writeString(folder.resolve("jdk/bin").resolve(name), "#!/bin/sh\n" + java);
      assertThat(file.toFile().setExecutable(true)).isTrue();
    }
    // What a program of the script's says may come after its end.
    String all = "{ sh \"$0\" \"$@\"; echo \"code $?\"; } 2>&1 | cat";
    ProcessBuilder command = new ProcessBuilder("sh", "-c", all);
    command.command().add(folder.resolve("myelin").toString());
    command.command().addAll(List.of(arguments));
    command.environment().put("MYELIN_JAVA_HOME", folder.resolve("jdk").toString());
    List.of("MYELIN_JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")
        .forEach(command.environment()::remove);
    Process process = command.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }
}
