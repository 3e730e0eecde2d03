import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** Says in one line how many tests ran, how many did not, and why: from all modules' reports. */
final class SkippedTests {

  private final Map<String, Integer> reasons = new TreeMap<>();
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
    return tests
        + " tests, of which "
        + skipped
        + " were skipped"
        + (skipped == 0 ? "" : ": ")
        + reasons.entrySet().stream()
            .map(reason -> reason.getValue() + " (" + reason.getKey() + ")")
            .collect(Collectors.joining(", "));
  }
}
