package dev.myelin.net.pattern;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.testkit.Property;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PrefixTreeProperties {
  @Test
  void findsWhatComparingEveryPrefixFinds() {
    Property.check(
        300,
        random -> {
          PrefixTree<Integer> tree = new PrefixTree<>();
          Map<Topic, Set<Integer>> plain = new HashMap<>();
          for (int step = 0; step < 120; step++) {
            byte[] prefix = bytes(random);
            Topic key = Topic.of(prefix);
            int value = random.nextInt(4);
            Set<Integer> there = plain.computeIfAbsent(key, _ -> new HashSet<>());
            if (random.nextInt(3) > 0) {
              assertThat(tree.add(prefix, value)).isEqualTo(there.add(value));
            } else {
              assertThat(tree.remove(prefix, value)).isEqualTo(there.remove(value));
            }
            assertThat(tree.has(prefix)).isEqualTo(!there.isEmpty());
            byte[] topic = bytes(random);
            Set<Integer> found = new HashSet<>();
            tree.match(topic, found::add);
            assertThat(found).isEqualTo(naive(plain, topic));
            assertThat(tree.matches(topic)).isEqualTo(!found.isEmpty());
          }
          plain.forEach((key, values) -> values.forEach(each -> tree.remove(key.bytes(), each)));
          assertThat(tree.isEmpty()).isTrue();
        });
  }

  private static byte[] bytes(RandomGenerator random) {
    byte[] bytes = new byte[random.nextInt(7)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (random.nextInt(3) - 1);
    }
    return bytes;
  }

  private static Set<Integer> naive(Map<Topic, Set<Integer>> plain, byte[] topic) {
    Set<Integer> all = new HashSet<>();
    plain.forEach(
        (key, values) -> {
          byte[] prefix = key.bytes();
          if (prefix.length <= topic.length
              && Topic.of(Arrays.copyOf(topic, prefix.length)).equals(key)) {
            all.addAll(values);
          }
        });
    return all;
  }
}
