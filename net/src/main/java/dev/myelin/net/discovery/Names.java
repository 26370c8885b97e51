package dev.myelin.net.discovery;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.DirContext;
import javax.naming.directory.InitialDirContext;

/// Asks DNS for addresses and services, each time anew.
///
/// The virtual machine remembers what [InetAddress] found for half a minute and more, which hides
/// changes. So the name servers are asked directly, with the search domains of `resolv.conf`; only
/// names that they do not know (hosts file, local name services) are looked up by the system.
final class Names {
  private static final String TIMEOUT_MILLIS = "1000";
  private static final String RETRIES = "2";
  private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

  private final String servers;
  private final Path resolvConf;

  private Names(String servers, Path resolvConf) {
    this.servers = servers;
    this.resolvConf = resolvConf;
  }

  /// Returns the name servers of this machine.
  static Names system() {
    return new Names("dns:", RESOLV_CONF);
  }

  /// Returns one name server, with the search domains of a file.
  static Names at(String host, int port, Path resolvConf) {
    return new Names("dns://" + host + ":" + port, resolvConf);
  }

  /// Returns the addresses of a host name.
  ///
  /// Waits for name servers, some seconds each; not interruptible.
  ///
  /// @throws UnknownHostException if nobody knows the name
  Set<InetAddress> addresses(String host) throws UnknownHostException {
    try {
      Set<InetAddress> found = ask(host);
      if (!found.isEmpty()) {
        return found;
      }
    } catch (NamingException _) {
      // A machine without DNS still has a hosts file. If that fails too, its exception is thrown.
      return bySystem(host);
    }
    return bySystem(host);
  }

  /// Returns the hosts and ports that a service has now.
  ///
  /// @throws IOException if no name server answers, or the service is unknown
  List<PeerText.Name> service(String name) throws IOException {
    try {
      List<PeerText.Name> found = new ArrayList<>();
      for (String candidate : candidates(name)) {
        for (String record : records(candidate, "SRV")) {
          addServer(record, found);
        }
        if (!found.isEmpty()) {
          return found;
        }
      }
    } catch (NamingException e) {
      throw new IOException("no answer from the name servers for SRV " + name + ": " + text(e), e);
    }
    throw new IOException("no SRV records for " + name + " (expected: _service._proto.domain)");
  }

  // SPEC: RFC 2782, "priority weight port target"; a target of "." means: not available here.
  private static void addServer(String record, List<PeerText.Name> found) {
    String[] parts = record.split(" ", -1);
    if (parts.length != 4 || parts[3].equals(".")) {
      return;
    }
    int port = Integer.parseInt(parts[2]);
    String target =
        parts[3].endsWith(".") ? parts[3].substring(0, parts[3].length() - 1) : parts[3];
    if (port != 0 && PeerText.HOST.matcher(target).matches()) {
      found.add(new PeerText.Name(target, port));
    }
  }

  private Set<InetAddress> ask(String host) throws NamingException {
    Set<InetAddress> found = new LinkedHashSet<>();
    for (String candidate : candidates(host)) {
      for (String type : new String[] {"A", "AAAA"}) {
        for (String record : records(candidate, type)) {
          found.add(InetAddress.ofLiteral(record));
        }
      }
      if (!found.isEmpty()) {
        break;
      }
    }
    return found;
  }

  private static Set<InetAddress> bySystem(String host) throws UnknownHostException {
    try {
      return new LinkedHashSet<>(List.of(InetAddress.getAllByName(host)));
    } catch (UnknownHostException e) {
      UnknownHostException told =
          new UnknownHostException(
              host + " has no address (neither the name servers nor the hosts file know it)");
      told.initCause(e);
      throw told;
    }
  }

  // The provider asks DNS alone and makes no objects; a name of letters, digits, dots, hyphens and
  // underscores cannot be a URL of another provider. JNDI insists on a Hashtable.
  @SuppressWarnings({"BanJNDI", "JdkObsolete"})
  private List<String> records(String name, String type) throws NamingException {
    Hashtable<String, String> environment = new Hashtable<>();
    environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
    environment.put(Context.PROVIDER_URL, servers);
    environment.put("com.sun.jndi.dns.timeout.initial", TIMEOUT_MILLIS);
    environment.put("com.sun.jndi.dns.timeout.retries", RETRIES);
    DirContext context = new InitialDirContext(environment);
    try {
      Attribute attribute = context.getAttributes(name, new String[] {type}).get(type);
      List<String> found = new ArrayList<>();
      if (attribute != null) {
        NamingEnumeration<?> all = attribute.getAll();
        while (all.hasMore()) {
          found.add(String.valueOf(all.next()));
        }
      }
      return found;
    } catch (NameNotFoundException _) {
      return List.of();
    } finally {
      context.close();
    }
  }

  private List<String> candidates(String name) {
    if (name.endsWith(".")) {
      return List.of(name);
    }
    List<String> candidates = new ArrayList<>();
    int dots = 1;
    for (String line : resolvConf()) {
      String[] words = line.strip().split("\\s+", -1);
      for (int i = 1; i < words.length; i++) {
        if (words[0].equals("search")) {
          candidates.add(name + "." + words[i]);
        } else if (words[0].equals("options") && words[i].matches("ndots:\\d{1,2}")) {
          dots = Integer.parseInt(words[i].substring(6));
        }
      }
    }
    boolean complete = name.chars().filter(each -> each == '.').count() >= dots;
    candidates.add(complete ? 0 : candidates.size(), name);
    return candidates;
  }

  private List<String> resolvConf() {
    try {
      return Files.readAllLines(resolvConf);
    } catch (IOException _) {
      return List.of(); // Not every system has one.
    }
  }

  private static String text(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
