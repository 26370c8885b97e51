package dev.myelin.engine.sample;

import java.util.Arrays;

/// The tokens of a text so far, and what they make less likely.
final class Recollection {
  private final SamplingOptions.Penalties penalties;
  private final boolean repetition;
  private final boolean answer;
  private int[] text = new int[64];
  private int length;
  private int[] answered = new int[64];
  private int distinct;
  // By token: how often it was chosen, and in which step it was last penalised.
  private int[] times = {};
  private int[] steps = {};
  private int step;

  Recollection(SamplingOptions.Penalties penalties) {
    this.penalties = penalties;
    this.repetition = penalties.repetition() != 1;
    this.answer = penalties.presence() != 0 || penalties.frequency() != 0;
  }

  void saw(int token) {
    if (repetition) {
      text = withRoom(text, length);
      text[length++] = token;
    }
  }

  void chose(int token) {
    saw(token);
    if (answer && times[token]++ == 0) {
      answered = withRoom(answered, distinct);
      answered[distinct++] = token;
    }
  }

  void penalise(float[] logits) {
    if (times.length < logits.length) {
      times = Arrays.copyOf(times, logits.length);
      steps = Arrays.copyOf(steps, logits.length);
    }
    step++;
    int window = penalties.window() == 0 ? length : Math.min(length, penalties.window());
    float by = (float) penalties.repetition();
    for (int i = length - window; i < length; i++) {
      int token = text[i];
      if (token < logits.length && steps[token] != step) {
        steps[token] = step;
        logits[token] = logits[token] < 0 ? logits[token] * by : logits[token] / by;
      }
    }
    for (int i = 0; i < distinct; i++) {
      int token = answered[i];
      logits[token] -= (float) (penalties.presence() + penalties.frequency() * times[token]);
    }
  }

  private static int[] withRoom(int[] list, int used) {
    return used < list.length ? list : Arrays.copyOf(list, 2 * used);
  }
}
