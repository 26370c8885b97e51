package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GossipTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 192.0.2.7, false",
    "::1, 2001:db8::7, false",
    "169.254.1.2, 192.0.2.7, false",
    "fe80::1, 2001:db8::7, false",
    "127.0.0.1, 127.0.0.1, true",
    "127.0.0.1, ::1, true",
    "192.0.2.8, 192.0.2.7, true",
    "192.0.2.8, 127.0.0.1, true",
  })
  void tellsAPlaceOnlyToThoseWhoCanDialIt(String place, String listener, boolean told) {
    assertThat(Reunion.isOfUse(InetAddress.ofLiteral(place), InetAddress.ofLiteral(listener)))
        .isEqualTo(told);
  }
}
