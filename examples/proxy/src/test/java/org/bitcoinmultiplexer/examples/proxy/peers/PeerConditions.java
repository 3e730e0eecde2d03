package org.bitcoinmultiplexer.examples.proxy.peers;

import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Which real peers this machine can offer. */
final class PeerConditions {
  private PeerConditions() {}

  /** Whether a missing peer is a failure and not a reason to skip. */
  static boolean peersAreRequired() {
    return "true".equals(System.getenv("CI"));
  }

  static boolean isOnPath(String program) {
    String path = System.getenv("PATH");
    return path != null
        && Arrays.stream(path.split(File.pathSeparator))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  /** Behind {@link NeedsNode}. */
  static final class Node implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      if (peersAreRequired() || (isOnPath("node") && isOnPath("npm"))) {
        return enabled("bcoin can be run");
      }
      return disabled("needs Node.js: put node and npm on the path to run bcoin");
    }
  }
}
