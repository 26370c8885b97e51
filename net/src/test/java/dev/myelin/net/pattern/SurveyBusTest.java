package dev.myelin.net.pattern;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.wire.parts.Parts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class SurveyBusTest extends PatternScene {
  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp", "ipc"})
  void asksEverybodyAndTakesTheirAnswers(String transport) throws Exception {
    List<PatternSocket> all = new ArrayList<>();
    try (Surveyor surveyor = messaging.surveyor()) {
      String at = surveyor.bind(Places.at(transport, folder));
      for (int i = 0; i < 4; i++) {
        String name = "r" + i;
        Respondent each = messaging.respondent();
        each.connect(at);
        all.add(each);
        each.onQuestion(question -> question.reply(name + " " + question.message().text(0)));
      }
      assertThat(surveyor.awaitPeers(4, LONG)).isTrue();
      Surveyor.Survey survey = surveyor.survey(Parts.of("who?"), LONG);
      assertThat(survey.asked()).isEqualTo(4);
      List<String> answers = new ArrayList<>();
      for (Optional<Parts> next = survey.next(); next.isPresent(); next = survey.next()) {
        answers.add(next.get().text(0));
      }
      assertThat(answers).containsExactlyInAnyOrder("r0 who?", "r1 who?", "r2 who?", "r3 who?");
    } finally {
      all.forEach(PatternSocket::close);
    }
  }

  @Test
  void endsASurveyAtItsDeadlineAndDropsLateAnswers() throws Exception {
    try (Surveyor surveyor = messaging.surveyor();
        Respondent late = messaging.respondent()) {
      late.connect(surveyor.bind("inproc://x"));
      Surveyor.Survey first = surveyor.survey(Parts.of("first"), SHORT);
      assertThat(first.next()).isEmpty();
      Surveyor.Survey second = surveyor.survey(Parts.of("second"), LONG);
      late.receive(LONG).reply("to the first");
      late.receive(LONG).reply("to the second");
      assertThat(second.next().orElseThrow().text(0)).isEqualTo("to the second");
      assertThat(second.next()).isEmpty();
      assertThat(surveyor.stats().dropped()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp", "ipc"})
  void isHeardByEveryOtherMemberOfTheBus(String transport) throws Exception {
    try (Bus one = messaging.bus();
        Bus two = messaging.bus();
        Bus three = messaging.bus()) {
      String at = one.bind(Places.at(transport, folder));
      two.connect(at);
      three.connect(at);
      assertThat(one.awaitPeers(2, LONG)).isTrue();
      one.send("hello");
      assertThat(two.receive(LONG).text(0)).isEqualTo("hello");
      assertThat(three.receive(LONG).text(0)).isEqualTo("hello");
      two.send("from two");
      assertThat(one.receive(LONG).text(0)).isEqualTo("from two");
      assertThat(three.tryReceive()).isEmpty(); // not connected with it
      assertThat(two.tryReceive()).isEmpty();
    }
  }
}
