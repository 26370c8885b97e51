package dev.myelin.net.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.testkit.LeakCheck;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
@Timeout(60)
class MdnsDiscoveryTest {
  private final BlockingQueue<String> problems = new LinkedBlockingQueue<>();
  private final Announced mine = Watch.node(9001);
  private final Announced theirs = Watch.node(9002);

  private Watch watch(Announced self) {
    return Watch.over(MdnsDiscovery.of(self, problems::add), problems);
  }

  @Test
  void letsTwoNodesOfOneHostFindEachOther() throws Exception {
    try (Watch first = watch(mine);
        Watch second = watch(theirs)) {
      Sighting ofTheirs = first.await(each -> each.id().equals(theirs.id().toString()));
      Sighting ofMine = second.await(each -> each.id().equals(mine.id().toString()));
      assertThat(ofTheirs)
          .isEqualTo(new Sighting(theirs.id().toString(), "127.0.0.1", 9002, "mdns", 0));
      assertThat(ofMine.port()).isEqualTo(9001);
      assertThat(problems).isEmpty();
    }
  }

  @Test
  void seesNothingOfAnotherCommunity() throws Exception {
    try (Watch first = watch(mine);
        Watch stranger = watch(Watch.node(9003, "town", "a key of sixteen."));
        Watch _ = watch(theirs)) {
      first.await(each -> each.id().equals(theirs.id().toString()));
      assertThat(stranger.seen).isEmpty();
      assertThat(first.seen).noneMatch(each -> each.port() == 9003);
    }
  }

  @Test
  void endsSoonWhateverTheLibraryIsDoing() {
    Watch fresh = watch(mine);
    long start = System.nanoTime();
    fresh.close();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
  }
}
