package org.bitcoinmultiplexer.config;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** A properties file whose entries know their lines, which {@link Properties} forgets. */
final class PropertiesFile {

  /** An entry; the line is that of its beginning, from 1. */
  record Entry(int line, String key, String value) {}

  private PropertiesFile() {}

  static List<Entry> read(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    List<Entry> entries = new ArrayList<>();
    int next = 0;
    while (next < lines.size()) {
      int first = next++;
      StringBuilder entry = new StringBuilder(lines.get(first));
      while (!isComment(lines.get(first)) && goesOn(lines.get(next - 1)) && next < lines.size()) {
        entry.append('\n').append(lines.get(next++));
      }
      add(first + 1, entry.toString(), entries);
    }
    return entries;
  }

  /** What an entry says is for Properties to read: it knows separators and escapes. */
  private static void add(int line, String text, List<Entry> entries) throws IOException {
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(text));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("line " + line + ": " + e.getMessage(), e);
    }
    for (String key : properties.stringPropertyNames()) {
      entries.add(new Entry(line, key, properties.getProperty(key)));
    }
  }

  private static boolean isComment(String line) {
    String text = line.stripLeading();
    return text.isEmpty() || text.startsWith("#") || text.startsWith("!");
  }

  /** Whether it ends in a backslash that is not itself escaped. */
  private static boolean goesOn(String line) {
    int backslashes = 0;
    while (backslashes < line.length() && line.charAt(line.length() - 1 - backslashes) == '\\') {
      backslashes++;
    }
    return backslashes % 2 == 1;
  }
}
