package dev.myelin.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.engine.EngineConfig;
import dev.myelin.engine.ShardSpec;
import dev.myelin.engine.decoder.VectorEngine;
import dev.myelin.tensor.TensorFileException;
import dev.myelin.testkit.Property;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Mutated files of models: what opens can be loaded or is refused by type, nothing else.
@Timeout(600)
class HostileModelProperties {
  /// More with `-Dmyelin.trials=100000`.
  private static final int TRIALS = Integer.getInteger("myelin.trials", 150);

  private static final int LARGEST = 1 << 28;

  @TempDir private Path folder;

  @Test
  void aMutatedGgufIsRunOrRefused() throws Exception {
    byte[] llama = Files.readAllBytes(resource("llama3.gguf"));
    byte[] mixed = Files.readAllBytes(resource("mixed.gguf"));
    Path file = folder.resolve("m.gguf");
    Property.check(
        TRIALS,
        random -> {
          // Most of the interest lies in the header, at the beginning.
          byte[] bytes = mutated(random.nextBoolean() ? llama : mixed, 6000, random);
          Files.write(file, bytes);
          tryToLoad(file);
        });
  }

  @Test
  void aMutatedFolderIsRunOrRefused() throws Exception {
    Path source = resource("families/gemma3");
    byte[] config = Files.readAllBytes(source.resolve("config.json"));
    byte[] weights = Files.readAllBytes(source.resolve("model.safetensors"));
    Property.check(
        TRIALS,
        random -> {
          boolean first = random.nextBoolean();
          byte[] text = first ? mutated(config, config.length, random) : config;
          byte[] data = first ? weights : mutated(weights, 9000, random);
          Files.write(folder.resolve("config.json"), text);
          Files.write(folder.resolve("model.safetensors"), data);
          tryToLoad(folder);
        });
  }

  private static void tryToLoad(Path path) throws IOException {
    EngineConfig config = new EngineConfig(1, 8, 2);
    try (Model model = Model.open(path)) {
      // Whether there is enough memory is the caller's to ask, before loading.
      ShardSpec spec = ShardSpec.of(model.whole());
      if (VectorEngine.cost(model, spec, config).totalBytes(1, 1) < LARGEST) {
        VectorEngine.load(model, spec, config).close();
      }
    } catch (ModelFileException | TensorFileException e) {
      assertThat(e).hasMessageContaining("(expected: ");
    }
  }

  private static byte[] mutated(byte[] bytes, int header, RandomGenerator random) {
    byte[] copy = bytes.clone();
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(Math.min(header, copy.length) - 8);
      switch (random.nextInt(5)) {
        case 0 -> copy[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> copy[at] = (byte) random.nextInt(256);
        case 2 ->
            ByteBuffer.wrap(copy)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(at, random.nextLong() >> random.nextInt(64));
        case 3 ->
            ByteBuffer.wrap(copy)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(at, random.nextInt() >> random.nextInt(32));
        default -> copy[at] = (byte) " {}[],:\"0123456789-e.".charAt(random.nextInt(21));
      }
    }
    boolean cut = random.nextInt(8) == 0;
    return cut ? Arrays.copyOf(copy, 16 + random.nextInt(copy.length - 16)) : copy;
  }

  private static Path resource(String name) throws Exception {
    return Path.of(HostileModelProperties.class.getResource("/golden/" + name).toURI());
  }
}
