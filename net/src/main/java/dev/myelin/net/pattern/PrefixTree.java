package dev.myelin.net.pattern;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Values by prefixes of bytes: finds those whose prefix a topic begins with.
///
/// A node holds all the bytes up to the next fork, so that what a peer may make us keep grows with
/// the bytes it sent and not faster. Used under a lock of its owner.
///
/// @param <V> what stands at a prefix
final class PrefixTree<V> {
  private static final class Node<V> {
    byte[] label;
    final List<Node<V>> children = new ArrayList<>(0);
    @Nullable Set<V> values;

    Node(byte[] label) {
      this.label = label;
    }

    @Nullable Node<V> child(byte first) {
      for (Node<V> each : children) {
        if (each.label[0] == first) {
          return each;
        }
      }
      return null;
    }

    boolean isEmpty() {
      return values == null && children.isEmpty();
    }
  }

  private final Node<V> root = new Node<>(new byte[0]);

  /// Adds a value at a prefix; returns false if it stood there before.
  boolean add(byte[] prefix, V value) {
    Node<V> at = root;
    int done = 0;
    while (done < prefix.length) {
      Node<V> child = at.child(prefix[done]);
      if (child == null) {
        child = new Node<>(Arrays.copyOfRange(prefix, done, prefix.length));
        at.children.add(child);
        at = child;
        break;
      }
      int common = common(child.label, prefix, done);
      if (common < child.label.length) {
        child = split(at, child, common);
      }
      done += common;
      at = child;
    }
    Set<V> values = at.values;
    if (values == null) {
      values = new LinkedHashSet<>(1);
      at.values = values;
    }
    return values.add(value);
  }

  private static <V> Node<V> split(Node<V> parent, Node<V> child, int common) {
    Node<V> upper = new Node<>(Arrays.copyOf(child.label, common));
    child.label = Arrays.copyOfRange(child.label, common, child.label.length);
    upper.children.add(child);
    parent.children.set(parent.children.indexOf(child), upper);
    return upper;
  }

  /// Removes a value from a prefix; returns false if it did not stand there.
  boolean remove(byte[] prefix, V value) {
    List<Node<V>> way = new ArrayList<>();
    Node<V> at = root;
    int done = 0;
    way.add(root);
    while (done < prefix.length) {
      Node<V> child = at.child(prefix[done]);
      if (child == null || common(child.label, prefix, done) < child.label.length) {
        return false;
      }
      done += child.label.length;
      at = child;
      way.add(child);
    }
    Set<V> values = at.values;
    if (values == null || !values.remove(value)) {
      return false;
    }
    if (values.isEmpty()) {
      at.values = null;
      prune(way);
    }
    return true;
  }

  private void prune(List<Node<V>> way) {
    for (int i = way.size() - 1; i > 0; i--) {
      Node<V> node = way.get(i);
      Node<V> parent = way.get(i - 1);
      if (node.isEmpty()) {
        parent.children.remove(node);
      } else if (node.values == null && node.children.size() == 1) {
        Node<V> heir = node.children.getFirst();
        byte[] label = Arrays.copyOf(node.label, node.label.length + heir.label.length);
        System.arraycopy(heir.label, 0, label, node.label.length, heir.label.length);
        heir.label = label;
        parent.children.set(parent.children.indexOf(node), heir);
        return;
      } else {
        return;
      }
    }
  }

  /// Gives every value whose prefix a topic begins with; one at several prefixes comes several
  /// times.
  void match(byte[] topic, Consumer<? super V> found) {
    Node<V> at = root;
    int done = 0;
    while (at != null) {
      if (at.values != null) {
        at.values.forEach(found);
      }
      if (done == topic.length) {
        return;
      }
      at = at.child(topic[done]);
      if (at != null && common(at.label, topic, done) < at.label.length) {
        return;
      }
      done += at == null ? 0 : at.label.length;
    }
  }

  /// Returns whether a topic begins with any prefix.
  boolean matches(byte[] topic) {
    boolean[] any = new boolean[1];
    match(topic, _ -> any[0] = true);
    return any[0];
  }

  /// Returns whether nothing is in.
  boolean isEmpty() {
    return root.isEmpty();
  }

  /// Returns whether any value stands at exactly that prefix.
  boolean has(byte[] prefix) {
    Node<V> at = root;
    int done = 0;
    while (done < prefix.length) {
      Node<V> child = at.child(prefix[done]);
      if (child == null || common(child.label, prefix, done) < child.label.length) {
        return false;
      }
      done += child.label.length;
      at = child;
    }
    return at.values != null;
  }

  private static int common(byte[] label, byte[] text, int from) {
    int most = Math.min(label.length, text.length - from);
    int at = Arrays.mismatch(label, 0, most, text, from, from + most);
    return at < 0 ? most : at;
  }
}
