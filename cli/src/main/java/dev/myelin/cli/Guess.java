package dev.myelin.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// Finds the word that was meant.
final class Guess {
  private static final int FAR = 3;

  private Guess() {}

  /// Returns the nearest of some words; empty if none is near.
  static Optional<String> nearest(String word, Collection<String> words) {
    return words.stream()
        .filter(each -> distance(word, each) < Math.min(FAR, each.length()))
        .min(Comparator.comparingInt(each -> distance(word, each)));
  }

  /// Returns how many letters must be changed, left out, put in or swapped with their neighbour.
  static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        cost[i][j] = i == 0 || j == 0 ? i + j : step(cost, a, b, i, j);
      }
    }
    return cost[a.length()][b.length()];
  }

  private static int step(int[][] cost, String a, String b, int i, int j) {
    int change = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
    int least = Math.min(change, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(least, cost[i - 2][j - 2] + 1) : least;
  }
}
