/**
 * Options as text: which there are, what each may be, and where the value of each came from.
 *
 * <p>{@link org.bitcoinmultiplexer.config.Option} has the options of the library, and each {@link
 * org.bitcoinmultiplexer.api.OptionDescription}, a strategy's own included, is declared once: the
 * help of the proxy, {@code .github/OPTIONS.md} and the refusal of a bad value are made from it.
 * {@link org.bitcoinmultiplexer.config.Configuration} is what was said, with the {@linkplain
 * org.bitcoinmultiplexer.config.Origin place} where it was said.
 *
 * <p><b>Precedence</b>, rising: the default; a typed call of {@code MultiplexerBuilder}; the {@code
 * Configuration} given to the same builder, before or after. Within a configuration what is added
 * later overrules, and programs add a file, then the environment, then flags. What is overruled is
 * not judged, unless it is a typed call. Saying one thing twice at the same level is refused.
 */
@NullMarked
package org.bitcoinmultiplexer.config;

import org.jspecify.annotations.NullMarked;
