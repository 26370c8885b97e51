package dev.myelin.engine.model;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class GgufFuzz {
  @FuzzTest
  void opensOrRefuses(byte[] content) throws IOException {
    Path path = Files.createTempFile("fuzz", ".gguf");
    try {
      Files.write(path, content);
      try (Model model = Model.open(path)) {
        model.metadata().keys().forEach(model.metadata()::texts);
        model.weights().forEach(each -> each.data().asByteBuffer());
      } catch (ModelFileException e) {
        // The one failure that bad bytes may cause.
        return;
      }
    } finally {
      Files.delete(path);
    }
  }
}
