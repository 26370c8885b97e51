package dev.myelin.net.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet4Address;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InterfacesTest {
  @ParameterizedTest
  @CsvSource({
    "10.9.0.1, 24, 10.9.0.255",
    "10.9.5.1, 22, 10.9.7.255",
    "192.168.1.129, 25, 192.168.1.255",
    "10.0.0.1, 8, 10.255.255.255",
    "10.0.0.1, 30, 10.0.0.3"
  })
  void knowsTheLastAddressOfASubnet(String address, int prefixBits, String last) {
    Inet4Address own = (Inet4Address) InetAddress.ofLiteral(address);
    assertThat(Interfaces.last(own, prefixBits)).contains(InetAddress.ofLiteral(last));
  }

  @ParameterizedTest
  @CsvSource({"31", "32", "0", "-1"})
  void knowsThatSmallSubnetsHaveNoBroadcast(int prefixBits) {
    Inet4Address own = (Inet4Address) InetAddress.ofLiteral("10.0.0.1");
    assertThat(Interfaces.last(own, prefixBits)).isEmpty();
  }

  @Test
  void leadsToANodeOnOneAddressOnlyOverItsInterface() throws Exception {
    assertThat(Interfaces.leadingTo(Watch.node(9000)))
        .singleElement()
        .satisfies(only -> assertThat(Interfaces.isLoopback(only)).isTrue());
  }
}
