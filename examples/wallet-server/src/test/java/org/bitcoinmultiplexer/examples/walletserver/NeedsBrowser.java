package org.bitcoinmultiplexer.examples.walletserver;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The test needs Chromium. Skipped where there is none, unless the environment variable {@code
 * BROWSER_REQUIRED} says that there must be.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsBrowser.Condition.class)
@interface NeedsBrowser {

  /** Whether there is one. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      boolean required = "true".equals(System.getenv("BROWSER_REQUIRED"));
      return required || Browser.executable().isPresent()
          ? ConditionEvaluationResult.enabled("there is a browser, or must be")
          : ConditionEvaluationResult.disabled(
              "needs a browser: put chromium-headless-shell or chromium on the path");
    }
  }
}
