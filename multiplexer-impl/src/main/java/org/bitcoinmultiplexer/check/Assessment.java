package org.bitcoinmultiplexer.check;

import static org.bitcoinmultiplexer.check.UpstreamCheck.Severity.ABSENT;
import static org.bitcoinmultiplexer.check.UpstreamCheck.Severity.DEGRADED;
import static org.bitcoinmultiplexer.check.UpstreamCheck.Severity.GOOD;
import static org.bitcoinmultiplexer.check.UpstreamCheck.Severity.UNKNOWN;
import static org.bitcoinmultiplexer.check.UpstreamCheck.Severity.UNUSABLE;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.bitcoin.handshake.Handshakes;
import org.bitcoinmultiplexer.bitcoin.wire.FeeFilter;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.bitcoinmultiplexer.check.UpstreamCheck.Finding;
import org.bitcoinmultiplexer.check.UpstreamCheck.Report;
import org.bitcoinmultiplexer.check.UpstreamCheck.Severity;
import org.bitcoinmultiplexer.strategy.Strategies;

/** Says what the facts about a node mean for a strategy. */
final class Assessment {

  /** All that helps; Bitcoin Core grants them per address (net_permissions.h). */
  private static final String PERMISSIONS = "noban,download,mempool,relay,forcerelay";

  /** Beyond this Bitcoin Core warns about a clock (timeoffsets.h). */
  private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(10);

  private static final Duration SLOW = Duration.ofSeconds(1);

  private final Facts facts;
  private final Network network;
  private final boolean shared;
  private final String strategy;
  private final List<Finding> findings = new ArrayList<>();

  Assessment(Facts facts, Network network, String strategy) {
    this.facts = facts;
    this.network = network;
    this.strategy = strategy;
    this.shared = Strategies.load(getClass().getClassLoader()).sharesConnection(strategy);
  }

  Report report() {
    Version version = facts.version();
    if (version == null) {
      silence();
      return new Report(facts.target(), "", findings);
    }
    add(GOOD, "it speaks " + network + ", protocol version " + version.protocol());
    if (!facts.shaken()) {
      add(UNUSABLE, "it did not complete the handshake: " + facts.end());
    } else {
      blocks(version);
      transactions(version);
      progress(version);
      clock();
      answers();
      filters(version);
      whatCannotBeSeen();
    }
    return new Report(facts.target(), Handshakes.describe(version), findings);
  }

  private void silence() {
    if (!facts.connected()) {
      add(UNUSABLE, "it cannot be reached: " + facts.end());
    } else if (facts.unreadable()) {
      add(
          UNUSABLE,
          "it speaks another network than " + network + ": " + facts.end() + customSignet());
    } else {
      add(
          UNUSABLE,
          "it did not answer our version ("
              + facts.end()
              + "): it has no free slot, or has banned this address, or is of another network than "
              + network
              + customSignet());
    }
  }

  /** A signet of its own has the magic of its challenge, and nobody can guess that. */
  private String customSignet() {
    return network.equals(Network.SIGNET)
        ? "; a custom signet needs the option signet.challenge, with the node's signetchallenge"
        : "";
  }

  private void blocks(Version version) {
    if (!version.serves(Version.NODE_WITNESS)) {
      add(
          shared ? UNUSABLE : DEGRADED,
          "it serves no witnesses, so it answers no request for whole blocks or transactions");
    }
    if (version.serves(Version.NODE_NETWORK)) {
      add(GOOD, "it serves all blocks");
    } else if (version.serves(Version.NODE_NETWORK_LIMITED)) {
      add(
          DEGRADED,
          "it is pruned: without the permission noban it hangs up on who asks for a block more than"
              + " 288 below its best one, so a client that is further behind is closed unless"
              + " another upstream has the block; the simple way is to name one that has all"
              + " blocks; or remove the line prune=... from bitcoin.conf and start the node once"
              + " with -reindex, whereupon it downloads the whole chain again");
    } else {
      add(UNUSABLE, "it serves no blocks at all");
    }
  }

  private void transactions(Version version) {
    if (version.relay()) {
      add(GOOD, "it takes transactions");
    } else {
      add(
          DEGRADED,
          "it takes no transactions (blocksonly) and disconnects who sends one, so clients cannot"
              + " broadcast",
          "blocksonly=0");
    }
    if (!facts.wtxidRelay()) {
      add(ABSENT, "it announces transactions by txid, not by wtxid, as older software does");
    }
  }

  private void progress(Version version) {
    boolean withholds = facts.headers() == 0 && version.height() > 0;
    if (facts.feeFilter() >= FeeFilter.NO_TRANSACTIONS || withholds) {
      add(
          DEGRADED,
          "it is still syncing, at height "
              + version.height()
              + ": it announces nothing and gives few answers until it is done");
    } else if (facts.headers() < 0 && facts.end().isEmpty()) {
      add(DEGRADED, "it does not answer requests for headers");
    } else {
      add(GOOD, "its chain has height " + version.height());
    }
  }

  private void clock() {
    long seconds = Math.abs(facts.clockAhead());
    String skew =
        seconds + " s " + (facts.clockAhead() < 0 ? "behind" : "ahead of") + " this machine's";
    if (seconds > CLOCK_TOLERANCE.toSeconds()) {
      add(DEGRADED, "its clock is " + skew + ": one of both is wrong, and may refuse valid blocks");
    } else {
      add(GOOD, "its clock agrees with this machine's" + (seconds < 2 ? "" : " (" + skew + ")"));
    }
  }

  private void answers() {
    Duration roundTrip = facts.roundTrip();
    Duration fence = facts.fence();
    if (roundTrip == null) {
      add(shared ? UNUSABLE : DEGRADED, "it does not answer a ping: " + facts.end());
      return;
    }
    add(
        roundTrip.compareTo(SLOW) > 0 ? DEGRADED : GOOD,
        "a ping takes " + roundTrip.toMillis() + " ms to come back");
    if (fence == null) {
      add(
          shared ? UNUSABLE : DEGRADED,
          "a ping behind a request for what does not exist does not come back, on which every"
              + " strategy but passthrough relies: "
              + facts.end());
      return;
    }
    add(
        GOOD,
        "a ping behind a request for what does not exist comes back, after "
            + fence.toMillis()
            + " ms"
            + (facts.notFound() ? "" : ", without notfound for the transaction"));
    if (!facts.end().isEmpty()) {
      add(DEGRADED, "it was lost behind a request for headers: " + facts.end());
    }
  }

  private void filters(Version version) {
    if (version.serves(Version.NODE_COMPACT_FILTERS)) {
      add(GOOD, "it serves compact block filters (BIP157)");
    } else {
      add(
          ABSENT,
          "it serves no compact block filters, which only some clients need; for those (Neutrino):",
          section("blockfilterindex=1\npeerblockfilters=1"));
    }
    String need =
        shared
            ? ", which are not needed of it"
            : ", without which strategy passthrough has none for the clients that need them";
    if (version.serves(Version.NODE_BLOOM)) {
      add(GOOD, "it offers bloom filters (BIP37)" + need);
    } else {
      add(
          shared ? ABSENT : DEGRADED,
          "it offers no bloom filters (BIP37)" + need,
          shared ? "" : "peerbloomfilters=1");
    }
  }

  private void whatCannotBeSeen() {
    if (shared) {
      add(GOOD, "strategy " + strategy + " takes one of its slots, however many clients there are");
    } else {
      add(UNKNOWN, "how many slots it has free; strategy passthrough takes one for each client");
    }
    permissions();
    add(
        UNKNOWN,
        "whether it limits what it uploads per day (maxuploadtarget; not by default); those with"
            + " download are exempt");
  }

  private void permissions() {
    String granted = "noban (never dropped, transactions at once), relay, mempool and download";
    if (Boolean.TRUE.equals(facts.friend())) {
      add(GOOD, "it grants us permissions: it takes 'mempool'; see that " + granted + " are among");
      return;
    }
    boolean local = isLocal(host());
    add(
        UNKNOWN,
        (facts.friend() == null
                ? "whether it grants us " + granted
                : "which permissions it grants us; mempool is not among them, as it hung up on"
                    + " that: payments that reach it while we are not connected are told to no"
                    + " wallet before they are mined; we want "
                    + granted)
            + (local ? "; it does to whoever dials the port in the lines below" : ""),
        section(
            local
                ? "whitebind=" + PERMISSIONS + "@127.0.0.1:" + ownPort() + everywhereElse()
                : "whitelist=" + PERMISSIONS + "@ADDRESS-OF-THIS-MACHINE"));
  }

  /**
   * What a node listens on by default. A lone {@code whitebind} would end it all. (The second needs
   * IPv6.)
   */
  private String everywhereElse() {
    return "\nbind=0.0.0.0\nbind=[::]\nbind=127.0.0.1:" + (network.defaultPort() + 1) + "=onion";
  }

  /** Options that depend on the network count only in the section of that network. */
  private String section(String lines) {
    return switch (network.chain()) {
      case "mainnet" -> lines;
      case "testnet3" -> "[test]\n" + lines;
      default -> "[" + network.chain() + "]\n" + lines;
    };
  }

  private String host() {
    int colon = facts.target().lastIndexOf(':');
    return colon < 0 ? facts.target() : facts.target().substring(0, colon);
  }

  private static boolean isLocal(String host) {
    return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
  }

  /**
   * A port near the usual one, on which only we arrive. Not the next one: Bitcoin Core listens
   * there for Tor and would not start.
   */
  private int ownPort() {
    return network.defaultPort() + 2;
  }

  private void add(Severity severity, String sentence) {
    add(severity, sentence, "");
  }

  private void add(Severity severity, String sentence, String configuration) {
    findings.add(new Finding(severity, sentence, configuration));
  }
}
