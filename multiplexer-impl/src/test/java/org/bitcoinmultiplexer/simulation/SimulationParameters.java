package org.bitcoinmultiplexer.simulation;

/**
 * How everybody behaves, in milliseconds and probabilities.
 *
 * @param clients connected at a time
 * @param thinking between two requests of a client, on average
 * @param nearest a message to or from the node takes at least so long
 * @param farthest and at most so long
 * @param slowest a step of the node takes at most so long
 * @param blockEvery between two blocks, on average
 * @param reorganiseEvery between two reorganisations, on average
 * @param transactionEvery between two transactions, on average
 * @param lossEvery between two losses of the node, on average
 * @param muteEvery between two times that the node falls mute, on average
 * @param noiseEvery between two messages of the node that nobody asked for, on average
 * @param lie the probability that an answer is not true
 * @param silence the probability that an answer is withheld
 * @param disorder the probability that a ping is not answered as it should be
 * @param slowRefusal the probability that the node needs seconds to refuse a transaction
 * @param replaced the probability that a node that was lost comes back as another one, which lags
 *     behind or has another chain
 * @param picky whether the node takes only what it asked for
 * @param numbers whether the node knows numbered requests
 * @param punishes whether the node hangs up on whoever asks for some of its blocks
 */
record SimulationParameters(
    int clients,
    double thinking,
    double nearest,
    double farthest,
    double slowest,
    double blockEvery,
    double reorganiseEvery,
    double transactionEvery,
    double lossEvery,
    double muteEvery,
    double noiseEvery,
    double lie,
    double silence,
    double disorder,
    double slowRefusal,
    double replaced,
    boolean picky,
    boolean numbers,
    boolean punishes) {

  /** Manners for a router that asks one thing at a time, or many, or many by number. */
  static SimulationParameters of(boolean oneAtATime, boolean numbers, Draw draw) {
    double pace = oneAtATime ? 4 : 1;
    return new SimulationParameters(
        draw.between(60, 140),
        pace * draw.between(150, 600),
        0.05,
        oneAtATime ? 4 : draw.between(5, 80),
        oneAtATime ? 1 : 3,
        pace * 4_000,
        pace * 15_000,
        pace * 400,
        (oneAtATime ? 2 : 1) * draw.between(6_000, 25_000),
        90_000,
        pace * 700,
        0.003,
        0.001,
        0.001,
        draw.chance(0.3) ? 0.03 / pace : 0,
        draw.chance(0.4) ? 0.2 : 0,
        draw.chance(0.3),
        numbers,
        draw.chance(0.3));
  }
}
