package org.bitcoinmultiplexer.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The test talks to a real bitcoind. Skipped unless the environment variable {@code BITCOIND} names
 * one.
 */
@Inherited
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsBitcoind.Condition.class)
public @interface NeedsBitcoind {

  /** Whether one is named. */
  final class Condition implements ExecutionCondition {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return BitcoindProcess.executable().isPresent()
          ? ConditionEvaluationResult.enabled("a bitcoind is given")
          : ConditionEvaluationResult.disabled(
              "needs a bitcoind: name it in the environment variable BITCOIND");
    }
  }
}
