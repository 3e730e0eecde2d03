package org.bitcoinmultiplexer.examples.benchmarks;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_BLOOM_FILTER_SIZE;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_HASH_FUNCS;

import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.bloom.BlockMatcher;
import org.bitcoinmultiplexer.bitcoin.bloom.BloomFilter;
import org.bitcoinmultiplexer.bitcoin.wire.FilterLoad;

/**
 * What a merkle block costs whoever has the block: one of 2 MB, seen through a thousand different
 * filters. In this process and without a network, because nothing but the filter differs from what
 * is measured elsewhere.
 */
final class FilterMatching {

  /** As many as {@code bitcoind} was measured with. */
  private static final int TRANSACTIONS = 2_441;

  private static final int INPUTS = 5;
  private static final int OUTPUTS = 2;
  private static final byte[] VERSION = {2, 0, 0, 0};
  private static final byte[] LOCK_TIME = new byte[4];
  private static final int FILTERS = 1_000;

  /** What bitcoinj puts into the filter of a fresh wallet. */
  private static final int ELEMENTS = 1_080;

  private final Plan plan;
  private final Report report;
  private final Random random = new Random(37);

  FilterMatching(Plan plan, Report report) {
    this.plan = plan;
    this.report = report;
  }

  void run() {
    byte[] block = block();
    List<List<String>> rows = new ArrayList<>();
    double parsed = median(() -> parse(block));
    rows.add(row("made ready for filters, once", parsed, 0));
    report.add("bloom", "none", "library", 1, "ready", parsed, "us");
    Message message = Message.of("block", block);
    BlockMatcher matcher = BlockMatcher.of(message);
    for (Kind kind : Kind.values()) {
      List<BloomFilter> filters = new ArrayList<>();
      for (int i = 0; i < FILTERS; i++) {
        filters.add(kind.filter(random));
      }
      double micros = median(() -> match(matcher, filters));
      rows.add(row(kind.words, micros, work(matcher, filters)));
      report.add("bloom", "none", "library", 1, kind.words, micros, "us");
    }
    report.table(
        "A merkle block of %,d transactions in %,d bytes, %,d filters"
            .formatted(TRANSACTIONS, block.length, FILTERS),
        List.of("", "cpu us", "per second and core", "steps"),
        rows);
  }

  private static List<String> row(String words, double micros, long work) {
    return List.of(
        words, Report.number(micros), Report.number(1e6 / micros), work == 0 ? "-" : "" + work);
  }

  private enum Kind {
    WALLET("a bitcoinj wallet's filter") {
      @Override
      BloomFilter filter(Random random) {
        BloomFilter filter = load(new byte[3_546], 16, random.nextInt());
        byte[] element = new byte[20];
        for (int i = 0; i < ELEMENTS; i++) {
          random.nextBytes(element);
          filter.insert(element);
        }
        return filter;
      }
    },
    HOSTILE("a hostile filter") {
      @Override
      BloomFilter filter(Random random) {
        byte[] bits = new byte[MAX_BLOOM_FILTER_SIZE];
        Arrays.fill(bits, (byte) 0xff);
        for (int i = 0; i < bits.length; i += 6) { // lets pass 19 of 20 hashes
          bits[i] = (byte) random.nextInt(256);
        }
        return load(bits, MAX_HASH_FUNCS, random.nextInt());
      }
    };

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    abstract BloomFilter filter(Random random);

    private static BloomFilter load(byte[] bits, int functions, int tweak) {
      byte[] body = new byte[Wire.sizeOfCompactSize(bits.length) + bits.length + 9];
      ByteBuffer out = Wire.little(body);
      Wire.putCompactSize(out, bits.length);
      out.put(bits).putInt(functions).putInt(tweak).put((byte) 0);
      return BloomFilter.of(FilterLoad.parse(Message.of("filterload", body)));
    }
  }

  private double median(Supplier<Double> round) {
    double unused = round.get(); // so that the code is compiled
    double[] rounds = new double[plan.rounds()];
    for (int i = 0; i < rounds.length; i++) {
      rounds[i] = round.get();
    }
    Arrays.sort(rounds);
    return rounds[rounds.length / 2];
  }

  /** Microseconds of this thread's processor time for each. */
  private static double parse(byte[] block) {
    int times = 20;
    BloomFilter nothing = Kind.load(new byte[1], 1, 0);
    long start = cpu();
    for (int i = 0; i < times; i++) {
      BlockMatcher.of(Message.of("block", block)).match(nothing);
    }
    return (cpu() - start) / 1e3 / times;
  }

  private static double match(BlockMatcher matcher, List<BloomFilter> filters) {
    long start = cpu();
    for (BloomFilter filter : filters) {
      matcher.match(filter);
    }
    return (cpu() - start) / 1e3 / filters.size();
  }

  /** How many steps of hash functions a filter needs for it. */
  private static long work(BlockMatcher matcher, List<BloomFilter> filters) {
    long before = filters.stream().mapToLong(BloomFilter::work).sum();
    filters.forEach(matcher::match);
    return (filters.stream().mapToLong(BloomFilter::work).sum() - before) / filters.size();
  }

  private static long cpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  /** Of payments from and to hashes of keys, with witnesses. */
  private byte[] block() {
    List<byte[]> transactions = new ArrayList<>();
    List<byte[]> txids = new ArrayList<>();
    for (int i = 0; i < TRANSACTIONS; i++) {
      byte[] core = core();
      transactions.add(transaction(core));
      txids.add(Wire.sha256d(concat(VERSION, core, LOCK_TIME)));
    }
    return Block.mine(new byte[Wire.HASH_SIZE], 1_600_000_000, txids, transactions).bytes();
  }

  private byte[] core() {
    byte[] core = new byte[1 + INPUTS * 41 + 1 + OUTPUTS * 31];
    ByteBuffer out = Wire.little(core).put((byte) INPUTS);
    for (int i = 0; i < INPUTS; i++) {
      out.put(random(32)).putInt(i).put((byte) 0).putInt(-1);
    }
    out.put((byte) OUTPUTS);
    for (int i = 0; i < OUTPUTS; i++) {
      out.putLong(1_000).put((byte) 22).put((byte) 0).put((byte) 20).put(random(20));
    }
    return core;
  }

  private byte[] transaction(byte[] core) {
    byte[] witnesses = new byte[INPUTS * 108];
    ByteBuffer out = Wire.little(witnesses);
    for (int i = 0; i < INPUTS; i++) {
      out.put((byte) 2).put((byte) 72).put(random(72)).put((byte) 33).put(random(33));
    }
    return concat(VERSION, new byte[] {0, 1}, core, witnesses, LOCK_TIME);
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private byte[] random(int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }
}
