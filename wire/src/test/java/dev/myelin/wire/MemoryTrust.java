package dev.myelin.wire;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/// A trust that remembers in memory and has one answer for all stock peers.
public final class MemoryTrust implements Trust {
  /// What to do with stock peers.
  public enum Stock {
    ALLOWED,
    REFUSED
  }

  private final Set<Long> seen = new HashSet<>();
  private final Stock stock;
  private final Duration patience;

  private MemoryTrust(Stock stock, Duration patience) {
    this.stock = stock;
    this.patience = patience;
  }

  /// Returns a trust without memories that waits as long as a test may last.
  public static MemoryTrust of(Stock stock) {
    return new MemoryTrust(stock, Duration.ofSeconds(10));
  }

  /// Returns a trust without memories and without patience.
  public static MemoryTrust impatient(Stock stock) {
    return new MemoryTrust(stock, Duration.ZERO);
  }

  @Override
  public synchronized boolean firstSeen(long greeting) {
    return seen.add(greeting);
  }

  /// Returns how many greetings are remembered.
  public synchronized int remembered() {
    return seen.size();
  }

  @Override
  public boolean allowsStock(String id) {
    return stock == Stock.ALLOWED;
  }

  @Override
  public Duration patience() {
    return patience;
  }
}
