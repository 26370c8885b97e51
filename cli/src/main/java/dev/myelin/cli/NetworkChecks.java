package dev.myelin.cli;

import dev.myelin.net.Endpoint;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/// What the doctor looks at between machines: ports, interfaces, announcements, names, signs of a
/// firewall.
final class NetworkChecks {
  private static final int CONNECT_MILLIS = 2_000;
  private static final int MOST_ANSWER = 1024;

  private final Settings settings;
  private final Duration wait;

  NetworkChecks(Settings settings, Duration wait) {
    this.settings = settings;
    this.wait = wait;
  }

  List<Finding> findings() throws IOException, InterruptedException {
    List<NetworkInterface> up = interfacesUp();
    List<Finding> findings = new ArrayList<>();
    findings.add(interfaces(up));
    findings.add(listening());
    findings.addAll(ownAddresses(up));
    findings.add(names());
    for (String peer : settings.list(Setting.PEERS)) {
      findings.add(peer(peer));
    }
    findings.addAll(DiscoveryChecks.findings(settings, wait));
    return findings;
  }

  private static List<NetworkInterface> interfacesUp() throws IOException {
    List<NetworkInterface> up = new ArrayList<>();
    for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
      if (each.isUp()) {
        up.add(each);
      }
    }
    return up;
  }

  private static Finding interfaces(List<NetworkInterface> up) throws IOException {
    List<String> words = new ArrayList<>();
    boolean outward = false;
    for (NetworkInterface each : up) {
      outward |=
          !each.isLoopback()
              && each.getInterfaceAddresses().stream().anyMatch(a -> a.getAddress() != null);
      words.add(each.getName() + " " + addresses(each));
    }
    String all = String.join("; ", words);
    return outward
        ? Finding.ok("interfaces", all)
        : Finding.warn(
            "interfaces",
            all + ": nothing beyond this machine",
            "connect it to a network, or give the container one");
  }

  private static String addresses(NetworkInterface each) {
    return each.getInterfaceAddresses().stream()
        .map(InterfaceAddress::getAddress)
        .map(address -> address.getHostAddress().replaceAll("%.*", ""))
        .collect(Collectors.joining(", "));
  }

  private Finding listening() {
    int port = settings.number(Setting.PORT, 0, 65_535);
    String host = settings.text(Setting.HOST);
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(host, port));
      return Finding.ok("port", host + ":" + port + " can be listened on");
    } catch (BindException e) {
      if (isNode(host, port)) {
        return Finding.warn(
            "port",
            host + ":" + port + ": a Myelin node listens there already",
            "nothing, if it is yours; another node on this machine needs another --port");
      }
      return Finding.fail(
          "port",
          host + ":" + port + " cannot be listened on: " + e.getMessage(),
          "stop the program that has it, or choose another --port");
    } catch (IOException | IllegalArgumentException e) {
      return Finding.fail(
          "port",
          host + ":" + port + ": " + e.getMessage(),
          "give an address of this machine with --host");
    }
  }

  // A node tells whoever asks by HTTP what it is, and nobody else anything.
  private static boolean isNode(String host, int port) {
    try (Socket socket = new Socket()) {
      InetAddress address = InetAddress.getByName(host);
      InetAddress reachable =
          address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address;
      socket.setSoTimeout(CONNECT_MILLIS);
      socket.connect(new InetSocketAddress(reachable, port), CONNECT_MILLIS);
      socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      byte[] answer = socket.getInputStream().readNBytes(MOST_ANSWER);
      return new String(answer, StandardCharsets.US_ASCII).contains("tensor dialects of Myelin");
    } catch (IOException e) {
      return false;
    }
  }

  // A machine that cannot reach its own outward address has a firewall on itself.
  private static List<Finding> ownAddresses(List<NetworkInterface> up) throws IOException {
    List<Finding> findings = new ArrayList<>();
    for (NetworkInterface each : up) {
      for (InterfaceAddress address : each.getInterfaceAddresses()) {
        if (!address.getAddress().isLinkLocalAddress()) {
          findings.add(reach(address.getAddress()));
        }
      }
    }
    List<Finding> bad = findings.stream().filter(f -> f.level() != Finding.Level.OK).toList();
    return bad.isEmpty()
        ? List.of(
            Finding.ok(
                "firewall",
                "this machine reaches itself on "
                    + findings.size()
                    + (findings.size() == 1 ? " address" : " addresses")))
        : bad;
  }

  private static Finding reach(InetAddress address) {
    String text = address.getHostAddress();
    try (ServerSocket server = new ServerSocket(0, 1, address);
        Socket socket = new Socket()) {
      socket.connect(server.getLocalSocketAddress(), CONNECT_MILLIS);
      return Finding.ok("firewall", text);
    } catch (SocketTimeoutException e) {
      return Finding.fail(
          "firewall",
          "connections to our own " + text + " are swallowed: a firewall drops them",
          "allow incoming TCP to the node's port");
    } catch (IOException e) {
      return Finding.warn(
          "firewall",
          "our own " + text + ": " + e.getMessage(),
          "allow incoming TCP to the node's port");
    }
  }

  private static Finding names() {
    try {
      InetAddress own = InetAddress.getLocalHost();
      return Finding.ok(
          "names", "this machine is " + own.getHostName() + ", " + own.getHostAddress());
    } catch (UnknownHostException e) {
      return Finding.warn(
          "names",
          "this machine does not know its own name: " + e.getMessage(),
          "add it to /etc/hosts; mDNS may need it");
    }
  }

  private static Finding peer(String text) {
    if (text.startsWith("srv:")) {
      return Finding.ok("peer", text + ": looked up by the node again and again");
    }
    Endpoint endpoint;
    try {
      endpoint = Endpoint.parse(text);
    } catch (IllegalArgumentException e) {
      return Finding.fail("peer", String.valueOf(e.getMessage()), "correct --peers");
    }
    try (Socket socket = new Socket()) {
      long start = System.nanoTime();
      socket.connect(
          new InetSocketAddress(InetAddress.getByName(endpoint.host()), endpoint.port()),
          CONNECT_MILLIS);
      return Finding.ok(
          "peer",
          endpoint
              + " accepts connections after "
              + Words.time(Duration.ofNanos(System.nanoTime() - start)));
    } catch (UnknownHostException e) {
      return Finding.fail(
          "peer", endpoint.host() + ": no such name", "check the spelling and the DNS server");
    } catch (SocketTimeoutException e) {
      return Finding.fail(
          "peer",
          endpoint + ": no answer within 2 s: the machine is off, or a firewall drops",
          "allow TCP to its port");
    } catch (ConnectException e) {
      return Finding.fail(
          "peer", endpoint + ": refused: nobody listens there", "start the node, check its --port");
    } catch (IOException e) {
      return Finding.fail("peer", endpoint + ": " + e.getMessage(), "check the route to it");
    }
  }
}
