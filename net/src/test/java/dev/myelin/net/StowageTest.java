package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class StowageTest {
  @Test
  void sharesAFolderWithOthers(@TempDir Path folder) throws Exception {
    Reception.Folder reception = new Reception.Folder(folder, _ -> {});
    Path one = new Stowage(reception, dev.myelin.wire.Limits.Partials.defaults()).begin();
    Path other = new Stowage(reception, dev.myelin.wire.Limits.Partials.defaults()).begin();
    assertThat(one).isNotEqualTo(other);
  }

  @Test
  @Timeout(30)
  void storesAlthoughNobodyCanBeToldOfIt(@TempDir Path folder) throws Exception {
    Reception failing =
        Reception.folder(
            folder,
            file -> {
              throw new IllegalStateException("the listener's own mistake with " + file);
            });
    try (TensorPool pool = TensorPool.open("test", 1 << 20);
        Node one = Node.start(Lab.config());
        Node two = Node.start(Lab.config(), failing);
        Tensor tensor = Lab.counted(pool, 100)) {
      Peer peer = one.connect(two.endpoint(), Lab.SOON);
      for (int i = 0; i < 2; i++) {
        assertThat(peer.deliver("w", tensor, SendOptions.defaults()).confirmed()).isTrue();
      }
      assertThat(folder.resolve("w.npy")).exists();
      assertThat(folder.resolve("w-1.npy")).exists();
      assertThat(Lab.count(two, "connections-closed")).isZero();
    }
  }
}
