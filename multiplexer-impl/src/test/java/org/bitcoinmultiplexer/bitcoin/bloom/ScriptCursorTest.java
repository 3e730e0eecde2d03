package org.bitcoinmultiplexer.bitcoin.bloom;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScriptCursorTest {

  private static final String SHORT_KEY = "02" + "11".repeat(32);
  private static final String LONG_KEY = "04" + "22".repeat(64);

  @ParameterizedTest
  @CsvSource({
    "76a903aabbcc88ac, aabbcc",
    "02aabb4c03ccddee4d0200ff014e0100000077, aabb ccddee ff01 77",
    "00515260 01aa, aa", // OP_0 and small numbers push nothing
    "4c004d00004e0000000001bb, bb", // neither do pushes of nothing
    "01aa 05bbcc, aa", // cut off: what is there of it does not count
    "01aa 4c, aa",
    "01aa 4d01, aa",
    "01aa 4e010000, aa",
    "01aa 4effffffff00, aa",
    "01aa 4e00000080, aa",
  })
  void findsWhatAScriptPushes(String script, String pushes) {
    assertThat(pushes(script)).containsExactly(pushes.split(" "));
  }

  @Test
  void findsNothingInAnEmptyScript() {
    assertThat(pushes("")).isEmpty();
  }

  @Test
  void knowsPayToKey() {
    assertThat(isBareKeys("21" + SHORT_KEY + "ac")).isTrue();
    assertThat(isBareKeys("41" + LONG_KEY + "ac")).isTrue();
    assertThat(isBareKeys("41" + "07" + LONG_KEY.substring(2) + "ac")).isTrue();
    assertThat(isBareKeys("41" + "05" + LONG_KEY.substring(2) + "ac")).isFalse();
    assertThat(isBareKeys("21" + "04" + SHORT_KEY.substring(2) + "ac")).isFalse();
    assertThat(isBareKeys("21" + SHORT_KEY + "ad")).isFalse();
    assertThat(isBareKeys("21" + SHORT_KEY + "acac")).isFalse();
    assertThat(isBareKeys("4c21" + SHORT_KEY + "ac")).isFalse();
    assertThat(isBareKeys("76a914" + "11".repeat(20) + "88ac")).isFalse();
    assertThat(isBareKeys("0014" + "11".repeat(20))).isFalse();
    assertThat(isBareKeys("")).isFalse();
    assertThat(isBareKeys("ac")).isFalse();
  }

  @Test
  void knowsMultisig() {
    String one = "21" + SHORT_KEY;
    String two = one + "41" + LONG_KEY;
    assertThat(isBareKeys("51" + one + "51ae")).isTrue();
    assertThat(isBareKeys("51" + two + "52ae")).isTrue();
    assertThat(isBareKeys("52" + two + "52ae")).isTrue();
    assertThat(isBareKeys("51" + "4c" + one + "51ae")).isTrue(); // Core accepts any push of a key
    assertThat(isBareKeys("53" + two + "52ae")).isFalse(); // needs more than there are
    assertThat(isBareKeys("51" + two + "53ae")).isFalse(); // miscounted
    assertThat(isBareKeys("50" + two + "52ae")).isFalse();
    assertThat(isBareKeys("00" + two + "52ae")).isFalse();
    assertThat(isBareKeys("0101" + two + "52ae")).isFalse(); // not the shortest form of 1
    assertThat(isBareKeys("51" + two + "52aeae")).isFalse();
    assertThat(isBareKeys("51" + two + "52")).isFalse();
    assertThat(isBareKeys("51" + two + "ae")).isFalse();
    assertThat(isBareKeys("51ae")).isFalse();
    assertThat(isBareKeys("ae")).isFalse();
    assertThat(isBareKeys("51" + "14" + "11".repeat(20) + "51ae")).isFalse();
    String seventeen = one.repeat(17);
    assertThat(isBareKeys("51" + seventeen + "0111ae")).isTrue();
    assertThat(isBareKeys("51" + seventeen + "4c0111ae")).isFalse();
    assertThat(isBareKeys("51" + seventeen + "021100ae")).isFalse();
    assertThat(isBareKeys("0111" + seventeen + "0111ae")).isTrue();
    assertThat(isBareKeys("51" + one.repeat(20) + "0114ae")).isTrue();
    assertThat(isBareKeys("51" + one.repeat(21) + "0115ae")).isFalse();
  }

  private static List<String> pushes(String hex) {
    byte[] script = HexFormat.of().parseHex("99" + hex.replace(" ", "") + "01");
    ScriptCursor cursor = new ScriptCursor(script).open(1, script.length - 2);
    List<String> pushes = new ArrayList<>();
    while (cursor.next()) {
      if (cursor.size() > 0) {
        int from = cursor.data();
        pushes.add(HexFormat.of().formatHex(script, from, from + cursor.size()));
      }
    }
    return pushes;
  }

  private static boolean isBareKeys(String hex) {
    byte[] script = HexFormat.of().parseHex("99" + hex + "01");
    return new ScriptCursor(script).open(1, script.length - 2).isBareKeys();
  }
}
