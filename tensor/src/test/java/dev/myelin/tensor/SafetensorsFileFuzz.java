package dev.myelin.tensor;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class SafetensorsFileFuzz {
  @FuzzTest
  void opensOrRefuses(byte[] content) throws IOException {
    Path path = Files.createTempFile("fuzz", ".safetensors");
    try {
      Files.write(path, content);
      try (SafetensorsFile file = SafetensorsFile.open(path)) {
        file.entries().forEach(entry -> TensorSummary.of(file.tensor(entry)));
      } catch (TensorFileException e) {
        // The one failure that bad bytes may cause.
        return;
      }
    } finally {
      Files.delete(path);
    }
  }
}
