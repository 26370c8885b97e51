package dev.myelin.net.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.testkit.LeakCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeakCheck.class)
@Timeout(60)
class DnsDiscoveryTest {
  private static final Duration OFTEN = Duration.ofMillis(20);

  private final BlockingQueue<String> problems = new LinkedBlockingQueue<>();
  @TempDir private Path folder;
  private TinyDns dns;
  private Names names;

  @BeforeEach
  void openDns() throws IOException {
    dns = TinyDns.open();
    Path conf = folder.resolve("resolv.conf");
    Files.writeString(conf, "nameserver 192.0.2.1\nsearch svc.cluster.local\noptions ndots:2\n");
    names = Names.at("127.0.0.1", dns.port(), conf);
  }

  @AfterEach
  void closeDns() throws IOException {
    dns.close();
  }

  private Watch watch(String... peers) {
    return Watch.over(StaticDiscovery.of(List.of(peers), names, OFTEN, problems::add), problems);
  }

  private static boolean at(Sighting sighting, String host, int port) {
    return sighting.host().equals(host) && sighting.port() == port;
  }

  @Test
  void reportsLiteralAddressesAgainAndAgain() throws Exception {
    try (Watch watch = watch("192.0.2.1:9000", "[fd00::7]:9001")) {
      Sighting first = watch.await(each -> at(each, "192.0.2.1", 9000));
      assertThat(first).isEqualTo(new Sighting("", "192.0.2.1", 9000, "static", 0));
      watch.await(each -> at(each, "fd00:0:0:0:0:0:0:7", 9001));
      watch.await(each -> at(each, "192.0.2.1", 9000));
      watch.await(each -> at(each, "fd00:0:0:0:0:0:0:7", 9001));
    }
  }

  @Test
  void reportsEveryAddressOfANameAndFollowsItsChanges() throws Exception {
    dns.addresses("pods.example.org", "192.0.2.1", "192.0.2.2", "fd00::1");
    try (Watch watch = watch("pods.example.org:9000")) {
      watch.await(each -> at(each, "192.0.2.1", 9000));
      watch.await(each -> at(each, "192.0.2.2", 9000));
      watch.await(each -> at(each, "fd00:0:0:0:0:0:0:1", 9000));
      dns.addresses("pods.example.org", "192.0.2.9");
      watch.await(each -> at(each, "192.0.2.9", 9000));
      // What was already under way may still come; two rounds later nothing old does.
      watch.await(each -> at(each, "192.0.2.9", 9000));
      watch.seen.clear();
      assertThat(watch.await(_ -> true).host()).isEqualTo("192.0.2.9");
      assertThat(watch.await(_ -> true).host()).isEqualTo("192.0.2.9");
    }
  }

  @Test
  void appliesTheSearchDomainsToShortNames() throws Exception {
    dns.addresses("headless.svc.cluster.local", "192.0.2.4");
    try (Watch watch = watch("headless:9000")) {
      watch.await(each -> at(each, "192.0.2.4", 9000));
    }
  }

  @Test
  void takesHostsAndPortsFromServiceRecordsAndFollowsThem() throws Exception {
    dns.service("_myelin._tcp.example.org", 9007, "one.example.org");
    dns.addresses("one.example.org", "192.0.2.7");
    dns.addresses("two.example.org", "192.0.2.8");
    try (Watch watch = watch("srv:_myelin._tcp.example.org")) {
      watch.await(each -> at(each, "192.0.2.7", 9007));
      dns.service("_myelin._tcp.example.org", 9008, "two.example.org");
      watch.await(each -> at(each, "192.0.2.8", 9008));
    }
  }

  @Test
  void tellsWhatCannotBeResolvedAndFindsItOnceItCan() throws Exception {
    try (Watch watch = watch("srv:_late._tcp.example.org", "nobody.invalid:9000")) {
      watch.awaitProblem("static: cannot resolve srv:_late._tcp.example.org: no SRV records");
      watch.awaitProblem("cannot resolve nobody.invalid:9000: nobody.invalid has no address");
      dns.addresses("late.example.org", "192.0.2.5");
      dns.service("_late._tcp.example.org", 9005, "late.example.org");
      watch.await(each -> at(each, "192.0.2.5", 9005));
    }
  }

  @Test
  void isNotDelayedByANameWhoseServerIsSilent() throws Exception {
    dns.ignore("_silent._tcp.example.org");
    dns.addresses("quick.example.org", "192.0.2.3");
    long start = System.nanoTime();
    try (Watch watch = watch("srv:_silent._tcp.example.org.", "quick.example.org:9000")) {
      watch.await(each -> at(each, "192.0.2.3", 9000));
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(900));
    }
  }

  @Test
  void skipsATextThatNamesNoPeerAndSaysSo() throws Exception {
    try (Watch watch = watch("nonsense", "192.0.2.1:9000")) {
      assertThat(watch.awaitProblem("nonsense")).contains("expected: host:port");
      watch.await(each -> at(each, "192.0.2.1", 9000));
    }
  }
}
