package org.bitcoinmultiplexer.examples.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Groups of bars, drawn as SVG: a group for each thing compared, a bar for each series. */
final class BarChart {

  private static final List<String> COLOURS =
      List.of(
          "#4269d0", "#efb118", "#3ca951", "#ff725c", "#6cc5b0", "#a463f2", "#ff8ab7", "#97bbf5",
          "#9c6b4e", "#9498a0");
  private static final String STYLE =
      """
      <style>
      .paper { fill: #ffffff; } text { fill: #1f2328; } .axis { stroke: #59636e; }
      @media (prefers-color-scheme: dark) {
      .paper { fill: #0d1117; } text { fill: #e6edf3; } .axis { stroke: #9198a1; }
      }
      </style>
      """;
  private static final int WIDTH = 760;
  private static final int HEIGHT = 360;
  private static final int LEFT = 20;
  private static final int TOP = 70;
  private static final int BOTTOM = HEIGHT - 40;

  private final String title;
  private final List<String> series;
  private final List<String> groups = new ArrayList<>();
  private final List<double[]> values = new ArrayList<>();

  /**
   * A chart without bars.
   *
   * @param title with the unit
   * @param series their names, at most ten
   */
  BarChart(String title, List<String> series) {
    if (series.size() > COLOURS.size()) {
      throw new IllegalArgumentException(series.size() + " series, " + COLOURS.size() + " colours");
    }
    this.title = title;
    this.series = List.copyOf(series);
  }

  /** Adds a group with a value for each series; NaN leaves a bar out. */
  void group(String name, double... ofSeries) {
    if (ofSeries.length != series.size()) {
      throw new IllegalArgumentException(ofSeries.length + " values, " + series.size() + " series");
    }
    groups.add(name);
    values.add(ofSeries.clone());
  }

  String toSvg() {
    double most = 0;
    for (double[] group : values) {
      for (double value : group) {
        most = Double.isNaN(value) ? most : Math.max(most, value);
      }
    }
    StringBuilder svg = new StringBuilder();
    add(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
            + " font-family=\"sans-serif\" font-size=\"12\">",
        WIDTH,
        HEIGHT);
    svg.append(STYLE);
    add(svg, "<rect class=\"paper\" width=\"%d\" height=\"%d\"/>", WIDTH, HEIGHT);
    add(svg, "<text x=\"%d\" y=\"24\" font-size=\"16\">%s</text>", LEFT, escaped(title));
    legend(svg);
    double groupWidth = (WIDTH - 2.0 * LEFT) / Math.max(1, groups.size());
    for (int i = 0; i < groups.size(); i++) {
      group(svg, i, LEFT + i * groupWidth, groupWidth, most);
    }
    add(
        svg,
        "<line class=\"axis\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>",
        LEFT,
        BOTTOM,
        WIDTH - LEFT,
        BOTTOM);
    return svg.append("</svg>\n").toString();
  }

  private void legend(StringBuilder svg) {
    int x = LEFT;
    for (int i = 0; i < series.size(); i++) {
      add(svg, "<rect x=\"%d\" y=\"38\" width=\"12\" height=\"12\" fill=\"%s\"/>", x, colour(i));
      add(svg, "<text x=\"%d\" y=\"48\">%s</text>", x + 16, escaped(series.get(i)));
      x += 36 + 7 * series.get(i).length();
    }
  }

  private void group(StringBuilder svg, int group, double x, double width, double most) {
    double bar = 0.8 * width / series.size();
    for (int i = 0; i < series.size(); i++) {
      double value = values.get(group)[i];
      if (Double.isNaN(value)) {
        continue;
      }
      double height = most == 0 ? 0 : value / most * (BOTTOM - TOP - 16);
      double left = x + 0.1 * width + i * bar;
      add(
          svg,
          "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>",
          left,
          BOTTOM - height,
          0.92 * bar,
          height,
          colour(i));
      add(
          svg,
          "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\" text-anchor=\"middle\">%s</text>",
          left + 0.46 * bar,
          BOTTOM - height - 4,
          bar < 40 ? 8 : 11,
          Report.number(value));
    }
    add(
        svg,
        "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
        x + width / 2,
        BOTTOM + 18,
        escaped(groups.get(group)));
  }

  private static String colour(int index) {
    return COLOURS.get(index);
  }

  private static void add(StringBuilder svg, String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }
}
