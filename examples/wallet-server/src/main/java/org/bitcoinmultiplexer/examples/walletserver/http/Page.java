package org.bitcoinmultiplexer.examples.walletserver.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;

/** The page for the eye: one file, whose only script is the one that it came with. */
final class Page {

  private static final String START = "<script>";

  private final Reply reply;

  Page() {
    byte[] content;
    try (InputStream in = Page.class.getResourceAsStream("index.html")) {
      if (in == null) {
        throw new IllegalStateException("index.html is not packaged");
      }
      content = in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String text = new String(content, StandardCharsets.UTF_8);
    String script = text.substring(text.indexOf(START) + START.length(), text.indexOf("</script>"));
    reply =
        new Reply(
            200,
            "text/html; charset=utf-8",
            content,
            Map.of(
                "Content-Security-Policy",
                "default-src 'none'; connect-src 'self'; style-src 'unsafe-inline'; script-src"
                    + " 'sha256-"
                    + hash(script)
                    + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"));
  }

  private static String hash(String script) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  Reply reply() {
    return reply;
  }
}
