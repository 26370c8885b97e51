package dev.myelin.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.ListResourceBundle;

/// The descriptions of the options that are settings, made from [Setting] so that help and
/// documents agree.
final class SettingWords extends ListResourceBundle {
  SettingWords() {}

  @Override
  protected Object[][] getContents() {
    List<Object[]> contents = new ArrayList<>();
    for (Setting setting : Setting.values()) {
      contents.add(new Object[] {setting.key(), describe(setting)});
    }
    return contents.toArray(Object[][]::new);
  }

  private static String describe(Setting setting) {
    String fallback = setting.fallback().isEmpty() ? "" : "default " + setting.fallback() + "; ";
    return setting.meaning()
        + " ("
        + fallback
        + (setting.variables().size() == 1 ? "variable " : "variables ")
        + String.join(", ", setting.variables())
        + ")";
  }
}
