package dev.myelin.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.elements.ClassesShould;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Who may know whom, over everything that is shipped.
///
/// Rules for modules that join later stand here already and hold for nothing until then.
class DependencyTest {
  private static final String PACKING = "dev.myelin.wire.pack";

  private static final String PARTS = "dev.myelin.wire.parts";

  private static final String[] DIALECTS = {
    "dev.myelin.wire.asoc..",
    "dev.myelin.wire.exo..",
    "dev.myelin.wire.nnp..",
    "dev.myelin.wire.zmtp..",
    "dev.myelin.wire.libp2p..",
    "dev.myelin.libp2p.."
  };

  /// From the left of a tensor's way to its right: each may know what stands before it.
  private static final String[] STATIONS = {
    "tensor", "wire", "net", "libp2p", "engine", "cluster", "control", "gateway", "cli"
  };

  private static final JavaClasses SHIPPED =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("testkit"))
          .importPackages("dev.myelin");

  @Test
  void seesTheModulesThatAreShipped() {
    assertThat(SHIPPED.stream().map(JavaClass::getPackageName))
        .contains("dev.myelin.tensor", "dev.myelin.wire", "dev.myelin.net", "dev.myelin.cli");
  }

  @Test
  void noStationKnowsOneThatComesAfterIt() {
    for (int i = 0; i < STATIONS.length - 1; i++) {
      for (int j = i + 1; j < STATIONS.length; j++) {
        check(
            noClasses()
                .that()
                .resideInAPackage("dev.myelin." + STATIONS[i] + "..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.myelin." + STATIONS[j] + ".."));
      }
    }
  }

  @Test
  void engineKnowsNeitherBytesNorSockets() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.myelin.engine..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "dev.myelin.wire..", "dev.myelin.net..", "java.net..", "java.nio.channels.."));
  }

  @Test
  void onlyTheKernelKnowsTheIncubatingVectors() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.myelin.engine.kernel..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jdk.incubator.vector.."));
  }

  @Test
  void tensorHasNoSocketsAndNoThreads() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.myelin.tensor..")
            .should()
            .dependOnClassesThat(
                resideInAPackage("java.net..")
                    .or(socketChannels())
                    .or(threads())
                    .as("sockets or threads")));
  }

  @Test
  void wireHasNoSocketsNoThreadsAndNoClock() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.myelin.wire..")
            .should()
            .dependOnClassesThat(
                resideInAnyPackage("java.net..", "java.nio.channels..", "java.util.concurrent..")
                    .or(threads())
                    .or(
                        DescribedPredicate.describe(
                            "clocks", type -> type.isEquivalentTo(Clock.class)))
                    .as("sockets, threads or clocks"))
            .orShould()
            .callMethod(System.class, "nanoTime"));
  }

  @Test
  void dialectsDoNotKnowEachOther() {
    check(
        slices()
            .matching("dev.myelin.wire.(*)..")
            .should()
            .notDependOnEachOther()
            .ignoreDependency(DescribedPredicate.alwaysTrue(), resideInAnyPackage(PACKING, PARTS)));
  }

  @Test
  void theContractOfWireKnowsNoDialect() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage("dev.myelin.wire", PACKING, PARTS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(DIALECTS));
  }

  @Test
  void onlyTheListOfDialectsKnowsThem() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(
                "dev.myelin.net",
                "dev.myelin.net.pattern..",
                "dev.myelin.cluster..",
                "dev.myelin.control..",
                "dev.myelin.gateway..")
            .and()
            .doNotHaveFullyQualifiedName("dev.myelin.net.Dialects")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(DIALECTS));
  }

  @Test
  void discoveryOnlyClaims() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.myelin.net.discovery..")
            .should()
            .dependOnClassesThat()
            .haveNameMatching("dev\\.myelin\\.net\\.(Connection|Listener|pattern\\..*)(\\$.*)?"));
  }

  @Test
  void patternsSeeNoTransport() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.myelin.net.pattern..")
            .should()
            .dependOnClassesThat(
                resideInAPackage("dev.myelin.net.discovery..")
                    .or(socketChannels())
                    .as("discovery or sockets")));
  }

  @Test
  void patternsKnowPipesAndNothingOfTheirNodes() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.myelin.net.pattern..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.myelin.net"));
  }

  @Test
  void pipesKnowNoPattern() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.myelin.net.pipe..")
            .should()
            .dependOnClassesThat(
                resideInAnyPackage("dev.myelin.net", "dev.myelin.net.pattern..")
                    .or(socketChannels())
                    .as("patterns, nodes or sockets")));
  }

  @Test
  void theLogKnowsMessagesAlone() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.myelin.net.log..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "dev.myelin.net", "dev.myelin.net.pattern..", "dev.myelin.net.pipe.."));
  }

  @Test
  void clusterAndControlKnowNoHttp() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage("dev.myelin.cluster..", "dev.myelin.control..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "java.net.http..",
                "com.sun.net.httpserver..",
                "io.javalin..",
                "jakarta.servlet..",
                "org.eclipse.jetty.."));
  }

  @Test
  void clusterKnowsNoJson() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.myelin.cluster..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.fasterxml.jackson.."));
  }

  @Test
  void gatewayOpensNoSocketsOfItsOwn() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.myelin.gateway..")
            .should()
            .dependOnClassesThat(socketChannels()));
  }

  @Test
  void packagesFormNoCycles() {
    // How a node looks for peers is a value; it stands with the rest of the configuration.
    check(
        slices()
            .matching("dev.myelin.(**)")
            .should()
            .beFreeOfCycles()
            .ignoreDependency(
                resideInAPackage("dev.myelin.net.discovery"),
                nameMatching("dev\\.myelin\\.net\\.NodeConfig([$]Finding.*)?")));
  }

  @Test
  void onlyTheCommandEndsTheProcess() {
    check(
        outsideTheCommand()
            .callMethod(System.class, "exit", int.class)
            .orShould()
            .callMethod(Runtime.class, "exit", int.class)
            .orShould()
            .callMethod(Runtime.class, "halt", int.class));
  }

  @Test
  void onlyTheCommandReadsTheEnvironmentAndWritesToTheConsole() {
    check(
        outsideTheCommand()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .callMethod(System.class, "getenv")
            .orShould()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .orShould()
            .accessField(System.class, "in"));
  }

  @Test
  void clocksAndChanceAreParameters() {
    check(
        outsideTheCommand()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(Thread.class, "sleep", long.class, int.class)
            .orShould()
            .callMethod(Thread.class, "sleep", Duration.class)
            .orShould()
            .callMethod(TimeUnit.class, "sleep", long.class));
  }

  private static ClassesShould outsideTheCommand() {
    return noClasses().that().resideOutsideOfPackage("dev.myelin.cli..").should();
  }

  private static DescribedPredicate<JavaClass> threads() {
    return DescribedPredicate.describe(
        "threads", type -> type.getName().matches("java\\.lang\\.(Thread|ScopedValue)([$].*)?"));
  }

  private static DescribedPredicate<JavaClass> socketChannels() {
    return DescribedPredicate.describe(
        "sockets",
        type ->
            type.getName()
                .matches("java\\.nio\\.channels\\.(Server)?Socket.*|java\\.net\\..*Socket.*"));
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(SHIPPED);
  }
}
