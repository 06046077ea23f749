import Foundation
import Inference
import ONNX
import Testing

/// Damaged files: whatever a bit, a length or a missing piece does, reading them succeeds or throws.
struct MutationTests {
  /// SplitMix64, so that a failure can be repeated.
  ///
  /// Source: Steele, Lea and Flood, OOPSLA 2014.
  struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  static func mutated(_ original: [UInt8], _ generator: inout Generator) -> [UInt8] {
    var bytes = original
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      guard !bytes.isEmpty else { return bytes }
      let place = Int.random(in: 0..<bytes.count, using: &generator)
      switch Int.random(in: 0..<7, using: &generator) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 1: bytes[place] = .random(in: 0...255, using: &generator)
      case 2: bytes.removeSubrange(place...)
      case 3:
        let inflated = ProtobufBytes.varint(UInt64.random(in: 0...UInt64.max, using: &generator) >> (place % 64))
        bytes.replaceSubrange(place..<place + 1, with: inflated)
      case 4:
        let end = min(bytes.count, place + Int.random(in: 1...64, using: &generator))
        bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 5:
        bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...16, using: &generator)))
      default:
        bytes.replaceSubrange(place..<place + 1, with: ProtobufBytes.varint(UInt64(bitPattern: -1)))
      }
    }
    return bytes
  }

  /// The most memory that this process has used, in bytes.
  static func peakMemory() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }

  static func survive(_ original: [UInt8], count: Int, seed: UInt64, _ read: ([UInt8]) throws -> Void) {
    var generator = Generator(state: seed)
    var accepted = 0
    for _ in 0..<count {
      do {
        try read(mutated(original, &generator))
        accepted += 1
      } catch {
        #expect(
          error is ModelError || error is UnsupportedOperators || error is ModelErrors, "\(type(of: error)): \(error)")
      }
    }
    // Were nothing or everything accepted, the driver would miss what it is for.
    #expect(accepted < count)
  }

  @Test func damagedModelsAreAcceptedOrRefused() throws {
    let before = Self.peakMemory()
    let original = try ONNXWriter.encode(ONNXWriterTests.sample())
    Self.survive(original, count: 20_000, seed: 1) { _ = try ONNXModel($0, name: "mutated").graph() }
    #expect(Self.peakMemory() - before < 1 << 30)
  }

  @Test func damagedTensorsAreAcceptedOrRefused() {
    let tensors: [ProtobufBytes] = [
      .floats([2, 2], [1, 2, 3, 4], name: "t"), .tensor(7, [3]).bytes(7, [1, 2, 3]),
      .tensor(3, [2]).int(5, 1).int(5, 2),
    ]
    for (index, tensor) in tensors.enumerated() {
      Self.survive(tensor.bytes, count: 10_000, seed: UInt64(index)) {
        _ = try TensorFile.decode($0, source: "mutated")
      }
    }
  }

  @Test(.disabled(if: SharedModels.areMissing, "no models in ../shared/models"), arguments: SharedModels.names)
  func damagedRealModelsAreAcceptedOrRefused(name: String) throws {
    let original = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(SharedModels.folder)/\(name)/model.onnx")))
    let count = max(20, min(400, 40_000_000 / original.count))
    Self.survive(original, count: count, seed: 7) { _ = try ONNXModel($0, name: name).graph() }
  }
}
