import Testing

import RandomStreams

struct PhiloxTests {
  /// Random123's published vectors (kat_vectors, philox4x32 10).
  @Test(
    arguments: [
      ([0, 0, 0, 0], [0, 0], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
      (
        [0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff], [0xffff_ffff, 0xffff_ffff],
        [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
      ),
      (
        [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0],
        [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
      ),
    ] as [([UInt64], [UInt64], [UInt64])])
  func reproducesTheKnownAnswers(counter: [UInt64], key: [UInt64], answer: [UInt64]) {
    let block = Philox.block(
      low: counter[0] | counter[1] << 32, high: counter[2] | counter[3] << 32, key: key[0] | key[1] << 32)
    #expect(block.low == answer[0] | answer[1] << 32)
    #expect(block.high == answer[2] | answer[3] << 32)
  }
}
