package org.bitcoinmultiplexer.api;

import java.util.Collection;

/**
 * Adds rows to the table of requests and responses; found through {@link java.util.ServiceLoader}.
 *
 * <p>A row for a command that the multiplexer knows already is refused when the multiplexer is
 * built: its own rows carry checks that protect the shared connection.
 */
public interface RequestTypeProvider {

  /**
   * The rows to add.
   *
   * @return rows whose request commands nobody else provides
   */
  Collection<RequestType> types();
}
