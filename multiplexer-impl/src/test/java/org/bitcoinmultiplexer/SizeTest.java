package org.bitcoinmultiplexer;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** What is longer than this is two things. Comments, imports and empty lines do not count. */
final class SizeTest {

  private static final int MOST_IN_A_FILE = 400;
  private static final int MOST_IN_A_METHOD = 40;

  private final List<String> tooLong = new ArrayList<>();

  @Test
  void filesAndMethodsAreShort() throws IOException {
    List<Path> files = new ArrayList<>();
    for (String module : List.of("multiplexer-api", "multiplexer-impl")) {
      try (Stream<Path> all = Files.walk(Path.of("..", module, "src", "main", "java"))) {
        all.filter(file -> file.toString().endsWith(".java")).forEach(files::add);
      }
    }
    assertThat(files).isNotEmpty();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      JavacTask parser =
          (JavacTask)
              compiler.getTask(
                  null,
                  manager,
                  null,
                  List.of("-proc:none"),
                  null,
                  manager.getJavaFileObjectsFromPaths(files));
      SourcePositions positions = Trees.instance(parser).getSourcePositions();
      for (CompilationUnitTree file : parser.parse()) {
        measure(file, positions);
      }
    }
    assertThat(tooLong).isEmpty();
  }

  private void measure(CompilationUnitTree file, SourcePositions positions) throws IOException {
    boolean[] counts = countingLines(file.getSourceFile().getCharContent(true).toString());
    String name = Path.of(file.getSourceFile().getName()).getFileName().toString();
    note(counts, 1, counts.length - 1, MOST_IN_A_FILE, name);
    LineMap lines = file.getLineMap();
    new TreeScanner<Void, Void>() {
      @Override
      public Void visitMethod(MethodTree method, Void unused) {
        long end = positions.getEndPosition(file, method);
        if (end >= 0) { // a canonical constructor that nobody wrote has none
          int first = (int) lines.getLineNumber(positions.getStartPosition(file, method));
          int last = (int) lines.getLineNumber(end);
          note(counts, first, last, MOST_IN_A_METHOD, name + ", " + method.getName());
        }
        return super.visitMethod(method, unused);
      }
    }.scan(file, null);
  }

  private void note(boolean[] counts, int first, int last, int most, String what) {
    int length = 0;
    for (int line = first; line <= last; line++) {
      length += counts[line] ? 1 : 0;
    }
    if (length > most) {
      tooLong.add(what + ": " + length);
    }
  }

  /** Which lines count, from 1 on. */
  private static boolean[] countingLines(String text) {
    String[] lines = text.split("\n", -1);
    boolean[] counts = new boolean[lines.length + 1];
    boolean comment = false;
    for (int i = 0; i < lines.length; i++) {
      String line = lines[i].strip();
      comment |= line.startsWith("/*");
      counts[i + 1] =
          !comment && !line.isEmpty() && !line.startsWith("//") && !line.startsWith("import ");
      comment &= !line.endsWith("*/");
    }
    return counts;
  }
}
