package org.bitcoinmultiplexer.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderChain;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.junit.jupiter.api.Test;

class HeaderListTest {

  @Test
  void isAChainThatIsTaken() {
    HeaderList list = HeaderList.mine(4_100);
    HeaderChain chain = new HeaderChain(Network.REGTEST);
    for (int at = 0; at < list.size(); at += HeaderList.MOST_AT_ONCE) {
      Message message = Message.of("headers", list.above(at, list.size()));
      assertThat(chain.add(Headers.parse(message)).isConnected()).isTrue();
    }
    assertThat(chain.view().height()).isEqualTo(4_100);
    for (int height : new int[] {0, 1, 2_000, 4_100}) {
      assertThat(Hash.read(list.hash(height), 0)).isEqualTo(chain.view().hash(height));
    }
  }

  @Test
  void hasTheHeadersOfItsBlocks() {
    TestChain chain = TestChain.make();
    HeaderList list = HeaderList.of(chain.all());
    assertThat(list.size()).isEqualTo(chain.all().size());
    assertThat(list.hash(7)).isEqualTo(chain.small().get(6).hash());
    assertThat(list.hash(list.size())).isEqualTo(chain.large().hash());
  }
}
