import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Says in one line how many tests ran and how long, how many did not, and why: from all modules'
 * reports.
 */
final class SkippedTests {

  /** So many of the classes that take longest are named, if they take this many seconds. */
  private static final int NAMED = 3;

  private static final double LONG = 10;

  private final Map<String, Integer> reasons = new TreeMap<>();
  private final Set<String> whole = new TreeSet<>();
  private final Map<String, Double> seconds = new HashMap<>();
  private int tests;

  public static void main(String[] args) throws IOException, XMLStreamException {
    SkippedTests all = new SkippedTests();
    try (Stream<Path> files = Files.walk(Path.of(args[0]))) {
      List<Path> reports = files.filter(SkippedTests::isReport).toList();
      for (Path report : reports) {
        all.read(report);
      }
    }
    System.out.println(all.inWords());
  }

  private static boolean isReport(Path file) {
    return file.getFileName().toString().matches("TEST-.*\\.xml")
        && file.getParent().getFileName().toString().matches("(surefire|failsafe)-reports");
  }

  private void read(Path report) throws IOException, XMLStreamException {
    try (InputStream in = Files.newInputStream(report)) {
      XMLStreamReader xml = XMLInputFactory.newFactory().createXMLStreamReader(in);
      while (xml.hasNext()) {
        if (xml.next() == XMLStreamConstants.START_ELEMENT) {
          switch (xml.getLocalName()) {
            case "testsuite" -> suite(xml);
            case "testcase" -> tests++;
            case "skipped" -> reasons.merge(reason(xml), 1, Integer::sum);
            default -> {
              // Nothing that is counted.
            }
          }
        }
      }
    }
  }

  /** Of a parameterized class that is skipped as a whole, the report has no test. */
  private void suite(XMLStreamReader xml) {
    seconds.merge(name(xml), time(xml), Double::sum);
    if (xml.getAttributeValue(null, "tests").equals("0")) {
      whole.add(name(xml));
    }
  }

  private static String name(XMLStreamReader xml) {
    return xml.getAttributeValue(null, "name").replaceFirst("^.*\\.", "");
  }

  private static double time(XMLStreamReader xml) {
    return Double.parseDouble(xml.getAttributeValue(null, "time").replace(",", ""));
  }

  private static String reason(XMLStreamReader xml) throws XMLStreamException {
    String message = xml.getAttributeValue(null, "message");
    String text = message == null ? xml.getElementText() : message;
    String line =
        text.replaceFirst("^[\\w.]*TestAbortedException:", "")
            .replaceFirst("^\\s*(?:Assumption failed:|assumption was not met due to:)", "")
            .strip()
            .replaceFirst("(?s)\\R.*", "");
    return line.isEmpty() ? "without a word" : line;
  }

  private String inWords() {
    int skipped = reasons.values().stream().mapToInt(Integer::intValue).sum();
    double all = seconds.values().stream().mapToDouble(Double::doubleValue).sum();
    String longest =
        seconds.entrySet().stream()
            .filter(suite -> suite.getValue() >= LONG)
            .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
            .limit(NAMED)
            .map(suite -> suite.getKey() + " " + Math.round(suite.getValue()) + " s")
            .collect(Collectors.joining(", "));
    return tests
        + " tests in "
        + Math.round(all)
        + " s"
        + (longest.isEmpty() ? "" : " (" + longest + ")")
        + ", of which "
        + skipped
        + " were skipped"
        + (skipped == 0 ? "" : ": ")
        + reasons.entrySet().stream()
            .map(reason -> reason.getValue() + " (" + reason.getKey() + ")")
            .collect(Collectors.joining(", "))
        + (whole.isEmpty() ? "" : "; as a whole " + String.join(", ", whole));
  }
}
