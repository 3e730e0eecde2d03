package org.bitcoinmultiplexer;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may import whom. A new arrow is a decision: it is made here, not by an import. */
@AnalyzeClasses(
    packages = "org.bitcoinmultiplexer",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String B = "org.bitcoinmultiplexer";
  private static final String JAVA = "java..";
  private static final String API = B + ".api";
  private static final String BUDGET = B + ".budget";
  private static final String CORE = B + ".core";
  private static final String STAGE = B + ".stage";
  private static final String WIRE = B + ".bitcoin.wire";
  private static final String CHAIN = B + ".bitcoin.chain";
  private static final String SEQUENCE = B + ".bitcoin.sequence";
  private static final String HANDSHAKE = B + ".bitcoin.handshake";
  private static final String RELAY = B + ".bitcoin.relay";
  private static final String NODE = B + ".bitcoin.node";
  private static final String COMMAND = B + ".bitcoin.command";
  private static final String HEADERS = B + ".bitcoin.headers";
  private static final String HEADERS_SYNC = B + ".bitcoin.headers.sync";
  private static final String CONFIG = B + ".config";
  private static final String METRICS = B + ".metrics";
  private static final String JSPECIFY = "org.jspecify..";
  private static final String FILTER = B + ".bitcoin.filter";
  private static final String LOGGING = "org.slf4j..";
  private static final String BITCOINJ = B + ".bitcoinj";
  private static final String ORG_BITCOINJ = "org.bitcoinj..";
  private static final String MVSTORE = "org.h2.mvstore..";
  private static final String GUAVA = "com.google.common..";

  @ArchTest static final ArchRule theApiIsPure = only(API);
  @ArchTest static final ArchRule budgetsKnowNobody = only(BUDGET, METRICS);
  @ArchTest static final ArchRule stagesKnowNoBitcoin = only(STAGE, METRICS, API);

  @ArchTest static final ArchRule coreKnowsNoBitcoin = only(CORE, STAGE, BUDGET, METRICS, API);

  @ArchTest static final ArchRule options = only(CONFIG, API);
  @ArchTest static final ArchRule counters = only(METRICS, API);

  @ArchTest static final ArchRule strategiesKnowNoBitcoin = only(B + ".strategy", API);

  @ArchTest static final ArchRule theWireKnowsMessages = only(WIRE, API);
  @ArchTest static final ArchRule theChainKnowsTheWire = only(CHAIN, WIRE, API);
  @ArchTest static final ArchRule blooms = only(B + ".bitcoin.bloom", WIRE, CHAIN, API);
  @ArchTest static final ArchRule numbersKnowTheWire = only(SEQUENCE, WIRE, API);
  @ArchTest static final ArchRule compacts = only(B + ".bitcoin.compact", WIRE, CHAIN, API);
  @ArchTest static final ArchRule filters = only(FILTER, WIRE, API);
  @ArchTest static final ArchRule handshakes = only(HANDSHAKE, WIRE, METRICS, API);
  @ArchTest static final ArchRule commands = only(COMMAND, WIRE, CHAIN, FILTER, API);

  @ArchTest
  static final ArchRule whatIsKnownOfTheNodeActsOnNothing =
      only(NODE, WIRE, CHAIN, HANDSHAKE, HEADERS, HEADERS_SYNC, METRICS, CORE, API);

  @ArchTest
  static final ArchRule relays =
      only(
          RELAY,
          WIRE,
          CHAIN,
          HANDSHAKE,
          SEQUENCE,
          HEADERS,
          HEADERS_SYNC,
          NODE,
          BUDGET,
          METRICS,
          CORE,
          API);

  @ArchTest
  static final ArchRule onlyWhoHandsSomethingInKnowsTheRelay =
      classes()
          .that()
          .haveFullyQualifiedName(B + ".bitcoin.relay.NodeRelay")
          .should()
          .onlyHaveDependentClassesThat(
              resideInAPackage(RELAY)
                  .or(
                      nameMatching(
                          B
                              + "\\.bitcoin\\.session\\.(BitcoinConversation|BitcoinProtocol"
                              + "|ClientAnnouncements|ClientRequests|ReadyClient|SharedContext)")));

  @ArchTest
  static final ArchRule passthroughs =
      only(B + ".bitcoin.passthrough", WIRE, HANDSHAKE, METRICS, CORE, API);

  @ArchTest
  static final ArchRule sessionsPutBitcoinTogether =
      only(B + ".bitcoin.session", B + ".bitcoin..", HEADERS, BUDGET, METRICS, CORE, API);

  @ArchTest
  static final ArchRule checksSpeakToOneNode =
      only(B + ".check", WIRE, HANDSHAKE, B + ".strategy", API);

  @ArchTest static final ArchRule cachesKnowNoBitcoin = only(B + ".cache", STAGE, API);
  @ArchTest static final ArchRule headersAskNobody = only(HEADERS, WIRE, CHAIN, API);

  @ArchTest
  static final ArchRule headersComeFromTheNode =
      only(HEADERS_SYNC, HEADERS, WIRE, CHAIN, HANDSHAKE, METRICS, CORE, API);

  @ArchTest static final ArchRule diskStores = only(B + ".cache.disk", API, MVSTORE);

  @ArchTest
  static final ArchRule theStoreOnDiskIsOptional =
      noClasses()
          .that()
          .resideOutsideOfPackage(B + ".cache.disk")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(MVSTORE);

  @ArchTest
  static final ArchRule transportsFrameAndNothingElse =
      classes()
          .that()
          .resideInAPackage(B + ".transport..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              B + ".transport..",
              WIRE,
              BUDGET,
              API,
              JAVA,
              JSPECIFY,
              LOGGING,
              GUAVA,
              "io.netty..",
              "com.sun.management"); // how many descriptors there are

  @ArchTest
  static final ArchRule nettyIsOptional =
      noClasses()
          .that()
          .resideOutsideOfPackage(B + ".transport.netty..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.netty..", B + ".transport.netty..");

  /** It is an embedder as others are: it knows what is exported, and nobody here knows it. */
  @ArchTest
  static final ArchRule theAdapterForBitcoinj =
      classes()
          .that()
          .resideInAPackage(BITCOINJ)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              BITCOINJ,
              B,
              B + ".transport",
              B + ".transport.memory",
              WIRE,
              API,
              JAVA,
              JSPECIFY,
              LOGGING,
              GUAVA,
              ORG_BITCOINJ);

  @ArchTest
  static final ArchRule bitcoinjIsOptional =
      noClasses()
          .that()
          .resideOutsideOfPackage(BITCOINJ)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(ORG_BITCOINJ, BITCOINJ);

  @ArchTest
  static final ArchRule nobodyImportsTheRoot =
      noClasses()
          .that()
          .resideOutsideOfPackages(B, BITCOINJ)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(B);

  @ArchTest
  static final ArchRule noCycles =
      slices().matching("org.bitcoinmultiplexer.(**)").should().beFreeOfCycles();

  private static ArchRule only(String who, String... mayImport) {
    String[] all = new String[mayImport.length + 5];
    System.arraycopy(mayImport, 0, all, 0, mayImport.length);
    all[mayImport.length] = who;
    all[mayImport.length + 1] = JAVA;
    all[mayImport.length + 2] = JSPECIFY;
    all[mayImport.length + 3] = LOGGING;
    all[mayImport.length + 4] = GUAVA;
    return classes()
        .that()
        .resideInAPackage(who)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(all)
        .allowEmptyShould(true);
  }
}
