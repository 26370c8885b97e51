package dev.myelin.engine.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.testkit.Property;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class MarksTest {
  private static final char SHIELD = '\ufdd0';

  @Test
  void theLongestMarkThatStandsThereIsTheOne() {
    Property.check(
        500,
        random -> {
          List<String> names = new ArrayList<>();
          for (int i = 1 + random.nextInt(12); i > 0; i--) {
            names.add(letters(random, 1 + random.nextInt(5)));
          }
          String prompt = letters(random, random.nextInt(40));
          List<String> found = new ArrayList<>();
          for (Marks.Part each : marks(names).parts(prompt, SHIELD)) {
            Recipe.Control mark = each.mark();
            found.add(mark == null ? each.text() : mark.text() + "#" + mark.token());
          }
          assertThat(found).as("%s in %s", names, prompt).isEqualTo(expected(names, prompt));
        });
  }

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void manyMarksDoNotMakeALongTextSlow() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < TokenLimits.WORDS; i++) {
      names.add("<" + "a".repeat(i % 250) + i);
    }
    String text = "<" + "<aaa".repeat(TokenLimits.TEXT / 4);
    assertThat(marks(names).shielded(text, SHIELD)).isEqualTo(text);
  }

  private static Marks marks(List<String> names) {
    List<Recipe.Control> controls = new ArrayList<>();
    for (String each : names) {
      controls.add(new Recipe.Control(each, controls.size(), Recipe.Trim.NOTHING));
    }
    return new Marks(controls);
  }

  private static List<String> expected(List<String> names, String prompt) {
    List<String> found = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (int at = 0; at < prompt.length(); ) {
      String longest = "";
      for (String each : names) {
        longest = prompt.startsWith(each, at) && each.length() > longest.length() ? each : longest;
      }
      if (longest.isEmpty()) {
        text.append(prompt.charAt(at++));
        continue;
      }
      if (!text.isEmpty()) {
        found.add(text.toString());
        text.setLength(0);
      }
      found.add(longest + "#" + names.indexOf(longest));
      at += longest.length();
    }
    if (!text.isEmpty()) {
      found.add(text.toString());
    }
    return found;
  }

  private static String letters(RandomGenerator random, int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append("ab<".charAt(random.nextInt(3)));
    }
    return text.toString();
  }
}
