package dev.myelin.tensor;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class NpyFileFuzz {
  @FuzzTest
  void opensOrRefuses(byte[] content) throws IOException {
    Path path = Files.createTempFile("fuzz", ".npy");
    try {
      Files.write(path, content);
      try (NpyFile file = NpyFile.open(path)) {
        TensorSummary.of(file.tensor());
      } catch (TensorFileException e) {
        // The one failure that bad bytes may cause.
        return;
      }
    } finally {
      Files.delete(path);
    }
  }
}
