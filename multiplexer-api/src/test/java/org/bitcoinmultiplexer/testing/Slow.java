package org.bitcoinmultiplexer.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * The test needs minutes. {@code mvn verify} leaves it out and says so, unless the environment has
 * {@code CI=true}, or it is told {@code -Dtests.slow=run}, or to run this test by {@code -Dtest};
 * whatever else runs tests, as a development environment does, runs it.
 */
@Inherited
@Tag("slow")
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Slow.Condition.class)
public @interface Slow {

  /** About how long it takes, in words. */
  String value();

  /** Whether the build leaves it out. */
  final class Condition implements ExecutionCondition {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      boolean leftOut =
          "skip".equals(System.getProperty("tests.slow"))
              && !"true".equals(System.getenv("CI"))
              && System.getProperty("test") == null;
      if (!leftOut) {
        return ConditionEvaluationResult.enabled("there is time");
      }
      String time =
          context
              .getElement()
              .flatMap(element -> AnnotationSupport.findAnnotation(element, Slow.class))
              .map(Slow::value)
              .orElse("minutes");
      return ConditionEvaluationResult.disabled(
          context.getRequiredTestClass().getSimpleName() + " takes " + time + ": -Dtests.slow=run");
    }
  }
}
