package dev.myelin.net;

import java.util.concurrent.CopyOnWriteArrayList;

/// What is to be done once when something ends; each action runs once, whoever comes first.
final class LastActions {
  private final CopyOnWriteArrayList<Runnable> actions = new CopyOnWriteArrayList<>();

  void add(Runnable action) {
    actions.add(action);
  }

  void run() {
    for (Runnable action : actions) {
      if (actions.remove(action)) {
        action.run();
      }
    }
  }
}
