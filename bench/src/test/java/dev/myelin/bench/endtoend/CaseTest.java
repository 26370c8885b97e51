package dev.myelin.bench.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CaseTest {
  @ParameterizedTest
  @ValueSource(strings = {"one-way:1m", "small:64", "round-trip:4k", "one-way:1g"})
  void aCaseIsWrittenAsItIsRead(String text) {
    assertThat(Case.parse(text).text()).isEqualTo(text);
  }

  @Test
  void connectionsAreCountedInThousandsOfTen() {
    assertThat(Case.parse("connections:10000").text()).isEqualTo("connections:10000");
    assertThat(Case.parse("connections:10000").size()).isEqualTo(10_000);
  }

  @ParameterizedTest
  @EnumSource(Case.What.class)
  void whatACaseIsComparedWithMeasuresItBesideOthers(Case.What what) {
    Design base = Designs.named(what.base());
    Case any = new Case(what, 64);
    boolean without =
        what == Case.What.HAND_OVER || what == Case.What.BESIDE || what == Case.What.CONNECTIONS;
    assertThat(base.measures(any)).isEqualTo(!without);
    assertThat(Designs.ALL).filteredOn(each -> each.measures(any)).hasSizeGreaterThan(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "one-way", "one-way:", "one-way:0", "sideways:1m", "small:64x"})
  void whatIsNoCaseIsRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Case.parse(text))
        .withMessageContaining("expected");
  }

  @Test
  void aTensorAboveOnePieceTravelsInPieces() {
    Task task = Task.of(Case.parse("one-way:16m"), 3);
    assertThat(task.piece()).isEqualTo(1 << 20);
    assertThat(task.pieces()).isEqualTo(48);
    assertThat(Task.parse(task.order())).isEqualTo(task);
  }

  @Test
  void smallMessagesWalkMemoryOfTheirOwn() {
    assertThat(Task.of(Case.parse("small:64"), 1).span()).isEqualTo(1 << 20);
    assertThat(Task.of(Case.parse("one-way:1m"), 1).span()).isEqualTo(64 << 20);
    assertThat(Task.of(Case.parse("one-way:1g"), 1).span()).isEqualTo(1 << 30);
  }
}
