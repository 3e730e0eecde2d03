package org.bitcoinmultiplexer.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class BarChartTest {

  @Test
  void drawsABarForEachValueThatThereIs() throws Exception {
    BarChart chart = new BarChart("a < b", List.of("p50", "p99"));
    chart.group("direct", 1, 2);
    chart.group("key & value", 3, Double.NaN);

    Document svg =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(chart.toSvg().getBytes(StandardCharsets.UTF_8)));

    // The background, two in the legend, three bars.
    assertThat(svg.getElementsByTagName("rect").getLength()).isEqualTo(1 + 2 + 3);
  }

  @Test
  void hasAColourForEachWayThereIs() {
    List<String> ways = Way.ALL.stream().map(Way::name).toList();

    BarChart chart = new BarChart("all ways", ways);
    chart.group("requests", ways.stream().mapToDouble(String::length).toArray());

    assertThat(chart.toSvg()).contains(ways);
  }

  @Test
  void refusesAGroupThatDoesNotFitTheSeries() {
    BarChart chart = new BarChart("one series", List.of("p50"));

    assertThatThrownBy(() -> chart.group("direct", 1, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("2 values, 1 series");
  }
}
