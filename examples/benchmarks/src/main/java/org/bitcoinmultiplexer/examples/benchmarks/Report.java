package org.bitcoinmultiplexer.examples.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Collects results: as tables to read, as rows to compute with, and as charts. */
final class Report {

  private final Path directory;
  private final StringBuilder tables = new StringBuilder();
  private final List<String> rows = new ArrayList<>();

  Report(Path directory) {
    this.directory = directory;
    rows.add("section,node,way,clients,metric,value,unit");
  }

  void line(String text) {
    System.out.println(text);
    tables.append(text).append('\n');
  }

  /** Prints a table, aligned, in the syntax of Markdown. */
  void table(String title, List<String> header, List<List<String>> body) {
    int[] widths = header.stream().mapToInt(String::length).toArray();
    for (List<String> row : body) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    line("");
    line("**" + title + "**");
    line("");
    line(row(header, widths));
    StringBuilder rule = new StringBuilder("|");
    for (int i = 0; i < widths.length; i++) {
      rule.append("-".repeat(widths[i] + 1)).append(i == 0 ? '-' : ':').append('|');
    }
    line(rule.toString());
    body.forEach(row -> line(row(row, widths)));
  }

  private static String row(List<String> cells, int[] widths) {
    StringBuilder row = new StringBuilder("|");
    for (int i = 0; i < widths.length; i++) {
      String format = i == 0 ? " %-" + widths[i] + "s |" : " %" + widths[i] + "s |";
      row.append(format.formatted(cells.get(i)));
    }
    return row.toString();
  }

  void add(
      String section,
      String node,
      String way,
      int clients,
      String metric,
      double value,
      String unit) {
    String quoted = way.contains(",") ? '"' + way + '"' : way;
    rows.add(
        String.format(
            Locale.ROOT,
            "%s,%s,%s,%d,%s,%.3f,%s",
            section,
            node,
            quoted,
            clients,
            metric,
            value,
            unit));
  }

  void chart(String name, BarChart chart) throws IOException {
    Files.writeString(directory.resolve(name + ".svg"), chart.toSvg());
  }

  void write() throws IOException {
    Files.writeString(directory.resolve("results.md"), tables);
    Files.write(directory.resolve("results.csv"), rows);
    System.out.println("\nresults.md, results.csv and charts are in " + directory);
  }

  /** A number with as many digits as are worth reading. */
  static String number(double value) {
    double size = Math.abs(value);
    int digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
    return String.format(Locale.ROOT, "%,." + digits + "f", value);
  }

  /** A ratio to the first number, such as {@code 1.25x}. */
  static String ratio(double value, double base) {
    return base == 0 ? "-" : number(value / base) + "x";
  }
}
