package dev.myelin.net.discovery;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reports the peers of a file, one per line, and reads it again when it changes, appears or
/// vanishes.
///
/// `#` begins a comment. A line that names no peer is told with its number and skipped.
public final class PeersFileDiscovery implements Discovery {
  private static final int MOST_BYTES = 1 << 20;

  private final Path file;
  private final Names names;
  private final Duration interval;
  private final Duration poll;
  private final Consumer<String> problems;

  private PeersFileDiscovery(
      Path file, Names names, Duration interval, Duration poll, Consumer<String> problems) {
    this.file = file.toAbsolutePath();
    this.names = names;
    this.interval = interval;
    this.poll = poll;
    this.problems = problems;
  }

  /// Returns the discovery of a file that need not exist yet.
  ///
  /// @param interval how often names are looked up
  /// @param poll how often the file is read where its folder cannot be watched, or tells nothing
  static PeersFileDiscovery of(
      Path file, Names names, Duration interval, Duration poll, Consumer<String> problems) {
    return new PeersFileDiscovery(file, names, interval, poll, problems);
  }

  @Override
  public String name() {
    return "file";
  }

  @Override
  public void watch(Consumer<Sighting> seen) throws IOException, InterruptedException {
    Complaints complaints = new Complaints(name(), problems);
    Lookups.Maker maker = peer -> new DnsDiscovery(peer, name(), names, interval, complaints);
    Reading reading = new Reading(complaints);
    try (Lookups lookups = new Lookups(maker, seen);
        Bell bell = Bell.at(Objects.requireNonNullElse(file.getParent(), file), complaints)) {
      while (true) {
        bell.hang();
        if (reading.changed()) {
          lookups.follow(reading.peers());
        }
        bell.await(poll);
      }
    }
  }

  /// What the file said last.
  private final class Reading {
    private final Complaints complaints;
    private @Nullable String last;
    private Set<String> told = new HashSet<>();

    Reading(Complaints complaints) {
      this.complaints = complaints;
    }

    boolean changed() {
      String now = "";
      try {
        now = read();
        complaints.well("file");
      } catch (NoSuchFileException _) {
        complaints.tell("file", file + " is not there; waiting for it");
      } catch (IOException e) {
        complaints.tell("file", "cannot read " + file, e);
      }
      boolean changed = !now.equals(last);
      last = now;
      return changed;
    }

    private String read() throws IOException {
      try (InputStream in = Files.newInputStream(file)) {
        byte[] bytes = in.readNBytes(MOST_BYTES + 1);
        if (bytes.length > MOST_BYTES) {
          throw new IOException("larger than " + MOST_BYTES + " bytes");
        }
        return new String(bytes, StandardCharsets.UTF_8);
      }
    }

    Set<PeerText> peers() {
      Set<PeerText> peers = new LinkedHashSet<>();
      Set<String> bad = new HashSet<>();
      List<String> lines = last == null ? List.of() : last.lines().toList();
      for (int i = 0; i < lines.size(); i++) {
        String text = lines.get(i).replaceFirst("#.*", "").strip();
        if (text.isEmpty()) {
          continue;
        }
        try {
          peers.add(PeerText.parse(text));
        } catch (IllegalArgumentException e) {
          String subject = "line " + (i + 1);
          complaints.tell(subject, file + " line " + (i + 1) + " skipped", e);
          bad.add(subject);
        }
      }
      told.removeAll(bad);
      told.forEach(complaints::well);
      told = bad;
      return peers;
    }
  }

  /// Rings when something in a folder changes, as far as the system tells.
  ///
  /// Any change counts: a mounted configuration map replaces a link beside the file, not the file.
  private static final class Bell implements AutoCloseable {
    private final Path folder;
    private final Complaints complaints;
    private final @Nullable WatchService service;
    private final CountDownLatch never = new CountDownLatch(1);
    private @Nullable WatchKey key;

    private Bell(Path folder, Complaints complaints, @Nullable WatchService service) {
      this.folder = folder;
      this.complaints = complaints;
      this.service = service;
    }

    static Bell at(Path folder, Complaints complaints) {
      try {
        return new Bell(folder, complaints, FileSystems.getDefault().newWatchService());
      } catch (IOException e) {
        complaints.tell("watch", "changes are noticed late, " + folder + " cannot be watched", e);
        return new Bell(folder, complaints, null);
      }
    }

    void hang() {
      if (service == null || (key != null && key.isValid()) || !Files.isDirectory(folder)) {
        return;
      }
      try {
        key =
            folder.register(
                service,
                StandardWatchEventKinds.ENTRY_CREATE,
                StandardWatchEventKinds.ENTRY_MODIFY,
                StandardWatchEventKinds.ENTRY_DELETE);
        complaints.well("watch");
      } catch (IOException e) {
        complaints.tell("watch", "changes are noticed late, " + folder + " cannot be watched", e);
      }
    }

    void await(Duration longest) throws InterruptedException {
      if (service == null) {
        boolean _ = never.await(longest.toNanos(), TimeUnit.NANOSECONDS);
        return;
      }
      try {
        WatchKey rung = service.poll(longest.toNanos(), TimeUnit.NANOSECONDS);
        if (rung != null) {
          rung.pollEvents();
          rung.reset();
        }
      } catch (ClosedWatchServiceException e) {
        throw new IllegalStateException("closed while in use", e);
      }
    }

    @Override
    public void close() throws IOException {
      if (service != null) {
        service.close();
      }
    }
  }
}
